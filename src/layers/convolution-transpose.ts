/**
 * Transposed convolutional layers, which make sequences longer and images larger. Channels come last. (What they share:
 * `convolution-layer.ts`.)
 */

import type { Shape } from '../kernels/backend.js'
import { required, whole } from '../options.js'
import { outputPaddingOf } from '../tensor/operations/convolution-checks.js'
import { transposed } from '../tensor/operations/convolution-rows.js'
import { imagePadding, type Rank, type Sizes, sizeFor, windowsUnder } from '../tensor/operations/windows.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { lastSize } from './checks.js'
import type { ConfigRules } from './config.js'
import { ConvolutionLayer, type SlidingOptions, slidingDefaults, slidingRanges } from './convolution-layer.js'
import { type KernelLayerOptions, kernelLayerRules, weightOptions } from './kernel-options.js'
import { withArguments } from './layer-options.js'

/** Options of `Conv1DTranspose` and `Conv2DTranspose`. */
export interface ConvTransposeLayerOptions extends KernelLayerOptions, SlidingOptions {
  /** Makes the output longer than the shortest by so much, less than the stride. Default null: size · stride or, `'valid'`, as far as windows reach. */
  outputPadding?: Sizes | null
}

const rules = (rank: Rank) => ({
  defaults: {
    ...kernelLayerRules.defaults,
    ...slidingDefaults,
    outputPadding: null,
    filters: required,
    kernelSize: required,
  },
  ranges: {
    filters: whole(1),
    ...slidingRanges(rank),
    padding: imagePadding,
    outputPadding: sizeFor(rank, 0),
    ...kernelLayerRules.ranges,
  },
})
const rulesOf = { 1: rules(1), 2: rules(2) }

/** Conv1DTranspose and Conv2DTranspose. */
abstract class ConvTranspose extends ConvolutionLayer<{ outputPadding: Sizes | null }> {
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
    this.outputPadding()
  }

  override build(inputShape: Shape): void {
    const shape = [...this.sliding.window, this.filters, lastSize(this, inputShape, this.axes + 1)]
    this.kernel = this.addWeight('kernel', shape, weightOptions(this.layerOptions, 'kernel'))
    this.addBias(this.filters)
  }

  override call(x: Tensor): Tensor {
    const { name, kernel, axes } = this
    const { outputPadding } = this.layerOptions
    const images = this.inputFor(x, kernel)
    return this.activated((options) => transposed(name, images, kernel, { ...options, outputPadding }, axes))
  }

  override outputShape(inputShape: Shape): Shape {
    const { input } = windowsUnder([1, ...inputShape], this.sliding, this.outputPadding())
    return [...input.slice(2 - this.axes), this.filters]
  }

  /** @throws ShapeError when it is not less than the strides */
  private outputPadding(): readonly number[] | null {
    return outputPaddingOf(this.name, this.layerOptions.outputPadding, this.sliding.strides, this.axes)
  }

  protected override describeFilters(): string {
    return String(this.filters)
  }
}

/**
 * The transpose of `Conv1D`: every number adds its multiple of the kernel to a window of the output. With strides, the output is longer.
 *
 * Input [batch, length, channels], output [batch, new length, filters]. Weights: `kernel` [width, filters, channels], `bias` [filters].
 *
 * @example
 * const layer = new Conv1DTranspose(4, 3, { strides: 2, padding: 'same' })
 * layer.apply(ones([1, 5, 8])).shape // => [1, 10, 4]
 * @see Dumoulin & Visin 2016, https://arxiv.org/abs/1603.07285
 */
export class Conv1DTranspose extends ConvTranspose {
  /**
   * Makes a transposed convolutional layer for sequences.
   * @param filters the number of filters
   * @param kernelSize the width of the kernel
   * @throws OptionError for an unknown option, or when a size is not a whole number above 0
   */
  constructor(filters: number, kernelSize: Sizes, options: ConvTransposeLayerOptions = {}) {
    super(1, filters, kernelSize, options)
  }
}

/**
 * The transpose of `Conv2D`: every number adds its multiple of the kernel to a window of the output. With strides, the output is larger.
 *
 * Input [batch, height, width, channels], output [batch, new height, new width, filters]. Weights: `kernel` [height, width, filters,
 * channels], `bias` [filters].
 *
 * @example
 * const layer = new Conv2DTranspose(1, 3, { strides: 2, padding: 'same' })
 * layer.apply(ones([1, 7, 7, 8])).shape // => [1, 14, 14, 1]
 * @see Dumoulin & Visin 2016, https://arxiv.org/abs/1603.07285
 */
export class Conv2DTranspose extends ConvTranspose {
  /**
   * Makes a transposed convolutional layer for images.
   * @param filters the number of filters
   * @param kernelSize the height and width of the kernel: a number, or both
   * @throws OptionError for an unknown option, or when a size is not a whole number above 0
   */
  constructor(filters: number, kernelSize: Sizes, options: ConvTransposeLayerOptions = {}) {
    super(2, filters, kernelSize, options)
  }
}
