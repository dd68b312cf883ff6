/**
 * Builds expressions that share equal parts and leave trivial terms out. Derivatives are made with it: a rule applied blindly
 * gives `g * 0 + 1 * x^1`.
 *
 * It simplifies as one does on paper: `0 * x` is 0 and `x / x` stays, so where x is infinite or NaN a derivative
 * may be 0 rather than NaN. Factors that are numbers are gathered, which may move the last bit of a result.
 */
import { numberAlgebra } from './algebra.js'
import { call, type Expr, fold, type NumberExpr, number, symbol } from './ast.js'
import { type FunctionName, isTruth as isTruthFunction } from './functions.js'
import { apply } from './interpret.js'

/** A rule looks at a function's arguments, simplified already, and returns something simpler, if it knows it. */
type Rule = (make: Builder, a: Expr, b: Expr, c: Expr) => Expr | undefined

/** Makes expressions; equal ones are the same object. */
export class Builder {
  private readonly ids = new Map<Expr, number>()
  private readonly known = new Map<string, Expr>()

  number(value: number): Expr {
    return this.share(`#${Object.is(value, -0) ? '-0' : value}`, number(value))
  }

  symbol(name: string): Expr {
    return this.share(name, symbol(name))
  }

  /** `fn(…args)`, simplified. The arguments must come from this builder. */
  call(fn: FunctionName, ...args: Expr[]): Expr {
    if (args.every(isNumber)) return this.plain(fn, ...args)
    return rules[fn]?.(this, args[0], args[1], args[2]) ?? this.plain(fn, ...args)
  }

  /** `fn(…args)` as it stands, but for arithmetic on numbers alone. */
  plain(fn: FunctionName, ...args: Expr[]): Expr {
    if (args.every(isNumber))
      return this.number(
        apply(
          numberAlgebra,
          fn,
          args.map((arg) => arg.value),
        ),
      )
    return this.share(`${fn}(${args.map((arg) => this.ids.get(arg))})`, call(fn, ...args))
  }

  /** An expression with its names replaced by what they stand for; simplified on the way, or kept as it stands. */
  substitute(expr: Expr, env: ReadonlyMap<string, Expr>, how: 'call' | 'plain'): Expr {
    return fold<Expr>(
      expr,
      (x) => (x.kind === 'number' ? this.number(x.value) : (env.get(x.name) ?? this.symbol(x.name))),
      ({ fn }, args) => this[how](fn, ...args),
    )
  }

  private share(key: string, fresh: Expr): Expr {
    const old = this.known.get(key)
    if (old) return old
    this.known.set(key, fresh)
    this.ids.set(fresh, this.ids.size)
    return fresh
  }
}

const rules: Partial<Record<FunctionName, Rule>> = {
  add(make, a, b) {
    if (isValue(a, 0)) return b
    if (isValue(b, 0)) return a
    if (isCall(b, 'unaryMinus')) return make.call('subtract', a, b.args[0])
    if (isCall(a, 'unaryMinus')) return make.call('subtract', b, a.args[0])
    if (sameCondition(a, b)) return pairwise(make, 'add', a, b)
  },

  subtract(make, a, b) {
    if (isValue(a, 0)) return make.call('unaryMinus', b)
    if (isValue(b, 0)) return a
    if (isCall(b, 'unaryMinus')) return make.call('add', a, b.args[0])
    if (sameCondition(a, b)) return pairwise(make, 'subtract', a, b)
  },

  multiply(make, a, b) {
    if (isValue(a, 0) || isValue(b, 0)) return make.number(0)
    if (isValue(a, 1)) return b
    if (isValue(b, 1)) return a
    if (isMask(a)) return intoMask(make, a, (branch) => make.call('multiply', branch, b))
    if (isMask(b)) return intoMask(make, b, (branch) => make.call('multiply', a, branch))
    return gatherFactors(make, a, b)
  },

  divide(make, a, b) {
    if (isValue(a, 0)) return a
    if (isValue(b, 1)) return a
    if (isMask(a)) return intoMask(make, a, (branch) => make.call('divide', branch, b))
    const [factor, rest] = splitFactor(a)
    if (factor === -1) return make.call('unaryMinus', make.call('divide', rest, b))
    if (factor !== 1 && isNumber(b)) return scaled(make, factor / b.value, rest)
  },

  pow(make, a, b) {
    if (isValue(b, 0)) return make.number(1)
    if (isValue(b, 1)) return a
  },

  unaryMinus(make, x) {
    if (isCall(x, 'unaryMinus')) return x.args[0]
    if (isCall(x, 'subtract')) return make.call('subtract', x.args[1], x.args[0])
    if (isMask(x)) return intoMask(make, x, (branch) => make.call('unaryMinus', branch))
    const [factor, rest] = splitFactor(x)
    if (factor !== 1) return scaled(make, -factor, rest)
  },

  and(make, a, b) {
    if (isValue(a, 0) || isValue(b, 0)) return make.number(0)
    if (isNumber(a) && isTruth(b)) return b
    if (isNumber(b) && isTruth(a)) return a
  },

  or(make, a, b) {
    if (isValue(a, 0) && isTruth(b)) return b
    if (isValue(b, 0) && isTruth(a)) return a
    if (isNonzero(a) || isNonzero(b)) return make.number(1)
  },

  where(make, condition, yes, no) {
    if (isNumber(condition)) return condition.value !== 0 ? yes : no
    if (yes === no) return yes
    if (isCall(yes, 'where') && yes.args[0] === condition) return make.call('where', condition, yes.args[1], no)
    if (isCall(no, 'where') && no.args[0] === condition) return make.call('where', condition, yes, no.args[2])
  },
}

