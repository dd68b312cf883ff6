/**
 * Arithmetic, element by element: sums and products, powers, extremes, rounding, other dtypes. Two arguments are broadcast by NumPy's
 * rule; plain numbers are accepted. Each function is one row of `ops.ts`. (The others: `comparisons.ts`, `exponentials.ts`,
 * `trigonometry.ts`; activation functions are in `activations.ts`.)
 */
import { DTypeError, OptionError } from '../../errors.js'
import type { DType } from '../../kernels/backend.js'
import { backend } from '../backend.js'
import { type TensorLike, toTensorBeside } from '../creation.js'
import { checkDType, isFloat } from '../dtype.js'
import { ownDType } from '../nested-arrays.js'
import { type ElementwiseRow, elementwise, op, toArguments } from '../operation.js'
import { Tensor } from '../tensor.js'
import { ops } from './ops.js'
import { snapshot } from './shaping.js'

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
 * The step function: 0 below 0, 1 above it, `atZero` at 0, NaN at NaN. Its gradient is 0, except that of `atZero`.
 * @param atZero the value at 0; broadcast. Default 0.5
 * @example
 * tensor([-2, 0, 3]).heaviside().toArray() // => [0, 0.5, 1]
 */
export function heaviside(x: TensorLike, atZero: TensorLike = 0.5): Tensor {
  return elementwise(ops.heaviside, [x, atZero])
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
 * The same numbers in another dtype: to int32 by cutting off the fraction, to bool by asking x ≠ 0. Gradients flow between floats.
 * @example
 * tensor([1.7, -1.7]).cast('int32').toArray() // => [1, -1]
 */
export function cast(x: TensorLike, dtype: DType): Tensor {
  checkDType('cast', dtype)
  const source = toTensorBeside(dtype, x)
  return source.dtype === dtype ? snapshot(source) : elementwise(ops.cast, [source], source.shape, dtype)
}
