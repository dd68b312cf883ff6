/**
 * How numbers are spread: variance, norms, histograms. (Medians and quantiles are in `sorting.ts`.)
 */
import { OptionError, ShapeError } from '../../errors.js'
import type { DType } from '../../kernels/backend.js'
import { resolve, show } from '../../options.js'
import { type TensorLike, toTensor, toTensors } from '../creation.js'
import { isFloat, promote } from '../dtype.js'
import { linspace, ones } from '../filling.js'
import { elementwise, toExactFloat, withDType } from '../operation.js'
import { type Axes, checkSize, formatShape, normalizeAxes, sameShape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { where } from './comparisons.js'
import { ops } from './ops.js'
import { type ReductionOptions, reductionRules } from './reducing.js'
import { scatterAdd } from './shape-rows.js'

/** Options of `variance` and `std`. */
export interface VarianceOptions extends ReductionOptions {
  /** Σ (x − mean)² is divided by the number of elements less this. Default 1, as in PyTorch (NumPy and TensorFlow.js: 0). */
  correction?: number
}

/**
 * The variance: Σ (x − mean)² / (n − correction). Integers give float32.
 * @param axes one axis, several, or null for all (default)
 * @param options `correction` (default 1, as in PyTorch; NumPy and TensorFlow.js: 0), `keepDims` (default false)
 * @example
 * tensor([1, 2, 3, 4]).variance().item() // => 1.66667
 * tensor([1, 2, 3, 4]).variance(null, { correction: 0 }).item() // => 1.25
 */
export function variance(x: TensorLike, axes?: Axes, options: VarianceOptions = {}): Tensor {
  const { correction, keepDims } = resolve('variance', options, { defaults: { correction: 1, keepDims: false } })
  const given = toTensor(x)
  const source = toExactFloat(given)
  const list = normalizeAxes('variance', axes, source.rank)
  const count = sizeOf(list.map((axis) => source.shape[axis]))
  const deviations = source.sub(source.mean(list, { keepDims: true }))
  const result = deviations
    .square()
    .sum(list, { keepDims })
    .div(Math.max(0, count - correction))
  return withDType(result, floatOf(given))
}

/**
 * The standard deviation: the square root of the variance. Its gradient is 0 where it is 0.
 * @param axes one axis, several, or null for all (default)
 * @param options `correction` (default 1, as in PyTorch; NumPy and TensorFlow.js: 0), `keepDims` (default false)
 * @example
 * tensor([1, 2, 3, 4]).std().item() // => 1.29099
 */
export function std(x: TensorLike, axes?: Axes, options: VarianceOptions = {}): Tensor {
  return elementwise(ops.rootOfSquares, [variance(x, axes, options)])
}

/**
 * The mean, and the variance about it (of the numbers as they are: correction 0).
 * @param axes one axis, several, or null for all (default)
 * @example
 * const { mean, variance } = tensor([1, 2, 3, 4]).moments()
 * mean.item() // => 2.5
 * variance.item() // => 1.25
 */
export function moments(
  x: TensorLike,
  axes?: Axes,
  options: ReductionOptions = {},
): {
  /** The arithmetic mean. */
  mean: Tensor
  /** The mean square distance from it. */
  variance: Tensor
} {
  const source = toTensor(x)
  const { keepDims } = resolve('moments', options, reductionRules)
  return { mean: source.mean(axes, { keepDims }), variance: variance(source, axes, { keepDims, correction: 0 }) }
}

/** The order of a norm: the power p of (Σ |x|ᵖ)^(1/p), or `'fro'` for Frobenius's, which is 2. */
export type NormOrder = number | 'fro'

/**
 * The length of the numbers as a vector: (Σ |x|ᵖ)^(1/p). Elements that are 0 get the gradient 0, whatever the order.
 *
 * @param order 2 (default) or `'fro'`: the square root of the sum of squares; 1: the sum of sizes; ∞ and −∞: the largest and the smallest
 * size; 0: how many are not 0; or another power p
 * @param axes one axis, several, or null for all (default)
 * @throws OptionError when there is no such norm
 * @example
 * tensor([3, -4]).norm().item() // => 5
 * tensor([[3, -4], [5, 12]]).norm(1, 1).toArray() // => [7, 17]
 */
export function norm(x: TensorLike, order: NormOrder = 2, axes?: Axes, options: ReductionOptions = {}): Tensor {
  const resolved = resolve('norm', options, reductionRules)
  const source = toTensor(x)
  if (!isFloat(source.dtype)) return norm(toExactFloat(source), order, axes, resolved).cast('float32')
  if (order === 'fro' || order === 2) return elementwise(ops.rootOfSquares, [source.square().sum(axes, resolved)])
  if (typeof order !== 'number' || Number.isNaN(order)) {
    throw new OptionError(`norm: unknown order ${show(order)}. Give a number, Infinity or 'fro'.`)
  }
  if (order === 0) return source.notEqual(0).cast(source.dtype).sum(axes, resolved)
  const sizes = source.abs()
  if (order === 1) return sizes.sum(axes, resolved)
  if (order === Number.POSITIVE_INFINITY) return sizes.max(axes, resolved)
  if (order === Number.NEGATIVE_INFINITY) return sizes.min(axes, resolved)
  const powers = elementwise(ops.powerOfSize, [source, order])
  return elementwise(ops.rootOfPowers, [powers.sum(axes, resolved), order])
}

/** Options of `histogram`. */
export interface HistogramOptions {
  /** The lower edge of the first bin and the upper edge of the last one. Default: the smallest and the largest number. */
  range?: readonly [low: number, high: number]
  /** The weight of each number, of the shape of x. Default 1. */
  weights?: TensorLike
  /** Divide the counts by their sum and by the widths of the bins, so that the area is 1. Default false. */
  density?: boolean
}

/**
 * Counts the numbers in each of equally wide bins. Each bin includes its lower edge, the last one both edges; numbers outside the range and
 * NaN are not counted.
 *
 * @param bins how many; default 10
 * @param options `range`, `weights` (their dtype is that of the counts; gradients flow to them), `density` (default false)
 * @returns `counts` ([bins]; int32, without weights) and `edges` ([bins + 1]; those of int32 are float64, which holds every one of them)
 * @throws OptionError when there is no bin, or no range
 * @throws ShapeError when the weights do not have the shape of x
 * @example
 * const { counts, edges } = tensor([0, 1, 1, 3, 4]).histogram(2)
 * counts.toArray() // => [3, 2]
 * edges.toArray() // => [0, 2, 4]
 * tensor([0, 1, 1, 3, 4]).histogram(2, { density: true }).counts.toArray() // => [0.3, 0.2]
 */
export function histogram(
  x: TensorLike,
  bins: number = 10,
  options: HistogramOptions = {},
): {
  /** The number of elements in each bin, or the sum of their weights, or the density. */
  counts: Tensor
  /** The edges of the bins: one more than there are bins. */
  edges: Tensor
} {
  const { range, density, ...counting } = resolve('histogram', options, {
    defaults: { range: undefined, weights: undefined, density: false },
  })
  const [source, weights] = countedBy(x, counting.weights)
  const values = source.detach().flatten().cast('float64')
  if (!Number.isInteger(bins) || bins < 1) {
    throw new OptionError(`histogram: ${show(bins)} is not a number of bins. Give a whole number, 1 or more.`)
  }
  checkSize('histogram', 'float64', bins + 1)
  const [low, high] = range ?? naturalRange(values)
  if (!Number.isFinite(high - low) || low >= high) {
    throw new OptionError(
      `histogram: the range from ${low} to ${high} is not valid. Give range: [low, high] with low < high.`,
    )
  }
  const edges = linspace(low, high, bins + 1, { dtype: 'float64' })
  const isInside = values.greaterEqual(low).logicalAnd(values.lessEqual(high))
  const index = where(isInside, binOf(values, edges, bins), bins).cast('int32')
  const exact = isFloat(weights.dtype) ? weights.cast('float64') : weights
  const counts = scatterAdd(exact, index, 0, [bins + 1]).slice([[0, bins]])
  return {
    counts: density
      ? counts
          .cast('float64')
          .div(counts.sum())
          .div(edges.diff())
          .cast(promote(floatOf(source), weights.dtype))
      : counts.cast(weights.dtype),
    edges: edges.cast(toExactFloat(source).dtype),
  }
}

/** The elements, and what each of them counts for. */
function countedBy(given: TensorLike, givenWeights: TensorLike | undefined): [x: Tensor, weights: Tensor] {
  const [x, weights] = givenWeights === undefined ? unweighted(toTensor(given)) : toTensors([given, givenWeights])
  if (!sameShape(weights.shape, x.shape)) {
    throw new ShapeError(
      `histogram: weights ${formatShape(weights.shape)}, x ${formatShape(x.shape)}. Give one weight for each element.`,
    )
  }
  return [x, (weights.dtype === 'bool' ? weights.cast('int32') : weights).flatten()]
}

const unweighted = (x: Tensor) => [x, ones(x.shape, { dtype: 'int32' })]

/** The bin of each number; where rounding puts a number near an edge into the wrong one, the edges decide. */
function binOf(values: Tensor, edges: Tensor, bins: number): Tensor {
  const [low, high] = [edges.slice('0'), edges.slice('-1')]
  const guess = values.sub(low).mul(bins).div(high.sub(low)).floor()
  const bin = where(guess.isNaN(), 0, guess).clip(0, bins - 1)
  const at = (offset: number) => edges.gather(bin.add(offset).cast('int32'))
  return bin.sub(values.less(at(0))).add(values.greaterEqual(at(1)).logicalAnd(bin.less(bins - 1)))
}

/** From the smallest to the largest number; NumPy's choice where there is no such range. */
function naturalRange(values: Tensor): readonly [number, number] {
  if (values.size === 0) return [0, 1]
  const [low, high] = [values.min().item(), values.max().item()]
  return low === high ? [low - 0.5, high + 0.5] : [low, high]
}

const floatOf = (x: Tensor): DType => (x.dtype === 'float64' ? 'float64' : 'float32')
