/**
 * Exponentials, logarithms, hyperbolic functions, erf and its relatives, element by element. Their rows are in `ops.ts`.
 */

import type { TensorLike } from '../creation.js'
import { elementwise } from '../operation.js'
import type { Tensor } from '../tensor.js'
import { ops } from './ops.js'

/**
 * eˣ.
 * @example
 * tensor([0, 1]).exp().toArray() // => [1, 2.71828]
 */
export function exp(x: TensorLike): Tensor {
  return elementwise(ops.exp, [x])
}

/**
 * eˣ − 1, accurate for small x.
 * @example
 * tensor([0]).expm1().toArray() // => [0]
 */
export function expm1(x: TensorLike): Tensor {
  return elementwise(ops.expm1, [x])
}

/**
 * 2ˣ.
 * @example
 * tensor([0, 3]).exp2().toArray() // => [1, 8]
 */
export function exp2(x: TensorLike): Tensor {
  return elementwise(ops.exp2, [x])
}

/**
 * The natural logarithm; −∞ at 0, NaN below.
 * @example
 * tensor([1, 10]).log().toArray() // => [0, 2.30259]
 */
export function log(x: TensorLike): Tensor {
  return elementwise(ops.log, [x])
}

/**
 * log(1 + x), accurate for small x.
 * @example
 * tensor([0]).log1p().toArray() // => [0]
 */
export function log1p(x: TensorLike): Tensor {
  return elementwise(ops.log1p, [x])
}

/**
 * The logarithm to base 2; exact at powers of 2.
 * @example
 * tensor([1, 8]).log2().toArray() // => [0, 3]
 */
export function log2(x: TensorLike): Tensor {
  return elementwise(ops.log2, [x])
}

/**
 * The logarithm to base 10; exact at powers of 10.
 * @example
 * tensor([1, 5]).log10().toArray() // => [0, 0.69897]
 */
export function log10(x: TensorLike): Tensor {
  return elementwise(ops.log10, [x])
}

/**
 * log(exp(a) + exp(b)), without overflow.
 * @example
 * tensor([0, 1000]).logaddexp([0, 1000]).toArray() // => [0.69315, 1000.6931]
 */
export function logaddexp(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.logaddexp, [a, b])
}

/**
 * a · log(b), which is 0 where a is 0, even at b = 0 (NaN where b is NaN): what entropies are made of.
 * @example
 * tensor([0, 2]).xlogy([0, 3]).toArray() // => [0, 2.19722]
 */
export function xlogy(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.xlogy, [a, b])
}

/**
 * log(x / (1 − x)), the inverse of sigmoid; −∞ at 0, ∞ at 1, NaN outside.
 * @example
 * tensor([0.5, 0.9]).logit().toArray() // => [0, 2.19722]
 */
export function logit(x: TensorLike): Tensor {
  return elementwise(ops.logit, [x])
}

/**
 * The hyperbolic sine.
 * @example
 * tensor([0, 1]).sinh().toArray() // => [0, 1.1752]
 */
export function sinh(x: TensorLike): Tensor {
  return elementwise(ops.sinh, [x])
}

/**
 * The hyperbolic cosine.
 * @example
 * tensor([0, 1]).cosh().toArray() // => [1, 1.54308]
 */
export function cosh(x: TensorLike): Tensor {
  return elementwise(ops.cosh, [x])
}

/**
 * The hyperbolic tangent, from −1 to 1.
 * @example
 * tensor([0, 1]).tanh().toArray() // => [0, 0.76159]
 */
export function tanh(x: TensorLike): Tensor {
  return elementwise(ops.tanh, [x])
}

/**
 * The inverse of sinh.
 * @example
 * tensor([0, 1]).asinh().toArray() // => [0, 0.88137]
 */
export function asinh(x: TensorLike): Tensor {
  return elementwise(ops.asinh, [x])
}

/**
 * The inverse of cosh; NaN below 1.
 * @example
 * tensor([1, 2]).acosh().toArray() // => [0, 1.31696]
 */
export function acosh(x: TensorLike): Tensor {
  return elementwise(ops.acosh, [x])
}

/**
 * The inverse of tanh; NaN outside −1 … 1.
 * @example
 * tensor([0, 0.5]).atanh().toArray() // => [0, 0.54931]
 */
export function atanh(x: TensorLike): Tensor {
  return elementwise(ops.atanh, [x])
}

/**
 * The error function, 2/√π ∫₀ˣ exp(−t²) dt.
 * @example
 * tensor([0, 1]).erf().toArray() // => [0, 0.8427]
 */
export function erf(x: TensorLike): Tensor {
  return elementwise(ops.erf, [x])
}

/**
 * 1 − erf(x), accurate where that is small.
 * @example
 * tensor([0, 5]).erfc().toArray() // => [1, 1.5375e-12]
 */
export function erfc(x: TensorLike): Tensor {
  return elementwise(ops.erfc, [x])
}

/**
 * The inverse of erf; ±∞ at ±1, NaN outside.
 * @example
 * tensor([0, 0.5]).erfinv().toArray() // => [0, 0.47694]
 */
export function erfinv(x: TensorLike): Tensor {
  return elementwise(ops.erfinv, [x])
}
