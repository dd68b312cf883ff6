/**
 * Sorting along an axis, and what follows from it: the largest few, medians, quantiles.
 */
import { OptionError, ShapeError } from '../../errors.js'
import { oneOf, resolve, show } from '../../options.js'
import { backend } from '../backend.js'
import { type TensorLike, tensor, toTensor } from '../creation.js'
import { isFloat } from '../dtype.js'
import { full } from '../filling.js'
import { toExactFloat } from '../operation.js'
import { type Axes, formatShape, normalizeAxes, normalizeAxis, reducedShape, sizeOf } from '../shape.js'
import { Tensor } from '../tensor.js'
import { where } from './comparisons.js'
import { take } from './indices.js'
import { type ReductionOptions, reductionRules } from './reducing.js'

/** Options of `sort` and `argSort`. */
export interface SortOptions {
  /** The largest first. Default false. */
  descending?: boolean
}

/**
 * The elements in ascending order along an axis. Stable; NaN counts as the largest.
 * @param axis default −1, the last
 * @param options `descending` (default false)
 * @example
 * tensor([3, 1, 2]).sort().toArray() // => [1, 2, 3]
 */
export function sort(x: TensorLike, axis = -1, options: SortOptions = {}): Tensor {
  const source = toTensor(x)
  const at = normalizeAxis('sort', axis, source.rank)
  return take(source, order('sort', source, at, options), at)
}

/**
 * The indices that put the elements along an axis into ascending order; int32. Stable; NaN counts as the largest.
 * @param axis default −1, the last
 * @param options `descending` (default false)
 * @example
 * tensor([3, 1, 2]).argSort().toArray() // => [1, 2, 0]
 */
export function argSort(x: TensorLike, axis = -1, options: SortOptions = {}): Tensor {
  const source = toTensor(x)
  return order('argSort', source, normalizeAxis('argSort', axis, source.rank), options)
}

/**
 * The k largest elements along an axis, the largest first, and where they stand. NaN counts as the largest.
 * @param k at most the length of the axis
 * @param axis default −1, the last
 * @param options `largest: false` gives the k smallest, the smallest first
 * @throws OptionError when there are not k elements
 * @example
 * const { values, indices } = tensor([3, 1, 4, 1, 5]).topK(2)
 * values.toArray() // => [5, 4]
 * indices.toArray() // => [4, 2]
 */
export function topK(
  x: TensorLike,
  k: number,
  axis = -1,
  options: { largest?: boolean } = {},
): {
  /** The elements. */
  values: Tensor
  /** Their indices along the axis; int32. */
  indices: Tensor
} {
  const { largest } = resolve('topK', options, { defaults: { largest: true } })
  const source = toTensor(x)
  const at = normalizeAxis('topK', axis, source.rank)
  if (!Number.isInteger(k) || k < 0 || k > source.shape[at]) {
    throw new OptionError(
      `topK: k is ${show(k)}, but axis ${axis} of ${formatShape(source.shape)} has ${source.shape[at]} elements. Give a whole number from 0 to that.`,
    )
  }
  const all = order('topK', source, at, { descending: largest })
  const indices = all.slice(all.shape.map((_, i) => (i === at ? [0, k] : null)))
  return { values: take(source, indices, at), indices }
}

/** Between neighbours i and i + 1, where a quantile falls on i + a fraction: the position whose value it takes. */
const methods = {
  linear: (position: number) => position,
  lower: Math.floor,
  higher: Math.ceil,
  nearest: (position: number) => (position % 1 === 0.5 ? 2 * Math.round(position / 2) : Math.round(position)),
  midpoint: (position: number) => (Math.floor(position) + Math.ceil(position)) / 2,
}

/** Options of `quantile` and `median`. */
export interface QuantileOptions extends ReductionOptions {
  /**
   * The number to take between two neighbours, as in NumPy: one between them by their distances (`'linear'`, default), the `'lower'` or the
   * `'higher'` one, the `'nearest'` (halfway: the one with the even index), or the `'midpoint'`.
   */
  method?: keyof typeof methods
}

const quantileRules = {
  defaults: { method: 'linear', keepDims: false },
  ranges: { method: oneOf(Object.keys(methods)) },
} as const

/**
 * The number in the middle; between two, halfway (NumPy's rule; PyTorch takes the lower one). NaN if there is one. That of int32 is
 * float64, which holds every one of them, as in NumPy.
 * @param axes one axis, several, or null for all (default)
 * @param options `method`: `'lower'` is PyTorch's; `keepDims` (default false)
 * @throws ShapeError when there is nothing to choose from
 * @example
 * tensor([3, 1, 2, 10]).median().item() // => 2.5
 */
export function median(x: TensorLike, axes?: Axes, options: QuantileOptions = {}): Tensor {
  return quantiles('median', toTensor(x), [0.5], axes, options).squeeze(0)
}

