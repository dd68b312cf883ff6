/**
 * Schedules by name, and from their configurations.
 */
import { unknownName } from '../../options.js'
import { schedules } from './classes.js'
import type { Config, LearningRateSchedule } from './schedule.js'

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
  const known = schedules()
  const schedule = known.find(({ name }) => name.toLowerCase() === class_name.toLowerCase())
  if (schedule) return schedule.fromConfig(config) as LearningRateSchedule
  const names = known.map(({ name }) => name)
  throw unknownName('fromConfig', 'schedule', class_name, names)
}

/** A configuration whose schedules are read. */
export function readSchedules(config: Config): Config {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, readValue(value)]))
}

function readValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readValue)
  return isScheduleConfig(value) ? deserializeSchedule(value) : value
}
