/**
 * What the tests of the whole table run on (see `op-cases.ts`): convolutions and pooling.
 */
import { averagePool, conv2d, maxPool, type Tensor } from '../../../src/index.js'
import type { Convolution, Windows } from '../../../src/kernels/backend.js'
import { run } from '../../../src/tensor/operation.js'
import { ops } from '../../../src/tensor/operations/ops.js'
import { type Case, draw, line } from './draw.js'
import * as references from './window-references.js'

/** The largest number of each of two channels among the 8 numbers from `start` on. */
const columnMaxima = (x: readonly number[], start: number) =>
  [0, 1].map((c) => Math.max(...x.slice(start, start + 8).filter((_, i) => i % 2 === c)))

/** Two images of 3 × 4 pixels and 2 channels, with windows of 3 × 2 that lie partly outside. */
const windows: Windows = {
  batch: 2,
  channels: 2,
  input: [3, 4],
  output: [2, 4],
  window: [3, 2],
  strides: [2, 1],
  dilation: [1, 1],
  padding: [1, 1],
}
const oneGroup: Convolution = {
  ...windows,
  batch: 1,
  filters: 3,
  groups: 1,
  output: [2, 2],
  dilation: [1, 2],
  strides: [2, 3],
}
/** Every kind of convolution: of any patch, in groups, a kernel for each channel, and a matrix product. */
const convolutions: readonly Convolution[] = [
  oneGroup,
  { ...windows, filters: 4, groups: 2, batch: 1 },
  { ...windows, filters: 2, groups: 2 },
  { ...windows, batch: 1, filters: 2, groups: 1, window: [1, 1], output: [3, 4], strides: [1, 1], padding: [0, 0] },
]
const images = draw([2, 3, 4, 2], line, 20)
const results = draw([2, 2, 4, 2], line, 21)
/** The tensors of a convolution: images, kernel and result. */
const tensorsOf = ({ batch, channels, input, output, window, filters, groups }: Convolution) => ({
  x: draw([batch, ...input, channels], line, 22),
  kernel: draw([...window, channels / groups, filters], line, 23),
  y: draw([batch, ...output, filters], line, 24),
})
/** Row → its uses. */
export const convolutionCases = {
  convolution: [
    ...convolutions.map((size) => ({
      f: (x: Tensor, kernel: Tensor) => run(ops.convolution, [x, kernel], { size, relu: false }),
      inputs: [tensorsOf(size).x, tensorsOf(size).kernel],
      want: (x: number[], kernel: number[]) => references.convolve(x, kernel, size),
    })),
    ...[false, true].map((relu) => ({
      f: (x: Tensor, kernel: Tensor, bias: Tensor) =>
        conv2d(x, kernel, { bias, relu, strides: [2, 3], padding: 'same' }),
      inputs: [tensorsOf(oneGroup).x, tensorsOf(oneGroup).kernel, draw([3], line, 25)],
      want: (x: number[], kernel: number[], bias: number[]) =>
        references
          .convolve(x, kernel, { ...oneGroup, padding: [1, 0], dilation: [1, 1] })
          .map((v, i) => (relu ? Math.max(0, v + bias[i % 3]) : v + bias[i % 3])),
    })),
    {
      f: (x, kernel, bias) => run(ops.convolution, [x, kernel, bias], { size: convolutions[2], relu: true }),
      inputs: [tensorsOf(convolutions[2]).x, tensorsOf(convolutions[2]).kernel, draw([2], line, 26)],
      want: (x, kernel, bias) =>
        references.convolve(x, kernel, convolutions[2]).map((v, i) => Math.max(0, v + bias[i % 2])),
    },
  ],
  convolutionInput: convolutions.map((size) => ({
    f: (g, kernel) => run(ops.convolutionInput, [g, kernel], size),
    inputs: [tensorsOf(size).y, tensorsOf(size).kernel],
    want: (g, kernel) => references.convolveInput(g, kernel, size),
  })),
  convolutionKernel: convolutions.map((size) => ({
    f: (x, g) => run(ops.convolutionKernel, [x, g], size),
    inputs: [tensorsOf(size).x, tensorsOf(size).y],
    want: (x, g) => references.convolveKernel(x, g, size),
  })),
  maxPool: [
    { f: (x) => run(ops.maxPool, [x], windows), inputs: [images], want: (x) => references.maxPool(x, windows) },
    {
      f: (x) => maxPool(x, [1, 4]),
      inputs: [images],
      want: (x) => [0, 8, 16, 24, 32, 40].flatMap((i) => columnMaxima(x, i)),
    },
  ],
  maxPoolGradient: [
    {
      f: (g) => run(ops.maxPoolGradient, [g, images.cast(g.dtype)], windows),
      inputs: [results],
      want: (g) => references.maxPoolGradient(g, images.dataSync(), windows),
    },
  ],
  maxPoolPick: [
    {
      f: (h) => run(ops.maxPoolPick, [h, images.cast(h.dtype)], windows),
      inputs: [draw([2, 3, 4, 2], line, 27)],
      want: (h) => references.maxPoolPick(h, images.dataSync(), windows),
    },
  ],
  averagePool: [
    { f: (x) => run(ops.averagePool, [x], windows), inputs: [images], want: (x) => references.averagePool(x, windows) },
    {
      f: (x) => averagePool(x, 1, { strides: 2 }),
      inputs: [images],
      want: (x) => [0, 1, 4, 5, 16, 17, 20, 21, 24, 25, 28, 29, 40, 41, 44, 45].map((i) => x[i]),
    },
  ],
  averagePoolGradient: [
    {
      f: (g) => run(ops.averagePoolGradient, [g], windows),
      inputs: [results],
      want: (g) => references.averagePoolGradient(g, windows),
    },
  ],
} satisfies Record<string, Case[]>
