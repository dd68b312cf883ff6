/**
 * Powers, roots and reciprocals, element by element. Their rows are in `ops.ts`.
 */

import { DTypeError } from '../../errors.js'
import { toArguments } from '../arguments.js'
import { backend } from '../backend.js'
import type { TensorLike } from '../creation.js'
import { isFloat } from '../dtype.js'
import { ownDType } from '../nested-arrays.js'
import { type ElementwiseRow, elementwise, op } from '../operation.js'
import { Tensor } from '../tensor.js'
import { ops } from './ops.js'

/**
 * a to the power b. As in NumPy and PyTorch x⁰ and 1ˣ are 1 even where x is NaN, and (−1)^±∞ is 1 (JavaScript: NaN); at a = 0 the
 * gradients are PyTorch's. Integers to a negative plain number, or an array with one, give float32.
 * @throws DTypeError for integers to the power of negative integers
 * @example
 * tensor([1, 2, 3]).pow(2).toArray() // => [1, 4, 9]
 */
export function pow(a: TensorLike, b: TensorLike): Tensor {
  const [base, given] = toArguments([a, b])
  const exponent = given !== b && given instanceof Tensor && ownDType(b) === null ? forIntegers(given) : given
  const dtype = ops.pow.outputDType([base, exponent])
  if (!isFloat(dtype) && typeof exponent !== 'number') checkWholePowers(exponent)
  if (typeof exponent !== 'number') return elementwise(ops.pow, [base, exponent], undefined, dtype)
  const result = !isFloat(dtype) && exponent < 0 ? 'float32' : dtype
  const row = rowOfPower(exponent)
  return row ? elementwise(row, [base], undefined, result) : elementwise(ops.pow, [base, exponent], undefined, result)
}

const powers = new Map<number, ElementwiseRow>()

/** The row of an exponent that formulas compute with multiplications and roots, so that x.pow(3) is x^3 to the last bit. */
function rowOfPower(exponent: number): ElementwiseRow | undefined {
  const size = Math.abs(exponent)
  if (size !== 0.5 && !(Number.isInteger(size) && size <= 8)) return undefined
  const row = powers.get(exponent) ?? op(`a ^ ${exponent}`)
  row.name = 'pow'
  powers.set(exponent, row)
  return row
}

/** Exponents of a plain array, which are floats where one of them is negative, as a plain number is. */
function forIntegers(exponents: Tensor): Tensor {
  return exponents.dtype === 'int32' && exponents.dataSync().some((n) => n < 0) ? exponents.cast('float32') : exponents
}

/** Checks whole exponents, unless they are still being computed on the GPU: there, negative ones give results without their fraction. */
function checkWholePowers(exponents: Tensor): void {
  if (backend.isPending?.(exponents.buffer)) return
  const negative = exponents.dataSync().find((n) => n < 0)
  if (negative === undefined) return
  throw new DTypeError(
    `pow: int32 cannot be raised to the negative power ${negative}. Cast one of them to float32: x.cast('float32').`,
  )
}

/**
 * x².
 * @example
 * tensor([3, -2]).square().toArray() // => [9, 4]
 */
export function square(x: TensorLike): Tensor {
  return elementwise(ops.square, [x])
}

/**
 * √x; NaN below 0.
 * @example
 * tensor([4, 9]).sqrt().toArray() // => [2, 3]
 */
export function sqrt(x: TensorLike): Tensor {
  return elementwise(ops.sqrt, [x])
}

/**
 * ∛x, of negative numbers too.
 * @example
 * tensor([8, -27]).cbrt().toArray() // => [2, -3]
 */
export function cbrt(x: TensorLike): Tensor {
  return elementwise(ops.cbrt, [x])
}

/**
 * √(a² + b²), without overflow on the way; ∞ where a or b is infinite. Its gradients at (0, 0) are 0.
 * @example
 * tensor([3, 1e30]).hypot([4, 1e30]).toArray() // => [5, 1.41421e30]
 */
export function hypot(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.hypot, [a, b])
}

/**
 * 1 / √x.
 * @example
 * tensor([4, 16]).rsqrt().toArray() // => [0.5, 0.25]
 */
export function rsqrt(x: TensorLike): Tensor {
  return elementwise(ops.rsqrt, [x])
}

/**
 * 1 / x.
 * @example
 * tensor([2, 4]).reciprocal().toArray() // => [0.5, 0.25]
 */
export function reciprocal(x: TensorLike): Tensor {
  return elementwise(ops.reciprocal, [x])
}
