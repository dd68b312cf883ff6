/**
 * The slow, readable way to compute a formula: walk its tree, one operation at a time, over numbers of any kind.
 */
import { FormulaError } from '../../errors.js'
import type { Algebra } from './algebra.js'
import { type Expr, fold, type NumberExpr, type Program, type SymbolExpr } from './ast.js'
import type { FunctionName } from './functions.js'

/**
 * The outputs of a program, by name: `interpret(parse('a * b'), numberAlgebra, { a: 2, b: 3 })` is `{ y: 6 }`.
 * @param env a value for each of the program's inputs; others are ignored. Throws a `FormulaError` if one is missing.
 */
export function interpret<T>(
  program: Program,
  algebra: Algebra<T>,
  env: Readonly<Record<string, T>>,
): Record<string, T> {
  const values = new Map<string, T>(program.inputs.map((name) => [name, inputOf(program, env, name)]))
  for (const { name, value } of program.statements) values.set(name, evaluate(value, algebra, values))
  return Object.fromEntries(program.outputs.map((name) => [name, values.get(name)!]))
}

/** The value of an expression, given those of its names. */
export function evaluate<T>(expr: Expr, algebra: Algebra<T>, values: ReadonlyMap<string, T>): T {
  const leaf = (x: NumberExpr | SymbolExpr) => (x.kind === 'number' ? algebra.constant(x.value) : values.get(x.name)!)
  return fold(expr, leaf, ({ fn }, args) => apply(algebra, fn, args))
}

/** `fn(…args)` in an algebra. */
export function apply<T>(algebra: Algebra<T>, fn: FunctionName, args: readonly T[]): T {
  return (algebra[fn] as (...args: readonly T[]) => T)(...args)
}

function inputOf<T>(program: Program, env: Readonly<Record<string, T>>, name: string): T {
  if (Object.hasOwn(env, name)) return env[name]
  const given = Object.keys(env).join(', ') || 'none'
  throw new FormulaError(
    `formula: no value for ${name} in ${program.text}. It reads ${program.inputs.join(', ')}; given: ${given}.`,
  )
}
