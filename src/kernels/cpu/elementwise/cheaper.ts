/**
 * Functions in terms of cheaper ones, for kernels on the CPU: signs, powers with a small constant exponent, division by powers of two.
 */
import type { Expr } from '../../formula/ast.js'
import { type Graph, type Rule, writtenOut } from '../../formula/graph.js'

/** The rule of the graphs that kernels are generated from. */
export const cheaper: Rule = (graph, fn, args) => {
  const [x, y] = args
  if (fn === 'square') return graph.call('multiply', x, x)
  if (fn === 'sign') return sign(graph, x)
  if (fn === 'unaryMinus' && x.kind === 'number') return graph.number(-x.value)
  if (y?.kind === 'number' && fn === 'pow') return power(graph, x, y.value)
  if (y?.kind === 'number' && fn === 'divide' && isPowerOfTwo(y.value))
    return graph.call('multiply', x, graph.number(1 / y.value))
  return writtenOut(graph, fn, args)
}

/** ±1; ±0 and NaN stay. */
function sign(graph: Graph, x: Expr): Expr {
  const zero = graph.number(0)
  const negative = graph.call('where', graph.call('smaller', x, zero), graph.number(-1), x)
  return graph.call('where', graph.call('larger', x, zero), graph.number(1), negative)
}

/** x to the power of ±1/2 or a small whole number, by multiplications and at most one root and division. */
function power(graph: Graph, x: Expr, exponent: number): Expr | undefined {
  const size = Math.abs(exponent)
  if (exponent === 0) return graph.number(1)
  if (size !== 0.5 && !(Number.isInteger(size) && size <= 8)) return undefined
  const positive = size === 0.5 ? root(graph, x) : wholePower(graph, x, size)
  return exponent > 0 ? positive : graph.call('divide', graph.number(1), positive)
}

/** √x as a power: 0 and not −0 for −0, ∞ for −∞. */
function root(graph: Graph, x: Expr): Expr {
  const infinity = graph.number(Number.POSITIVE_INFINITY)
  const isBelowAll = graph.call('equal', x, graph.number(Number.NEGATIVE_INFINITY))
  return graph.call('where', isBelowAll, infinity, graph.call('sqrt', graph.call('add', x, graph.number(0))))
}

function wholePower(graph: Graph, x: Expr, exponent: number): Expr {
  if (exponent === 1) return x
  const half = wholePower(graph, x, exponent >> 1)
  const even = graph.call('multiply', half, half)
  return exponent % 2 === 1 ? graph.call('multiply', even, x) : even
}

/** Powers of two whose reciprocal is exact in float32, too. */
function isPowerOfTwo(x: number): boolean {
  const exponent = Math.log2(Math.abs(x))
  return Number.isInteger(exponent) && Math.abs(exponent) < 100
}
