/**
 * Batch normalization, with moving statistics for use.
 */

import { noGrad } from '../autograd/transforms/grad.js'
import { ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { interval } from '../options.js'
import { where } from '../tensor/operations/comparisons.js'
import { batchNorm } from '../tensor/operations/normalization.js'
import { batchNormOfColumns, columnsLast } from '../tensor/operations/normalization-rows.js'
import { formatShape } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { checkInput } from './checks.js'
import type { ConfigRules } from './config.js'
import type { InitializerLike } from './families.js'
import type { CallOptions } from './layer-options.js'
import { axisFromLast, type ScaleShiftOptions, ScalingLayer, scaleRules } from './normalization-options.js'

/** Options of `BatchNormalization`. */
export interface BatchNormalizationOptions extends ScaleShiftOptions {
  /** The axis of the features. Default −1, the last. */
  axis?: number
  /** The share of the old statistics in the new ones, after each batch in training. Default 0.99. */
  momentum?: number
  /** Makes the first moving mean. Default zeros. */
  movingMeanInitializer?: InitializerLike
  /** Makes the first moving variance. Default ones. */
  movingVarianceInitializer?: InitializerLike
}

const rules = {
  defaults: {
    axis: -1,
    momentum: 0.99,
    movingMeanInitializer: 'zeros',
    movingVarianceInitializer: 'ones',
    ...scaleRules.defaults,
  },
  ranges: { momentum: interval('[0, 1]'), ...scaleRules.ranges },
} as const

/** Keras's, against divisions by 0. */
const tiny = 1e-7

/**
 * $y = \gamma \odot \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta$. In training, $\mu$ and $\sigma^2$ are the mean and the variance of
 * each feature over the batch; in use, and while the layer is frozen, moving averages of them.
 *
 * Input and output [batch, ..., features] (or with the features in another `axis`). Weights: `gamma`, `beta`, and not trained
 * `moving_mean`, `moving_variance`, [features] each. With a mask only what counts is part of the statistics.
 *
 * @example
 * const layer = new BatchNormalization({ momentum: 0.5, epsilon: 0 })
 * layer.apply([[1], [3]], { training: true }).toArray() // => [[-1], [1]]
 * layer.movingMean.toArray() // => [1]
 * layer.movingVariance.toArray() // => [1]
 * @see Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167
 */
export class BatchNormalization extends ScalingLayer<BatchNormalizationOptions> {
  static override readonly configRules: ConfigRules = {
    fixed: { synchronized: false, renorm: false, renorm_momentum: 0.99 },
  }

  /** The moving mean, [features], from `build` on. */
  movingMean!: Variable
  /** The moving variance, [features], from `build` on. */
  movingVariance!: Variable

  /** Makes a layer that normalizes each feature. */
  constructor(options: BatchNormalizationOptions = {}) {
    super(options, rules)
  }

  override build(inputShape: Shape): void {
    const { axis, movingMeanInitializer, movingVarianceInitializer } = this.layerOptions
    const shape = [inputShape.at(axisFromLast(this, axis as number, inputShape)) as number]
    this.addScale(shape)
    const weight = (name: string, initializer: InitializerLike) =>
      this.addWeight(name, shape, { initializer, trainable: false })
    this.movingMean = weight('moving_mean', movingMeanInitializer as InitializerLike)
    this.movingVariance = weight('moving_variance', movingVarianceInitializer as InitializerLike)
  }

  override call(x: Tensor, { training = false, mask = null }: CallOptions = {}): Tensor {
    const axis = axisFromLast(this, this.layerOptions.axis as number, this.inputShape ?? x.shape.slice(1))
    checkInput(this, x, [axis])
    const source = x.cast(this.movingMean.dtype)
    if (training && this.trainable) {
      return mask instanceof Tensor ? this.callMasked(source, mask, axis) : this.callInTraining(source, axis)
    }
    return this.normalized(source, this.movingMean, this.movingVariance, axis)
  }

  private callInTraining(x: Tensor, axis: number): Tensor {
    const columns = columnsLast(x, x.rank + axis)
    const gamma = this.gamma ?? this.movingMean.detach().mul(0).add(1)
    const beta = this.beta ?? this.movingMean.detach().mul(0)
    const { y, mean, variance } = batchNormOfColumns(columns.matrix, gamma, beta, this.layerOptions.epsilon as number)
    if (x.size > 0) this.update(mean, variance)
    return columns.back(y)
  }

  /** With the statistics of what counts. */
  private callMasked(x: Tensor, mask: Tensor, axis: number): Tensor {
    if (mask.rank !== x.rank - 1 || axis !== -1) {
      throw new ShapeError(
        `${this.name}: a mask of shape ${formatShape(mask.shape)} does not fit x ${formatShape(x.shape)}. It has the axes of x but the last, which holds the features.`,
      )
    }
    const counts = mask.cast('bool').expandDims(-1)
    const axes = [...mask.shape.keys()]
    const count = mask.cast(x.dtype).sum().add(tiny)
    const mean = where(counts, x, 0).sum(axes).div(count)
    const variance = where(counts, x.sub(mean), 0).square().sum(axes).div(count)
    this.update(mean, variance)
    return this.normalized(x, mean, variance, axis)
  }

  private normalized(x: Tensor, mean: Tensor, variance: Tensor, axis: number): Tensor {
    const { epsilon } = this.layerOptions
    return batchNorm(x, { ...this.scales, mean, variance, axis, epsilon })
  }

  /** Moves the statistics for use towards those of a batch. */
  private update(mean: Tensor, variance: Tensor): void {
    const momentum = this.layerOptions.momentum as number
    noGrad(() => {
      this.movingMean.assign(this.movingMean.mul(momentum).add(mean.mul(1 - momentum)))
      this.movingVariance.assign(this.movingVariance.mul(momentum).add(variance.mul(1 - momentum)))
    })
  }

  override outputShape(inputShape: Shape): Shape {
    return inputShape
  }
}
