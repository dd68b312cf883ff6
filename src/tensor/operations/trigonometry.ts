/**
 * Sines and angles, in radians, element by element. Their rows are in `ops.ts`.
 */

import type { TensorLike } from '../creation.js'
import { elementwise } from '../operation.js'
import type { Tensor } from '../tensor.js'
import { ops } from './ops.js'

/**
 * The sine of x in radians.
 * @example
 * tensor([0, 1]).sin().toArray() // => [0, 0.84147]
 */
export function sin(x: TensorLike): Tensor {
  return elementwise(ops.sin, [x])
}

/**
 * The cosine of x in radians.
 * @example
 * tensor([0, 1]).cos().toArray() // => [1, 0.54030]
 */
export function cos(x: TensorLike): Tensor {
  return elementwise(ops.cos, [x])
}

/**
 * The tangent of x in radians.
 * @example
 * tensor([0, 1]).tan().toArray() // => [0, 1.55741]
 */
export function tan(x: TensorLike): Tensor {
  return elementwise(ops.tan, [x])
}

/**
 * The angle, from −π/2 to π/2, whose sine is x.
 * @example
 * tensor([0, 1]).asin().toArray() // => [0, 1.5708]
 */
export function asin(x: TensorLike): Tensor {
  return elementwise(ops.asin, [x])
}

/**
 * The angle, from 0 to π, whose cosine is x.
 * @example
 * tensor([1, 0]).acos().toArray() // => [0, 1.5708]
 */
export function acos(x: TensorLike): Tensor {
  return elementwise(ops.acos, [x])
}

/**
 * The angle, from −π/2 to π/2, whose tangent is x.
 * @example
 * tensor([0, 1]).atan().toArray() // => [0, 0.7854]
 */
export function atan(x: TensorLike): Tensor {
  return elementwise(ops.atan, [x])
}

/**
 * The angle, from −π to π, of the point (b, a) seen from the origin: atan(a / b) in all four quadrants, with the signs of ±0 as
 * `Math.atan2` has them. Its gradients at (0, 0) are 0.
 * @example
 * tensor([1, -1]).atan2([-1, -1]).toArray() // => [2.35619, -2.35619]
 */
export function atan2(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.atan2, [a, b])
}

/**
 * sin(πx) / (πx), which is 1 at 0 and 0 at every other whole number: the normalised sinc of NumPy, PyTorch and TensorFlow. (The other
 * one, sin(x) / x, is `sinc` of x / π.)
 * @example
 * tensor([0, 0.5, 1]).sinc().toArray() // => [1, 0.63662, 0]
 */
export function sinc(x: TensorLike): Tensor {
  return elementwise(ops.sinc, [x])
}
