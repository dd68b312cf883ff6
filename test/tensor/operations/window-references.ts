/**
 * Convolutions and pooling from their definitions, one number after another: what the tests compare with.
 */
import type { Convolution, Windows } from '../../../src/kernels/backend.js'

type Visit = (image: number, result: number, weight: number) => void

/** Calls `visit` for every number of every window: where it is in the images, its window in the results (channel 0), its place in the window. */
function eachInWindows({ batch, channels, input, output, window, strides, dilation, padding }: Windows, visit: Visit) {
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < output[0]; i++)
      for (let j = 0; j < output[1]; j++)
        for (let ky = 0; ky < window[0]; ky++)
          for (let kx = 0; kx < window[1]; kx++) {
            const y = i * strides[0] - padding[0] + ky * dilation[0]
            const x = j * strides[1] - padding[1] + kx * dilation[1]
            if (y < 0 || y >= input[0] || x < 0 || x >= input[1]) continue
            const image = ((b * input[0] + y) * input[1] + x) * channels
            visit(image, (b * output[0] + i) * output[1] + j, ky * window[1] + kx)
          }
}

const zeros = (n: number) => new Array<number>(n).fill(0)
const imagesSize = ({ batch, channels, input }: Windows) => batch * input[0] * input[1] * channels
const pixels = ({ batch, output }: Windows) => batch * output[0] * output[1]

/** Calls `visit` for every product of a convolution: indices into x, y and the kernel. */
function eachProduct(size: Convolution, visit: (x: number, y: number, kernel: number) => void) {
  const { channels, filters, groups } = size
  const [depth, own] = [channels / groups, filters / groups]
  eachInWindows(size, (image, pixel, place) => {
    for (let f = 0; f < filters; f++)
      for (let c = 0; c < depth; c++)
        visit(image + Math.floor(f / own) * depth + c, pixel * filters + f, (place * depth + c) * filters + f)
  })
}

export function convolve(x: ArrayLike<number>, kernel: ArrayLike<number>, size: Convolution): number[] {
  const y = zeros(pixels(size) * size.filters)
  eachProduct(size, (i, j, k) => {
    y[j] += x[i] * kernel[k]
  })
  return y
}

export function convolveInput(g: ArrayLike<number>, kernel: ArrayLike<number>, size: Convolution): number[] {
  const x = zeros(imagesSize(size))
  eachProduct(size, (i, j, k) => {
    x[i] += g[j] * kernel[k]
  })
  return x
}

export function convolveKernel(x: ArrayLike<number>, g: ArrayLike<number>, size: Convolution): number[] {
  const kernel = zeros((size.window[0] * size.window[1] * size.channels * size.filters) / size.groups)
  eachProduct(size, (i, j, k) => {
    kernel[k] += x[i] * g[j]
  })
  return kernel
}

/** The numbers of each window, for each of its channels: their indices in the images. */
function indices(size: Windows): number[][] {
  const found: number[][] = Array.from({ length: pixels(size) * size.channels }, () => [])
  eachInWindows(size, (image, pixel) => {
    for (let c = 0; c < size.channels; c++) found[pixel * size.channels + c].push(image + c)
  })
  return found
}

/** The index of the first largest number of each window; NaN is the largest. */
const largest = (x: ArrayLike<number>, size: Windows) =>
  indices(size).map(
    (all) => all.find((i) => Number.isNaN(x[i])) ?? all.reduce((best, i) => (x[i] > x[best] ? i : best)),
  )

export const maxPool = (x: ArrayLike<number>, size: Windows) => largest(x, size).map((i) => x[i])

export const maxPoolPick = (h: ArrayLike<number>, x: ArrayLike<number>, size: Windows) =>
  largest(x, size).map((i) => h[i])

export function maxPoolGradient(g: ArrayLike<number>, x: ArrayLike<number>, size: Windows): number[] {
  const dx = zeros(imagesSize(size))
  largest(x, size).forEach((i, j) => {
    dx[i] += g[j]
  })
  return dx
}

export const averagePool = (x: ArrayLike<number>, size: Windows) =>
  indices(size).map((all) => all.reduce((sum, i) => sum + x[i], 0) / all.length)

export function averagePoolGradient(g: ArrayLike<number>, size: Windows): number[] {
  const dx = zeros(imagesSize(size))
  indices(size).forEach((all, j) => {
    for (const i of all) dx[i] += g[j] / all.length
  })
  return dx
}
