/**
 * Schedules one after the other.
 */

import { OptionError } from '../../errors.js'
import { fromKeras } from '../base/keras-names.js'
import { readSchedules } from './registry.js'
import { type AnySchedule, type Config, checkNumberList, checkSchedule, LearningRateSchedule } from './schedule.js'

/** Options of `Join`. */
export interface JoinOptions {
  /** The schedules, each of which starts at its own step 0. */
  schedules: readonly AnySchedule[]
  /** The steps at which the second, the third … begin: one fewer than schedules, ascending. */
  boundaries: readonly number[]
}

/**
 * Schedules one after the other: from boundary i on, schedule i + 1 runs, and counts its steps from there.
 *
 * @example
 * const up = new Linear({ initialLearningRate: 0, endLearningRate: 1, steps: 10 })
 * const schedule = new Join({ schedules: [up, new Constant({ learningRate: 0.5 })], boundaries: [10] })
 * schedule.at(9) // => 0.9
 * schedule.at(10) // => 0.5
 */
export class Join extends LearningRateSchedule<JoinOptions> {
  static override readonly defaults = { schedules: undefined, boundaries: undefined }

  constructor(options: JoinOptions & { name?: string | null }) {
    super(options)
    const { schedules, boundaries } = this.options
    checkNumberList('Join', 'boundaries', boundaries)
    if (!Array.isArray(schedules))
      throw new OptionError(`Join: ${String(schedules)} is no list of schedules. Write [a, b].`)
    for (const schedule of schedules) checkSchedule('Join', schedule)
    if (schedules.length !== boundaries.length + 1 || boundaries.some((b, i) => i > 0 && b <= boundaries[i - 1])) {
      throw new OptionError(
        `Join: ${schedules.length} schedules and the boundaries [${boundaries}]. Give one boundary fewer than schedules, ascending.`,
      )
    }
  }

  at(step: number): number {
    const { schedules, boundaries } = this.options
    const first = boundaries.findIndex((b) => step < b)
    const i = first < 0 ? boundaries.length : first
    return schedules[i].at(i === 0 ? step : step - boundaries[i - 1])
  }

  static override fromConfig<S>(this: new (options: never) => S, config: Config): S {
    return new this(fromKeras(readSchedules(config)) as never)
  }
}
