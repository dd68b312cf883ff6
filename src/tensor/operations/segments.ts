/**
 * Groups of elements: sums by group, counts, what is there once, and where a number belongs in a sorted row.
 */
import { ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { oneOf, resolve, whole, wrongValue } from '../../options.js'
import { type TensorLike, toTensor, toTensorBeside, toTensors } from '../creation.js'
import { promote } from '../dtype.js'
import { full, ones, zeros } from '../filling.js'
import { elementwise, op, withDType } from '../operation.js'
import { checkShape, formatShape, sameShape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { where } from './comparisons.js'
import { linearIndices } from './gathering.js'
import { checkIndices } from './indices.js'
import { booleanMask } from './masking.js'
import { scatterAdd } from './shape-rows.js'

/**
 * The sums of the rows of each segment: out[k] = Σ of x[i] over all i with segments[i] = k.
 *
 * @param x [rows, ...]
 * @param segments the segment of each row: whole numbers from 0 on, in any order
 * @param count the number of segments. Default: the largest of them + 1
 * @returns [count, ...]
 * @throws ShapeError when there is not one segment for each row, or one is `count` or more
 * @example
 * segmentSum([1, 2, 3, 4], [0, 2, 0, 2]).toArray() // => [4, 0, 6]
 */
export function segmentSum(x: TensorLike, segments: TensorLike, count?: number): Tensor {
  const source = toTensor(x)
  const given = toTensorBeside('int32', segments)
  if (source.rank === 0 || !sameShape(given.shape, source.shape.slice(0, 1))) {
    throw new ShapeError(
      `segmentSum: x ${formatShape(source.shape)}, segments ${formatShape(given.shape)}. Give one segment for each row of x.`,
    )
  }
  const size = countOf('segmentSum', given, count)
  const index = checkIndices('segmentSum', given, size, { lowest: 0 })
  const summed = withDType(source, promote(source.dtype, 'int32'))
  return scatterAdd(summed, index, 0, [size, ...source.shape.slice(1)])
}

/**
 * Updates in zeros of a shape, at lists of indices; duplicates are added up. The way back of `gatherND`.
 *
 * @param indices whole numbers, [..., k]: the first k indices of a slice; negative ones count from the end
 * @param updates [..., ...the axes of the shape behind the k-th]
 * @param shape the shape of the result
 * @throws ShapeError for an index outside its axis, or updates that do not fit
 * @example
 * scatterND([[0, 1], [1, 0], [0, 1]], [1, 2, 3], [2, 2]).toArray() // => [[0, 4], [2, 0]]
 */
export function scatterND(indices: TensorLike, updates: TensorLike, shape: Shape): Tensor {
  checkShape('scatterND', shape)
  const index = toTensorBeside('int32', indices)
  const given = toTensor(updates)
  const depth = index.shape[index.rank - 1] ?? 0
  const wanted = [...index.shape.slice(0, -1), ...shape.slice(depth)]
  if (index.rank === 0 || depth > shape.length || !sameShape(given.shape, wanted)) {
    throw new ShapeError(
      `scatterND: indices ${formatShape(index.shape)}, updates ${formatShape(given.shape)}, shape ${formatShape(shape)} do not fit. For these indices the updates must be ${formatShape(wanted)}.`,
    )
  }
  const named = shape.slice(0, depth)
  const rows = withDType(given, promote(given.dtype, 'int32'))
  const rest = shape.slice(depth)
  const count = sizeOf(index.shape.slice(0, -1))
  const linear = linearIndices('scatterND', index, named).reshape([count])
  return scatterAdd(rows.reshape([count, ...rest]), linear, 0, [sizeOf(named), ...rest]).reshape(shape)
}

/** Options of `bincount`. */
export interface BincountOptions {
  /** The weight of each element, of the shape of x; gradients flow to them. Default 1. */
  weights?: TensorLike
  /** The least length of the result. Default 0. */
  minLength?: number
}

/**
 * Counts how often each of 0, 1, 2, … occurs.
 *
 * @param x whole numbers from 0 on, of any shape
 * @param options `weights` (their dtype is that of the result, which is int32 without them), `minLength` (default 0)
 * @returns [the largest number + 1], or longer for `minLength`
 * @throws ShapeError for a negative number, or weights of another shape than x
 * @example
 * bincount([1, 3, 1]).toArray() // => [0, 2, 0, 1]
 * bincount([1, 0], { weights: [0.5, 2], minLength: 3 }).toArray() // => [2, 0.5, 0]
 */
export function bincount(x: TensorLike, options: BincountOptions = {}): Tensor {
  const { weights, minLength } = resolve('bincount', options, {
    defaults: { weights: undefined, minLength: 0 },
    ranges: { minLength: whole(0) },
    synonyms: { minlength: 'minLength' },
  })
  const given = toTensorBeside('int32', x)
  const counted = weights === undefined ? ones(given.shape, { dtype: 'int32' }) : toTensor(weights)
  if (!sameShape(counted.shape, given.shape)) {
    throw new ShapeError(
      `bincount: weights ${formatShape(counted.shape)}, x ${formatShape(given.shape)}. Give one weight for each element.`,
    )
  }
  const size = Math.max(minLength, countOf('bincount', given, undefined))
  const index = checkIndices('bincount', given, size, { lowest: 0 })
  const summed = withDType(counted, promote(counted.dtype, 'int32'))
  return scatterAdd(summed.flatten(), index.flatten(), 0, [size])
}

/** The number of groups: the one asked for, or up to the largest number. */
function countOf(name: string, groups: Tensor, count: number | undefined): number {
  if (count === undefined) return groups.size === 0 ? 0 : Math.max(0, Number(groups.max().item()) + 1)
  const wanted = whole(0)(count)
  if (wanted !== undefined) throw wrongValue(name, 'count', wanted, count)
  return count
}

/**
 * Each value that occurs, once, in ascending order. The values are copied; no gradient flows.
 *
 * @param x of any shape; it is flattened. NaN is equal to nothing, so each one is kept.
 * @returns `values`; `inverse`, the index of each element of x among them, of the shape of x; `counts`, how often each occurs
 * @example
 * const { values, inverse, counts } = unique([3, 1, 3])
 * values.toArray() // => [1, 3]
 * inverse.toArray() // => [1, 0, 1]
 * counts.toArray() // => [1, 2]
 */
export function unique(x: TensorLike): {
  /** The values, ascending. */
  values: Tensor
  /** For each element of x, the index of its value; int32. */
  inverse: Tensor
  /** The count of each value; int32. */
  counts: Tensor
} {
  const source = toTensor(x).detach()
  const order = source.flatten().argSort()
  const sorted = source.flatten().gather(order)
  const n = sorted.size
  const isNew = n === 0 ? zeros([0], { dtype: 'bool' }) : firstOfEach(sorted)
  const group = isNew.cast('int32').cumsum().sub(1)
  const values = booleanMask(sorted, isNew)
  return {
    values,
    inverse: scatterAdd(group, order, 0, [n]).reshape(source.shape),
    counts: segmentSum(ones([n], { dtype: 'int32' }), group, values.size),
  }
}

/** True for what differs from its neighbour before it. */
function firstOfEach(sorted: Tensor): Tensor {
  const differs = sorted.slice('1:').notEqual(sorted.slice(':-1'))
  return differs.pad([[1, 0]], { value: 1 })
}

/** Options of `searchSorted`. */
export interface SearchSortedOptions {
  /** Puts a number that occurs in the row in front of its equals (`'left'`, default) or behind them. */
  side?: 'left' | 'right'
}

/**
 * Finds where numbers belong in a sorted row, so that it stays sorted: how many elements of the row are smaller (for `'right'`: not larger).
 *
 * @param sorted [n], ascending
 * @param values of any shape
 * @param options `side` (default `'left'`)
 * @returns int32, of the shape of the values
 * @throws ShapeError when the row is not a vector
 * @example
 * searchSorted([1, 3, 5], [0, 3, 9]).toArray() // => [0, 1, 3]
 * searchSorted([1, 3, 5], [3], { side: 'right' }).toArray() // => [2]
 */
export function searchSorted(sorted: TensorLike, values: TensorLike, options: SearchSortedOptions = {}): Tensor {
  const { side } = resolve('searchSorted', options, {
    defaults: { side: 'left' },
    ranges: { side: oneOf(['left', 'right']) },
  })
  const [row, wanted] = toTensors([sorted, values]).map((x) => x.detach())
  if (row.rank !== 1) {
    throw new ShapeError(`searchSorted: the sorted numbers have shape ${formatShape(row.shape)}. Give a vector.`)
  }
  let position = full(wanted.shape, 0, { dtype: 'int32' })
  if (row.size === 0) return position
  // Half the way, a quarter of it, …: each step is taken if the element before it is still smaller
  for (let step = 2 ** Math.floor(Math.log2(row.size)); step >= 1; step /= 2) {
    const next = position.add(step)
    const before = row.gather(next.sub(1).clip(0, row.size - 1))
    const isBefore = elementwise(side === 'left' ? smaller : notLarger, [before, wanted])
    position = where(isBefore.logicalAnd(next.lessEqual(row.size)), next, position)
  }
  return position
}

// NaN is larger than everything else, as it is where rows are sorted
const smaller = op('a < b or b != b and a == a')
const notLarger = op('a <= b or b != b')
