/**
 * Convolutions of sequences and images, and their transposes. Channels come last: a batch of images is [batch, height, width, channels], a
 * batch of sequences [batch, length, channels]. Kernels have Keras's shapes.
 */
import { resolve, whole } from '../../options.js'
import type { TensorLike } from '../creation.js'
import type { Tensor } from '../tensor.js'
import { convolution, depthwise, transposed } from './convolution-rows.js'
import { imagePadding, type Padding, type Sizes, sequencePadding, sizeFor } from './windows.js'

/** Options of all convolutions. */
export interface AnyConvolutionOptions {
  /** Steps from window to window: a number, or one for each axis. Default 1. */
  strides?: Sizes
  /** Steps between the numbers of a window: a number, or one for each axis. Default 1. */
  dilation?: Sizes
  /** [filters], added to every pixel. Default none. */
  bias?: TensorLike | null
  /** True to end with `max(y, 0)`. Default false. */
  relu?: boolean
}

/** Options of `depthwiseConv2d`. */
export interface DepthwiseOptions extends AnyConvolutionOptions {
  /** `'valid'` (default): windows are inside the image; `'same'`: with zeros around it, ⌈size / stride⌉ of them. */
  padding?: 'valid' | 'same'
}

/** Options of `conv2d`. */
export interface Conv2dOptions extends DepthwiseOptions {
  /** Each group of filters reads one group of channels. Default 1. */
  groups?: number
}

/** Options of `conv1d`. */
export interface Conv1dOptions extends Omit<Conv2dOptions, 'padding'> {
  /** As in `conv2d`, default `'valid'`; `'causal'` has all zeros before the sequence, so that an output depends on nothing that comes later. */
  padding?: Padding
}

/** Options of `conv1dTranspose` and `conv2dTranspose`. */
export interface ConvTransposeOptions extends DepthwiseOptions {
  /** Makes the output longer than the shortest by so much, less than the stride. Default null: size · stride or, `'valid'`, as far as windows reach. */
  outputPadding?: Sizes | null
}

const common = { strides: 1, dilation: 1, padding: 'valid', bias: undefined, relu: false } as const
const ofSequences = { strides: sizeFor(1), dilation: sizeFor(1), padding: sequencePadding }
const ofImages = { strides: sizeFor(2), dilation: sizeFor(2), padding: imagePadding }
const rules = {
  1: { defaults: { ...common, groups: 1 }, ranges: { ...ofSequences, groups: whole(1) } },
  2: { defaults: { ...common, groups: 1 }, ranges: { ...ofImages, groups: whole(1) } },
} as const
const depthwiseRules = { defaults: common, ranges: ofImages } as const
const transposeDefaults = { ...common, outputPadding: null }
const transposeRules = {
  1: { defaults: transposeDefaults, ranges: { ...ofSequences, padding: imagePadding, outputPadding: sizeFor(1, 0) } },
  2: { defaults: transposeDefaults, ranges: { ...ofImages, outputPadding: sizeFor(2, 0) } },
} as const

/**
 * The convolution of sequences: every output is the sum of a window's numbers, each times its weight.
 *
 * @param x [batch, length, channels]
 * @param kernel [width, channels / groups, filters]
 * @returns [batch, new length, filters], of float32, or float64 where an input is
 * @throws ShapeError when the kernel does not fit
 * @example
 * const x = tensor([[[1], [2], [4], [8]]])
 * conv1d(x, [[[1]], [[10]]]).toArray() // => [[[21], [42], [84]]]
 * conv1d(x, [[[1]], [[10]]], { padding: 'causal' }).toArray()
 * // => [[[10], [21], [42], [84]]]
 */
export function conv1d(x: TensorLike, kernel: TensorLike, options: Conv1dOptions = {}): Tensor {
  return convolution('conv1d', x, kernel, resolve('conv1d', options, rules[1]), 1)
}

/**
 * The convolution of images: every output is the sum of a window's numbers, each times its weight.
 *
 * @param x [batch, height, width, channels]
 * @param kernel [height, width, channels / groups, filters]
 * @returns [batch, new height, new width, filters], of float32, or float64 where an input is
 * @throws ShapeError when the kernel does not fit
 * @example
 * const x = tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9]]).reshape([1, 3, 3, 1])
 * const kernel = tensor([[1, 0], [0, -1]]).reshape([2, 2, 1, 1])
 * conv2d(x, kernel).shape // => [1, 2, 2, 1]
 * conv2d(x, kernel).flatten().toArray() // => [-4, -4, -4, -4]
 * conv2d(x, kernel, { padding: 'same', bias: [1], relu: true }).shape
 * // => [1, 3, 3, 1]
 */
export function conv2d(x: TensorLike, kernel: TensorLike, options: Conv2dOptions = {}): Tensor {
  return convolution('conv2d', x, kernel, resolve('conv2d', options, rules[2]), 2)
}

/**
 * The convolution of images in which every channel has kernels of its own, as many as `multiplier`.
 *
 * @param x [batch, height, width, channels]
 * @param kernel [height, width, channels, multiplier]
 * @returns [batch, new height, new width, channels · multiplier]; the results of the first channel come first
 * @throws ShapeError when the kernel does not fit
 * @example
 * const x = tensor([[1, 10], [2, 20]]).reshape([1, 2, 1, 2])
 * const kernel = tensor([[1, 2], [3, 4]]).reshape([2, 1, 2, 1])
 * depthwiseConv2d(x, kernel).flatten().toArray() // => [7, 100]
 */
export function depthwiseConv2d(x: TensorLike, kernel: TensorLike, options: DepthwiseOptions = {}): Tensor {
  return depthwise('depthwiseConv2d', x, kernel, resolve('depthwiseConv2d', options, depthwiseRules), 2)
}

/**
 * The transpose of `conv1d`: every number adds its multiple of the kernel to a window of the output.
 *
 * @param x [batch, length, channels]
 * @param kernel [width, filters, channels]
 * @returns [batch, new length, filters]
 * @throws ShapeError when the kernel does not fit
 * @example
 * const x = tensor([[[1], [2]]])
 * conv1dTranspose(x, [[[1]], [[10]]], { strides: 2 }).flatten().toArray()
 * // => [1, 10, 2, 20]
 */
export function conv1dTranspose(x: TensorLike, kernel: TensorLike, options: ConvTransposeOptions = {}): Tensor {
  return transposed('conv1dTranspose', x, kernel, resolve('conv1dTranspose', options, transposeRules[1]), 1)
}

/**
 * The transpose of `conv2d`: every number adds its multiple of the kernel to a window of the output.
 *
 * @param x [batch, height, width, channels]
 * @param kernel [height, width, filters, channels]
 * @returns [batch, new height, new width, filters]
 * @throws ShapeError when the kernel does not fit
 * @example
 * const x = tensor([1, 2]).reshape([1, 1, 2, 1])
 * const kernel = tensor([[1, 10], [100, 1000]]).reshape([2, 2, 1, 1])
 * conv2dTranspose(x, kernel).flatten().toArray()
 * // => [1, 12, 20, 100, 1200, 2000]
 */
export function conv2dTranspose(x: TensorLike, kernel: TensorLike, options: ConvTransposeOptions = {}): Tensor {
  return transposed('conv2dTranspose', x, kernel, resolve('conv2dTranspose', options, transposeRules[2]), 2)
}
