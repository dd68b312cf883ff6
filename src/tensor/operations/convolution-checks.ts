/**
 * Checks of what convolutions are given. Messages begin with their owner, an operation or a layer, and name the axis.
 */
import { ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { formatShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { checkImages, type Padding, type Rank, type Sizes, type Sliding, sizesOf } from './windows.js'

/**
 * Returns how the windows of a kernel slide.
 * @throws ShapeError or OptionError when the input, the kernel or a size does not fit
 */
export function slidingOf(
  owner: string,
  x: Tensor,
  kernel: Tensor,
  options: { strides: Sizes; dilation: Sizes; padding: Padding },
  rank: Rank,
): Sliding {
  checkImages(owner, x.shape, rank)
  if (kernel.rank !== rank + 2) {
    const wanted = rank === 1 ? '[width, …, …]' : '[height, width, …, …]'
    throw new ShapeError(
      `${owner}: the kernel must be ${wanted}, received ${formatShape(kernel.shape)}. Channels and filters come last.`,
    )
  }
  const strides = sizesOf(options.strides, rank)
  const dilation = sizesOf(options.dilation, rank)
  return { window: kernel.shape.slice(0, rank), strides, dilation, padding: options.padding }
}

export function checkChannels(owner: string, x: Tensor, kernel: Tensor, groups: number): void {
  const channels = x.shape[x.rank - 1]
  const [each, filters] = kernel.shape.slice(-2)
  checkGroups(owner, channels, filters, groups)
  if (each * groups !== channels) throw wrongChannels(owner, x.shape, kernel.shape, each * groups)
}

/** @throws ShapeError unless channels and filters divide into so many groups */
export function checkGroups(owner: string, channels: number, filters: number, groups: number): void {
  if (channels % groups !== 0 || filters % groups !== 0) throw notDivisible(owner, channels, filters, groups)
}

function notDivisible(owner: string, channels: number, filters: number, groups: number): ShapeError {
  return new ShapeError(
    `${owner}: ${channels} channels and ${filters} filters do not divide into ${groups} groups. Choose groups that divides both.`,
  )
}

export function wrongChannels(owner: string, x: Shape, kernel: Shape, wanted: number): ShapeError {
  return new ShapeError(
    `${owner}: the input ${formatShape(x)} has ${x[x.length - 1]} channels (last axis), but the kernel ${formatShape(kernel)} takes ${wanted}. Channels come last, and filters at the end of the kernel.`,
  )
}

export function checkBias(owner: string, bias: Tensor | undefined, filters: number): void {
  if (!bias || (bias.rank === 1 && bias.shape[0] === filters)) return
  throw new ShapeError(
    `${owner}: the bias must have one number for each filter, [${filters}], received ${formatShape(bias.shape)}. Change its shape.`,
  )
}

export function outputPaddingOf(owner: string, given: Sizes | null, strides: readonly number[], rank: Rank) {
  if (given === null) return null
  const padding = sizesOf(given, rank)
  const i = padding.findIndex((n, axis) => n >= strides[axis])
  if (i < 0) return padding
  throw new ShapeError(
    `${owner}: outputPadding ${padding[i]} of axis ${i + 1} must be less than the stride ${strides[i]}. Leave it out for the usual length.`,
  )
}
