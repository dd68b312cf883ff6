/**
 * Operations that move numbers without changing them: shapes, axes, joining, picking.
 */
import { DTypeError, OptionError, ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { resolve, show } from '../../options.js'
import { backend } from '../backend.js'
import {
  arange,
  checkTensors,
  type FillOptions,
  type TensorLike,
  toTensor,
  toTensorBeside,
  toTensors,
  wrap,
} from '../creation.js'
import { checkDType, promote } from '../dtype.js'
import { run, withDType } from '../operation.js'
import {
  checkShape,
  checkSize,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  reducedShape,
  sameShape,
  sizeOf,
  stridesOf,
} from '../shape.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { where } from './comparisons.js'
import { ops, place, viewOf } from './ops.js'
import { parseSlice, type SliceSpec } from './slicing.js'

/**
 * The same numbers in another shape (row-major order is kept; the numbers are shared, not copied).
 * @param shape an array, or one argument per axis; one size may be −1: it is computed from the others
 * @throws ShapeError when the number of elements differs
 * @example
 * arange(6).reshape([2, -1]).shape // => [2, 3]
 * arange(6).reshape(3, 2).shape // => [3, 2]
 */
export function reshape(x: TensorLike, ...shape: [shape: Shape] | number[]): Tensor {
  const source = toTensor(x)
  const target = resolveShape(source.shape, listOf<Shape>(shape))
  return sameShape(source.shape, target) ? snapshot(source) : run(ops.reshape, [source], { shape: target })
}

/** Returns arguments given either as one array or one by one, as an array. */
function listOf<List>(given: readonly unknown[]): List {
  return (given.length === 1 && typeof given[0] !== 'number' ? given[0] : given) as List
}

/** The tensor itself, which never changes; of a variable, which does, a copy. */
export function snapshot(x: Tensor): Tensor {
  return x instanceof Variable ? run(ops.reshape, [x], { shape: x.shape }) : x
}

/**
 * All elements along one axis.
 * @example
 * ones([2, 3]).flatten().shape // => [6]
 */
export function flatten(x: TensorLike): Tensor {
  return reshape(x, [-1])
}

/**
 * The axes in another order.
 * @param axes an array, or one argument per axis; default: reversed (the transpose of a matrix)
 * @throws ShapeError when `axes` is not a permutation (to exchange two axes of several, use `swapAxes`)
 * @example
 * tensor([[1, 2, 3]]).transpose().toArray() // => [[1], [2], [3]]
 * ones([2, 3, 4]).transpose([1, 0, 2]).shape // => [3, 2, 4]
 */
export function transpose(x: TensorLike, ...axes: [axes?: readonly number[]] | number[]): Tensor {
  const source = toTensor(x)
  const given = axes.length === 0 ? undefined : listOf<readonly number[] | undefined>(axes)
  if (given !== undefined && !Array.isArray(given)) {
    throw new ShapeError(`transpose: the axes are ${show(given)}. Give one array: transpose([1, 0]).`)
  }
  const order = given
    ? given.map((axis: number) => normalizeAxis('transpose', axis, source.rank))
    : source.shape.map((_, i) => source.rank - 1 - i)
  if (order.length !== source.rank || new Set(order).size !== source.rank) {
    throw new ShapeError(
      `transpose: axes ${formatShape(given as Shape)} are not a permutation of the ${source.rank} axes of ${formatShape(source.shape)}. Name each axis once, or swap two with swapAxes().`,
    )
  }
  return run(ops.transpose, [source], { axes: order })
}

/**
 * Another name of `transpose`.
 * @example
 * ones([2, 3, 4]).permute([2, 0, 1]).shape // => [4, 2, 3]
 * @function
 */
export const permute = transpose

/**
 * Two axes exchanged.
 * @param a one axis; negative ones count from the last
 * @param b the other
 * @example
 * ones([2, 3, 4]).swapAxes(0, -1).shape // => [4, 3, 2]
 */
export function swapAxes(x: TensorLike, a: number, b: number): Tensor {
  const source = toTensor(x)
  const order = source.shape.map((_, i) => i)
  const [i, j] = [normalizeAxis('swapAxes', a, source.rank), normalizeAxis('swapAxes', b, source.rank)]
  order[i] = j
  order[j] = i
  return transpose(source, order)
}

/**
 * A new axis of size 1.
 * @param axis where it will stand in the result
 * @example
 * ones([2, 3]).expandDims(1).shape // => [2, 1, 3]
 */
export function expandDims(x: TensorLike, axis: number): Tensor {
  const source = toTensor(x)
  const at = normalizeAxis('expandDims', axis, source.rank + 1)
  return reshape(source, [...source.shape.slice(0, at), 1, ...source.shape.slice(at)])
}

/**
 * Without axes of size 1.
 * @param axes the one to drop, or several; default: all of size 1
 * @throws ShapeError when the axis is longer
 * @example
 * ones([1, 3, 1]).squeeze().shape // => [3]
 */
export function squeeze(x: TensorLike, axes?: number | readonly number[]): Tensor {
  const source = toTensor(x)
  const { shape } = source
  const gone =
    axes === undefined ? shape.flatMap((n, i) => (n === 1 ? [i] : [])) : normalizeAxes('squeeze', axes, source.rank)
  const long = gone.find((axis) => shape[axis] !== 1)
  if (long !== undefined) {
    throw new ShapeError(
      `squeeze: axis ${long} of ${formatShape(shape)} has ${shape[long]} elements. Only axes of size 1 can go.`,
    )
  }
  return reshape(source, reducedShape(shape, gone, false))
}

/**
 * Repeated along new axes and axes of size 1, by NumPy's rule.
 * @throws ShapeError when an axis is neither 1 nor as long
 * @example
 * tensor([1, 2]).broadcastTo([2, 2]).toArray() // => [[1, 2], [1, 2]]
 */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const source = toTensor(x)
  checkShape('broadcastTo', shape)
  if (sameShape(source.shape, shape)) return snapshot(source)
  const first = shape.length - source.rank
  if (first < 0 || source.shape.some((n, i) => n !== 1 && n !== shape[first + i])) {
    throw new ShapeError(
      `broadcastTo: ${formatShape(source.shape)} does not broadcast to ${formatShape(shape)}. Each axis must be 1 or as long, counted from the last.`,
    )
  }
  checkSize('broadcastTo', source.dtype, sizeOf(shape))
  return run(ops.broadcastTo, [source], { shape: [...shape] })
}

