/**
 * Root mean square normalization: layer normalization without the mean.
 */
import type { Shape } from '../kernels/backend.js'
import { notNegative } from '../options.js'
import { rmsNorm } from '../tensor/operations/normalization.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { checkInput } from './checks.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules } from './layer-options.js'
import { axisFromLast } from './normalization-options.js'

/** Options of `RMSNormalization`. */
export interface RMSNormalizationOptions extends LayerOptions {
  /** The axis, or the axes, that are normalized together. Default −1, the last. */
  axis?: number | readonly number[]
  /** Added to the mean square, so that nothing is divided by 0. Default 1e-6. */
  epsilon?: number
}

const rules = {
  defaults: { axis: -1, epsilon: 1e-6, ...layerRules.defaults },
  ranges: { axis: () => undefined, epsilon: notNegative, ...layerRules.ranges },
} as const

/**
 * $y = \gamma \odot x / \sqrt{\operatorname{mean}(x^2) + \varepsilon}$ along the axes of each example.
 *
 * Input and output [batch, ...]. Weights: `scale` $\gamma$, of the sizes of the axes.
 *
 * @example
 * new RMSNormalization().apply([[1, 7]]).toArray() // => [[0.2, 1.4]]
 * @see Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467
 */
export class RMSNormalization extends Layer<RMSNormalizationOptions> {
  /** The factors, from `build` on. */
  scale!: Variable

  /** Makes a layer that divides each example by its root mean square. */
  constructor(options: RMSNormalizationOptions = {}) {
    super(options, rules)
  }

  private axes(inputShape: Shape): number[] {
    const axes = [this.layerOptions.axis as number | readonly number[]].flat()
    return axes.map((axis) => axisFromLast(this, axis, inputShape)).sort((a, b) => a - b)
  }

  override build(inputShape: Shape): void {
    const shape = this.axes(inputShape).map((axis) => inputShape.at(axis) as number)
    this.scale = this.addWeight('scale', shape, { initializer: 'ones' })
  }

  override call(x: Tensor): Tensor {
    const axes = this.axes((this.inputShape as Shape | null) ?? x.shape.slice(1))
    checkInput(this, x, axes)
    const { epsilon, dtype } = this.layerOptions
    return rmsNorm(x.cast(dtype), { gamma: this.scale, axes, epsilon })
  }

  override outputShape(inputShape: Shape): Shape {
    return inputShape
  }
}
