/**
 * Group normalization: the features of each example in groups.
 */
import { ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { whole } from '../options.js'
import { layerNorm } from '../tensor/operations/normalization.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { checkInput } from './checks.js'
import { axisFromLast, type ScaleShiftOptions, ScalingLayer, scaleRules } from './normalization-options.js'

/** Options of `GroupNormalization`. */
export interface GroupNormalizationOptions extends ScaleShiftOptions {
  /** The number of groups, which divides the number of features. Default 32; −1: one for each feature. */
  groups?: number
  /** The axis of the features. Default −1, the last. */
  axis?: number
}

const count = whole(1)
const rules = {
  defaults: { groups: 32, axis: -1, ...scaleRules.defaults },
  ranges: { groups: (x: unknown) => (x === -1 ? undefined : count(x)), ...scaleRules.ranges },
} as const

/**
 * $y = \gamma \odot \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta$, with the mean $\mu$ and the variance $\sigma^2$ of each group of features
 * of each example, over all other axes.
 *
 * Input and output [batch, ..., features]. Weights: `gamma` and `beta` [features].
 *
 * @example
 * new GroupNormalization({ groups: 2, epsilon: 0 }).apply([[1, 3, 4, 8]]).toArray() // => [[-1, 1, -1, 1]]
 * @see Wu and He 2018, https://arxiv.org/abs/1803.08494
 */
export class GroupNormalization extends ScalingLayer<GroupNormalizationOptions> {
  /** Makes a layer that normalizes groups of features. */
  constructor(options: GroupNormalizationOptions = {}) {
    super(options, rules)
  }

  override build(inputShape: Shape): void {
    const axis = axisFromLast(this, this.layerOptions.axis as number, inputShape)
    const features = inputShape.at(axis) as number
    if (features % this.groupsOf(features) !== 0) {
      throw new ShapeError(
        `${this.name}: axis ${axis} of the examples ${formatShape(inputShape)} has ${features} features, which do not make ${this.layerOptions.groups} groups. Choose groups that divide it.`,
      )
    }
    this.addScale([features])
  }

  private groupsOf(features: number): number {
    const groups = this.layerOptions.groups as number
    return groups === -1 ? features : groups
  }

  override call(x: Tensor): Tensor {
    const axis = axisFromLast(this, this.layerOptions.axis as number, this.inputShape ?? x.shape.slice(1))
    checkInput(this, x, [axis])
    const { epsilon, dtype } = this.layerOptions
    const at = x.rank + axis
    const features = x.shape[at]
    const groups = this.groupsOf(features)
    const grouped = [...x.shape.slice(0, at), groups, features / groups, ...x.shape.slice(at + 1)]
    const axes = grouped.map((_, i) => i).filter((i) => i !== 0 && i !== at)
    const y = layerNorm(x.cast(dtype).reshape(grouped), { axes, epsilon }).reshape(x.shape)
    const along = x.shape.map((_, i) => (i === at ? features : 1))
    const scaled = this.gamma ? y.mul(this.gamma.reshape(along)) : y
    return this.beta ? scaled.add(this.beta.reshape(along)) : scaled
  }

  override outputShape(inputShape: Shape): Shape {
    return inputShape
  }
}
