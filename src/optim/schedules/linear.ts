/**
 * A straight line.
 */
import { LearningRateSchedule, steps } from './schedule.js'

/** Options of `Linear`. */
export interface LinearOptions {
  /** The learning rate at the beginning. */
  initialLearningRate: number
  /** The learning rate at the end. */
  endLearningRate: number
  /** The number of steps from one value to the other. */
  steps: number
  /** The step at which it begins. Default 0. */
  begin?: number
}

/**
 * From one learning rate to another on a straight line, up or down; constant before and after.
 *
 * $$ \eta_s = \eta_0 + (\eta_e - \eta_0) \operatorname{clip}\left(\frac{s - b}{D}, 0, 1\right) $$
 *
 * `initialLearningRate` is η₀, `endLearningRate` ηₑ, `steps` D, `begin` b.
 *
 * @example
 * new Linear({ initialLearningRate: 0, endLearningRate: 1, steps: 10 }).at(5) // => 0.5
 */
export class Linear extends LearningRateSchedule<LinearOptions> {
  static override readonly defaults = {
    initialLearningRate: undefined,
    endLearningRate: undefined,
    steps: undefined,
    begin: 0,
  }

  constructor(options: LinearOptions & { name?: string | null }) {
    super(options, { steps })
  }

  at(step: number): number {
    const { initialLearningRate, endLearningRate, steps, begin } = this.options
    return interpolate(initialLearningRate, endLearningRate, (step - begin) / steps)
  }
}

/** From a to b, at a fraction of the way; a before, b after. */
export function interpolate(a: number, b: number, fraction: number): number {
  const f = Math.min(Math.max(fraction, 0), 1)
  return a * (1 - f) + b * f
}
