/**
 * Elementwise operations. Two arguments are broadcast by NumPy's rule; plain numbers are welcome. Each is one row of `ops.ts`.
 * (Activation functions are in `activations.ts`.)
 */
import { DTypeError, OptionError } from '../errors.js'
import type { DType } from '../kernels/backend.js'
import { elementwise } from './apply.js'
import { backend } from './backend.js'
import { type TensorLike, toTensor } from './creation.js'
import { checkDType, isFloat } from './dtype.js'
import { ops } from './ops.js'
import type { Tensor } from './tensor.js'

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
 * gradients are PyTorch's. Integers to a negative plain number give float32.
 * @throws DTypeError for integers to the power of negative integers
 * @example
 * tensor([1, 2, 3]).pow(2).toArray() // => [1, 4, 9]
 */
export function pow(a: TensorLike, b: TensorLike): Tensor {
  const base = typeof a === 'number' ? a : toTensor(a)
  const exponent = typeof b === 'number' ? b : toTensor(b)
  const dtype = ops.pow.outputDType([base, exponent])
  if (!isFloat(dtype) && typeof exponent !== 'number') checkWholePowers(exponent)
  const isFraction = !isFloat(dtype) && typeof exponent === 'number' && exponent < 0
  return elementwise(ops.pow, [base, exponent], undefined, isFraction ? 'float32' : dtype)
}

/** Exponents that only a GPU knows as yet are taken as they are: negative ones then cut off the fraction. */
function checkWholePowers(exponents: Tensor): void {
  if (backend.isPending?.(exponents.buffer)) return
  const negative = exponents.dataSync().find((n) => n < 0)
  if (negative === undefined) return
  throw new DTypeError(
    `pow: integers to the negative power ${negative} are no integers. Cast one of them: x.cast('float32').`,
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
  const args = [a, b].map((x) => (typeof x === 'number' ? x : toTensor(x)))
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
 * Where a = b; bool.
 * @example
 * tensor([1, 2]).equal(2).toArray() // => [false, true]
 */
export function equal(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.equal, [a, b])
}

/**
 * Where a ≠ b; bool.
 * @example
 * tensor([1, 2]).notEqual(2).toArray() // => [true, false]
 */
export function notEqual(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.notEqual, [a, b])
}

/**
 * Where a < b; bool.
 * @example
 * tensor([1, 2]).less(2).toArray() // => [true, false]
 */
export function less(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.less, [a, b])
}

/**
 * Where a ≤ b; bool.
 * @example
 * tensor([1, 2]).lessEqual(1).toArray() // => [true, false]
 */
export function lessEqual(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.lessEqual, [a, b])
}

/**
 * Where a > b; bool.
 * @example
 * tensor([1, 2]).greater(1).toArray() // => [false, true]
 */
export function greater(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.greater, [a, b])
}

/**
 * Where a ≥ b; bool.
 * @example
 * tensor([1, 2]).greaterEqual(2).toArray() // => [false, true]
 */
export function greaterEqual(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.greaterEqual, [a, b])
}

/**
 * Where both are true (not 0); bool.
 * @example
 * tensor([true, true]).logicalAnd([true, false]).toArray() // => [true, false]
 */
export function logicalAnd(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.logicalAnd, [a, b])
}

/**
 * Where at least one is true (not 0); bool.
 * @example
 * tensor([true, false]).logicalOr([false, false]).toArray() // => [true, false]
 */
export function logicalOr(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.logicalOr, [a, b])
}

/**
 * Where exactly one is true (not 0); bool.
 * @example
 * tensor([true, false]).logicalXor([true, true]).toArray() // => [false, true]
 */
export function logicalXor(a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.logicalXor, [a, b])
}

/**
 * Where x is 0; bool.
 * @example
 * tensor([true, false]).logicalNot().toArray() // => [false, true]
 */
export function logicalNot(x: TensorLike): Tensor {
  return elementwise(ops.logicalNot, [x])
}

/**
 * Where x is NaN; bool.
 * @example
 * tensor([1, Number.NaN, Number.POSITIVE_INFINITY]).isNaN().toArray() // => [false, true, false]
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: NumPy's name
export function isNaN(x: TensorLike): Tensor {
  return elementwise(ops.isNaN, [x])
}

/**
 * Where x is neither NaN nor ±∞; bool.
 * @example
 * tensor([1, Number.NaN, Number.POSITIVE_INFINITY]).isFinite().toArray() // => [true, false, false]
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: NumPy's name
export function isFinite(x: TensorLike): Tensor {
  return elementwise(ops.isFinite, [x])
}

/**
 * Where x is ∞ or −∞; bool.
 * @example
 * tensor([1, Number.NaN, Number.POSITIVE_INFINITY]).isInf().toArray() // => [false, false, true]
 */
export function isInf(x: TensorLike): Tensor {
  return elementwise(ops.isInf, [x])
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
 * The logarithm to base 2.
 * @example
 * tensor([1, 8]).log2().toArray() // => [0, 3]
 */
export function log2(x: TensorLike): Tensor {
  return elementwise(ops.log2, [x])
}

/**
 * The logarithm to base 10.
 * @example
 * tensor([1, 5]).log10().toArray() // => [0, 0.69897]
 */
export function log10(x: TensorLike): Tensor {
  return elementwise(ops.log10, [x])
}

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
 * a where the condition is true (not 0), b elsewhere; all three are broadcast.
 * @param condition bool; numbers other than 0 count as true
 * @example
 * where(tensor([true, false]), tensor([1, 2]), 0).toArray() // => [1, 0]
 */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  return elementwise(ops.where, [condition, a, b])
}

/**
 * The same numbers in another dtype: to int32 by cutting off the fraction, to bool by asking x ≠ 0. Gradients flow between floats.
 * @example
 * tensor([1.7, -1.7]).cast('int32').toArray() // => [1, -1]
 */
export function cast(x: TensorLike, dtype: DType): Tensor {
  checkDType('cast', dtype)
  const source = toTensor(x)
  return source.dtype === dtype ? source.reshape(source.shape) : elementwise(ops.cast, [source], source.shape, dtype)
}
