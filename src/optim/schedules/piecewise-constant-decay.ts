/**
 * Piecewise constant learning rates.
 */
import { OptionError } from '../../errors.js'
import { LearningRateSchedule, numbers } from './schedule.js'

/** Options of `PiecewiseConstantDecay`. */
export interface PiecewiseConstantDecayOptions {
  /** Steps, ascending: `values[i]` holds up to and including `boundaries[i]`. */
  boundaries: readonly number[]
  /** Learning rates, one more than boundaries. */
  values: readonly number[]
}

/**
 * One learning rate after the other.
 *
 * $$ \eta_s = v_i \quad\text{for}\quad b_{i-1} < s \le b_i $$
 *
 * @example
 * const schedule = new PiecewiseConstantDecay({ boundaries: [100, 200], values: [1, 0.5, 0.1] })
 * schedule.at(100) // => 1
 * schedule.at(101) // => 0.5
 */
export class PiecewiseConstantDecay extends LearningRateSchedule<PiecewiseConstantDecayOptions> {
  static override readonly defaults = { boundaries: undefined, values: undefined }

  constructor(options: PiecewiseConstantDecayOptions & { name?: string | null }) {
    super(options, { boundaries: numbers, values: numbers })
    const { boundaries, values } = this.options
    if (values.length !== boundaries.length + 1) {
      throw new OptionError(
        `PiecewiseConstantDecay: ${boundaries.length} boundaries and ${values.length} values. Pass one value more than boundaries.`,
      )
    }
    if (boundaries.some((b, i) => i > 0 && b < boundaries[i - 1])) {
      throw new OptionError(
        `PiecewiseConstantDecay: the boundaries ${boundaries} are not in ascending order. Sort them.`,
      )
    }
  }

  at(step: number): number {
    const { boundaries, values } = this.options
    const i = boundaries.findIndex((b) => step <= b)
    return values[i < 0 ? boundaries.length : i]
  }
}
