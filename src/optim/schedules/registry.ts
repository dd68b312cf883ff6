/**
 * Schedules by name, and from their configurations. `../get.ts` makes nabla's own known.
 */
import { unknownName } from '../../options.js'
import type { Config, LearningRateSchedule } from './schedule.js'

/** The constructor of a schedule that can be read from a configuration. */
interface ReadableSchedule {
  readonly name: string
  fromConfig(config: Config): unknown
}

const known = new Map<string, ReadableSchedule>()

/** Makes schedules known. */
export function registerSchedules(schedules: readonly ReadableSchedule[]): void {
  for (const schedule of schedules) known.set(schedule.name.toLowerCase(), schedule)
}

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
  const schedule = known.get(class_name.toLowerCase())
  if (schedule) return schedule.fromConfig(config) as LearningRateSchedule
  const names = [...known.values()].map(({ name }) => name)
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
