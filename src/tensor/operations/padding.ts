/**
 * `pad`: more elements around a tensor, constant or taken from its own.
 */
import { ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { oneOf, resolve, show } from '../../options.js'
import { type TensorLike, toTensor } from '../creation.js'
import { convert } from '../nested-arrays.js'
import { checkCount, checkSize, formatShape, sizeOf, stridesOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { pickAlong, place, snapshot } from './shape-rows.js'

const edge = (i: number, n: number) => Math.min(n - 1, Math.max(0, i))
const around = (i: number, n: number) => ((i % n) + n) % n

/** The modes that copy elements: the index of the element to copy to position i of an axis of n elements. */
const padModes = {
  /** 3 2 | 1 2 3 | 2 1, without repeating the edge. */
  reflect: (i: number, n: number) => n - 1 - Math.abs(n - 1 - Math.abs(i)),
  /** 2 1 | 1 2 3 | 3 2. */
  symmetric: (i: number, n: number) => (i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i),
  /** 1 1 | 1 2 3 | 3 3. */
  edge,
  /** PyTorch's name of `edge`. */
  replicate: edge,
  /** 2 3 | 1 2 3 | 1 2. */
  wrap: around,
  /** PyTorch's name of `wrap`. */
  circular: around,
} as const

/** Options of `pad`. */
export interface PadOptions {
  /** `'constant'` (default); `'reflect'`, `'symmetric'`, `'edge'`, `'wrap'` as NumPy has them; `'replicate'`, `'circular'`: PyTorch's names of the last two. */
  mode?: 'constant' | keyof typeof padModes
  /** The number to pad with in mode `'constant'`. Default 0. */
  value?: number
}

const padRules = {
  defaults: { mode: 'constant', value: undefined },
  ranges: { mode: oneOf(['constant', ...Object.keys(padModes)]) },
} as const

/**
 * More elements before and behind each axis.
 * @param widths [before, behind] for each axis; or one such pair, or one number, for all
 * @throws ShapeError when there are not as many pairs as axes, or an axis is too short to be reflected that far
 * @throws DTypeError when the value is one that the dtype of x cannot hold
 * @example
 * tensor([1, 2, 3]).pad([[1, 2]]).toArray() // => [0, 1, 2, 3, 0, 0]
 * tensor([1, 2, 3]).pad(2, { mode: 'reflect' }).toArray() // => [3, 2, 1, 2, 3, 2, 1]
 * tensor([1, 2, 3]).pad(2, { mode: 'wrap' }).toArray() // => [2, 3, 1, 2, 3, 1, 2]
 */
export function pad(
  x: TensorLike,
  widths: number | readonly [number, number] | readonly (readonly [number, number])[],
  options: PadOptions = {},
): Tensor {
  const source = toTensor(x)
  const { mode, value } = resolve('pad', options, padRules)
  const pairs = padWidths(widths, source.shape)
  const shape = source.shape.map((n, i) => n + pairs[i][0] + pairs[i][1])
  checkSize('pad', source.dtype, sizeOf(shape))
  if (mode === 'constant') return padWith(source, pairs, shape, convert('pad', value ?? 0, 0, source.dtype))
  return pairs.reduce((y, [before, behind], axis) => {
    const n = y.shape[axis]
    if (before + behind === 0) return y
    checkReach(mode, before, behind, y.shape, axis)
    const indices = new Int32Array(before + n + behind).map((_, i) => padModes[mode](i - before, n))
    return pickAlong(y, axis, indices)
  }, snapshot(source))
}

function padWith(x: Tensor, pairs: readonly (readonly [number, number])[], shape: Shape, fill: number): Tensor {
  const strides = stridesOf(shape)
  const view = { shape: x.shape, strides, offset: strides.reduce((sum, s, i) => sum + s * pairs[i][0], 0) }
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
  if (!Array.isArray(pairs) || pairs.length !== shape.length || !pairs.every((pair) => pair?.length === 2)) {
    throw new ShapeError(
      `pad: ${show(widths)} does not fit the ${shape.length} axes of ${formatShape(shape)}. Give [before, behind] for each axis.`,
    )
  }
  for (const n of pairs.flat()) checkCount('pad', n)
  return pairs
}

function isPair(
  widths: readonly [number, number] | readonly (readonly [number, number])[],
): widths is readonly [number, number] {
  return widths?.length === 2 && typeof widths[0] === 'number'
}

function checkReach(mode: keyof typeof padModes, before: number, behind: number, shape: Shape, axis: number): void {
  const n = shape[axis]
  const reach = mode === 'reflect' ? n - 1 : mode === 'symmetric' ? n : n === 0 ? 0 : Number.POSITIVE_INFINITY
  if (Math.max(before, behind) <= reach) return
  throw new ShapeError(
    `pad: axis ${axis} of ${formatShape(shape)} is too short for ${before} before and ${behind} behind in mode ${mode}. At most ${Math.max(0, reach)} each are possible.`,
  )
}
