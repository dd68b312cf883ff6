/**
 * Softmax and its logarithm, along one axis.
 */
import { type TensorLike, toTensor } from '../creation.js'
import { isFloat } from '../dtype.js'
import { run, toExactFloat } from '../operation.js'
import { normalizeAxis } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { ops } from './ops.js'

/**
 * exp(x) / Σ exp(x) along an axis: positive numbers that sum to 1. Stable for large x.
 * @param axis default −1, the last
 * @example
 * tensor([0, 0]).softmax().toArray() // => [0.5, 0.5]
 */
export function softmax(x: TensorLike, axis = -1): Tensor {
  return alongLast('softmax', toTensor(x), axis, (rows) => run(ops.softmax, [rows], undefined))
}

/**
 * log(softmax(x)) along an axis, more accurate than taking the logarithm afterwards.
 * @param axis default −1, the last
 * @example
 * tensor([0, 0]).logSoftmax().toArray() // => [-0.69315, -0.69315]
 */
export function logSoftmax(x: TensorLike, axis = -1): Tensor {
  return alongLast('logSoftmax', toTensor(x), axis, (rows) => run(ops.logSoftmax, [rows], undefined))
}

/** Applies a function of the last axis along another one. */
function alongLast(op: string, x: Tensor, axis: number, f: (x: Tensor) => Tensor): Tensor {
  if (!isFloat(x.dtype)) return alongLast(op, toExactFloat(x), axis, f).cast('float32')
  const normalized = normalizeAxis(op, axis, x.rank)
  if (normalized === x.rank - 1) return f(x)
  return f(x.swapAxes(normalized, -1)).swapAxes(normalized, -1)
}
