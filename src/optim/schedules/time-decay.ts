/**
 * What exponential and inverse time decay have in common: their options, and how many decays have passed.
 */
import { LearningRateSchedule, steps } from './schedule.js'

/** Options of `ExponentialDecay` and `InverseTimeDecay`. */
export interface DecayOptions {
  /** The learning rate at step 0. */
  initialLearningRate: number
  /** The number of steps of one decay. */
  decaySteps: number
  /** The factor of one decay. */
  decayRate: number
  /** Decay at once at the end of every `decaySteps`, not gradually. Default false. */
  staircase?: boolean
}

/**
 * A schedule that decays a little with every step, or at once after a number of them.
 * @throws OptionError for a missing or unknown option, or when `decaySteps` is not more than 0
 */
export abstract class TimeDecay extends LearningRateSchedule<DecayOptions> {
  static override readonly defaults = {
    initialLearningRate: undefined,
    decaySteps: undefined,
    decayRate: undefined,
    staircase: false,
  }

  constructor(options: DecayOptions & { name?: string | null }) {
    super(options, { decaySteps: steps })
  }

  /** Returns the number of decays that have passed at a step. */
  protected decays(step: number): number {
    const { decaySteps, staircase } = this.options
    return staircase ? Math.floor(step / decaySteps) : step / decaySteps
  }
}