/**
 * The median of what is not NaN; NaN of nothing.
 * @param axes one axis, several, or null for all (default)
 * @example
 * tensor([3, Number.NaN, 1, 2]).nanMedian().item() // => 2
 */
export function nanMedian(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  const { keepDims } = resolve('nanMedian', options, reductionRules)
  const source = toTensor(x)
  const list = normalizeAxes('nanMedian', axes, source.rank)
  const shape = reducedShape(source.shape, list, keepDims)
  if (source.size === 0) return full(shape, Number.NaN, { dtype: toExactFloat(source).dtype })
  if (!isFloat(source.dtype)) return median(source, list, options)
  const sorted = reducedLast(source, list).sort(1)
  const last = sorted.equal(sorted).sum(1, { keepDims: true }).sub(1)
  const at = (position: Tensor) => take(sorted, position.maximum(0), 1)
  return interpolate(at(last.floorDiv(2)), at(last.add(1).floorDiv(2)), toTensor(0.5)).reshape(shape)
}

/**
 * The number that a share q of all is not above, interpolated linearly between neighbours; ∞ next to ∞ or to a number stays ∞
 * (NumPy and PyTorch: mostly NaN). NaN if there is one. Quantiles of int32 are float64, as in NumPy.
 * @param q from 0 to 1, or several such numbers: these become the first axis of the result
 * @param axes one axis, several, or null for all (default)
 * @param options `method` (default `'linear'`), `keepDims` (default false)
 * @throws OptionError when q is not from 0 to 1, or for an unknown method
 * @throws ShapeError when there is nothing to choose from
 * @example
 * tensor([0, 10, 20]).quantile(0.25).item() // => 5
 * tensor([0, 10, 20]).quantile([0, 0.75]).toArray() // => [0, 15]
 * tensor([0, 10, 20]).quantile(0.3, null, { method: 'lower' }).item() // => 0
 */
export function quantile(
  x: TensorLike,
  q: number | readonly number[],
  axes?: Axes,
  options: QuantileOptions = {},
): Tensor {
  const shares = typeof q === 'number' ? [q] : q
  const isShare = (share: number) => share >= 0 && share <= 1
  if (!Array.isArray(shares) || !shares.every(isShare)) {
    const bad = Array.isArray(shares) ? shares.find((share) => !isShare(share)) : shares
    throw new OptionError(`quantile: q is ${show(bad)}. Give numbers from 0 to 1.`)
  }
  const values = quantiles('quantile', toTensor(x), shares, axes, options)
  return typeof q === 'number' ? values.squeeze(0) : values
}

/** [shares, ...the axes that are left]. */
function quantiles(
  op: string,
  x: Tensor,
  shares: readonly number[],
  axes: Axes | undefined,
  options: QuantileOptions,
): Tensor {
  const { method, keepDims } = resolve(op, options, quantileRules)
  const rows = reducedLast(toExactFloat(x), normalizeAxes(op, axes, x.rank))
  const last = rows.shape[1] - 1
  if (last < 0) {
    throw new ShapeError(
      `${op}: shape ${formatShape(x.shape)} has nothing to choose from along the axes. Check for empty data.`,
    )
  }
  const sorted = rows.sort(1)
  const positions = shares.map((q) => methods[method](q * last))
  const at = (round: (i: number) => number) => sorted.gather(indices(positions.map(round)), { axis: 1 })
  const rest = tensor(
    positions.map((i) => i % 1),
    { dtype: rows.dtype },
  )
  const below = at(Math.floor)
  const between = where(rest.greater(0), interpolate(below, at(Math.ceil), rest), below)
  const hasNaN = sorted.slice([null, [last, null]]).isNaN()
  const shape = reducedShape(x.shape, normalizeAxes(op, axes, x.rank), keepDims)
  return where(hasNaN, Number.NaN, between)
    .transpose()
    .reshape([shares.length, ...shape])
}

/** From a to b; where they are infinitely far apart, ∞ stays ∞, and NaN is only what lies between −∞ and ∞. */
function interpolate(a: Tensor, b: Tensor, t: Tensor): Tensor {
  const weighted = a.mul(t.neg().add(1)).add(b.mul(t))
  return where(b.sub(a).isFinite(), a.lerp(b, t), weighted)
}

/** [product of the kept axes, product of the reduced axes]. */
function reducedLast(x: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i))
  return x.transpose([...kept, ...axes]).reshape([kept, axes].map((list) => sizeOf(list.map((i) => x.shape[i]))))
}

const indices = (list: readonly number[]) => toTensor(Int32Array.from(list))

/** The indices that sort x along an axis. */
function order(op: string, x: Tensor, axis: number, options: SortOptions): Tensor {
  const { descending } = resolve(op, options, { defaults: { descending: false } })
  const columns = x.shape[axis]
  const rows = x.detach().swapAxes(axis, -1)
  const indices = backend.argSort(rows.buffer, columns ? x.size / columns : 0, columns, descending)
  return new Tensor(indices, rows.shape).swapAxes(axis, -1)
}
