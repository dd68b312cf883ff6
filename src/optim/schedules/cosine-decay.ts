/**
 * Cosine decay, with an optional linear warm-up.
 */
import { checkPositive, LearningRateSchedule } from './schedule.js'

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
    super(options)
    checkPositive('CosineDecay', 'decaySteps', this.options.decaySteps)
  }

  at(step: number): number {
    const { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps } = this.options
    if (warmupTarget === null) return cosine(initialLearningRate, step / decaySteps, alpha)
    if (step < warmupSteps) return initialLearningRate + ((warmupTarget - initialLearningRate) * step) / warmupSteps
    return cosine(warmupTarget, (step - warmupSteps) / decaySteps, alpha)
  }
}

/** Half a cosine wave from `start` down to `alpha * start`, at a fraction of its length. */
export function cosine(start: number, fraction: number, alpha: number): number {
  const fallen = 0.5 * (1 + Math.cos(Math.PI * Math.min(fraction, 1)))
  return start * ((1 - alpha) * fallen + alpha)
}
