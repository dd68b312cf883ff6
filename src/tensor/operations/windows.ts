/**
 * Where windows go: the sizes of what convolutions and pooling give, and how far their windows lie outside of the images. Padding is placed
 * as in Keras: `valid` has none; with `same` there are ⌈n / stride⌉ windows, and of an odd number of zeros more are behind; with `causal`
 * all zeros are before.
 */
import { ShapeError } from '../../errors.js'
import type { Shape, Windows } from '../../kernels/backend.js'
import { type Check, oneOf, whole } from '../../options.js'
import { formatShape } from '../shape.js'

/** A way to pad. */
export type Padding = 'valid' | 'same' | 'causal'

/** One number for every axis, or one for each. */
export type Sizes = number | readonly number[]

/** Checks the padding of images; sequences may be `causal`, too. */
export const imagePadding = oneOf(['valid', 'same'])
export const sequencePadding = oneOf(['valid', 'same', 'causal'])

/** The names of the axes that windows go along, for messages. */
const axisNames = { 1: ['length'], 2: ['height', 'width'] } as const

/** The number of axes that windows go along: 1 for sequences, 2 for images. */
export type Rank = 1 | 2

/** Checks for one whole number, not below `least`, or one for each axis. */
export function sizeFor(rank: Rank, least = 1): Check {
  const each = whole(least)
  const wanted = `${each(undefined)}${rank === 1 ? '' : ', or an array of two, [vertical, horizontal]'}`
  return (x) => {
    const areValid = Array.isArray(x) ? x.length === rank && x.every((n) => !each(n)) : !each(x)
    return areValid ? undefined : wanted
  }
}

/** The numbers of every axis. */
export function sizesOf(value: Sizes, rank: Rank): readonly number[] {
  return typeof value === 'number' ? new Array<number>(rank).fill(value) : value
}

/** @throws ShapeError unless it is the shape of a batch of sequences (rank 1) or images (rank 2) */
export function checkImages(owner: string, shape: Shape, rank: Rank): void {
  if (shape.length === rank + 2) return
  const wanted = rank === 1 ? '[batch, length, channels]' : '[batch, height, width, channels]'
  throw new ShapeError(
    `${owner}: the input must be ${wanted}, received ${formatShape(shape)}. Add a missing axis with expandDims, 0 for the batch and -1 for the channels.`,
  )
}

/** Sizes and steps of windows along every axis. */
export interface Sliding {
  readonly window: readonly number[]
  readonly strides: readonly number[]
  readonly dilation: readonly number[]
  readonly padding: Padding
}

/**
 * The windows over sequences or images of this shape, as those over images.
 * @throws ShapeError when a window is larger than the input
 */
export function windowsOver(owner: string, shape: Shape, sliding: Sliding): Windows {
  const sizes = shape.slice(1, -1)
  const names = axisNames[sizes.length as Rank]
  const axes = sizes.map((n, i) => alongAxis(owner, names[i], n, sliding, i))
  const output = axes.map((axis) => axis.output)
  return windows(
    shape,
    sizes,
    output,
    sliding,
    axes.map((axis) => axis.before),
  )
}

function windows(shape: Shape, input: Shape, output: Shape, sliding: Sliding, padding: readonly number[]): Windows {
  return {
    batch: shape[0],
    channels: shape[shape.length - 1],
    input: pair(input, 1),
    output: pair(output, 1),
    window: pair(sliding.window, 1),
    strides: pair(sliding.strides, 1),
    dilation: pair(sliding.dilation, 1),
    padding: pair(padding, 0),
  }
}

/** The numbers of both axes of an image; a sequence is an image of one row. */
function pair(sizes: readonly number[], ofRows: number): readonly [number, number] {
  return sizes.length === 1 ? [ofRows, sizes[0]] : (sizes as readonly [number, number])
}

/** The number of windows along an axis of n, and how many positions there are before the first number. */
function alongAxis(owner: string, axis: string, n: number, sliding: Sliding, i: number) {
  const stride = sliding.strides[i]
  const span = (sliding.window[i] - 1) * sliding.dilation[i] + 1
  if (sliding.padding === 'valid') {
    if (span > n) throw tooLarge(owner, axis, n, span, sliding)
    return { before: 0, output: Math.floor((n - span) / stride) + 1 }
  }
  const output = Math.ceil(n / stride)
  const missing = Math.max(0, (output - 1) * stride + span - n)
  return { before: sliding.padding === 'causal' ? span - 1 : Math.floor(missing / 2), output }
}

function tooLarge(owner: string, axis: string, n: number, span: number, { window, dilation }: Sliding): ShapeError {
  const dilated = dilation.some((d) => d > 1) ? ` with dilation ${formatShape(dilation)}` : ''
  return new ShapeError(
    `${owner}: the window ${formatShape(window)}${dilated} does not fit into the input, whose ${axis} is ${n} (${span} > ${n}). Use a smaller one, or padding 'same'.`,
  )
}

/**
 * The windows of a transposed convolution: its input, of this shape, is what the windows give, and its output what they go over.
 * @param outputPadding how much longer the output is than the shortest; null for the usual length
 */
export function windowsUnder(shape: Shape, sliding: Sliding, outputPadding: readonly number[] | null): Windows {
  const output = shape.slice(1, -1)
  const axes = output.map((n, i) => transposedAxis(n, sliding, i, outputPadding ? outputPadding[i] : null))
  const input = axes.map((axis) => axis.length)
  return windows(
    shape,
    input,
    output,
    sliding,
    axes.map((axis) => axis.before),
  )
}

/** As Keras places it: the length of the output, and how much is cut off before it. */
function transposedAxis(n: number, { window, strides, dilation, padding }: Sliding, i: number, more: number | null) {
  const stride = strides[i]
  const span = (window[i] - 1) * dilation[i] + 1
  if (padding === 'valid') return { before: 0, length: (n - 1) * stride + span + (more ?? Math.max(0, stride - span)) }
  const total = more === null ? stride + span - 2 : span + (span % 2) - 2 + more
  const length = more === null ? n * stride : (n - 1) * stride + (span % 2) + more
  return { before: span - 1 - Math.min(Math.ceil(total / 2), span - 1), length }
}
