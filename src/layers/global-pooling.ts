/**
 * Global pooling layers: the largest number, or the mean, of each channel of a sequence or an image, of any size. Channels come last.
 */

import type { Shape } from '../kernels/backend.js'
import type { Rank } from '../tensor/operations/windows.js'
import type { Tensor } from '../tensor/tensor.js'
import { checkInput, lastSize } from './checks.js'
import type { ConfigRules } from './config.js'
import { Layer } from './layer.js'
import { type CallOptions, type LayerOptions, layerRules } from './layer-options.js'

/** Options of global pooling layers. */
export interface GlobalPoolingOptions extends LayerOptions {
  /** True to keep the reduced axes, with size 1. Default false. */
  keepDims?: boolean
}

const rules = { defaults: { keepDims: false, ...layerRules.defaults }, ranges: layerRules.ranges }

/** The four classes below. */
abstract class GlobalPooling extends Layer<{ keepDims: boolean }> {
  static override readonly configRules: ConfigRules = { names: { keepDims: 'keepdims' } }

  constructor(
    private readonly axes: Rank,
    options: GlobalPoolingOptions,
  ) {
    super(options, rules)
  }

  override build(inputShape: Shape): void {
    lastSize(this, inputShape, this.axes + 1)
  }

  override call(x: Tensor, { mask = null }: CallOptions = {}): Tensor {
    checkInput(this, x, [-1])
    const reduced = this.axes === 1 ? [1] : [1, 2]
    return this.reduce(x, reduced, this.layerOptions, mask as Tensor | null)
  }

  /** Reduces the axes. */
  protected abstract reduce(x: Tensor, axes: number[], options: { keepDims: boolean }, mask: Tensor | null): Tensor

  override outputShape(inputShape: Shape): Shape {
    const { axes } = this
    return [...(this.layerOptions.keepDims ? new Array<number>(axes).fill(1) : []), inputShape[axes]]
  }

  /** The axis of the mask is gone. */
  override computeMask(): null {
    return null
  }
}

/** The base of those that take the largest number. */
abstract class GlobalMaxPooling extends GlobalPooling {
  protected reduce(x: Tensor, axes: number[], { keepDims }: { keepDims: boolean }): Tensor {
    return x.max(axes, { keepDims })
  }
}

/**
 * The largest number of each channel of a sequence.
 *
 * Input [batch, length, channels], output [batch, channels].
 *
 * @example
 * new GlobalMaxPooling1D().apply([[[1, 5], [3, 2]]]).toArray() // => [[3, 5]]
 */
export class GlobalMaxPooling1D extends GlobalMaxPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(1, options)
  }
}

/**
 * The largest number of each channel of an image.
 *
 * Input [batch, height, width, channels], output [batch, channels].
 *
 * @example
 * new GlobalMaxPooling2D().apply(ones([2, 7, 7, 64])).shape // => [2, 64]
 */
export class GlobalMaxPooling2D extends GlobalMaxPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(2, options)
  }
}

/** The base of those that take the mean. */
abstract class GlobalAveragePooling extends GlobalPooling {
  protected reduce(x: Tensor, axes: number[], { keepDims }: { keepDims: boolean }, mask: Tensor | null): Tensor {
    if (!mask) return x.mean(axes, { keepDims })
    const counted = mask.cast(x.dtype).expandDims(-1)
    return x.mul(counted).sum(axes, { keepDims }).div(counted.sum(axes, { keepDims }))
  }
}

/**
 * The mean of each channel of a sequence; with a mask, of the steps that count.
 *
 * Input [batch, length, channels], output [batch, channels].
 *
 * @example
 * const layer = new GlobalAveragePooling1D()
 * layer.apply([[[1, 5], [3, 2]]]).toArray() // => [[2, 3.5]]
 * layer.apply([[[1, 5], [3, 2]]], { mask: tensor([[1, 0]]) }).toArray()
 * // => [[1, 5]]
 */
export class GlobalAveragePooling1D extends GlobalAveragePooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(1, options)
  }
}

/**
 * The mean of each channel of an image.
 *
 * Input [batch, height, width, channels], output [batch, channels].
 *
 * @example
 * new GlobalAveragePooling2D().apply(ones([2, 7, 7, 64])).shape // => [2, 64]
 * @see Lin et al. 2013, https://arxiv.org/abs/1312.4400
 */
export class GlobalAveragePooling2D extends GlobalAveragePooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(2, options)
  }
}
