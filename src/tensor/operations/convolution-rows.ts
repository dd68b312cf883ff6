/**
 * The rows of convolutions in the table (`ops.ts`), all of images, and how the functions of `convolution.ts` come to them. The three rows
 * are each other's gradients, so that gradients of gradients need nothing new.
 */
import type { Convolution, Shape } from '../../kernels/backend.js'
import { backend } from '../backend.js'
import { type TensorLike, toTensors } from '../creation.js'
import { promote } from '../dtype.js'
import { nameRows, primitive, run, withDType } from '../operation.js'
import type { Tensor } from '../tensor.js'
import { checkBias, checkChannels, outputPaddingOf, slidingOf, wrongChannels } from './convolution-checks.js'
import { beforeRelu } from './matrix-rows.js'
import { type Padding, type Rank, type Sizes, windowsOver, windowsUnder } from './windows.js'

const imagesOf = ({ batch, input, channels }: Convolution): Shape => [batch, ...input, channels]
const resultOf = ({ batch, output, filters }: Convolution): Shape => [batch, ...output, filters]
const kernelOf = ({ window, channels, groups, filters }: Convolution): Shape => [...window, channels / groups, filters]

/** See `ops`. */
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

/** Options with their defaults. */
interface Resolved {
  readonly strides: Sizes
  readonly dilation: Sizes
  readonly padding: Padding
  readonly bias: TensorLike | null | undefined
  readonly relu: boolean
}

/**
 * `conv1d` or `conv2d`, under the name of an operation or a layer.
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

/** `depthwiseConv2d` under the name of an operation or a layer, also of sequences. */
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

/** `conv1dTranspose` or `conv2dTranspose`, under the name of an operation or a layer. */
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
