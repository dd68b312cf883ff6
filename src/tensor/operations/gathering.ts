/**
 * Elements and slices picked by their index, and added to by it. (Ranges are in `slicing.ts`.)
 */

import { DTypeError, ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { resolve } from '../../options.js'
import { type TensorLike, toTensor, toTensorBeside, toTensors, wrap } from '../creation.js'
import { promote } from '../dtype.js'
import { run } from '../operation.js'
import { formatShape, normalizeAxis, sizeOf, stridesOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { checkIndices, fitting, spreadTo, take } from './indices.js'
import { ops } from './ops.js'
import { scatterAdd as scatterRows } from './shape-rows.js'
import { reshape } from './shaping.js'

/** The options of what goes along one axis. */
const fromFirstAxis = { defaults: { axis: 0 } }

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
