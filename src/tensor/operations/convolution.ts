/**
 * Convolutions of sequences and images, and their transposes. Channels come last: a batch of images is [batch, height, width, channels], a
 * batch of sequences [batch, length, channels]. Kernels have Keras's shapes. The three rows are each other's gradients, so that
 * gradients of gradients need nothing new.
 */
import type { Convolution, Shape } from '../../kernels/backend.js'
import { resolve, whole } from '../../options.js'
import { backend } from '../backend.js'
import { type TensorLike, toTensors } from '../creation.js'
import { promote } from '../dtype.js'
import { nameRows, primitive, run, withDType } from '../operation.js'
import type { Tensor } from '../tensor.js'
import { checkBias, checkChannels, outputPaddingOf, slidingOf, wrongChannels } from './convolution-checks.js'
import { beforeRelu } from './relu-gradient.js'
import {
  imagePadding,
  type Padding,
  type Rank,
  type Sizes,
  sequencePadding,
  windowsOver,
  windowsUnder,
} from './windows.js'

const imagesOf = ({ batch, input, channels }: Convolution): Shape => [batch, ...input, channels]
const resultOf = ({ batch, output, filters }: Convolution): Shape => [batch, ...output, filters]
const kernelOf = ({ window, channels, groups, filters }: Convolution): Shape => [...window, channels / groups, filters]

/** The rows of these operations in the table, all of images. */
export const convolutionRows = nameRows({
  // The inputs are x, the kernel and perhaps a bias
  convolution: primitive<readonly Tensor[], { size: Convolution; relu: boolean }>(
    ([x, kernel, bias], { size, relu }) => ({
      buffer: backend.convolve(x.buffer, kernel.buffer, size, { bias: bias?.buffer, relu }),
      shape: resultOf(size),
    }),
    (g, context, input) => {
      const { inputs, options } = context
      const before = beforeRelu(g, context)
      if (input === 2) return before.sum([0, 1, 2])
      return input === 1 ? ofKernel(inputs[0], before, options.size) : ofInput(before, inputs[1], options.size)
    },
  ),
  convolutionInput: primitive<[g: Tensor, kernel: Tensor], Convolution>(
    ([g, kernel], size) => ({ buffer: backend.convolveInput(g.buffer, kernel.buffer, size), shape: imagesOf(size) }),
    [
      (x, { inputs: [, kernel], options: size }) => convolve(x, kernel, size),
      (x, { inputs: [g], options: size }) => ofKernel(x, g, size),
    ],
  ),
  convolutionKernel: primitive<[x: Tensor, g: Tensor], Convolution>(
    ([x, g], size) => ({ buffer: backend.convolveKernel(x.buffer, g.buffer, size), shape: kernelOf(size) }),
    [
      (kernel, { inputs: [, g], options: size }) => ofInput(g, kernel, size),
      (kernel, { inputs: [x], options: size }) => convolve(x, kernel, size),
    ],
  ),
})

function convolve(x: Tensor, kernel: Tensor, size: Convolution): Tensor {
  return run(convolutionRows.convolution, [x, kernel], { size, relu: false })
}

/** The gradient of the input, or a transposed convolution. */
function ofInput(g: Tensor, kernel: Tensor, size: Convolution): Tensor {
  return run(convolutionRows.convolutionInput, [g, kernel], size)
}

/** The gradient of the kernel. */
function ofKernel(x: Tensor, g: Tensor, size: Convolution): Tensor {
  return run(convolutionRows.convolutionKernel, [x, g], size)
}

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
  /** As in `conv2d`; `'causal'` has all zeros before the sequence, so that an output depends on nothing that comes later. */
  padding?: Padding
}

/** Options of `conv1dTranspose` and `conv2dTranspose`. */
export interface ConvTransposeOptions extends DepthwiseOptions {
  /** Makes the output longer than the shortest by so much, less than the stride. Default null: size · stride or, `'valid'`, as far as windows reach. */
  outputPadding?: Sizes | null
}

const common = { strides: 1, dilation: 1, padding: 'valid', bias: undefined, relu: false } as const
const sizes = { strides: () => undefined, dilation: () => undefined }
const rules = {
  1: { defaults: { ...common, groups: 1 }, ranges: { ...sizes, padding: sequencePadding, groups: whole(1) } },
  2: { defaults: { ...common, groups: 1 }, ranges: { ...sizes, padding: imagePadding, groups: whole(1) } },
} as const
const depthwiseRules = { defaults: common, ranges: { ...sizes, padding: imagePadding } } as const
const transposeRules = {
  defaults: { ...common, outputPadding: null },
  ranges: { ...sizes, padding: imagePadding, outputPadding: () => undefined },
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
 * @returns [batch, new height, new width, channels · multiplier]: the results of the first channel come first
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
  return transposed('conv1dTranspose', x, kernel, resolve('conv1dTranspose', options, transposeRules), 1)
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
  return transposed('conv2dTranspose', x, kernel, resolve('conv2dTranspose', options, transposeRules), 2)
}

