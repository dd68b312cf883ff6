/**
 * Schedules from their configurations.
 */
import { OptionError } from '../../errors.js'
import { Constant } from './constant.js'
import { CosineDecay } from './cosine-decay.js'
import { CosineDecayRestarts } from './cosine-decay-restarts.js'
import { ExponentialDecay } from './exponential-decay.js'
import { InverseSquareRoot } from './inverse-square-root.js'
import { InverseTimeDecay } from './inverse-time-decay.js'
import { Join } from './join.js'
import { Linear } from './linear.js'
import { CosineOneCycle, LinearOneCycle } from './one-cycle.js'
import { PiecewiseConstantDecay } from './piecewise-constant-decay.js'
import { PolynomialDecay } from './polynomial-decay.js'
import type { Config, LearningRateSchedule } from './schedule.js'
import { Warmup } from './warmup.js'

/** The constructor of a schedule that can be read from a configuration. */
export interface ReadableSchedule {
  readonly name: string
  fromConfig(config: Config): LearningRateSchedule
}

/** A function, because schedules of schedules import this file too. */
const all = () =>
  [
    Constant,
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
    CosineOneCycle,
    InverseSquareRoot,
    Join,
    Linear,
    LinearOneCycle,
    Warmup,
  ] as unknown as readonly ReadableSchedule[]

/** Whether this is a configuration of a schedule: `{ class_name, config }`. */
export function isScheduleConfig(value: unknown): value is { class_name: string; config: Config } {
  return typeof value === 'object' && value !== null && typeof (value as Config).class_name === 'string'
}

/**
 * The schedule that a configuration `{ class_name, config }` describes.
 * @throws OptionError for an unknown class
 */
export function deserializeSchedule({
  class_name,
  config,
}: {
  class_name: string
  config: Config
}): LearningRateSchedule {
  const schedules = all()
  const schedule = schedules.find(({ name }) => name.toLowerCase() === class_name.toLowerCase())
  if (schedule) return schedule.fromConfig(config)
  const names = schedules.map(({ name }) => name).join(', ')
  throw new OptionError(`fromConfig: unknown schedule ${class_name}. Known: ${names}.`)
}

/** A configuration whose schedules are read. */
export function readSchedules(config: Config): Config {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, readValue(value)]))
}

function readValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readValue)
  return isScheduleConfig(value) ? deserializeSchedule(value) : value
}
