/**
 * Comparisons, logic, and choosing by them, element by element; broadcast, as in `arithmetic.ts`. Their rows are in `ops.ts`.
 */
import { resolve } from '../../options.js'
import { type TensorLike, toTensor } from '../creation.js'
import { isFloat } from '../dtype.js'
import { elementwise } from '../operation.js'
import type { Tensor } from '../tensor.js'
import { ops } from './ops.js'

/**
 * True where a = b; bool.
 * @example
 * tensor([1, 2]).equal(2).toArray() // => [false, true]
 */
export function equal(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.equal, [a, b])
}

/**
 * True where a ≠ b; bool.
 * @example
 * tensor([1, 2]).notEqual(2).toArray() // => [true, false]
 */
export function notEqual(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.notEqual, [a, b])
}

/**
 * True where a < b; bool.
 * @example
 * tensor([1, 2]).less(2).toArray() // => [true, false]
 */
export function less(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.less, [a, b])
}

/**
 * True where a ≤ b; bool.
 * @example
 * tensor([1, 2]).lessEqual(1).toArray() // => [true, false]
 */
export function lessEqual(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.lessEqual, [a, b])
}

/**
 * True where a > b; bool.
 * @example
 * tensor([1, 2]).greater(1).toArray() // => [false, true]
 */
export function greater(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.greater, [a, b])
}

/**
 * True where a ≥ b; bool.
 * @example
 * tensor([1, 2]).greaterEqual(2).toArray() // => [false, true]
 */
export function greaterEqual(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.greaterEqual, [a, b])
}

/**
 * True where both are true (not 0); bool.
 * @example
 * tensor([true, true]).logicalAnd([true, false]).toArray() // => [true, false]
 */
export function logicalAnd(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.logicalAnd, [a, b])
}

/**
 * True where at least one is true (not 0); bool.
 * @example
 * tensor([true, false]).logicalOr([false, false]).toArray() // => [true, false]
 */
export function logicalOr(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.logicalOr, [a, b])
}

/**
 * True where exactly one is true (not 0); bool.
 * @example
 * tensor([true, false]).logicalXor([true, true]).toArray() // => [false, true]
 */
export function logicalXor(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.logicalXor, [a, b])
}

/**
 * True where x is 0; bool.
 * @example
 * tensor([true, false]).logicalNot().toArray() // => [false, true]
 */
export function logicalNot(x: TensorLike): Tensor {
  return elementwise(ops.logicalNot, [x])
}

/**
 * True where x is NaN; bool.
 * @example
 * tensor([1, Number.NaN, Number.POSITIVE_INFINITY]).isNaN().toArray() // => [false, true, false]
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: NumPy's name
export function isNaN(x: TensorLike): Tensor {
  return elementwise(ops.isNaN, [x])
}

/**
 * True where x is neither NaN nor ±∞; bool.
 * @example
 * tensor([1, Number.NaN, Number.POSITIVE_INFINITY]).isFinite().toArray() // => [true, false, false]
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: NumPy's name
export function isFinite(x: TensorLike): Tensor {
  return elementwise(ops.isFinite, [x])
}

/**
 * True where x is ∞ or −∞; bool.
 * @example
 * tensor([1, Number.NaN, Number.POSITIVE_INFINITY]).isInf().toArray() // => [false, false, true]
 */
export function isInf(x: TensorLike): Tensor {
  return elementwise(ops.isInf, [x])
}

/**
 * a where the condition is true (not 0), b elsewhere; all three are broadcast.
 * @param condition bool; numbers other than 0 count as true
 * @example
 * where(tensor([true, false]), tensor([1, 2]), 0).toArray() // => [1, 0]
 */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.where, [condition, a, b])
}

/** Options of `isClose`. */
export interface CloseOptions {
  /** The difference allowed, as a share of |b|. Default 1e-5. */
  rtol?: number
  /** The difference allowed on top of that. Default 1e-8. */
  atol?: number
  /** If true, NaN is close to NaN. Default false. */
  equalNaN?: boolean
}

/**
 * True where |a − b| ≤ atol + rtol · |b|; bool. Infinities are close to themselves only.
 * @param options `rtol` (default 1e-5), `atol` (default 1e-8), `equalNaN` (default false), as in NumPy and PyTorch
 * @example
 * tensor([1, 2]).isClose([1.000001, 2.1]).toArray() // => [true, false]
 * tensor([1, 2]).isClose([1.1, 2.5], { atol: 0.2 }).toArray() // => [true, false]
 */
export function isClose(a: TensorLike, b: TensorLike, options: CloseOptions = {}): Tensor {
  const { rtol, atol, equalNaN } = resolve('isClose', options, {
    defaults: { rtol: 1e-5, atol: 1e-8, equalNaN: false },
  })
  const close = elementwise(ops.isClose, [a, b, atol, rtol])
  return equalNaN ? close.logicalOr(isNaN(a).logicalAnd(isNaN(b))) : close
}

/** Options of `nanToNum`. */
export interface NanToNumOptions {
  /** The replacement for NaN. Default 0. */
  nan?: number
  /** The replacement for ∞. Default: the largest number of the dtype. */
  posInf?: number
  /** The replacement for −∞. Default: the lowest number of the dtype. */
  negInf?: number
}

/**
 * x with numbers in place of NaN, ∞ and −∞, where its gradient is 0.
 * @param options `nan` (default 0), `posInf` and `negInf` (default: the largest and the lowest number of the dtype)
 * @example
 * tensor([1, Number.NaN]).nanToNum().toArray() // => [1, 0]
 * tensor([Number.NaN, Number.POSITIVE_INFINITY]).nanToNum({ nan: -1, posInf: 9 }).toArray() // => [-1, 9]
 */
export function nanToNum(x: TensorLike, options: NanToNumOptions = {}): Tensor {
  const source = toTensor(x)
  const largest = source.dtype === 'float64' ? Number.MAX_VALUE : 2 ** 128 - 2 ** 104
  const { nan, posInf, negInf } = resolve('nanToNum', options, {
    defaults: { nan: 0, posInf: largest, negInf: -largest },
  })
  return isFloat(source.dtype) ? elementwise(ops.nanToNum, [source, nan, posInf, negInf]) : source
}
