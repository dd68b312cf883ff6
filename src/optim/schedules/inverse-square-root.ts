/**
 * The inverse square root of the step.
 */
import { LearningRateSchedule, steps } from './schedule.js'

/** Options of `InverseSquareRoot`. */
export interface InverseSquareRootOptions {
  /** The largest learning rate, reached at the end of the warm-up. */
  learningRate: number
  /** The number of steps of the linear rise. Default 1. */
  warmupSteps?: number
}

/**
 * A linear warm-up, then a fall like 1/√s: the schedule that transformers were first trained with.
 *
 * $$ \eta_s = \eta \cdot \min\left(\frac{s + 1}{W}, \sqrt{\frac{W}{s + 1}}\right) $$
 *
 * `learningRate` is η, `warmupSteps` W.
 *
 * @example
 * const schedule = new InverseSquareRoot({ learningRate: 1, warmupSteps: 4 })
 * schedule.at(3) // => 1
 * schedule.at(15) // => 0.5
 * @see Vaswani et al. 2017, section 5.3, https://arxiv.org/abs/1706.03762
 */
export class InverseSquareRoot extends LearningRateSchedule<InverseSquareRootOptions> {
  static override readonly defaults = { learningRate: undefined, warmupSteps: 1 }

  constructor(options: InverseSquareRootOptions & { name?: string | null }) {
    super(options, { warmupSteps: steps })
  }

  at(step: number): number {
    const { learningRate, warmupSteps } = this.options
    const t = step + 1
    return learningRate * Math.min(t / warmupSteps, Math.sqrt(warmupSteps / t))
  }
}
