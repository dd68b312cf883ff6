/**
 * Dropout: layers that drop units at random in training.
 */

import { ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { interval, required } from '../options.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import type { ConfigRules } from './config.js'
import { Layer } from './layer.js'
import { type CallOptions, type LayerOptions, layerRules, withArguments } from './layer-options.js'
import { noise, seedLayer } from './random-streams.js'

/** Options of layers that draw random numbers in training. */
export interface RandomLayerOptions extends LayerOptions {
  /** Seed of its random numbers. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

/** Options of `Dropout`. */
export interface DropoutOptions extends RandomLayerOptions {
  /**
   * The shape of what is drawn, [batch, …]; elements are dropped together along an axis of size 1, and null stands for the size of the
   * input. Default: each element on its own.
   */
  noiseShape?: readonly (number | null)[] | null
}

const randomDefaults = { seed: undefined, ...layerRules.defaults, rate: required }
const ranges = { rate: interval('[0, 1)'), ...layerRules.ranges }
const rules = { defaults: { noiseShape: null, ...randomDefaults }, ranges }
const spatialRules = { defaults: randomDefaults, ranges }

/** The base of the layers that drop. */
abstract class Dropping extends Layer<DropoutOptions> {
  static override readonly configRules: ConfigRules = { positional: ['rate'] }

  constructor(
    /** The fraction that is dropped. */
    readonly rate: number,
    options: DropoutOptions,
    own: typeof spatialRules,
  ) {
    super(withArguments(options, { rate }), own)
    seedLayer(this, this.layerOptions.seed)
  }

  /** The shape of what is drawn for an input. */
  protected abstract shapeOfNoise(x: Tensor): Shape

  override get keepsProbabilities(): boolean {
    return true
  }

  override call(x: Tensor, { training = false }: CallOptions = {}): Tensor {
    const shape = this.shapeOfNoise(x)
    if (!training || this.rate === 0) return x
    const { rate } = this
    const kept = 1 / (1 - rate)
    return x.mul(noise(this, x, shape, (random) => (random.uniform32() < rate ? 0 : kept)))
  }

  protected override describe(): string {
    return String(this.rate)
  }
}

/**
 * In training, sets each element to 0 with probability `rate` and multiplies the others by 1 / (1 − rate), so that the
 * mean stays the same; otherwise does nothing.
 *
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 * @example
 * new Dropout(0.5).apply(tensor([[1, 2]])).toArray() // => [[1, 2]]
 */
export class Dropout extends Dropping {
  /**
   * Makes a layer that drops a fraction of its inputs in training.
   * @param rate the fraction that is dropped, from 0 to below 1
   * @throws OptionError when the rate is not in [0, 1)
   */
  constructor(rate: number, options: DropoutOptions = {}) {
    super(rate, options, rules)
  }

  protected override shapeOfNoise(x: Tensor): Shape {
    const { noiseShape } = this.layerOptions
    if (!noiseShape) return x.shape
    if (noiseShape.length === x.rank && noiseShape.every((n, i) => n === null || n === 1 || n === x.shape[i]))
      return noiseShape.map((n, i) => n ?? x.shape[i])
    throw new ShapeError(
      `${this.name}: noiseShape ${formatShape(noiseShape as Shape)} does not broadcast to the input, ${formatShape(x.shape)}. Give 1 or null for each axis.`,
    )
  }
}

/**
 * `Dropout` of whole channels of sequences: in training, a channel of an example is 0 at all steps or at none.
 *
 * Input [batch, steps, channels], output of the same shape.
 *
 * @see Tompson et al. 2014, https://arxiv.org/abs/1411.4280
 * @example
 * new SpatialDropout1D(0.5).apply(ones([2, 3, 4])).shape // => [2, 3, 4]
 */
export class SpatialDropout1D extends Dropping {
  /**
   * Makes a layer that drops a fraction of the channels in training.
   * @param rate the fraction that is dropped, from 0 to below 1
   * @throws OptionError when the rate is not in [0, 1)
   */
  constructor(rate: number, options: RandomLayerOptions = {}) {
    super(rate, options, spatialRules)
  }

  protected override shapeOfNoise(x: Tensor): Shape {
    return channelsOf(this.name, x, 3)
  }
}

/**
 * `Dropout` of whole channels of pictures: in training, a channel of an example is 0 everywhere or nowhere.
 *
 * Input [batch, height, width, channels], output of the same shape.
 *
 * @see Tompson et al. 2014, https://arxiv.org/abs/1411.4280
 * @example
 * new SpatialDropout2D(0.5).apply(ones([2, 3, 3, 4])).shape // => [2, 3, 3, 4]
 */
export class SpatialDropout2D extends Dropping {
  /**
   * Makes a layer that drops a fraction of the channels in training.
   * @param rate the fraction that is dropped, from 0 to below 1
   * @throws OptionError when the rate is not in [0, 1)
   */
  constructor(rate: number, options: RandomLayerOptions = {}) {
    super(rate, options, spatialRules)
  }

  protected override shapeOfNoise(x: Tensor): Shape {
    return channelsOf(this.name, x, 4)
  }
}

/** The shape with 1 for all axes but the batch and the channels. */
function channelsOf(name: string, x: Tensor, rank: number): Shape {
  if (x.rank === rank) return x.shape.map((n, i) => (i === 0 || i === rank - 1 ? n : 1))
  throw new ShapeError(
    `${name}: the input must have ${rank} axes, [batch, ${rank === 3 ? 'steps' : 'height, width'}, channels], received ${formatShape(x.shape)}. Reshape it first.`,
  )
}
