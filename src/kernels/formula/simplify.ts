/**
 * Builds expressions that share equal parts and leave trivial terms out. Derivatives are made with it: a rule applied blindly
 * gives `g * 0 + 1 * x^1`.
 *
 * It simplifies as one does on paper: `0 * x` is 0 and `x / x` stays, so where x is infinite or NaN a derivative
 * may be 0 rather than NaN. Factors that are numbers are gathered, which may move the last bit of a result.
 */
import type { Expr } from './ast.js'
import { type FunctionName, isTruth as isTruthFunction } from './functions.js'
import { Graph, isNumber } from './graph.js'

/** Looks at a function's arguments, which are simplified already, and returns something simpler, if there is any. */
type Simplification = (graph: Graph, a: Expr, b: Expr, c: Expr) => Expr | undefined

/** A graph that simplifies. */
export const newSimplifyingGraph = (): Graph =>
  new Graph((graph, fn, args) => rules[fn]?.(graph, args[0], args[1], args[2]), true)

const rules: Partial<Record<FunctionName, Simplification>> = {
  add(graph, a, b) {
    if (isValue(a, 0)) return b
    if (isValue(b, 0)) return a
    if (isCall(b, 'unaryMinus')) return graph.call('subtract', a, b.args[0])
    if (isCall(a, 'unaryMinus')) return graph.call('subtract', b, a.args[0])
    if (sameCondition(a, b)) return pairwise(graph, 'add', a, b)
  },

  subtract(graph, a, b) {
    if (isValue(a, 0)) return graph.call('unaryMinus', b)
    if (isValue(b, 0)) return a
    if (isCall(b, 'unaryMinus')) return graph.call('add', a, b.args[0])
    if (sameCondition(a, b)) return pairwise(graph, 'subtract', a, b)
  },

  multiply(graph, a, b) {
    if (isValue(a, 0) || isValue(b, 0)) return graph.number(0)
    if (isValue(a, 1)) return b
    if (isValue(b, 1)) return a
    if (isMask(a)) return intoMask(graph, a, (branch) => graph.call('multiply', branch, b))
    if (isMask(b)) return intoMask(graph, b, (branch) => graph.call('multiply', a, branch))
    return gatherFactors(graph, a, b)
  },

  divide(graph, a, b) {
    if (isValue(a, 0)) return a
    if (isValue(b, 1)) return a
    if (isMask(a)) return intoMask(graph, a, (branch) => graph.call('divide', branch, b))
    const [factor, rest] = splitFactor(a)
    if (factor === -1) return graph.call('unaryMinus', graph.call('divide', rest, b))
    if (factor !== 1 && isNumber(b)) return scaled(graph, factor / b.value, rest)
  },

  pow(graph, a, b) {
    if (isValue(b, 0)) return graph.number(1)
    if (isValue(b, 1)) return a
  },

  unaryMinus(graph, x) {
    if (isCall(x, 'unaryMinus')) return x.args[0]
    if (isCall(x, 'subtract')) return graph.call('subtract', x.args[1], x.args[0])
    if (isMask(x)) return intoMask(graph, x, (branch) => graph.call('unaryMinus', branch))
    const [factor, rest] = splitFactor(x)
    if (factor !== 1) return scaled(graph, -factor, rest)
  },

  and(graph, a, b) {
    if (isValue(a, 0) || isValue(b, 0)) return graph.number(0)
    if (isNumber(a) && isTruth(b)) return b
    if (isNumber(b) && isTruth(a)) return a
  },

  or(graph, a, b) {
    if (isValue(a, 0) && isTruth(b)) return b
    if (isValue(b, 0) && isTruth(a)) return a
    if (isNonzero(a) || isNonzero(b)) return graph.number(1)
  },

  where(graph, condition, yes, no) {
    if (isNumber(condition)) return condition.value !== 0 ? yes : no
    if (yes === no) return yes
    if (isCall(yes, 'where') && yes.args[0] === condition) return graph.call('where', condition, yes.args[1], no)
    if (isCall(no, 'where') && no.args[0] === condition) return graph.call('where', condition, yes, no.args[2])
  },
}

/** k₁ a · k₂ b = (k₁ k₂) (a b). */
function gatherFactors(graph: Graph, a: Expr, b: Expr): Expr | undefined {
  const [k1, restA] = splitFactor(a)
  const [k2, restB] = splitFactor(b)
  if (isNumber(a)) return k2 === 1 && restB === b ? undefined : scaled(graph, a.value * k2, restB)
  if (isNumber(b)) return scaled(graph, k1 * b.value, restA)
  if (k1 === 1 && k2 === 1) return undefined
  return scaled(graph, k1 * k2, graph.call('multiply', restA, restB))
}

/** x as a number times the rest. */
function splitFactor(x: Expr): [factor: number, rest: Expr] {
  if (isCall(x, 'unaryMinus')) return [-1, x.args[0]]
  if (isCall(x, 'multiply') && isNumber(x.args[0])) return [x.args[0].value, x.args[1]]
  return [1, x]
}

function scaled(graph: Graph, factor: number, rest: Expr): Expr {
  if (factor === 1) return rest
  return factor === -1 ? graph.plain('unaryMinus', rest) : graph.plain('multiply', graph.number(factor), rest)
}

/** `c ? x : 0` or `c ? 0 : x`: what the gradient of a branch looks like. */
function isMask(x: Expr): x is CallOf<'where'> {
  return isCall(x, 'where') && (isValue(x.args[1], 0) || isValue(x.args[2], 0))
}

/**
 * Computes inside a mask: `(c ? g : 0) / x` becomes `c ? g / x : 0`, which is 0 and not NaN in the branch that was not taken.
 * `operation` must map 0 to 0.
 */
function intoMask(graph: Graph, { args: [condition, yes, no] }: CallOf<'where'>, operation: (x: Expr) => Expr): Expr {
  const inside = (branch: Expr) => (isValue(branch, 0) ? branch : operation(branch))
  return graph.call('where', condition, inside(yes), inside(no))
}

function sameCondition(a: Expr, b: Expr): boolean {
  return isMask(a) && isMask(b) && a.args[0] === b.args[0]
}

function pairwise(graph: Graph, fn: 'add' | 'subtract', a: Expr, b: Expr): Expr {
  const [[condition, yesA, noA], [, yesB, noB]] = [(a as CallOf<'where'>).args, (b as CallOf<'where'>).args]
  return graph.call('where', condition, graph.call(fn, yesA, yesB), graph.call(fn, noA, noB))
}

type CallOf<F extends FunctionName> = { kind: 'call'; fn: F; args: readonly Expr[] }

/** True if x can only be 0 or 1. */
const isTruth = (x: Expr) => x.kind === 'call' && isTruthFunction(x.fn)

const isNonzero = (x: Expr) => isNumber(x) && x.value !== 0

const isValue = (x: Expr, value: number) => isNumber(x) && x.value === value

const isCall = <F extends FunctionName>(x: Expr, fn: F): x is CallOf<F> => x.kind === 'call' && x.fn === fn