/**
 * Summed to a shape that broadcasts to this one: the way back of broadcasting.
 * @throws ShapeError when it does not
 * @example
 * ones([2, 3]).sumTo([3]).toArray() // => [2, 2, 2]
 */
export function sumTo(x: TensorLike, shape: Shape): Tensor {
  const source = toTensor(x)
  checkShape('sumTo', shape)
  const first = source.rank - shape.length
  if (first < 0 || shape.some((n, i) => n !== 1 && n !== source.shape[first + i])) {
    throw new ShapeError(
      `sumTo: ${formatShape(shape)} does not broadcast to ${formatShape(source.shape)}. Each axis must be 1 or as long, counted from the last.`,
    )
  }
  const axes = source.shape.flatMap((n, i) => (i < first || (shape[i - first] === 1 && n !== 1) ? [i] : []))
  return axes.length === 0 ? reshape(source, shape) : reshape(source.sum(axes), shape)
}

/**
 * Picks ranges: NumPy's slices as text, or an entry per axis (`[start, stop]`, `[start, stop, step]`, one index, or null for all).
 * Negative numbers count from the end; an index drops its axis; axes not mentioned are taken whole; `...` stands for those between,
 * `newaxis` for a new axis of size 1.
 *
 * @param spec one entry for each axis, or one text for all of them
 * @throws ShapeError for an index outside its axis, too many axes or a step of 0
 * @example
 * const x = arange(12).reshape([3, 4])
 * x.slice('1:, ::2').toArray() // => [[4, 6], [8, 10]]
 * x.slice([[0, 2], 3]).toArray() // => [3, 7]
 * x.slice('::-1, 0').toArray() // => [8, 4, 0]
 * x.slice(':, newaxis, 0').shape // => [3, 1]
 */
export function slice(x: TensorLike, spec: SliceSpec): Tensor {
  const source = toTensor(x)
  const { view, shape } = parseSlice('slice', spec, source.shape)
  return reshape(viewOf(source, view), shape)
}

/**
 * Tensors joined along an axis that exists.
 * @param axis default 0
 * @param tensors of equal shapes except along that axis
 * @throws ShapeError when the other axes differ
 * @example
 * concat([tensor([[1], [2]]), tensor([[3], [4]])], 1).toArray() // => [[1, 3], [2, 4]]
 */
export function concat(tensors: readonly TensorLike[], axis = 0): Tensor {
  checkTensors('concat', tensors)
  const pieces = toTensors(tensors)
  const dtype = pieces.map((x) => x.dtype).reduce(promote)
  const [{ rank, shape: first }] = pieces
  const at = normalizeAxis('concat', axis, rank)
  for (const x of pieces) checkJoin(first, x.shape, at)
  const shape = first.map((n, i) => (i === at ? pieces.reduce((sum, x) => sum + x.shape[at], 0) : n))
  checkSize('concat', dtype, sizeOf(shape))
  const strides = stridesOf(shape)
  let start = 0
  const views = pieces.map((x) => {
    const offset = start * strides[at]
    start += x.shape[at]
    return { shape: x.shape, strides, offset }
  })
  return place(
    pieces.map((x) => withDType(x, dtype)),
    { views, shape, fill: 0 },
  )
}

/** The options of what goes along one axis. */
export const fromFirstAxis = { defaults: { axis: 0 } }