/** Options with their defaults. */
interface Resolved {
  readonly strides: Sizes
  readonly dilation: Sizes
  readonly padding: Padding
  readonly bias: TensorLike | null | undefined
  readonly relu: boolean
}

/**
 * Internal: `conv1d` or `conv2d`, under the name of an operation or a layer.
 * @throws ShapeError that begins with `owner` when the kernel does not fit
 */
export function convolution(
  owner: string,
  images: TensorLike,
  weights: TensorLike,
  options: Resolved & { readonly groups: number },
  rank: Rank,
): Tensor {
  const [x, kernel, bias] = operands(images, weights, options.bias)
  const sliding = slidingOf(owner, x, kernel, options, rank)
  checkChannels(owner, x, kernel, options.groups)
  const filters = kernel.shape[rank + 1]
  const size = { ...windowsOver(owner, x.shape, sliding), filters, groups: options.groups }
  return withoutRows(compute(owner, size, x, kernel, bias, options.relu), rank)
}

/** Internal: `depthwiseConv2d` under the name of an operation or a layer, also of sequences. */
export function depthwise(
  owner: string,
  images: TensorLike,
  weights: TensorLike,
  options: Resolved,
  rank: Rank,
): Tensor {
  const [x, kernel, bias] = operands(images, weights, options.bias)
  const sliding = slidingOf(owner, x, kernel, options, rank)
  const [channels, multiplier] = kernel.shape.slice(rank)
  if (x.shape[rank + 1] !== channels) throw wrongChannels(owner, x.shape, kernel.shape, channels)
  const filters = channels * multiplier
  const repeated = repeatChannels(x, multiplier)
  const size = { ...windowsOver(owner, repeated.shape, sliding), filters, groups: filters }
  return withoutRows(compute(owner, size, repeated, kernel, bias, options.relu), rank)
}

/** Internal: `conv1dTranspose` or `conv2dTranspose`, under the name of an operation or a layer. */
export function transposed(
  owner: string,
  images: TensorLike,
  weights: TensorLike,
  options: Resolved & { readonly outputPadding: Sizes | null },
  rank: Rank,
): Tensor {
  const [x, kernel, bias] = operands(images, weights, options.bias)
  const sliding = slidingOf(owner, x, kernel, options, rank)
  const [channels, filters] = kernel.shape.slice(rank)
  if (x.shape[rank + 1] !== filters) throw wrongChannels(owner, x.shape, kernel.shape, filters)
  const outputPadding = outputPaddingOf(owner, options.outputPadding, sliding.strides, rank)
  // The roles are exchanged: what goes in is what a convolution with this kernel would give
  const size = { ...windowsUnder(x.shape, sliding, outputPadding), channels, filters, groups: 1 }
  checkBias(owner, bias, channels)
  const y = ofInput(asImages(x), asKernel(kernel, size), size)
  const sum = bias ? y.add(bias) : y
  return withoutRows(options.relu ? sum.relu() : sum, rank)
}

/** The tensors in one float dtype. */
function operands(x: TensorLike, kernel: TensorLike, bias: TensorLike | null | undefined): readonly Tensor[] {
  const all = toTensors(bias === null || bias === undefined ? [x, kernel] : [x, kernel, bias], 'float32')
  const dtype = all.reduce((widest, { dtype }) => promote(widest, dtype), 'float32' as Tensor['dtype'])
  return all.map((one) => withDType(one, dtype))
}

function compute(
  owner: string,
  size: Convolution,
  x: Tensor,
  kernel: Tensor,
  bias: Tensor | undefined,
  relu: boolean,
): Tensor {
  checkBias(owner, bias, size.filters)
  const inputs = [asImages(x), asKernel(kernel, size)]
  return run(convolutionRows.convolution, bias ? [...inputs, bias] : inputs, { size, relu })
}

/** Sequences as images of one row. */
const asImages = (x: Tensor): Tensor => (x.rank === 3 ? x.expandDims(1) : x)

function asKernel(kernel: Tensor, size: Convolution): Tensor {
  const shape = kernelOf(size)
  return kernel.shape.every((n, i) => n === shape[i]) && kernel.rank === 4 ? kernel : kernel.reshape(shape)
}

const withoutRows = (y: Tensor, rank: Rank): Tensor => (rank === 1 ? y.squeeze(1) : y)

/** Every channel `multiplier` times. */
function repeatChannels(x: Tensor, multiplier: number): Tensor {
  if (multiplier === 1) return x
  const { shape } = x
  const channels = shape[shape.length - 1]
  return x
    .expandDims(-1)
    .broadcastTo([...shape, multiplier])
    .reshape([...shape.slice(0, -1), channels * multiplier])
}
