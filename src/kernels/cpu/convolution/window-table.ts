/**
 * Which part of each window is inside the image: a window's rows depend on the row of the output only, its columns on the column.
 */
import type { Windows } from '../../backend.js'

/** Positions of the words before the rows; lengths are bytes. */
export const word = {
  outputHeight: 0,
  outputWidth: 1,
  imageBytes: 2,
  pixelBytes: 3,
  /** From a number of a window to that below and to that on its right, in the image. */
  downBytes: 4,
  rightBytes: 5,
  /** From a row of the weights to the next. */
  weightRowBytes: 6,
  /** From the weights of an image to those of the next, where each has its own. */
  weightBytes: 7,
} as const

/** Words before the rows. */
export const headWords = 8

/** Words for each row and each column: the offset in the image and in the weights, and how many numbers there are. */
export const entryWords = 3

/** The words that describe the windows. */
export function windowTable(size: Windows, bytes: number, weightsPerImage: boolean): Int32Array {
  const { input, output, window, dilation, channels } = size
  const pixel = channels * bytes
  const row = input[1] * pixel
  const weightRow = window[1] * pixel
  return new Int32Array([
    ...[...output, input[0] * row, pixel, dilation[0] * row, dilation[1] * pixel, weightRow],
    weightsPerImage ? window[0] * weightRow : 0,
    ...entries(size, 0, row, weightRow),
    ...entries(size, 1, pixel, pixel),
  ])
}

/** The entries along one axis. */
function entries(size: Windows, axis: 0 | 1, imageStep: number, weightStep: number): number[] {
  const [n, stride, dilation] = [size.input[axis], size.strides[axis], size.dilation[axis]]
  return Array.from({ length: size.output[axis] }, (_, i) => {
    const start = i * stride - size.padding[axis]
    const first = Math.max(0, Math.ceil(-start / dilation))
    const end = Math.min(size.window[axis], Math.ceil((n - start) / dilation))
    return [(start + first * dilation) * imageStep, first * weightStep, Math.max(0, end - first)]
  }).flat()
}
