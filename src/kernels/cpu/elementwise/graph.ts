/**
 * A program as a graph of values, each computed once: what the code generator reads. Building it runs the statements in order
 * (a name means its latest value), shares equal subexpressions and says how often each value has to be computed.
 */
import { fold, type NumberExpr, type Program, type SymbolExpr } from '../../formula/ast.js'
import { expand } from '../../formula/expand.js'
import { type DefinedFunction, type FunctionName, isDefined, isTruth } from '../../formula/functions.js'
import { simplify } from './simplify.js'

/** How often a value is computed: once per call, once per row of the inner loop, or once per element. */
export const level = { uniform: 0, row: 1, element: 2 } as const

/** One of `level`. */
export type Level = (typeof level)[keyof typeof level]

/** A number of the formula, a scalar or an array that is passed in, or a function of other values. */
export type Value = Constant | Input | Call

/** A number written in the formula. */
export interface Constant {
  readonly kind: 'constant'
  readonly id: number
  readonly level: Level
  readonly number: number
}

/** A scalar (uniform), or an array, read along rows or constant along them. */
export interface Input {
  readonly kind: 'input'
  readonly id: number
  readonly level: Level
  readonly name: string
}

/** A function of other values. */
export interface Call {
  readonly kind: 'call'
  readonly id: number
  readonly level: Level
  readonly fn: FunctionName
  readonly args: readonly Value[]
}

/** Whether the value is a truth value, which code keeps as a mask of all or no bits. */
export function isMask(value: Value): value is Call {
  return value.kind === 'call' && isTruth(value.fn)
}

/** Makes values; asking twice for the same one gives the same object. */
export class Graph {
  private readonly known = new Map<string, Value>()

  constructor(private readonly levelOf: (input: string) => Level) {}

  constant(number: number): Value {
    const key = Object.is(number, -0) ? '-0' : String(number)
    return this.share(key, (id) => ({ kind: 'constant', id, level: level.uniform, number }))
  }

  input(name: string): Value {
    return this.share(`$${name}`, (id) => ({ kind: 'input', id, level: this.levelOf(name), name }))
  }

  call(fn: FunctionName, ...args: Value[]): Value {
    if (isDefined(fn)) return this.expand(fn, args)
    const simpler = simplify(this, fn, args)
    if (simpler) return simpler
    const highest = Math.max(...args.map((arg) => arg.level)) as Level
    const key = `${fn}(${args.map((arg) => arg.id)})`
    return this.share(key, (id) => ({ kind: 'call', id, level: highest, fn, args }))
  }

  private expand(fn: DefinedFunction, args: readonly Value[]): Value {
    return expand<Value>(
      fn,
      args,
      (x) => this.constant(x),
      (other, values) => this.call(other, ...values),
    )
  }

  private share(key: string, make: (id: number) => Value): Value {
    const value = this.known.get(key) ?? make(this.known.size)
    this.known.set(key, value)
    return value
  }
}

/** The value of every name that the program assigns, after its last statement. */
export function buildGraph(program: Program, levelOf: (input: string) => Level): Map<string, Value> {
  const graph = new Graph(levelOf)
  const names = new Map<string, Value>()
  const leaf = (x: NumberExpr | SymbolExpr) =>
    x.kind === 'number' ? graph.constant(x.value) : (names.get(x.name) ?? graph.input(x.name))
  for (const { name, value } of program.statements) {
    names.set(
      name,
      fold<Value>(value, leaf, ({ fn }, args) => graph.call(fn, ...args)),
    )
  }
  return names
}

/** Every value that the results need, each after its arguments, and how many times each is used (as a result, too). */
export function countUses(results: Iterable<Value>): Map<Value, number> {
  const uses = new Map<Value, number>()
  const entered = new Set<Value>()
  const wanted = [...results]
  const stack = wanted.toReversed()
  for (let value = stack.at(-1); value; value = stack.at(-1)) {
    if (value.kind === 'call' && !entered.has(value)) {
      entered.add(value)
      stack.push(...value.args.toReversed())
    } else {
      stack.pop()
      if (!uses.has(value)) uses.set(value, 0)
    }
  }
  const count = (value: Value) => uses.set(value, uses.get(value)! + 1)
  wanted.forEach(count)
  for (const value of [...uses.keys()]) if (value.kind === 'call') value.args.forEach(count)
  return uses
}
