/**
 * Polynomial (with power 1: linear) decay.
 */
import { LearningRateSchedule, steps } from './schedule.js'

/** Options of `PolynomialDecay`. */
export interface PolynomialDecayOptions {
  /** The learning rate at step 0. */
  initialLearningRate: number
  /** The number of decay steps. */
  decaySteps: number
  /** The learning rate at the end. Default 0.0001. */
  endLearningRate?: number
  /** The exponent; 1 is a straight line. Default 1. */
  power?: number
  /** Start again (with an ever longer decay) instead of staying at the end. Default false. */
  cycle?: boolean
}

/**
 * The learning rate falls to its end value along a polynomial.
 *
 * $$ \eta_s = (\eta_0 - \eta_e) \left(1 - \frac{\min(s, D)}{D}\right)^{\mathrm{power}} + \eta_e $$
 *
 * With `cycle`, D is multiplied by ⌈s / D⌉ instead of s being cut off; at a multiple of D the value is still that of
 * the end.
 *
 * @example
 * new PolynomialDecay({ initialLearningRate: 1, decaySteps: 10, endLearningRate: 0 }).at(5) // => 0.5
 */
export class PolynomialDecay extends LearningRateSchedule<PolynomialDecayOptions> {
  static override readonly defaults = {
    initialLearningRate: undefined,
    decaySteps: undefined,
    endLearningRate: 0.0001,
    power: 1,
    cycle: false,
  }

  constructor(options: PolynomialDecayOptions & { name?: string | null }) {
    super(options, { decaySteps: steps })
  }

  at(step: number): number {
    const { initialLearningRate, endLearningRate, decaySteps, power, cycle } = this.options
    const length = cycle && step > 0 ? decaySteps * Math.ceil(step / decaySteps) : decaySteps
    const rest = 1 - Math.min(step, length) / length
    return (initialLearningRate - endLearningRate) * rest ** power + endLearningRate
  }
}
