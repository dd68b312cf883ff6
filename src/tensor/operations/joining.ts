/**
 * Tensors joined into one, and one split into several.
 */

import { ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { show } from '../../options.js'
import { checkTensors, type TensorLike, toTensor, toTensors } from '../creation.js'
import { promote } from '../dtype.js'
import { withDType } from '../operation.js'
import { checkSize, formatShape, normalizeAxis, sameShape, sizeOf, stridesOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { part, place } from './shape-rows.js'

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

/**
 * Tensors of one shape side by side along a new axis.
 * @param axis where the new axis will stand in the result; default 0
 * @param tensors of equal shapes
 * @throws ShapeError when the shapes differ
 * @example
 * stack([tensor([1, 2]), tensor([3, 4])]).toArray() // => [[1, 2], [3, 4]]
 * stack([tensor([1, 2]), tensor([3, 4])], -1).toArray() // => [[1, 3], [2, 4]]
 */
export function stack(tensors: readonly TensorLike[], axis = 0): Tensor {
  checkTensors('stack', tensors)
  const pieces = toTensors(tensors)
  const [{ shape }] = pieces
  const odd = pieces.find((x) => !sameShape(x.shape, shape))
  if (odd) {
    throw new ShapeError(
      `stack: shapes ${formatShape(shape)} and ${formatShape(odd.shape)} differ. Use concat() to join along an axis that exists.`,
    )
  }
  const at = normalizeAxis('stack', axis, shape.length + 1)
  return concat(
    pieces.map((x) => x.expandDims(at)),
    at,
  )
}

/**
 * The slices along an axis, without it: the inverse of `stack`.
 * @param axis default 0
 * @example
 * const [a, b] = tensor([[1, 2], [3, 4]]).unstack()
 * b.toArray() // => [3, 4]
 */
export function unstack(x: TensorLike, axis = 0): Tensor[] {
  const source = toTensor(x)
  const at = normalizeAxis('unstack', axis, source.rank)
  return Array.from({ length: source.shape[at] }, (_, i) => part(source, at, i, 1).squeeze(at))
}

/**
 * Pieces along an axis: as many as given, equally long, or of the given sizes.
 * @param parts the number of pieces, or the size of each; one size may be −1: it is computed from the others
 * @param axis default 0
 * @throws ShapeError when the pieces do not fill the axis
 * @example
 * const [a, b] = arange(6).split(2)
 * b.toArray() // => [3, 4, 5]
 * arange(6).split([1, -1])[1].toArray() // => [1, 2, 3, 4, 5]
 */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  const source = toTensor(x)
  const at = normalizeAxis('split', axis, source.rank)
  const sizes = partSizes(parts, source.shape, at)
  let start = 0
  return sizes.map((size) => {
    start += size
    return part(source, at, start - size, size)
  })
}

function partSizes(parts: number | readonly number[], shape: Shape, axis: number): number[] {
  const n = shape[axis]
  const sizes = Array.isArray(parts) ? [...(parts as readonly number[])] : equalParts(n, parts as number)
  const free = sizes.indexOf(-1)
  if (free >= 0) sizes[free] = n - sizes.reduce((sum, size) => sum + size, 1)
  if (sizes.reduce((sum, size) => sum + size, 0) !== n || !sizes.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new ShapeError(
      `split: ${show(parts)} pieces do not fill axis ${axis} of ${formatShape(shape)}, which has ${n} elements. Give a number that divides it, or sizes that add up to it.`,
    )
  }
  return sizes
}

/** Sizes that fill n where it can be divided so; far too many parts are not counted out. */
const equalParts = (n: number, count: number) =>
  !Number.isInteger(count) || count > Math.max(n, 1e6)
    ? [Number.NaN]
    : new Array<number>(Math.max(0, count)).fill(n / count)

function checkJoin(a: Shape, b: Shape, axis: number): void {
  if (a.length === b.length && a.every((n, i) => i === axis || n === b[i])) return
  throw new ShapeError(
    `concat: shapes ${formatShape(a)} and ${formatShape(b)} differ in more than axis ${axis}. All other axes must be equal.`,
  )
}
