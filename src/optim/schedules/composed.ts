/**
 * Schedules made of other schedules, and schedules read from configurations: one file, since each needs the other. New schedules are
 * added to the list at the end.
 */
import { OptionError } from '../../errors.js'
import { type Config, fromKeras, isKerasObject, type KerasObject } from '../../keras-names.js'
import { unknownName } from '../../options.js'
import { Constant } from './constant.js'
import { CosineDecay } from './cosine-decay.js'
import { CosineDecayRestarts } from './cosine-decay-restarts.js'
import { ExponentialDecay } from './exponential-decay.js'
import { InverseSquareRoot } from './inverse-square-root.js'
import { InverseTimeDecay } from './inverse-time-decay.js'
import { interpolate, Linear } from './linear.js'
import { CosineOneCycle, LinearOneCycle } from './one-cycle.js'
import { PiecewiseConstantDecay } from './piecewise-constant-decay.js'
import { PolynomialDecay } from './polynomial-decay.js'
import { type AnySchedule, LearningRateSchedule, listOfSchedules, numbers, schedule, steps } from './schedule.js'

/** A schedule with schedules among its options. */
abstract class Composed<Options extends object> extends LearningRateSchedule<Options> {
  static override fromConfig<S>(this: new (options: never) => S, config: Config): S {
    return new this(fromKeras(readSchedules(config)) as never)
  }
}

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
export class Join extends Composed<JoinOptions> {
  static override readonly defaults = { schedules: undefined, boundaries: undefined }

  constructor(options: JoinOptions & { name?: string | null }) {
    super(options, { schedules: listOfSchedules, boundaries: numbers })
    const { schedules, boundaries } = this.options
    if (schedules.length !== boundaries.length + 1 || boundaries.some((b, i) => i > 0 && b <= boundaries[i - 1])) {
      throw new OptionError(
        `Join: ${schedules.length} schedules and the boundaries [${boundaries}]. Pass one boundary fewer than schedules, in ascending order.`,
      )
    }
  }

  at(step: number): number {
    const { schedules, boundaries } = this.options
    const first = boundaries.findIndex((b) => step < b)
    const i = first < 0 ? boundaries.length : first
    return schedules[i].at(i === 0 ? step : step - boundaries[i - 1])
  }
}

/** Options of `Warmup`. */
export interface WarmupOptions {
  /** The learning rate after the warm-up; a schedule starts at its own step 0. */
  schedule: AnySchedule
  /** The number of warm-up steps. */
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
export class Warmup extends Composed<WarmupOptions> {
  static override readonly defaults = { schedule: undefined, warmupSteps: undefined, initialLearningRate: 0 }

  constructor(options: WarmupOptions & { name?: string | null }) {
    super(options, { schedule, warmupSteps: steps })
  }

  at(step: number): number {
    const { schedule, warmupSteps, initialLearningRate } = this.options
    if (step >= warmupSteps) return schedule.at(step - warmupSteps)
    return interpolate(initialLearningRate, schedule.at(0), step / warmupSteps)
  }
}

/** A schedule that can be read from a configuration. */
interface ReadableSchedule {
  readonly name: string
  fromConfig(config: Config): unknown
}

/** Returns every schedule that can be read from a configuration. */
function schedules(): ReadableSchedule[] {
  const single = [Constant, CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseSquareRoot, InverseTimeDecay]
  const more = [Linear, LinearOneCycle, CosineOneCycle, PiecewiseConstantDecay, PolynomialDecay]
  return [...single, ...more, Join, Warmup]
}

/**
 * Returns the schedule of a configuration `{ class_name, config }`.
 * @throws OptionError for an unknown class
 */
export function deserializeSchedule({ class_name, config }: KerasObject): LearningRateSchedule {
  const known = schedules()
  const schedule = known.find(({ name }) => name.toLowerCase() === class_name.toLowerCase())
  if (schedule) return schedule.fromConfig(config) as LearningRateSchedule
  const names = known.map(({ name }) => name)
  throw unknownName('fromConfig', 'schedule', class_name, names)
}

/** Returns a configuration whose schedules are read. */
function readSchedules(config: Config): Config {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, readValue(value)]))
}

function readValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readValue)
  return isKerasObject(value) ? deserializeSchedule(value) : value
}
