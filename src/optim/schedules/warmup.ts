/**
 * A warm-up in front of any schedule.
 */
import { fromKeras } from '../base/keras-names.js'
import { interpolate } from './linear.js'
import { readSchedules } from './registry.js'
import { type AnySchedule, type Config, checkPositive, checkSchedule, LearningRateSchedule } from './schedule.js'

/** Options of `Warmup`. */
export interface WarmupOptions {
  /** What comes after the warm-up; it starts at its own step 0. */
  schedule: AnySchedule
  /** How many steps the warm-up takes. */
  warmupSteps: number
  /** The learning rate at step 0. Default 0. */
  initialLearningRate?: number
}

/**
 * Rises on a straight line to where a schedule starts, then follows the schedule.
 *
 * $$ \eta_s = \eta_0 + (\mathrm{schedule}(0) - \eta_0) \frac{s}{W} \quad (s < W), \qquad \mathrm{schedule}(s - W) \text{ after that} $$
 *
 * @example
 * const schedule = new Warmup({ schedule: new Constant({ learningRate: 1 }), warmupSteps: 10 })
 * schedule.at(5) // => 0.5
 * schedule.at(20) // => 1
 */
export class Warmup extends LearningRateSchedule<WarmupOptions> {
  static override readonly defaults = { schedule: undefined, warmupSteps: undefined, initialLearningRate: 0 }

  constructor(options: WarmupOptions & { name?: string | null }) {
    super(options)
    checkSchedule('Warmup', this.options.schedule)
    checkPositive('Warmup', 'warmupSteps', this.options.warmupSteps)
  }

  at(step: number): number {
    const { schedule, warmupSteps, initialLearningRate } = this.options
    if (step >= warmupSteps) return schedule.at(step - warmupSteps)
    return interpolate(initialLearningRate, schedule.at(0), step / warmupSteps)
  }

  static override fromConfig<S>(this: new (options: never) => S, config: Config): S {
    return new this(fromKeras(readSchedules(config)) as never)
  }
}
