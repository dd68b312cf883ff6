/**
 * Dropout: a layer that drops units at random in training.
 */
import { type Generator, generator } from '../kernels/random.js'
import { interval, required } from '../options.js'
import { wrap } from '../tensor/creation.js'
import { promote } from '../tensor/dtype.js'
import { newValues } from '../tensor/nested-arrays.js'
import { randomStream } from '../tensor/random.js'
import type { Tensor } from '../tensor/tensor.js'
import { Layer } from './layer.js'
import { type CallOptions, type LayerOptions, layerRules, withArguments } from './layer-options.js'

/** Options of `Dropout`. */
export interface DropoutOptions extends LayerOptions {
  /** Seed of its random numbers. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

const rules = {
  defaults: { seed: undefined, ...layerRules.defaults, rate: required },
  ranges: { rate: interval('[0, 1)'), ...layerRules.ranges },
}

/**
 * In training, sets each element to 0 with probability `rate` and multiplies the others by 1 / (1 − rate), so that the
 * mean stays the same; otherwise does nothing.
 *
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 * @example
 * new Dropout(0.5).apply(tensor([[1, 2]])).toArray() // => [[1, 2]]
 */
export class Dropout extends Layer<DropoutOptions> {
  static override readonly configRules = { positional: ['rate'] }

  private readonly random: Generator | null

  /**
   * Makes a layer that drops a fraction of its inputs in training.
   * @param rate the fraction that is dropped, from 0 to below 1
   * @throws OptionError when the rate is not in [0, 1)
   */
  constructor(
    /** The fraction that is dropped. */
    readonly rate: number,
    options: DropoutOptions = {},
  ) {
    super(withArguments(options, { rate }), rules)
    const { seed } = this.layerOptions
    this.random = seed === undefined ? null : generator(seed)
  }

  override get keepsProbabilities(): boolean {
    return true
  }

  override call(x: Tensor, { training = false }: CallOptions = {}): Tensor {
    if (!training || this.rate === 0) return x
    const random = this.random ?? randomStream()
    const kept = 1 / (1 - this.rate)
    const dtype = promote(x.dtype, 'float32')
    const mask = newValues('Dropout', dtype, x.size)
    for (let i = 0; i < mask.length; i++) mask[i] = random.uniform32() < this.rate ? 0 : kept
    return x.mul(wrap('Dropout', mask, dtype, x.shape))
  }

  protected override describe(): string {
    return String(this.rate)
  }
}