/** k₁ a · k₂ b = (k₁ k₂) (a b). */
function gatherFactors(make: Builder, a: Expr, b: Expr): Expr | undefined {
  const [k1, restA] = splitFactor(a)
  const [k2, restB] = splitFactor(b)
  if (isNumber(a)) return k2 === 1 && restB === b ? undefined : scaled(make, a.value * k2, restB)
  if (isNumber(b)) return scaled(make, k1 * b.value, restA)
  if (k1 === 1 && k2 === 1) return undefined
  return scaled(make, k1 * k2, make.call('multiply', restA, restB))
}

/** x as a number times the rest. */
function splitFactor(x: Expr): [factor: number, rest: Expr] {
  if (isCall(x, 'unaryMinus')) return [-1, x.args[0]]
  if (isCall(x, 'multiply') && isNumber(x.args[0])) return [x.args[0].value, x.args[1]]
  return [1, x]
}

function scaled(make: Builder, factor: number, rest: Expr): Expr {
  if (factor === 1) return rest
  return factor === -1 ? make.plain('unaryMinus', rest) : make.plain('multiply', make.number(factor), rest)
}

/** `c ? x : 0` or `c ? 0 : x`: what the gradient of a branch looks like. */
function isMask(x: Expr): x is CallOf<'where'> {
  return isCall(x, 'where') && (isValue(x.args[1], 0) || isValue(x.args[2], 0))
}

/**
 * Computes inside a mask: `(c ? g : 0) / x` becomes `c ? g / x : 0`, which is 0 and not NaN in the branch that was not taken.
 * `operation` must map 0 to 0.
 */
function intoMask(make: Builder, { args: [condition, yes, no] }: CallOf<'where'>, operation: (x: Expr) => Expr): Expr {
  const inside = (branch: Expr) => (isValue(branch, 0) ? branch : operation(branch))
  return make.call('where', condition, inside(yes), inside(no))
}

function sameCondition(a: Expr, b: Expr): boolean {
  return isMask(a) && isMask(b) && a.args[0] === b.args[0]
}

function pairwise(make: Builder, fn: 'add' | 'subtract', a: Expr, b: Expr): Expr {
  const [[condition, yesA, noA], [, yesB, noB]] = [(a as CallOf<'where'>).args, (b as CallOf<'where'>).args]
  return make.call('where', condition, make.call(fn, yesA, yesB), make.call(fn, noA, noB))
}

type CallOf<F extends FunctionName> = { kind: 'call'; fn: F; args: readonly Expr[] }

/** Whether x can only be 0 or 1. */
const isTruth = (x: Expr) => x.kind === 'call' && isTruthFunction(x.fn)

const isNumber = (x: Expr): x is NumberExpr => x.kind === 'number'

const isNonzero = (x: Expr) => isNumber(x) && x.value !== 0

const isValue = (x: Expr, value: number) => isNumber(x) && x.value === value

const isCall = <F extends FunctionName>(x: Expr, fn: F): x is CallOf<F> => x.kind === 'call' && x.fn === fn
