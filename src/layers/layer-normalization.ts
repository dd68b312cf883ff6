/**
 * Layer normalization: each example on its own.
 */

import type { Shape } from '../kernels/backend.js'
import { layerNorm } from '../tensor/operations/normalization.js'
import type { Tensor } from '../tensor/tensor.js'
import { checkInput } from './checks.js'
import type { ConfigRules } from './config.js'
import { axisFromLast, type ScaleShiftOptions, ScalingLayer, scaleRules } from './normalization-options.js'

/** Options of `LayerNormalization`. */
export interface LayerNormalizationOptions extends ScaleShiftOptions {
  /** The axis, or the axes, that are normalized together. Default −1, the last. */
  axis?: number | readonly number[]
}

const rules = {
  defaults: { axis: -1, ...scaleRules.defaults },
  ranges: { axis: () => undefined, ...scaleRules.ranges },
} as const

/**
 * $y = \gamma \odot \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta$, with the mean $\mu$ and the variance $\sigma^2$ of each example along
 * the axes, in training as in use.
 *
 * Input and output [batch, ...]. Weights: `gamma` and `beta`, of the sizes of the axes.
 *
 * @example
 * new LayerNormalization({ epsilon: 0 }).apply([[1, 3], [4, 8]]).toArray() // => [[-1, 1], [-1, 1]]
 * @see Ba et al. 2016, https://arxiv.org/abs/1607.06450
 */
export class LayerNormalization extends ScalingLayer<LayerNormalizationOptions> {
  static override readonly configRules: ConfigRules = { fixed: { rms_scaling: false } }

  /** Makes a layer that normalizes each example. */
  constructor(options: LayerNormalizationOptions = {}) {
    super(options, rules)
  }

  private axes(inputShape: Shape): number[] {
    const axes = [this.layerOptions.axis as number | readonly number[]].flat()
    return axes.map((axis) => axisFromLast(this, axis, inputShape)).sort((a, b) => a - b)
  }

  override build(inputShape: Shape): void {
    this.addScale(this.axes(inputShape).map((axis) => inputShape.at(axis) as number))
  }

  override call(x: Tensor): Tensor {
    const axes = this.axes((this.inputShape as Shape | null) ?? x.shape.slice(1))
    checkInput(this, x, axes)
    const { epsilon, dtype } = this.layerOptions
    return layerNorm(x.cast(dtype), { ...this.scales, axes, epsilon })
  }

  override outputShape(inputShape: Shape): Shape {
    return inputShape
  }
}
