/**
 * Pooling layers: the largest number, or the mean, of every window, channel by channel. Channels come last.
 */

import type { Shape, Windows } from '../kernels/backend.js'
import { orNull } from '../options.js'
import type { PrimitiveRow } from '../tensor/operation.js'
import { pooled, poolingRows } from '../tensor/operations/pooling-rows.js'
import { imagePadding, type Rank, type Sizes, sizeFor, sizesOf, windowsOver } from '../tensor/operations/windows.js'
import type { Tensor } from '../tensor/tensor.js'
import { checkInput, lastSize } from './checks.js'
import type { ConfigRules } from './config.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules, withArguments } from './layer-options.js'

/** Options of pooling layers. */
export interface PoolingOptions extends LayerOptions {
  /** Steps from window to window: a number, or one for each axis. Default: the size of the window. */
  strides?: Sizes | null
  /** `'valid'` (default): windows are inside; `'same'`: they begin before the input and end behind it where ⌈size / stride⌉ of them need it. */
  padding?: 'valid' | 'same'
}

const rules = (rank: Rank) => ({
  defaults: { strides: null, padding: 'valid', poolSize: 2, ...layerRules.defaults },
  ranges: {
    poolSize: sizeFor(rank),
    strides: orNull(sizeFor(rank)),
    padding: imagePadding,
    ...layerRules.ranges,
  },
})
const rulesOf = { 1: rules(1), 2: rules(2) }

interface Resolved {
  readonly poolSize: Sizes
  readonly strides: Sizes | null
  readonly padding: 'valid' | 'same'
}

/** The four classes below. */
abstract class Pooling extends Layer<Resolved> {
  static override readonly configRules: ConfigRules = { positional: ['poolSize'] }

  protected abstract readonly row: PrimitiveRow<[x: Tensor], Windows>

  constructor(
    private readonly axes: Rank,
    poolSize: Sizes,
    options: LayerOptions,
  ) {
    super(withArguments(options, { poolSize }), rulesOf[axes])
  }

  override build(inputShape: Shape): void {
    lastSize(this, inputShape, this.axes + 1)
  }

  override call(x: Tensor): Tensor {
    const { poolSize, strides, padding } = this.layerOptions
    checkInput(this, x, [-1])
    return pooled(this.name, this.row, x, poolSize, { strides, padding })
  }

  override outputShape(inputShape: Shape): Shape {
    const { axes } = this
    const { poolSize, strides, padding } = this.layerOptions
    const [window, steps, dilation] = [poolSize, strides ?? poolSize, 1].map((sizes) => sizesOf(sizes, axes))
    const { output } = windowsOver(this.name, [1, ...inputShape], { window, strides: steps, dilation, padding })
    return [...output.slice(2 - axes), inputShape[axes]]
  }

  /** A step of the output is part of several of the input. */
  override computeMask(): null {
    return null
  }

  protected override config(): Readonly<Record<string, unknown>> {
    const { poolSize, strides } = this.layerOptions
    const [size, steps] = [poolSize, strides ?? poolSize].map((sizes) => [...sizesOf(sizes, this.axes)])
    return { ...super.config(), poolSize: size, strides: steps }
  }

  protected override describe(): string {
    return sizesOf(this.layerOptions.poolSize, this.axes).join('×')
  }
}

/**
 * The largest number of every window of a sequence, channel by channel.
 *
 * Input [batch, length, channels], output [batch, new length, channels].
 *
 * @example
 * new MaxPooling1D(2).apply([[[1], [3], [2], [0]]]).toArray() // => [[[3], [2]]]
 */
export class MaxPooling1D extends Pooling {
  /** The operation. */
  protected readonly row = poolingRows.maxPool

  /**
   * Makes a pooling layer for sequences.
   * @param poolSize the width of the window; default 2
   * @throws OptionError for an unknown option, or when a size is not a whole number above 0
   */
  constructor(poolSize: Sizes = 2, options: PoolingOptions = {}) {
    super(1, poolSize, options)
  }
}

/**
 * The largest number of every window of an image, channel by channel.
 *
 * Input [batch, height, width, channels], output [batch, new height, new width, channels].
 *
 * @example
 * const layer = new MaxPooling2D()
 * layer.apply(ones([2, 24, 24, 16])).shape // => [2, 12, 12, 16]
 * String(layer) // => 'MaxPooling2D(2×2)'
 */
export class MaxPooling2D extends Pooling {
  /** The operation. */
  protected readonly row = poolingRows.maxPool

  /**
   * Makes a pooling layer for images.
   * @param poolSize the height and width of the window: a number, or both; default 2
   * @throws OptionError for an unknown option, or when a size is not a whole number above 0
   */
  constructor(poolSize: Sizes = 2, options: PoolingOptions = {}) {
    super(2, poolSize, options)
  }
}

/**
 * The mean of every window of a sequence, channel by channel; of windows that are partly outside, that of what is inside.
 *
 * Input [batch, length, channels], output [batch, new length, channels].
 *
 * @example
 * new AveragePooling1D(2).apply([[[1], [3], [2], [0]]]).toArray()
 * // => [[[2], [1]]]
 */
export class AveragePooling1D extends Pooling {
  /** The operation. */
  protected readonly row = poolingRows.averagePool

  /**
   * Makes a pooling layer for sequences.
   * @param poolSize the width of the window; default 2
   * @throws OptionError for an unknown option, or when a size is not a whole number above 0
   */
  constructor(poolSize: Sizes = 2, options: PoolingOptions = {}) {
    super(1, poolSize, options)
  }
}

/**
 * The mean of every window of an image, channel by channel; of windows that are partly outside, that of what is inside.
 *
 * Input [batch, height, width, channels], output [batch, new height, new width, channels].
 *
 * @example
 * new AveragePooling2D(4).apply(ones([2, 8, 8, 3])).shape // => [2, 2, 2, 3]
 */
export class AveragePooling2D extends Pooling {
  /** The operation. */
  protected readonly row = poolingRows.averagePool

  /**
   * Makes a pooling layer for images.
   * @param poolSize the height and width of the window: a number, or both; default 2
   * @throws OptionError for an unknown option, or when a size is not a whole number above 0
   */
  constructor(poolSize: Sizes = 2, options: PoolingOptions = {}) {
    super(2, poolSize, options)
  }
}
