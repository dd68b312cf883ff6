/**
 * The depthwise convolutional layer. Channels come last. (What it shares with others: `convolution-layer.ts`.)
 */

import type { Shape } from '../kernels/backend.js'
import { required, whole } from '../options.js'
import { depthwise } from '../tensor/operations/convolution-rows.js'
import type { Sizes } from '../tensor/operations/windows.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import type { ActivationLike } from './activations.js'
import { lastSize } from './checks.js'
import type { ConfigRules } from './config.js'
import { ConvolutionLayer, type SlidingOptions, slidingDefaults, slidingRanges } from './convolution-layer.js'
import type { ConstraintLike, InitializerLike, RegularizerLike } from './families.js'
import { type BiasOptions, biasDefaults, weightOptions } from './kernel-options.js'
import { type LayerOptions, layerRules, withArguments } from './layer-options.js'

/** Options of a kernel for each channel. */
export interface DepthwiseKernelOptions {
  /** The number of kernels of each channel. Default 1. */
  depthMultiplier?: number
  /** Makes the first depthwise kernel. Default glorotUniform. */
  depthwiseInitializer?: InitializerLike
  /** A penalty of the depthwise kernel. Default none. */
  depthwiseRegularizer?: RegularizerLike | null
  /** A constraint of the depthwise kernel, applied after each update. Default none. */
  depthwiseConstraint?: ConstraintLike | null
}

/** Options of `DepthwiseConv2D`. */
export interface DepthwiseConv2DOptions extends LayerOptions, BiasOptions, SlidingOptions, DepthwiseKernelOptions {
  /** Default none. */
  activation?: ActivationLike | null
  /** Seed of the initializers. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

/** The defaults of a layer with a depthwise kernel. */
export const depthwiseDefaults = {
  activation: 'linear',
  depthMultiplier: 1,
  depthwiseInitializer: 'glorotUniform',
  depthwiseRegularizer: null,
  depthwiseConstraint: null,
  ...biasDefaults,
  ...slidingDefaults,
  seed: undefined,
  ...layerRules.defaults,
} as const

const rules = {
  defaults: { ...depthwiseDefaults, kernelSize: required },
  ranges: { depthMultiplier: whole(1), ...slidingRanges(2), ...layerRules.ranges },
}

/**
 * Convolution of images in which every channel has kernels of its own, as many as `depthMultiplier`.
 *
 * Input [batch, height, width, channels], output [batch, new height, new width, channels · depthMultiplier]: the results of the first channel
 * come first. Weights: `kernel` [height, width, channels, depthMultiplier], `bias` [channels · depthMultiplier].
 *
 * @example
 * const layer = new DepthwiseConv2D(3, { padding: 'same' })
 * layer.apply(ones([1, 8, 8, 4])).shape // => [1, 8, 8, 4]
 * @see Howard et al. 2017, https://arxiv.org/abs/1704.04861
 */
export class DepthwiseConv2D extends ConvolutionLayer<Record<'depthMultiplier', number>> {
  static override readonly configRules: ConfigRules = {
    positional: ['kernelSize'],
    names: { dilation: 'dilation_rate' },
  }

  protected readonly axes = 2
  /** The weights, [height, width, channels, depthMultiplier], from `build` on. */
  kernel!: Variable

  /**
   * Makes a depthwise convolutional layer.
   * @param kernelSize the height and width of the kernels: a number, or both
   * @throws OptionError for an unknown option, or when a size is not a whole number above 0
   */
  constructor(kernelSize: Sizes, options: DepthwiseConv2DOptions = {}) {
    super(withArguments(options, { kernelSize }), rules)
  }

  override build(inputShape: Shape): void {
    const channels = lastSize(this, inputShape, 3)
    const shape = [...this.sliding.window, channels, this.layerOptions.depthMultiplier]
    this.kernel = this.addWeight('kernel', shape, weightOptions(this.layerOptions, 'depthwise'))
    this.addBias(channels * this.layerOptions.depthMultiplier)
  }

  override call(x: Tensor): Tensor {
    const images = this.inputFor(x, this.kernel)
    return this.activated((options) => depthwise(this.name, images, this.kernel, options, 2))
  }

  override outputShape(inputShape: Shape): Shape {
    return [...this.outputSizes(inputShape), inputShape[2] * this.layerOptions.depthMultiplier]
  }

  protected override describeFilters(): string {
    return `×${this.layerOptions.depthMultiplier}`
  }
}
