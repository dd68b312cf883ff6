/**
 * Formulas as graphs: equal expressions are the same object, so that each is differentiated, computed and stored once. Derivatives
 * (`simplify.ts`) and the code generators of both back ends build on it, each with a rule of its own for what may be written otherwise.
 */
import { numberAlgebra } from './algebra.js'
import { call, type Expr, fold, type NumberExpr, number, type Program, symbol } from './ast.js'
import { type FunctionName, functions, isDefined } from './functions.js'
import { apply } from './interpret.js'
import { parse } from './parse.js'
import { argumentNames } from './row.js'

/** Replaces a call by something else made of its arguments; returns undefined to keep the call. */
export type Rule = (graph: Graph, fn: FunctionName, args: readonly Expr[]) => Expr | undefined

export const isNumber = (x: Expr): x is NumberExpr => x.kind === 'number'

/** Makes expressions; equal ones are the same object. */
export class Graph {
  private readonly ids = new Map<Expr, number>()
  private readonly known = new Map<string, Expr>()

  /** @param folds whether arithmetic on numbers alone is done at once */
  constructor(
    private readonly rule: Rule,
    private readonly folds: boolean,
  ) {}

  number(value: number): Expr {
    return this.share(`#${Object.is(value, -0) ? '-0' : value}`, number(value))
  }

  symbol(name: string): Expr {
    return this.share(name, symbol(name))
  }

  /** `fn(…args)`, or what the rule has in its place. The arguments must come from this graph. */
  call(fn: FunctionName, ...args: Expr[]): Expr {
    if (this.folds && args.every(isNumber)) return this.plain(fn, ...args)
    return this.rule(this, fn, args) ?? this.plain(fn, ...args)
  }

  /** `fn(…args)` as it stands, apart from arithmetic on numbers. */
  plain(fn: FunctionName, ...args: Expr[]): Expr {
    if (this.folds && args.every(isNumber)) {
      const numbers = args.map(({ value }) => value)
      return this.number(apply(numberAlgebra, fn, numbers))
    }
    return this.share(`${fn}(${args.map((arg) => this.ids.get(arg))})`, call(fn, ...args))
  }

  private share(key: string, fresh: Expr): Expr {
    const old = this.known.get(key)
    if (old) return old
    this.known.set(key, fresh)
    this.ids.set(fresh, this.ids.size)
    return fresh
  }
}

/**
 * Returns the value of each name of a program after its last statement, in terms of the inputs.
 * @param values what the inputs are, if not themselves; the results are added
 * @param how by `graph.call` or `graph.plain`
 */
export function unroll(
  { statements }: Pick<Program, 'statements'>,
  graph: Graph,
  values = new Map<string, Expr>(),
  how: 'call' | 'plain' = 'call',
): Map<string, Expr> {
  for (const { name, value } of statements) {
    values.set(
      name,
      fold<Expr>(
        value,
        (x) => (x.kind === 'number' ? graph.number(x.value) : (values.get(x.name) ?? graph.symbol(x.name))),
        ({ fn }, args) => graph[how](fn, ...args),
      ),
    )
  }
  return values
}

/** The rule of code generators: functions that are formulas themselves are written out. */
export const writtenOut: Rule = (graph, fn, args) => {
  if (!isDefined(fn)) return undefined
  const { arity, definition } = functions[fn]
  return unroll(parse(definition), graph, new Map(argumentNames[arity].map((name, i) => [name, args[i]]))).get('y')
}

/** Every expression that the roots need, each after its arguments, and how many times each is used (as a root, too). */
export function countUses(roots: readonly Expr[]): Map<Expr, number> {
  const uses = new Map<Expr, number>()
  const entered = new Set<Expr>()
  const stack = roots.toReversed()
  for (let expr = stack.at(-1); expr; expr = stack.at(-1)) {
    if (expr.kind === 'call' && !entered.has(expr)) {
      entered.add(expr)
      stack.push(...expr.args.toReversed())
    } else {
      stack.pop()
      if (!uses.has(expr)) uses.set(expr, 0)
    }
  }
  const count = (expr: Expr) => uses.set(expr, uses.get(expr)! + 1)
  roots.forEach(count)
  for (const expr of [...uses.keys()]) if (expr.kind === 'call') expr.args.forEach(count)
  return uses
}
