/**
 * Noise: layers that add or multiply random numbers in training.
 */

import { interval, notNegative, required } from '../options.js'
import type { Tensor } from '../tensor/tensor.js'
import type { ConfigRules } from './config.js'
import type { RandomLayerOptions } from './dropout.js'
import { Layer } from './layer.js'
import { type CallOptions, layerRules, withArguments } from './layer-options.js'
import { noise, seedLayer } from './random-streams.js'

const noiseRules = {
  defaults: { seed: undefined, ...layerRules.defaults, stddev: required },
  ranges: { stddev: notNegative, ...layerRules.ranges },
}

/**
 * In training, adds normally distributed numbers of mean 0; otherwise does nothing.
 * @example
 * new GaussianNoise(0.1).apply([[1, 2]]).toArray() // => [[1, 2]]
 */
export class GaussianNoise extends Layer<RandomLayerOptions> {
  static override readonly configRules: ConfigRules = { positional: ['stddev'] }

  /**
   * Makes a layer that adds noise in training.
   * @param stddev the standard deviation
   * @throws OptionError when it is negative
   */
  constructor(
    /** The standard deviation of the noise. */
    readonly stddev: number,
    options: RandomLayerOptions = {},
  ) {
    super(withArguments(options, { stddev }), noiseRules)
    seedLayer(this, this.layerOptions.seed)
  }

  override call(x: Tensor, { training = false }: CallOptions = {}): Tensor {
    if (!training || this.stddev === 0) return x
    return x.add(noise(this, x, x.shape, (random) => this.stddev * random.normal()))
  }

  protected override describe(): string {
    return String(this.stddev)
  }
}

const dropoutRules = {
  defaults: { seed: undefined, ...layerRules.defaults, rate: required },
  ranges: { rate: interval('[0, 1)'), ...layerRules.ranges },
}

/**
 * In training, multiplies each element by a normally distributed number of mean 1 and standard deviation
 * $\sqrt{\text{rate} / (1 - \text{rate})}$, that of `Dropout`; otherwise does nothing.
 *
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 * @example
 * new GaussianDropout(0.5).apply([[1, 2]]).toArray() // => [[1, 2]]
 */
export class GaussianDropout extends Layer<RandomLayerOptions> {
  static override readonly configRules: ConfigRules = { positional: ['rate'] }

  /**
   * Makes a layer that multiplies by noise in training.
   * @param rate as that of `Dropout`, from 0 to below 1
   * @throws OptionError when the rate is not in [0, 1)
   */
  constructor(
    /** The fraction that `Dropout` would drop. */
    readonly rate: number,
    options: RandomLayerOptions = {},
  ) {
    super(withArguments(options, { rate }), dropoutRules)
    seedLayer(this, this.layerOptions.seed)
  }

  override call(x: Tensor, { training = false }: CallOptions = {}): Tensor {
    if (!training || this.rate === 0) return x
    const stddev = Math.sqrt(this.rate / (1 - this.rate))
    return x.mul(noise(this, x, x.shape, (random) => 1 + stddev * random.normal()))
  }

  protected override describe(): string {
    return String(this.rate)
  }
}