/**
 * The slices of `x` at the given indices along an axis.
 *
 * @param indices whole numbers of any shape; negative ones count from the end
 * @param options `axis` (default 0)
 * @returns x's shape with the axis replaced by the shape of the indices. The gradient of axis 0 is sparse (`IndexedSlices`).
 * @throws ShapeError for an index outside the axis
 * @example
 * tensor([[1, 2], [3, 4], [5, 6]]).gather([2, 0]).toArray() // => [[5, 6], [1, 2]]
 */
export function gather(x: TensorLike, indices: TensorLike, options: { axis?: number } = {}): Tensor {
  const source = toTensor(x)
  const axis = normalizeAxis('gather', resolve('gather', options, fromFirstAxis).axis, source.rank)
  return run(ops.gather, [source, checkIndices('gather', indices, source.shape[axis])], { axis })
}

/**
 * 1 at the index, 0 elsewhere, along a new last axis.
 *
 * @param depth the length of the new axis
 * @param options `dtype` (default float32)
 * @param indices whole numbers, any shape
 * @throws ShapeError for an index outside 0 … depth − 1
 * @example
 * oneHot(tensor([2, 0], { dtype: 'int32' }), 3).toArray() // => [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot(indices: TensorLike, depth: number, options: Pick<FillOptions, 'dtype'> = {}): Tensor {
  if (!Number.isInteger(depth) || depth < 1)
    throw new OptionError(`oneHot: the depth is ${show(depth)}. Give the number of classes.`)
  const { dtype } = resolve('oneHot', options, { defaults: { dtype: 'float32' } })
  checkDType('oneHot', dtype)
  const index = checkIndices('oneHot', indices, depth, { lowest: 0 })
  checkSize('oneHot', dtype, Math.max(1, index.size) * depth)
  const classes = arange(depth, undefined, 1, { dtype: 'int32' })
  return index.expandDims(-1).equal(classes).cast(dtype)
}

/** The words for indices in messages, and whether negative ones count from the end. */
interface IndexWords {
  lowest?: number
  item?: string
  all?: string
}

/**
 * Indices as int32 from 0 to size − 1.
 * @param words `lowest`: the least index allowed, −size (default) where negative ones count from the end
 * @throws ShapeError or DTypeError for an index out of range or with a fraction
 */
export function checkIndices(op: string, indices: TensorLike, size: number, words: IndexWords = {}): Tensor {
  const { lowest = -size } = words
  const tensor = toTensorBeside('int32', indices)
  if (backend.isPending?.(tensor.buffer)) return countedFromStart(tensor, size, lowest)
  const given = tensor.dataSync()
  const isReady = tensor.dtype === 'int32'
  const positions = isReady ? (given as Int32Array) : new Int32Array(given.length)
  let negatives = 0
  for (let i = 0; i < given.length; i++) {
    const n = given[i]
    if (!(n >= lowest && n < size) || (!isReady && !Number.isInteger(n))) throw badIndex(op, n, size, words)
    if (n < 0) negatives++
    positions[i] = n < 0 ? n + size : n
  }
  return isReady && negatives === 0 ? tensor : wrap(op, positions, 'int32', tensor.shape)
}

/** Indices that nobody can read yet, negative ones from the end. What does not exist becomes NaN where it is used. */
function countedFromStart(indices: Tensor, size: number, lowest: number): Tensor {
  const whole = indices.cast('int32')
  return lowest < 0 ? where(whole.less(0), whole.add(size), whole) : whole
}

function badIndex(op: string, n: number, size: number, words: IndexWords): Error {
  const { lowest = -size, item = 'index', all = 'elements' } = words
  const plural = item === 'index' ? 'Indices' : 'Labels'
  if (!Number.isInteger(n)) {
    return new DTypeError(`${op}: ${item} ${n} is not a whole number. ${plural} are integers.`)
  }
  return new ShapeError(
    `${op}: ${item} ${n} is out of range for ${size} ${all}. ${plural} go from ${lowest} to ${size - 1}.`,
  )
}

function resolveShape(from: Shape, to: Shape): Shape {
  if (!Array.isArray(to)) throw new ShapeError(`reshape: the shape is ${show(to)}. Give one array: reshape([2, -1]).`)
  const size = sizeOf(from)
  const shape = [...to]
  const free = to.indexOf(-1)
  if (free >= 0) shape[free] = 1
  if (shape.every(isSize)) {
    if (free >= 0) shape[free] = size / sizeOf(shape)
    if (sizeOf(shape) === size && shape.every(isSize)) return shape
  }
  throw new ShapeError(
    `reshape: ${formatShape(from)} has ${size} elements and does not fill ${show(to)}. The product of the sizes must stay the same; one may be -1.`,
  )
}

const isSize = (n: number) => Number.isInteger(n) && n >= 0

function checkJoin(a: Shape, b: Shape, axis: number): void {
  if (a.length === b.length && a.every((n, i) => i === axis || n === b[i])) return
  throw new ShapeError(
    `concat: shapes ${formatShape(a)} and ${formatShape(b)} differ in more than axis ${axis}. All other axes must be equal.`,
  )
}
