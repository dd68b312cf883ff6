/**
 * Where the numbers of a patch lie in an image: a patch is what one output of a convolution reads, row by row of the kernel. In memory
 * it is a few runs of neighbouring numbers, which `patch-kernel.ts` copies or adds to.
 */
import type { Convolution } from '../../backend.js'

/** Positions of the words before the runs; lengths are bytes. */
export const word = {
  height: 0,
  width: 1,
  outputHeight: 2,
  outputWidth: 3,
  strideY: 4,
  strideX: 5,
  top: 6,
  left: 7,
  /** A patch that starts at a row and column below these is inside the image. */
  insideHeight: 8,
  insideWidth: 9,
  imageBytes: 10,
  /** From the patch of an output to that of the one below, and to that of the one on its right. */
  downBytes: 11,
  rightBytes: 12,
  insideRuns: 13,
  runs: 14,
} as const

/** Words before the runs. */
export const headWords = 16

/**
 * The words that describe the numbers `from` to `to` of the patches of one group of channels: the head; the runs of a patch that is inside
 * the image, as [offset, length]; and those of any patch, one for each position, as [row, column, offset, length].
 */
export function patchTable(size: Convolution, bytes: number, from: number, to: number): Int32Array {
  const positions = positionsOf(size, from, to)
  const runs = merged(positions)
  const inBytes = (numbers: number) => numbers * bytes
  const table = [
    ...headOf(size, bytes, runs.length, positions.length),
    ...runs.flatMap(({ offset, length }) => [offset, length].map(inBytes)),
    ...positions.flatMap(({ y, x, offset, length }) => [y, x, ...[offset, length].map(inBytes)]),
  ]
  return new Int32Array(table)
}

/** Returns the row and the column of an output, and the offset of its patch, in numbers. */
export function patchStart({ output, input, strides, padding, channels }: Convolution, pixel: number) {
  const [height, width] = output
  const j = pixel % width
  const i = Math.floor(pixel / width) % height
  const image = Math.floor(pixel / (width * height))
  const row = image * input[0] + i * strides[0] - padding[0]
  return { i, j, offset: (row * input[1] + j * strides[1] - padding[1]) * channels }
}

interface Run {
  readonly offset: number
  readonly length: number
}

/** The channels of each position of the kernel that are among these numbers of a patch. */
function positionsOf({ window, dilation, channels, groups, input }: Convolution, from: number, to: number) {
  const depth = channels / groups
  const found: (Run & { y: number; x: number })[] = []
  for (let p = Math.floor(from / depth); p * depth < to; p++) {
    const first = Math.max(from - p * depth, 0)
    const y = Math.floor(p / window[1]) * dilation[0]
    const x = (p % window[1]) * dilation[1]
    const length = Math.min(to - p * depth, depth) - first
    found.push({ y, x, offset: (y * input[1] + x) * channels + first, length })
  }
  return found
}

/** Neighbours as one run. */
function merged(runs: readonly Run[]): Run[] {
  const result: Run[] = []
  for (const { offset, length } of runs) {
    const last = result.at(-1)
    if (last && last.offset + last.length === offset) {
      result[result.length - 1] = { offset: last.offset, length: last.length + length }
    } else result.push({ offset, length })
  }
  return result
}

function headOf(size: Convolution, bytes: number, insideRuns: number, runs: number): number[] {
  const { input, output, window, strides, dilation, padding, channels } = size
  const [height, width] = input
  const pixel = channels * bytes
  const inside = [0, 1].map((axis) => Math.max(0, input[axis] - (window[axis] - 1) * dilation[axis]))
  const steps = [height * width * pixel, strides[0] * width * pixel, strides[1] * pixel]
  return [...input, ...output, ...strides, ...padding, ...inside, ...steps, insideRuns, runs, 0]
}
