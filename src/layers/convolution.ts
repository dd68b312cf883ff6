/**
 * Convolutional layers: Conv1D for sequences, Conv2D for images. Channels come last. (What they share: `convolution-layer.ts`.)
 */

import type { Shape } from '../kernels/backend.js'
import { required, whole, wrongValue } from '../options.js'
import { checkGroups } from '../tensor/operations/convolution-checks.js'
import { convolution } from '../tensor/operations/convolution-rows.js'
import type { Rank, Sizes } from '../tensor/operations/windows.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { lastSize } from './checks.js'
import type { ConfigRules } from './config.js'
import { ConvolutionLayer, type SlidingOptions, slidingDefaults, slidingRanges } from './convolution-layer.js'
import { type KernelLayerOptions, kernelLayerRules, weightOptions } from './kernel-options.js'
import { withArguments } from './layer-options.js'

/** Options of `Conv2D`. */
export interface Conv2DOptions extends KernelLayerOptions, SlidingOptions {
  /** Each group of filters reads one group of channels. Default 1. */
  groups?: number
}

/** Options of `Conv1D`. */
export interface Conv1DOptions extends Omit<Conv2DOptions, 'padding'> {
  /** As in `Conv2D`, default `'valid'`; `'causal'` has all zeros before the sequence, so that an output depends on nothing that comes later. */
  padding?: 'valid' | 'same' | 'causal'
}

const rules = (rank: Rank) => ({
  defaults: {
    ...kernelLayerRules.defaults,
    ...slidingDefaults,
    groups: 1,
    filters: required,
    kernelSize: required,
  },
  ranges: { filters: whole(1), groups: whole(1), ...slidingRanges(rank), ...kernelLayerRules.ranges },
})
const rulesOf = { 1: rules(1), 2: rules(2) }

/** Conv1D and Conv2D. */
abstract class Conv extends ConvolutionLayer<{ groups: number }> {
  static override readonly configRules: ConfigRules = {
    positional: ['filters', 'kernelSize'],
    names: { dilation: 'dilation_rate' },
  }

  /** The weights, from `build` on. */
  kernel!: Variable

  constructor(
    /** The number of axes along which the kernel slides. */
    protected readonly axes: Rank,
    /** The number of filters, which are the channels of the output. */
    readonly filters: number,
    kernelSize: Sizes,
    options: object,
  ) {
    super(withArguments(options, { filters, kernelSize }), rulesOf[axes])
    const { groups } = this.layerOptions
    if (filters % groups !== 0) throw wrongValue(this.name, 'filters', `a multiple of groups, ${groups}`, filters)
  }

  override build(inputShape: Shape): void {
    const { filters, layerOptions } = this
    const { groups } = layerOptions
    const channels = lastSize(this, inputShape, this.axes + 1)
    checkGroups(this.name, channels, filters, groups)
    const shape = [...this.sliding.window, channels / groups, filters]
    this.kernel = this.addWeight('kernel', shape, weightOptions(layerOptions, 'kernel'))
    this.addBias(filters)
  }

  override call(x: Tensor): Tensor {
    const { name, kernel, axes } = this
    const { groups } = this.layerOptions
    const images = this.inputFor(x, kernel)
    return this.activated((options) => convolution(name, images, kernel, { ...options, groups }, axes))
  }

  override outputShape(inputShape: Shape): Shape {
    return [...this.outputSizes(inputShape), this.filters]
  }

  protected override describeFilters(): string {
    return String(this.filters)
  }
}

/**
 * Convolution of sequences: every filter looks for one pattern, wherever it is.
 *
 * $y_{if} = \varphi\big(\sum_{k, c} x_{i + k, c}\, W_{kcf} + b_f\big)$
 *
 * Input [batch, length, channels], output [batch, new length, filters]. Weights: `kernel` $W$ [width, channels / groups, filters], `bias` $b$
 * [filters].
 *
 * @example
 * const layer = new Conv1D(8, 3, { padding: 'causal', activation: 'relu' })
 * layer.apply(ones([2, 10, 4])).shape // => [2, 10, 8]
 * String(layer) // => 'Conv1D(4 → 8, 3, relu)'
 * @see van den Oord et al. 2016, https://arxiv.org/abs/1609.03499, on causal convolutions
 */
export class Conv1D extends Conv {
  /**
   * Makes a convolutional layer for sequences.
   * @param filters the number of filters
   * @param kernelSize the width of the kernel
   * @throws OptionError for an unknown option, or when a size is not a whole number above 0
   */
  constructor(filters: number, kernelSize: Sizes, options: Conv1DOptions = {}) {
    super(1, filters, kernelSize, options)
  }
}

/**
 * Convolution of images: every filter looks for one pattern, wherever it is.
 *
 * $y_{ijf} = \varphi\big(\sum_{k, l, c} x_{i + k, j + l, c}\, W_{klcf} + b_f\big)$
 *
 * Input [batch, height, width, channels], output [batch, new height, new width, filters]. Weights: `kernel` $W$ [height, width, channels / groups,
 * filters], `bias` $b$ [filters].
 *
 * @example
 * const layer = new Conv2D(16, 5, { activation: 'relu' })
 * layer.apply(ones([2, 28, 28, 1])).shape // => [2, 24, 24, 16]
 * String(layer) // => 'Conv2D(1 → 16, 5×5, relu)'
 * @see LeCun et al. 1998, http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf
 */
export class Conv2D extends Conv {
  /**
   * Makes a convolutional layer for images.
   * @param filters the number of filters
   * @param kernelSize the height and width of the kernel: a number, or both
   * @throws OptionError for an unknown option, or when a size is not a whole number above 0
   */
  constructor(filters: number, kernelSize: Sizes, options: Conv2DOptions = {}) {
    super(2, filters, kernelSize, options)
  }
}
