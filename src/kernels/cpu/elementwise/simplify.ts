/**
 * Functions in terms of simpler ones: signs, powers with a small constant exponent, division by powers of two.
 */
import type { FunctionName } from '../../formula/ast.js'
import type { Graph, Value } from './graph.js'

/** The same value in a simpler form, or null where there is none. */
export function simplify(graph: Graph, fn: FunctionName, args: readonly Value[]): Value | null {
  const [x, y] = args
  if (fn === 'square') return graph.call('multiply', x, x)
  if (fn === 'sign') return sign(graph, x)
  if (fn === 'unaryMinus' && x.kind === 'constant') return graph.constant(-x.number)
  if (y?.kind !== 'constant') return null
  if (fn === 'pow') return power(graph, x, y.number)
  if (fn === 'divide' && isPowerOfTwo(y.number)) return graph.call('multiply', x, graph.constant(1 / y.number))
  return null
}

/** ±1; ±0 and NaN stay. */
function sign(graph: Graph, x: Value): Value {
  const zero = graph.constant(0)
  const negative = graph.call('where', graph.call('smaller', x, zero), graph.constant(-1), x)
  return graph.call('where', graph.call('larger', x, zero), graph.constant(1), negative)
}

/** x to the power of ±1/2 or a small whole number, by multiplications and at most one root and division. */
function power(graph: Graph, x: Value, exponent: number): Value | null {
  const size = Math.abs(exponent)
  if (exponent === 0) return graph.constant(1)
  if (size !== 0.5 && !(Number.isInteger(size) && size <= 8)) return null
  const positive = size === 0.5 ? root(graph, x) : wholePower(graph, x, size)
  return exponent > 0 ? positive : graph.call('divide', graph.constant(1), positive)
}

/** √x as a power: 0 and not −0 for −0, ∞ for −∞. */
function root(graph: Graph, x: Value): Value {
  const infinity = graph.constant(Number.POSITIVE_INFINITY)
  const isBelowAll = graph.call('equal', x, graph.constant(Number.NEGATIVE_INFINITY))
  return graph.call('where', isBelowAll, infinity, graph.call('sqrt', graph.call('add', x, graph.constant(0))))
}

function wholePower(graph: Graph, x: Value, exponent: number): Value {
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
