/**
 * Exponential decay.
 */
import { checkPositive, LearningRateSchedule } from './schedule.js'

/** Options of `ExponentialDecay` and `InverseTimeDecay`. */
export interface DecayOptions {
  /** The learning rate at step 0. */
  initialLearningRate: number
  /** How many steps one decay takes. */
  decaySteps: number
  /** The factor of one decay. */
  decayRate: number
  /** Decay at once at the end of every `decaySteps`, not gradually. Default false. */
  staircase?: boolean
}

/**
 * The learning rate shrinks by the same factor in every `decaySteps` steps.
 *
 * $$ \eta_s = \eta_0 \cdot \mathrm{rate}^{\,s / D} $$
 *
 * `initialLearningRate` is η₀, `decaySteps` D, `decayRate` rate; with `staircase`, s / D is rounded down.
 *
 * @example
 * new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 100, decayRate: 0.5 }).at(200) // => 0.025
 */
export class ExponentialDecay extends LearningRateSchedule<DecayOptions> {
  static override readonly defaults = {
    initialLearningRate: undefined,
    decaySteps: undefined,
    decayRate: undefined,
    staircase: false,
  }

  constructor(options: DecayOptions & { name?: string | null }) {
    super(options)
    checkPositive('ExponentialDecay', 'decaySteps', this.options.decaySteps)
  }

  at(step: number): number {
    const { initialLearningRate, decayRate } = this.options
    return initialLearningRate * decayRate ** decays(this.options, step)
  }
}

/** How many decays have passed at a step. */
export function decays({ decaySteps, staircase }: Required<DecayOptions>, step: number): number {
  const passed = step / decaySteps
  return staircase ? Math.floor(passed) : passed
}
