/**
 * Cosine decay, with an optional linear warm-up.
 */
import { interpolate } from './linear.js'
import { LearningRateSchedule, steps } from './schedule.js'

/** Options of `CosineDecay`. */
export interface CosineDecayOptions {
  /** The learning rate at step 0: where the decay starts, or (with `warmupTarget`) the warm-up. */
  initialLearningRate: number
  /** The number of decay steps, after the warm-up. */
  decaySteps: number
  /** The smallest learning rate, as a fraction of the largest. Default 0. */
  alpha?: number
  /** The learning rate at which the warm-up ends and the decay starts. Default null: no warm-up. */
  warmupTarget?: number | null
  /** The number of warm-up steps. Default 0. */
  warmupSteps?: number
}

/**
 * The learning rate falls along half a cosine wave: slowly, fast, slowly.
 *
 * $$ \eta_s = \eta_0 \left[(1 - \alpha)\,\tfrac12\left(1 + \cos\frac{\pi \min(s, D)}{D}\right) + \alpha\right] $$
 *
 * With `warmupTarget` T and `warmupSteps` W it first rises on a straight line from η₀ to T, then decays from T for D
 * steps.
 *
 * @example
 * const schedule = new CosineDecay({ initialLearningRate: 0, decaySteps: 100, warmupTarget: 1, warmupSteps: 10 })
 * schedule.at(5) // => 0.5
 * schedule.at(60) // => 0.5
 * @see Loshchilov and Hutter 2016, https://arxiv.org/abs/1608.03983
 */
export class CosineDecay extends LearningRateSchedule<CosineDecayOptions> {
  static override readonly defaults = {
    initialLearningRate: undefined,
    decaySteps: undefined,
    alpha: 0,
    warmupTarget: null,
    warmupSteps: 0,
  }

  constructor(options: CosineDecayOptions & { name?: string | null }) {
    super(options, { decaySteps: steps })
  }

  at(step: number): number {
    const { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps } = this.options
    if (warmupTarget === null) return wave(initialLearningRate, alpha * initialLearningRate, step / decaySteps)
    if (step < warmupSteps) return interpolate(initialLearningRate, warmupTarget, step / warmupSteps)
    return wave(warmupTarget, alpha * warmupTarget, (step - warmupSteps) / decaySteps)
  }
}

/** From a to b along half a cosine wave, at a fraction of the way; a before, b after. */
export function wave(a: number, b: number, fraction: number): number {
  return interpolate(a, b, (1 - Math.cos(Math.PI * Math.min(Math.max(fraction, 0), 1))) / 2)
}
