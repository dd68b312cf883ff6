/**
 * The separable convolutional layer: a depthwise convolution, then a mixture of the channels. (What it shares with others:
 * `convolution-layer.ts`.)
 */

import type { Shape } from '../kernels/backend.js'
import { required, whole } from '../options.js'
import { convolution, depthwise } from '../tensor/operations/convolution-rows.js'
import type { Sizes } from '../tensor/operations/windows.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { lastSize } from './checks.js'
import type { ConfigRules } from './config.js'
import { ConvolutionLayer, slidingRanges } from './convolution-layer.js'
import { type DepthwiseConv2DOptions, depthwiseDefaults } from './depthwise.js'
import type { ConstraintLike, InitializerLike, RegularizerLike } from './families.js'
import { weightOptions } from './kernel-options.js'
import { layerRules, withArguments } from './layer-options.js'

/** Options of `SeparableConv2D`. */
export interface SeparableConv2DOptions extends DepthwiseConv2DOptions {
  /** Makes the first pointwise kernel. Default glorotUniform. */
  pointwiseInitializer?: InitializerLike
  /** A penalty of the pointwise kernel. Default none. */
  pointwiseRegularizer?: RegularizerLike | null
  /** A constraint of the pointwise kernel, applied after each update. Default none. */
  pointwiseConstraint?: ConstraintLike | null
}

const rules = {
  defaults: {
    ...depthwiseDefaults,
    pointwiseInitializer: 'glorotUniform',
    pointwiseRegularizer: null,
    pointwiseConstraint: null,
    filters: required,
    kernelSize: required,
  },
  ranges: { filters: whole(1), depthMultiplier: whole(1), ...slidingRanges(2), ...layerRules.ranges },
}

/**
 * Convolution of images in two steps, with far fewer weights than `Conv2D`: a kernel for each channel (as in `DepthwiseConv2D`, without
 * bias), then a matrix product of the channels of each pixel.
 *
 * Input [batch, height, width, channels], output [batch, new height, new width, filters]. Weights: `depthwise_kernel` [height, width, channels,
 * depthMultiplier], `pointwise_kernel` [1, 1, channels · depthMultiplier, filters], `bias` [filters].
 *
 * @example
 * const layer = new SeparableConv2D(16, 3, { padding: 'same' })
 * layer.apply(ones([1, 8, 8, 4])).shape // => [1, 8, 8, 16]
 * @see Chollet 2017, https://arxiv.org/abs/1610.02357
 */
export class SeparableConv2D extends ConvolutionLayer<Record<'depthMultiplier', number>> {
  static override readonly configRules: ConfigRules = {
    positional: ['filters', 'kernelSize'],
    names: { dilation: 'dilation_rate' },
  }

  protected readonly axes = 2
  /** The kernels of the channels, from `build` on. */
  depthwiseKernel!: Variable
  /** The weights that mix the channels, from `build` on. */
  pointwiseKernel!: Variable

  /**
   * Makes a separable convolutional layer.
   * @param filters the number of filters
   * @param kernelSize the height and width of the kernels: a number, or both
   * @throws OptionError for an unknown option, or when a size is not a whole number above 0
   */
  constructor(
    /** The number of filters, which are the channels of the output. */
    readonly filters: number,
    kernelSize: Sizes,
    options: SeparableConv2DOptions = {},
  ) {
    super(withArguments(options, { filters, kernelSize }), rules)
  }

  override build(inputShape: Shape): void {
    const { layerOptions: options, filters } = this
    const { depthMultiplier } = options
    const channels = lastSize(this, inputShape, 3)
    const shape = [...this.sliding.window, channels, depthMultiplier]
    this.depthwiseKernel = this.addWeight('depthwise_kernel', shape, weightOptions(options, 'depthwise'))
    const mixing = [1, 1, channels * depthMultiplier, filters]
    this.pointwiseKernel = this.addWeight('pointwise_kernel', mixing, weightOptions(options, 'pointwise'))
    this.addBias(filters)
  }

  override call(x: Tensor): Tensor {
    const { name, depthwiseKernel, pointwiseKernel, sliding } = this
    const images = this.inputFor(x, depthwiseKernel)
    const apart = depthwise(name, images, depthwiseKernel, { ...sliding, bias: null, relu: false }, 2)
    const step = { strides: 1, dilation: 1, groups: 1 }
    return this.activated((options) => convolution(name, apart, pointwiseKernel, { ...options, ...step }, 2))
  }

  override outputShape(inputShape: Shape): Shape {
    return [...this.outputSizes(inputShape), this.filters]
  }

  protected override describeFilters(): string {
    return String(this.filters)
  }
}
