/**
 * Arithmetic, element by element. Two arguments are broadcast by NumPy's rule; plain numbers are accepted. Each function is one row of
 * `ops.ts`. (Powers are in `powers.ts`, rounding and limits in `rounding.ts`.)
 */

import { toArguments } from '../arguments.js'
import type { TensorLike } from '../creation.js'
import { isFloat } from '../dtype.js'
import { elementwise } from '../operation.js'
import type { Tensor } from '../tensor.js'
import { ops } from './ops.js'

/**
 * a + b.
 * @example
 * tensor([1, 2]).add(3).toArray() // => [4, 5]
 */
export function add(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.add, [a, b])
}

/**
 * a − b.
 * @example
 * tensor([1, 2]).sub([3, 5]).toArray() // => [-2, -3]
 */
export function sub(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.sub, [a, b])
}

/**
 * a · b, element by element (`matmul` is the matrix product).
 * @example
 * tensor([1, 2]).mul([3, 5]).toArray() // => [3, 10]
 */
export function mul(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.mul, [a, b])
}

/**
 * a / b; integers give float32.
 * @example
 * tensor([1, 3]).div(2).toArray() // => [0.5, 1.5]
 */
export function div(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.div, [a, b])
}

/**
 * The remainder of a / b with the sign of b (as Python's % and NumPy's mod): exact, so 1 mod 0.1 is 0.1 less a little. For b = ±∞ it is a,
 * or b where their signs differ; NaN for b = 0 and for a = ±∞. Integers give 0 where b is 0.
 * @example
 * tensor([5, -5]).mod(3).toArray() // => [2, 1]
 */
export function mod(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.mod, [a, b])
}

/**
 * a / b, rounded down to a whole number; its gradient is 0. Integers give int32, exactly, and 0 where b is 0 (NumPy's result;
 * PyTorch throws there).
 * @example
 * tensor([7, -7]).floorDiv(2).toArray() // => [3, -4]
 */
export function floorDiv(a: TensorLike, b: TensorLike): Tensor {
  const args = toArguments([a, b])
  if (isFloat(ops.mod.outputDType(args))) return elementwise(ops.floorDiv, args)
  return elementwise(ops.wholeDiv, [args[1], args[0]], undefined, 'int32')
}

/**
 * (a − b)².
 * @example
 * tensor([1, 5]).squaredDifference(3).toArray() // => [4, 4]
 */
export function squaredDifference(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.squaredDifference, [a, b])
}

/**
 * −x.
 * @example
 * tensor([1, -2]).neg().toArray() // => [-1, 2]
 */
export function neg(x: TensorLike): Tensor {
  return elementwise(ops.neg, [x])
}

/**
 * |x|; its gradient at 0 is 0.
 * @example
 * tensor([1, -2]).abs().toArray() // => [1, 2]
 */
export function abs(x: TensorLike): Tensor {
  return elementwise(ops.abs, [x])
}

/**
 * −1, 0 or 1; its gradient is 0.
 * @example
 * tensor([3, 0, -2]).sign().toArray() // => [1, 0, -1]
 */
export function sign(x: TensorLike): Tensor {
  return elementwise(ops.sign, [x])
}

/**
 * |a| with the sign of b, −0 included. Its gradient at a = 0 is 0, as is that of b.
 * @param b where the sign comes from; broadcast
 * @example
 * tensor([1, -2]).copysign([-3, 4]).toArray() // => [-1, 2]
 */
export function copysign(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.copysign, [a, b])
}

/**
 * From a to b: a + t · (b − a); exactly a at t = 0 and b at t = 1.
 * @param t how far to go: 0 is a, 1 is b; broadcast
 * @example
 * tensor([0, 10]).lerp(20, 0.25).toArray() // => [5, 12.5]
 */
export function lerp(a: TensorLike, b: TensorLike, t: TensorLike): Tensor {
  return elementwise(ops.lerp, [t, a, b])
}

/**
 * The larger of a and b; NaN where either is. Ties share the gradient.
 * @example
 * tensor([1, 5]).maximum(3).toArray() // => [3, 5]
 */
export function maximum(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.maximum, [a, b])
}

/**
 * The smaller of a and b; NaN where either is. Ties share the gradient.
 * @example
 * tensor([1, 5]).minimum(3).toArray() // => [1, 3]
 */
export function minimum(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.minimum, [a, b])
}
