/**
 * Steps and limits, element by element: rounding, `clip`, `heaviside`, and `cast` to another dtype. Their rows are in `ops.ts`.
 */

import { OptionError } from '../../errors.js'
import type { DType } from '../../kernels/backend.js'
import { type TensorLike, toTensorBeside } from '../creation.js'
import { checkDType } from '../dtype.js'
import { elementwise } from '../operation.js'
import type { Tensor } from '../tensor.js'
import { ops } from './ops.js'
import { snapshot } from './shape-rows.js'

/**
 * The largest whole number not above x; its gradient is 0.
 * @example
 * tensor([1.5, -1.5]).floor().toArray() // => [1, -2]
 */
export function floor(x: TensorLike): Tensor {
  return elementwise(ops.floor, [x])
}

/**
 * The smallest whole number not below x; its gradient is 0.
 * @example
 * tensor([1.5, 0.5]).ceil().toArray() // => [2, 1]
 */
export function ceil(x: TensorLike): Tensor {
  return elementwise(ops.ceil, [x])
}

/**
 * The nearest whole number, halves to the even one (NumPy's rule); its gradient is 0.
 * @example
 * tensor([0.5, 1.5, 2.4]).round().toArray() // => [0, 2, 2]
 */
export function round(x: TensorLike): Tensor {
  return elementwise(ops.round, [x])
}

/**
 * x without its fraction; its gradient is 0.
 * @example
 * tensor([1.7, -1.7]).trunc().toArray() // => [1, -1]
 */
export function trunc(x: TensorLike): Tensor {
  return elementwise(ops.trunc, [x])
}

/**
 * The fraction of x, with its sign: x − trunc(x).
 * @example
 * tensor([1.75, -1.75]).frac().toArray() // => [0.75, -0.75]
 */
export function frac(x: TensorLike): Tensor {
  return elementwise(ops.frac, [x])
}

/**
 * x, at least `low` and at most `high` (numbers, or tensors that are broadcast). No gradient flows where it was cut.
 * @param low the least result; broadcast
 * @param high the largest result; broadcast
 * @throws OptionError when low > high
 * @example
 * tensor([-2, 0.5, 3]).clip(-1, 1).toArray() // => [-1, 0.5, 1]
 */
export function clip(x: TensorLike, low: TensorLike, high: TensorLike): Tensor {
  if (typeof low === 'number' && typeof high === 'number' && !(low <= high)) {
    throw new OptionError(`clip: low is ${low}, high ${high}. Give low ≤ high.`)
  }
  return elementwise(ops.clip, [x, low, high])
}

/**
 * The step function: 0 below 0, 1 above it, `atZero` at 0, NaN at NaN. Its gradient is 0, except that of `atZero`.
 * @param atZero the value at 0; broadcast. Default 0.5
 * @example
 * tensor([-2, 0, 3]).heaviside().toArray() // => [0, 0.5, 1]
 */
export function heaviside(x: TensorLike, atZero: TensorLike = 0.5): Tensor {
  return elementwise(ops.heaviside, [x, atZero])
}

/**
 * The same numbers in another dtype: to int32 by cutting off the fraction, to bool by asking x ≠ 0. Gradients flow between floats.
 * @example
 * tensor([1.7, -1.7]).cast('int32').toArray() // => [1, -1]
 */
export function cast(x: TensorLike, dtype: DType): Tensor {
  checkDType('cast', dtype)
  const source = toTensorBeside(dtype, x)
  return source.dtype === dtype ? snapshot(source) : elementwise(ops.cast, [source], source.shape, dtype)
}
