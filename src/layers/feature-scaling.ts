/**
 * Layers that scale the features of the data: by given numbers, or to mean 0 and variance 1, which they learn from data (`adapt`).
 */

import { OptionError, ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { flag, required } from '../options.js'
import { type TensorLike, tensor, toTensorBeside } from '../tensor/creation.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import type { ConfigRules } from './config.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules, withArguments } from './layer-options.js'

/** Options of `Rescaling`. */
export interface RescalingOptions extends LayerOptions {
  /** The number that is added, or one for each feature. Default 0. */
  offset?: number | readonly number[]
}

const rescalingRules = {
  defaults: { offset: 0, ...layerRules.defaults, scale: required },
  ranges: { offset: numbers, scale: numbers, ...layerRules.ranges },
}

function numbers(x: unknown): string | undefined {
  return [x].flat().every(Number.isFinite) ? undefined : 'a number, or one for each feature'
}

/**
 * `scale` · x + `offset`.
 * @example
 * new Rescaling(1 / 255).apply([[0, 51]]).toArray() // => [[0, 0.2]]
 */
export class Rescaling extends Layer<RescalingOptions & Record<'scale', number | readonly number[]>> {
  static override readonly configRules: ConfigRules = { positional: ['scale'] }

  /**
   * Makes a layer that scales.
   * @param scale a number, or one for each feature
   * @throws OptionError when it is not a number
   */
  constructor(scale: number | readonly number[], options: RescalingOptions = {}) {
    super(withArguments(options, { scale }), rescalingRules)
  }

  override call(x: Tensor): Tensor {
    const { scale, offset = 0 } = this.layerOptions
    return x.mul(scale as number).add(offset as number)
  }

  protected override describe(): string {
    return String(this.layerOptions.scale)
  }
}

/** Options of `Normalization`. */
export interface NormalizationOptions extends LayerOptions {
  /**
   * The axis whose features have a mean and a variance each, or several; the batch is axis 0. null: one mean of all numbers. Default −1, the
   * last.
   */
  axis?: number | readonly number[] | null
  /** Known means, in place of those of `adapt`. Default none. */
  mean?: number | readonly number[] | null
  /** Known variances, in place of those of `adapt`. Default none. */
  variance?: number | readonly number[] | null
  /** True to undo the normalization: x σ + μ. Default false. */
  invert?: boolean
}

const normalizationRules = {
  defaults: { axis: -1, mean: null, variance: null, invert: false, ...layerRules.defaults },
  ranges: {
    axis: (x: unknown) => ([x].flat().every(Number.isInteger) ? undefined : 'an axis, several, or null'),
    mean: numbers,
    variance: numbers,
    invert: flag,
    ...layerRules.ranges,
  },
}

/** The least standard deviation, as in Keras. */
const epsilon = 1e-7

/**
 * $(x - \mu) / \sigma$ for each feature: mean 0 and variance 1 over the data that `adapt` has seen. μ and σ² are weights that are not
 * trained, so they are saved with the model.
 *
 * Weights: `mean`, `variance` (of the kept axes) and `count`, which is there because Keras's files have it; none with known means.
 *
 * @example
 * const layer = new Normalization()
 * layer.adapt([[1, 10], [3, 30]])
 * layer.apply([[1, 10], [3, 30]]).toArray() // => [[-1, -1], [1, 1]]
 */
export class Normalization extends Layer<NormalizationOptions> {
  /** The means; null where they were given. */
  mean: Variable | null = null
  /** The variances; null where they were given. */
  variance: Variable | null = null

  constructor(options: NormalizationOptions = {}) {
    super(options, normalizationRules)
    const { mean, variance } = this.layerOptions
    if ((mean === null) !== (variance === null))
      throw new OptionError('Normalization: mean and variance must be given together. Pass both, or call adapt(data).')
  }

  override build(inputShape: Shape): void {
    const shape = [1, ...inputShape]
    const kept = this.keptAxes(shape.length).map((axis) => shape[axis])
    if (this.layerOptions.mean !== null) return
    const of = (name: string, initializer: 'zeros' | 'ones') =>
      this.addWeight(name, kept, { initializer, trainable: false })
    this.mean = of('mean', 'zeros')
    this.variance = of('variance', 'ones')
    this.addWeight('count', [], { initializer: 'zeros', trainable: false, dtype: 'int32' })
  }

  /** The axes that have a mean for each of their entries. */
  private keptAxes(rank: number): number[] {
    const { axis = -1 } = this.layerOptions
    const axes = axis === null ? [] : [axis].flat()
    const all = (axes as number[]).map((one) => (one < 0 ? one + rank : one))
    const wrong = all.findIndex((at) => at < 1 || at >= rank)
    if (wrong < 0) return all.sort((a, b) => a - b)
    throw new ShapeError(
      `${this.name}: axis ${axes[wrong]} is not one of inputs with ${rank} axes. Axes go from 1 to ${rank - 1}; 0 is the batch.`,
    )
  }

  /**
   * Computes the means and variances of data, in place of those of an earlier call.
   * @param data [examples, ...]
   * @returns this layer
   * @throws OptionError when means were given, ShapeError for data of another shape than before
   */
  adapt(data: TensorLike): this {
    if (this.layerOptions.mean !== null)
      throw new OptionError(`${this.name}: adapt would replace the mean that was given. Leave out mean and variance.`)
    const x = toTensorBeside(this.layerOptions.dtype, data).cast(this.layerOptions.dtype)
    this.buildFor(x.shape.slice(1))
    const kept = this.keptAxes(x.rank)
    const others = x.shape.map((_, i) => i).filter((axis) => !kept.includes(axis))
    const mean = x.mean(others)
    if (mean.size !== this.mean?.size)
      throw new ShapeError(
        `${this.name}: built for means of shape ${formatShape(this.mean?.shape ?? [])}, but those of the data have ${formatShape(mean.shape)}. Make a new layer for other data.`,
      )
    this.mean.assign(mean)
    this.variance?.assign(
      x
        .sub(x.mean(others, { keepDims: true }))
        .square()
        .mean(others),
    )
    return this
  }

  override call(x: Tensor): Tensor {
    const shape = this.broadcastShape(x)
    const mean = this.moment(this.mean, this.layerOptions.mean, shape)
    const variance = this.moment(this.variance, this.layerOptions.variance, shape)
    const deviation = variance.sqrt().maximum(epsilon)
    return this.layerOptions.invert ? x.mul(deviation).add(mean) : x.sub(mean).div(deviation)
  }

  private broadcastShape(x: Tensor): Shape {
    const kept = this.keptAxes(x.rank)
    return x.shape.map((n, axis) => (kept.includes(axis) ? n : 1))
  }

  private moment(learned: Variable | null, given: unknown, shape: Shape): Tensor {
    const value = learned ?? tensor(given as number, { dtype: this.layerOptions.dtype })
    if (value.size === 1 || value.size === shape.reduce((a, b) => a * b, 1))
      return value.size === 1 ? value.reshape([]) : value.reshape(shape)
    throw new ShapeError(
      `${this.name}: ${value.size} means do not fit features of shape ${formatShape(shape)}. Give one for each.`,
    )
  }
}
