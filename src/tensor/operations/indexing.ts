/**
 * Operations that pick and change elements by index. (`slice`, `gather` and `oneHot` are in `shaping.ts`.)
 */
import { DTypeError, ShapeError } from '../../errors.js'
import type { DType, Shape, TypedArray } from '../../kernels/backend.js'
import { resolve } from '../../options.js'
import { backend } from '../backend.js'
import { type TensorLike, toTensor, toTensorBeside, toTensors, wrap } from '../creation.js'
import { isFloat, promote } from '../dtype.js'
import { convert } from '../nested-arrays.js'
import { run } from '../operation.js'
import { broadcastShapes, formatShape, normalizeAxis, sameShape, sizeOf, stridesOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { where } from './comparisons.js'
import { ops, place, scatterAdd as scatterRows } from './ops.js'
import { broadcastTo, checkIndices, fromFirstAxis, reshape } from './shaping.js'
import { parseSlice, type SliceSpec } from './slicing.js'

/**
 * For each position, the element that the index there names along an axis: out[i, j] = x[indices[i, j], j] for axis 0.
 *
 * @param indices whole numbers, of x's rank; the other axes are broadcast against x's; negative ones count from the end
 * @param axis default −1, the last
 * @throws ShapeError for an index outside the axis, or shapes that do not fit
 * @example
 * tensor([[1, 2], [3, 4]]).takeAlongAxis([[1], [0]], 1).toArray() // => [[2], [3]]
 */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis = -1): Tensor {
  const source = toTensor(x)
  const at = normalizeAxis('takeAlongAxis', axis, source.rank)
  return take(source, checkIndices('takeAlongAxis', indices, source.shape[at]), at)
}

/** `takeAlongAxis` with indices that are right: int32, from 0 to the size of the axis − 1. */
export function take(x: Tensor, indices: Tensor, axis: number): Tensor {
  if (indices.rank !== x.rank) {
    throw new ShapeError(
      `takeAlongAxis: x ${formatShape(x.shape)} has ${x.rank} axes, the indices ${formatShape(indices.shape)} ${indices.rank}. Give them the same number.`,
    )
  }
  const others = (shape: Shape) => shape.map((n, i) => (i === axis ? 1 : n))
  const common = broadcastShapes('takeAlongAxis', others(x.shape), others(indices.shape))
  const rows = broadcastTo(x, withSize(common, axis, x.shape[axis]))
  const strides = stridesOf(rows.shape)
  let linear = indices.mul(strides[axis])
  common.forEach((n, i) => {
    if (n > 1) linear = linear.add(countAlong(i, n, strides[i], common.length))
  })
  return run(ops.gather, [rows.flatten(), linear.broadcastTo(withSize(common, axis, indices.shape[axis]))], { axis: 0 })
}

/**
 * The slices that lists of indices name: out[…] = x[indices[…, 0], indices[…, 1], …].
 *
 * @param indices whole numbers, [..., k] with k at most x's rank: the first k indices of a slice; negative ones count from the end
 * @returns [..., ...the axes of x behind the k-th]
 * @throws ShapeError for an index outside its axis, or too many of them
 * @example
 * tensor([[1, 2], [3, 4]]).gatherND([[0, 1], [1, 0]]).toArray() // => [2, 3]
 * tensor([[1, 2], [3, 4]]).gatherND([[1]]).toArray() // => [[3, 4]]
 */
export function gatherND(x: TensorLike, indices: TensorLike): Tensor {
  const source = toTensor(x)
  const index = toTensorBeside('int32', indices)
  const depth = index.shape[index.rank - 1]
  if (index.rank === 0 || depth > source.rank) {
    throw new ShapeError(
      `gatherND: indices ${formatShape(index.shape)} do not fit x ${formatShape(source.shape)}. Their last axis holds up to ${source.rank} numbers, one for each of the first axes of x.`,
    )
  }
  const named = source.shape.slice(0, depth)
  const rows = reshape(source, [sizeOf(named), ...source.shape.slice(depth)])
  return run(ops.gather, [rows, linearIndices('gatherND', index, named)], { axis: 0 })
}

/**
 * x with updates added at the indices along an axis, duplicates added up: the way back of `gather`.
 *
 * @param indices whole numbers of any shape; negative ones count from the end
 * @param updates x's shape with the axis replaced by the shape of the indices (broadcast to it)
 * @param options `axis` (default 0)
 * @throws ShapeError for an index outside the axis, or updates that do not fit
 * @throws DTypeError when x holds whole numbers and an update is not one
 * @example
 * zeros([3]).scatterAdd([0, 2, 2], [1, 2, 3]).toArray() // => [1, 0, 5]
 */
export function scatterAdd(
  x: TensorLike,
  indices: TensorLike,
  updates: TensorLike,
  options: { axis?: number } = {},
): Tensor {
  const [source, added] = toTensors([x, updates])
  const axis = normalizeAxis('scatterAdd', resolve('scatterAdd', options, fromFirstAxis).axis, source.rank)
  const index = checkIndices('scatterAdd', indices, source.shape[axis])
  const shape = [...source.shape.slice(0, axis), ...index.shape, ...source.shape.slice(axis + 1)]
  const dtype = promote(source.dtype, 'int32')
  const rows = spreadTo('scatterAdd', fitting('scatterAdd', added, dtype), shape)
  return source.add(scatterRows(rows, index, axis, source.shape))
}

