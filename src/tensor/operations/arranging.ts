/**
 * Operations that arrange numbers anew without picking them by value: stacking and splitting, repeating, turning round.
 * (Reshaping, transposing, slicing and `concat` are in `shaping.ts`; `pad` is in `padding.ts`.)
 */
import { ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { show } from '../../options.js'
import { checkTensors, type TensorLike, toTensor, toTensors, wrap } from '../creation.js'
import { elementwise } from '../operation.js'
import {
  type Axes,
  checkSize,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  sameShape,
  sizeOf,
  stridesOf,
} from '../shape.js'
import type { Tensor } from '../tensor.js'
import { ops, viewOf } from './ops.js'
import { concat, gather, snapshot } from './shaping.js'

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

/**
 * Turned round along axes.
 * @param axes one axis, several, or null for all (default)
 * @example
 * tensor([[1, 2], [3, 4]]).flip(1).toArray() // => [[2, 1], [4, 3]]
 */
export function flip(x: TensorLike, axes?: Axes): Tensor {
  const source = toTensor(x)
  const turned = normalizeAxes('flip', axes, source.rank)
  const strides = stridesOf(source.shape)
  if (source.size === 0) return snapshot(source)
  const offset = turned.reduce((sum, axis) => sum + (source.shape[axis] - 1) * strides[axis], 0)
  const signed = strides.map((stride, axis) => (turned.includes(axis) ? -stride : stride))
  return viewOf(source, { shape: source.shape, strides: signed, offset })
}

/**
 * Moved on along an axis; what falls off the end comes in at the front.
 * @param shift how far; negative: towards the front; one number for each of several axes
 * @param axes default: the flattened tensor
 * @throws ShapeError when there are not as many shifts as axes
 * @example
 * arange(5).roll(2).toArray() // => [3, 4, 0, 1, 2]
 * tensor([[1, 2], [3, 4]]).roll(1, 0).toArray() // => [[3, 4], [1, 2]]
 */
export function roll(
  x: TensorLike,
  shift: number | readonly number[],
  axes?: number | readonly number[] | null,
): Tensor {
  const source = toTensor(x)
  if (axes === undefined || axes === null) return roll(source.flatten(), shift, 0).reshape(source.shape)
  const list = Array.isArray(axes) ? (axes as readonly number[]) : [axes as number]
  const shifts = Array.isArray(shift) ? (shift as readonly number[]) : list.map(() => shift as number)
  if (shifts.length !== list.length || !shifts.every(Number.isInteger)) {
    throw new ShapeError(`roll: shifts ${show(shifts)} for axes ${show(list)}. Give one whole number for each axis.`)
  }
  return list.reduce((y, axis, i) => rollAxis(y, shifts[i], normalizeAxis('roll', axis, y.rank)), snapshot(source))
}

function rollAxis(x: Tensor, shift: number, axis: number): Tensor {
  const n = x.shape[axis]
  const start = n === 0 ? 0 : ((shift % n) + n) % n
  if (start === 0) return x
  return concat([part(x, axis, n - start, start), part(x, axis, 0, n - start)], axis)
}

/** `count` elements along an axis. */
function part(x: Tensor, axis: number, start: number, count: number): Tensor {
  const strides = stridesOf(x.shape)
  const shape = x.shape.map((n, i) => (i === axis ? count : n))
  return viewOf(x, { shape, strides, offset: sizeOf(shape) === 0 ? 0 : start * strides[axis] })
}

/** The slices at these indices along an axis. */
export function pickAlong(x: Tensor, axis: number, indices: Int32Array): Tensor {
  return gather(x, wrap('gather', indices, 'int32', [indices.length]), { axis })
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

/** One number or several, checked. */
function counted(op: string, times: number | readonly number[]): readonly number[] {
  const list = Array.isArray(times) ? (times as readonly number[]) : [times as number]
  for (const n of list) checkCount(op, n)
  return list
}

/** @throws ShapeError when n is not a whole number, 0 or more */
export function checkCount(op: string, n: number): void {
  if (Number.isInteger(n) && n >= 0) return
  throw new ShapeError(`${op}: ${show(n)} is not a number of elements. Give whole numbers, 0 or more.`)
}
