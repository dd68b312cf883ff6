/**
 * Functions of the language that are formulas themselves, written out.
 */
import { type FunctionName, fold, type NumberExpr, type SymbolExpr } from './ast.js'
import { type DefinedFunction, functions } from './functions.js'
import { parse } from './parse.js'
import { argumentNames } from './row.js'

/** The function of these arguments, computed as its definition says from what `constant` makes of numbers and `call` of functions. */
export function expand<T>(
  fn: DefinedFunction,
  args: readonly T[],
  constant: (value: number) => T,
  call: (fn: FunctionName, args: T[]) => T,
): T {
  const { arity, definition } = functions[fn]
  const values = new Map(argumentNames[arity].map((name, i) => [name, args[i]]))
  const leaf = (x: NumberExpr | SymbolExpr) => (x.kind === 'number' ? constant(x.value) : values.get(x.name)!)
  for (const { name, value } of parse(definition).statements) {
    values.set(
      name,
      fold<T>(value, leaf, ({ fn }, args) => call(fn, args)),
    )
  }
  return values.get('y')!
}