/**
 * The elements (or slices) where the mask is true.
 * @param mask of x's shape, or of its first axes
 * @returns [count, ...the axes of x that the mask does not have]
 * @throws ShapeError when the mask does not fit
 * @example
 * const x = tensor([[1, 5], [3, 4]])
 * x.booleanMask(x.greater(2)).toArray() // => [5, 3, 4]
 * x.booleanMask([false, true]).toArray() // => [[3, 4]]
 */
export function booleanMask(x: TensorLike, mask: TensorLike): Tensor {
  const source = toTensor(x)
  const chosen = toTensor(mask)
  const first = source.shape.slice(0, chosen.rank)
  if (!sameShape(chosen.shape, first)) {
    throw new ShapeError(
      `booleanMask: mask ${formatShape(chosen.shape)}, x ${formatShape(source.shape)}. The mask must have the shape of x, or of its first axes.`,
    )
  }
  const indices = trueIndices(chosen.dataSync())
  const rows = reshape(source, [sizeOf(first), ...source.shape.slice(chosen.rank)])
  return run(ops.gather, [rows, wrap('booleanMask', indices, 'int32', [indices.length])], { axis: 0 })
}

/**
 * The indices of the elements that are not 0 (NaN is not): one row for each, in order; int32.
 * @returns [count, rank]; `gatherND` picks the elements there
 * @example
 * tensor([[0, 5], [3, 0]]).argWhere().toArray() // => [[0, 1], [1, 0]]
 */
export function argWhere(x: TensorLike): Tensor {
  const source = toTensor(x)
  const { shape, rank } = source
  const strides = stridesOf(shape)
  const places = trueIndices(source.dataSync())
  const indices = new Int32Array(places.length * rank)
  for (let i = 0; i < indices.length; i++) {
    const axis = i % rank
    indices[i] = Math.floor(places[Math.floor(i / rank)] / strides[axis]) % shape[axis]
  }
  return wrap('argWhere', indices, 'int32', [places.length, rank])
}

/**
 * A copy of x in which a slice has another value; x stays as it was. Gradients flow to both.
 * @param spec as for `slice`
 * @param value broadcast to the shape of the slice, and cast to the dtype of x
 * @throws ShapeError when the slice does not fit x, or the value not the slice
 * @throws DTypeError when x is int32 and the value holds a number that int32 does not
 * @example
 * zeros([2, 3]).withSlice(':, 1', [5, 6]).toArray() // => [[0, 5, 0], [0, 6, 0]]
 */
export function withSlice(x: TensorLike, spec: SliceSpec, value: TensorLike): Tensor {
  const [source, given] = toTensors([x, value])
  const { view, shape } = parseSlice('withSlice', spec, source.shape)
  const piece = spreadTo('withSlice', fitting('withSlice', given, source.dtype), shape).reshape(view.shape)
  const options = { views: [view], shape: source.shape, fill: 0 }
  const isInside = place([wrap('withSlice', new Uint8Array(piece.size).fill(1), 'bool', view.shape)], options)
  return where(isInside, place([piece], options), source)
}

/** The indices of the numbers that are not 0. */
function trueIndices(flags: TypedArray): Int32Array {
  const indices = new Int32Array(flags.length)
  let count = 0
  for (let i = 0; i < flags.length; i++) if (flags[i] !== 0) indices[count++] = i
  return indices.slice(0, count)
}

/** One number for each list of indices along the last axis: where they point to in an array of this shape. */
export function linearIndices(op: string, indices: Tensor, shape: Shape): Tensor {
  const strides = stridesOf(shape)
  const given = indices.dataSync()
  const out = new Int32Array(sizeOf(indices.shape.slice(0, -1)))
  for (let i = 0; i < given.length; i++) {
    const axis = i % shape.length
    const n = given[i]
    if (!Number.isInteger(n)) throw new DTypeError(`${op}: index ${n} is not a whole number. Indices are integers.`)
    if (n < -shape[axis] || n >= shape[axis]) {
      throw new ShapeError(
        `${op}: index ${n} is out of range for axis ${axis}, which has ${shape[axis]} elements. Indices go from ${-shape[axis]} to ${shape[axis] - 1}.`,
      )
    }
    out[Math.floor(i / shape.length)] += (n < 0 ? n + shape[axis] : n) * strides[axis]
  }
  return wrap(op, out, 'int32', indices.shape.slice(0, -1))
}

/**
 * Numbers that go into a tensor of this dtype.
 * @throws DTypeError when it is int32 and cannot hold one of them; numbers still on the GPU are cast
 */
function fitting(op: string, x: Tensor, dtype: DType): Tensor {
  if (dtype !== 'int32' || !isFloat(x.dtype) || backend.isPending?.(x.buffer)) return x.cast(dtype)
  return wrap(
    op,
    Int32Array.from(x.dataSync(), (n, i) => convert(op, n, i, dtype)),
    dtype,
    x.shape,
  )
}

/** x broadcast to a shape. */
function spreadTo(op: string, x: Tensor, shape: Shape): Tensor {
  if (!sameShape(broadcastShapes(op, x.shape, shape), shape)) {
    throw new ShapeError(
      `${op}: a value of shape ${formatShape(x.shape)} does not fit into ${formatShape(shape)}. Each axis must be 1 or as long, counted from the last.`,
    )
  }
  return broadcastTo(x, shape)
}

function withSize(shape: Shape, axis: number, size: number): number[] {
  return shape.map((n, i) => (i === axis ? size : n))
}

/** 0, step, 2 step, … along one of `rank` axes. */
function countAlong(axis: number, n: number, step: number, rank: number): Tensor {
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? n : 1))
  return wrap(
    'arange',
    Int32Array.from({ length: n }, (_, i) => i * step),
    'int32',
    shape,
  )
}
