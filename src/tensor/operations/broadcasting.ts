/**
 * Numbers repeated: along axes of size 1 (broadcasting, and its way back, `sumTo`), whole tensors (`tile`), single elements (`repeat`).
 */

import { ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { type TensorLike, toTensor } from '../creation.js'
import { elementwise, run } from '../operation.js'
import { checkCount, checkShape, checkSize, formatShape, normalizeAxis, sameShape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { ops } from './ops.js'
import { pickAlong, snapshot } from './shape-rows.js'
import { reshape } from './shaping.js'

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
 * The whole tensor repeated along its axes.
 * @param times how often along each axis, counted from the last; more numbers than axes add axes in front
 * @throws ShapeError when a number is not a whole number, 0 or more
 * @example
 * tensor([1, 2]).tile(2).toArray() // => [1, 2, 1, 2]
 * tensor([1, 2]).tile([2, 1]).toArray() // => [[1, 2], [1, 2]]
 */
export function tile(x: TensorLike, times: number | readonly number[]): Tensor {
  const source = toTensor(x)
  const given = counted('tile', times)
  const rank = Math.max(source.rank, given.length)
  const shape = [...new Array<number>(rank - source.rank).fill(1), ...source.shape]
  const counts = [...new Array<number>(rank - given.length).fill(1), ...given]
  checkSize('tile', source.dtype, sizeOf([...shape, ...counts]))
  return source
    .reshape(shape.flatMap((n) => [1, n]))
    .broadcastTo(shape.flatMap((n, i) => [counts[i], n]))
    .reshape(shape.map((n, i) => counts[i] * n))
}

/**
 * Repeats each element next to itself (PyTorch's repeat_interleave).
 * @param times how often; or how often for each element along the axis
 * @param axis default: the flattened tensor
 * @throws ShapeError when a number is not a whole number, 0 or more, or there is not one number for each element
 * @example
 * tensor([1, 2]).repeat(2).toArray() // => [1, 1, 2, 2]
 * tensor([[1, 2], [3, 4]]).repeat([2, 1], 0).toArray() // => [[1, 2], [1, 2], [3, 4]]
 */
export function repeat(x: TensorLike, times: number | readonly number[], axis?: number | null): Tensor {
  const source = toTensor(x)
  if (axis === undefined || axis === null) return repeat(source.flatten(), times, 0)
  const at = normalizeAxis('repeat', axis, source.rank)
  const { shape } = source
  const counts = counted('repeat', times)
  if (Array.isArray(times) && counts.length !== shape[at]) {
    throw new ShapeError(
      `repeat: ${counts.length} numbers for axis ${axis} of ${formatShape(shape)}, which has ${shape[at]} elements. Give one number for each, or one for all.`,
    )
  }
  const length = Array.isArray(times) ? counts.reduce((sum, n) => sum + n, 0) : shape[at] * counts[0]
  const repeated = shape.map((n, i) => (i === at ? length : n))
  checkSize('repeat', source.dtype, sizeOf(repeated))
  if (Array.isArray(times)) return pickAlong(source, at, repeatedIndices(counts, length))
  const [before, behind] = [shape.slice(0, at + 1), shape.slice(at + 1)]
  // Elementwise kernels repeat single elements faster than copies through views
  const single = source.reshape([...before, 1, ...behind])
  return elementwise(ops.cast, [single], [...before, counts[0], ...behind], source.dtype).reshape(repeated)
}

/** Repeats each index as many times as its count. */
function repeatedIndices(counts: readonly number[], length: number): Int32Array {
  const indices = new Int32Array(length)
  let at = 0
  for (let i = 0; i < counts.length; i++) for (const end = at + counts[i]; at < end; at++) indices[at] = i
  return indices
}

/** One number or several, checked. */
function counted(op: string, times: number | readonly number[]): readonly number[] {
  const list = Array.isArray(times) ? (times as readonly number[]) : [times as number]
  for (const n of list) checkCount(op, n)
  return list
}
