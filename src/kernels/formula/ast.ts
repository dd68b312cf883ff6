/**
 * The syntax tree of the formula language: what `parse.ts` makes, and what `differentiate.ts`, `interpret.ts`, `print.ts`
 * and the code generators of both back ends read. Three kinds of expression, nothing else.
 */

import { Recent } from '../recent.js'
import type { FunctionName } from './functions.js'

export type { FunctionName }

/** A number written in the formula. */
export interface NumberExpr {
  readonly kind: 'number'
  readonly value: number
}

/** A name: an input of the formula, or the result of an earlier statement. */
export interface SymbolExpr {
  readonly kind: 'symbol'
  readonly name: string
}

/** A function applied to arguments. */
export interface CallExpr {
  readonly kind: 'call'
  readonly fn: FunctionName
  readonly args: readonly Expr[]
}

/** An expression of the formula language. */
export type Expr = NumberExpr | SymbolExpr | CallExpr

/** `name = value`: one line of a program. */
export interface Statement {
  readonly name: string
  readonly value: Expr
}

/**
 * A parsed formula: statements in order. A bare expression is the one statement `y = expression`. Programs are created
 * once and compared by identity, so that back ends can cache what they compile for them.
 */
export interface Program {
  /** The text it was parsed from (or printed, for derived programs). */
  readonly text: string
  readonly statements: readonly Statement[]
  /** Names read before they are assigned, in order of first appearance. */
  readonly inputs: readonly string[]
  /**
   * The names that the caller wants, in order of first assignment: for a parsed formula all that it assigns, for a derivative
   * the derivative alone. Any other name that is assigned is temporary. A name may be both an input and an output:
   * `m = beta * m + g`.
   */
  readonly outputs: readonly string[]
}

export const number = (value: number): NumberExpr => ({ kind: 'number', value })

export const symbol = (name: string): SymbolExpr => ({ kind: 'symbol', name })

/** `fn(…args)`; the number of arguments must be right. */
export const call = (fn: FunctionName, ...args: Expr[]): CallExpr => ({ kind: 'call', fn, args })

/** A program of these statements; its inputs are the names that they read before assigning them. */
export function program(text: string, statements: readonly Statement[], outputs?: readonly string[]): Program {
  const inputs = new Set<string>()
  const assigned = new Set<string>()
  for (const { name, value } of statements) {
    for (const read of symbolsOf(value)) if (!assigned.has(read)) inputs.add(read)
    assigned.add(name)
  }
  return { text, statements, inputs: [...inputs], outputs: outputs ?? [...assigned] }
}

const parts = new WeakMap<Program, Recent<string, Program>>()

/** The program with only these of its names as outputs. Its inputs stay, and the same names give the same object. */
export function withOutputs(whole: Program, names: readonly string[]): Program {
  const key = names.join()
  if (key === whole.outputs.join()) return whole
  const known = parts.get(whole) ?? new Recent<string, Program>(50)
  parts.set(whole, known)
  let part = known.get(key)
  if (!part) {
    part = { ...whole, outputs: [...names] }
    known.set(key, part)
  }
  return part
}

/** The names in an expression, in order of first appearance. */
export function symbolsOf(expr: Expr, found = new Set<string>()): Set<string> {
  const stack: Expr[] = [expr]
  const seen = new Set<Expr>()
  for (let next = stack.pop(); next; next = stack.pop()) {
    if (next.kind === 'symbol') found.add(next.name)
    if (next.kind !== 'call' || seen.has(next)) continue
    seen.add(next)
    stack.push(...next.args.toReversed())
  }
  return found
}

/** The operations in an expression, each once, arguments before what uses them. Without recursion: formulas may be long. */
export function callsOf(root: Expr): CallExpr[] {
  const order: CallExpr[] = []
  const entered = new Set<Expr>()
  const done = new Set<Expr>()
  const stack: Expr[] = [root]
  for (let expr = stack.at(-1); expr; expr = stack.at(-1)) {
    if (expr.kind === 'call' && !entered.has(expr)) {
      entered.add(expr)
      for (let i = expr.args.length - 1; i >= 0; i--) if (!done.has(expr.args[i])) stack.push(expr.args[i])
      continue
    }
    stack.pop()
    if (expr.kind !== 'call' || done.has(expr)) continue
    done.add(expr)
    order.push(expr)
  }
  return order
}

/** Computes an expression from the leaves up: `leaf` gives the value of a number or a name, `call` that of an operation. */
export function fold<T>(
  root: Expr,
  leaf: (expr: NumberExpr | SymbolExpr) => T,
  call: (expr: CallExpr, args: T[]) => T,
): T {
  const values = new Map<Expr, T>()
  const value = (expr: Expr) => (expr.kind === 'call' ? (values.get(expr) as T) : leaf(expr))
  for (const expr of callsOf(root)) values.set(expr, call(expr, expr.args.map(value)))
  return value(root)
}
