/**
 * Operations that arrange numbers anew without picking them by value: stacking and splitting, repeating, padding, turning round.
 * (Reshaping, transposing, slicing and `concat` are in `shaping.ts`.)
 */
import { OptionError, ShapeError } from '../errors.js'
import type { Shape, View } from '../kernels/backend.js'
import { checkOptions } from '../options.js'
import { type TensorLike, toTensor, wrap } from './creation.js'
import { place, viewOf } from './ops.js'
import { type Axes, formatShape, normalizeAxes, normalizeAxis, sameShape, sizeOf, stridesOf } from './shape.js'
import { concat, gather } from './shaping.js'
import type { Tensor } from './tensor.js'

/**
 * Tensors of one shape side by side along a new axis.
 * @param axis where the new axis will stand in the result; default 0
 * @throws ShapeError when the shapes differ
 * @example
 * stack([tensor([1, 2]), tensor([3, 4])]).toArray() // => [[1, 2], [3, 4]]
 * stack([tensor([1, 2]), tensor([3, 4])], -1).toArray() // => [[1, 3], [2, 4]]
 */
export function stack(tensors: readonly TensorLike[], axis = 0): Tensor {
  if (tensors.length === 0) throw new ShapeError('stack: no tensors were given. Pass an array of at least one.')
  const pieces = tensors.map(toTensor)
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
 * @throws ShapeError when a number is no whole number, 0 or more
 * @example
 * tensor([1, 2]).tile(2).toArray() // => [1, 2, 1, 2]
 * tensor([1, 2]).tile([2, 1]).toArray() // => [[1, 2], [1, 2]]
 */
export function tile(x: TensorLike, times: number | readonly number[]): Tensor {
  const source = toTensor(x)
  const given = typeof times === 'number' ? [times] : times
  given.forEach((n) => {
    checkCount('tile', n)
  })
  const rank = Math.max(source.rank, given.length)
  const shape = [...new Array<number>(rank - source.rank).fill(1), ...source.shape]
  const counts = [...new Array<number>(rank - given.length).fill(1), ...given]
  return source
    .reshape(shape.flatMap((n) => [1, n]))
    .broadcastTo(shape.flatMap((n, i) => [counts[i], n]))
    .reshape(shape.map((n, i) => counts[i] * n))
}

/**
 * Each element repeated, beside itself (PyTorch's repeat_interleave).
 * @param times how often; or how often for each element along the axis
 * @param axis default: the flattened tensor
 * @throws ShapeError when a number is no whole number, 0 or more, or there are not as many as elements
 * @example
 * tensor([1, 2]).repeat(2).toArray() // => [1, 1, 2, 2]
 * tensor([[1, 2], [3, 4]]).repeat([2, 1], 0).toArray() // => [[1, 2], [1, 2], [3, 4]]
 */
export function repeat(x: TensorLike, times: number | readonly number[], axis?: number | null): Tensor {
  const source = toTensor(x)
  if (axis === undefined || axis === null) return repeat(source.flatten(), times, 0)
  const at = normalizeAxis('repeat', axis, source.rank)
  const { shape } = source
  const counts = typeof times === 'number' ? new Array<number>(shape[at]).fill(times) : times
  if (typeof times === 'number') checkCount('repeat', times)
  counts.forEach((n) => {
    checkCount('repeat', n)
  })
  if (counts.length !== shape[at]) {
    throw new ShapeError(
      `repeat: ${counts.length} numbers for axis ${axis} of ${formatShape(shape)}, which has ${shape[at]} elements. Give one number for each, or one for all.`,
    )
  }
  return pickAlong(
    source,
    at,
    counts.flatMap((n, i) => new Array<number>(n).fill(i)),
  )
}

/** What stands before the first and behind the last element: a number, or elements that `indexOf` picks. */
const padModes = {
  /** 3 2 | 1 2 3 | 2 1, without repeating the edge. */
  reflect: (i: number, n: number) => n - 1 - Math.abs(n - 1 - Math.abs(i)),
  /** 2 1 | 1 2 3 | 3 2. */
  symmetric: (i: number, n: number) => (i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i),
  /** 1 1 | 1 2 3 | 3 3. */
  edge: (i: number, n: number) => Math.min(n - 1, Math.max(0, i)),
} as const

/** Options of `pad`. */
export interface PadOptions {
  /** `'constant'` (default); `'reflect'`, `'symmetric'`, `'edge'` as NumPy has them. */
  mode?: 'constant' | keyof typeof padModes
  /** What to pad with in mode `'constant'`. Default 0. */
  value?: number
}

/**
 * More elements before and behind each axis.
 * @param widths [before, behind] for each axis; or one such pair, or one number, for all
 * @throws ShapeError when there are not as many pairs as axes, or an axis is too short to be reflected that far
 * @example
 * tensor([1, 2, 3]).pad([[1, 2]]).toArray() // => [0, 1, 2, 3, 0, 0]
 * tensor([1, 2, 3]).pad(2, { mode: 'reflect' }).toArray() // => [3, 2, 1, 2, 3, 2, 1]
 */
export function pad(
  x: TensorLike,
  widths: number | readonly [number, number] | readonly (readonly [number, number])[],
  options: PadOptions = {},
): Tensor {
  checkOptions('pad', options, ['mode', 'value'])
  const source = toTensor(x)
  const { mode = 'constant', value = 0 } = options
  const pairs = padWidths(widths, source.shape)
  if (mode === 'constant') return padWith(source, pairs, value)
  if (!Object.hasOwn(padModes, mode)) {
    throw new OptionError(`pad: unknown mode ${mode}. Choose constant, ${Object.keys(padModes).join(', ')}.`)
  }
  return pairs.reduce((y, [before, behind], axis) => {
    const n = y.shape[axis]
    if (before + behind === 0) return y
    checkReach(mode, before, behind, y.shape, axis)
    const indices = Array.from({ length: before + n + behind }, (_, i) => padModes[mode](i - before, n))
    return pickAlong(y, axis, indices)
  }, source)
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
  if (source.size === 0) return source
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
  const list = typeof axes === 'number' ? [axes] : axes
  const shifts = typeof shift === 'number' ? list.map(() => shift) : shift
  if (shifts.length !== list.length || !shifts.every(Number.isInteger)) {
    throw new ShapeError(
      `roll: shifts ${formatShape(shifts)} for axes ${formatShape(list)}. Give one whole number for each axis.`,
    )
  }
  return list.reduce((y, axis, i) => rollAxis(y, shifts[i], normalizeAxis('roll', axis, y.rank)), source)
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

function pickAlong(x: Tensor, axis: number, indices: readonly number[]): Tensor {
  return gather(x, wrap('gather', Int32Array.from(indices), 'int32', [indices.length]), { axis })
}

function padWith(x: Tensor, pairs: readonly (readonly [number, number])[], fill: number): Tensor {
  const shape = x.shape.map((n, i) => n + pairs[i][0] + pairs[i][1])
  const strides = stridesOf(shape)
  const view: View = { shape: x.shape, strides, offset: strides.reduce((sum, s, i) => sum + s * pairs[i][0], 0) }
  return place([x], { views: [view], shape, fill })
}

function padWidths(
  widths: number | readonly [number, number] | readonly (readonly [number, number])[],
  shape: Shape,
): readonly (readonly [number, number])[] {
  const pairs =
    typeof widths === 'number'
      ? shape.map(() => [widths, widths] as const)
      : isPair(widths)
        ? shape.map(() => widths)
        : widths
  if (pairs.length !== shape.length || !pairs.every((pair) => pair.length === 2)) {
    throw new ShapeError(
      `pad: ${JSON.stringify(widths)} does not fit the ${shape.length} axes of ${formatShape(shape)}. Give [before, behind] for each axis.`,
    )
  }
  for (const n of pairs.flat()) checkCount('pad', n)
  return pairs
}

function isPair(
  widths: readonly [number, number] | readonly (readonly [number, number])[],
): widths is readonly [number, number] {
  return widths.length === 2 && typeof widths[0] === 'number'
}

function checkReach(mode: keyof typeof padModes, before: number, behind: number, shape: Shape, axis: number): void {
  const n = shape[axis]
  const reach = mode === 'reflect' ? n - 1 : mode === 'symmetric' ? n : n === 0 ? 0 : Number.POSITIVE_INFINITY
  if (Math.max(before, behind) <= reach) return
  throw new ShapeError(
    `pad: axis ${axis} of ${formatShape(shape)} is too short for ${before} before and ${behind} behind in mode ${mode}. At most ${Math.max(0, reach)} each are possible.`,
  )
}

function partSizes(parts: number | readonly number[], shape: Shape, axis: number): number[] {
  const n = shape[axis]
  const sizes =
    typeof parts === 'number' ? new Array<number>(Math.max(0, Math.floor(parts)) || 0).fill(n / parts) : [...parts]
  const free = sizes.indexOf(-1)
  if (free >= 0) sizes[free] = n - sizes.reduce((sum, size) => sum + size, 1)
  if (sizes.reduce((sum, size) => sum + size, 0) !== n || !sizes.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new ShapeError(
      `split: ${JSON.stringify(parts)} pieces do not fill axis ${axis} of ${formatShape(shape)}, which has ${n} elements. Give a number that divides it, or sizes that add up to it.`,
    )
  }
  return sizes
}

function checkCount(op: string, n: number): void {
  if (Number.isInteger(n) && n >= 0) return
  throw new ShapeError(`${op}: ${n} is no number of elements. Give whole numbers, 0 or more.`)
}
