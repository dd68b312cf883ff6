/**
 * What a learning-rate schedule is: a function of the step count with a configuration. One file each beside this one.
 */
import { OptionError } from '../../errors.js'
import { checkOptions } from '../../options.js'
import { fromKeras, toKeras } from '../names.js'

/** A configuration in Keras's spelling, ready for JSON. */
export type Config = Record<string, unknown>

/** A schedule, whatever its options are. */
export interface AnySchedule {
  at(step: number): number
}

/** The constructor of a schedule. */
export interface ScheduleClass {
  new (options: never): LearningRateSchedule
  readonly name: string
  readonly defaults: Readonly<Record<string, unknown>>
}

/**
 * The base of all schedules. A subclass lists its options in `defaults` (`undefined`: must be given) and says in `at`
 * what the learning rate is.
 *
 * @example
 * class Halving extends LearningRateSchedule {
 *   static defaults = { start: 0.1 }
 *   at(step) {
 *     return this.options.start / 2 ** step
 *   }
 * }
 * new Halving().at(2) // => 0.025
 */
export abstract class LearningRateSchedule<Options extends object = Record<string, unknown>> {
  /** The options and their defaults; `undefined` for those that must be given. */
  static readonly defaults: Readonly<Record<string, unknown>> = {}

  /** The options, defaults filled in. */
  readonly options: Required<Options>
  /** What it is called. */
  readonly name: string

  /** @throws OptionError for an unknown or a missing option */
  constructor(options: Options & { name?: string | null } = {} as Options) {
    const { name: op, defaults } = new.target as unknown as ScheduleClass
    checkOptions(op, options, [...Object.keys(defaults), 'name'])
    const { name, ...given } = options as Record<string, unknown>
    const resolved: Record<string, unknown> = { ...defaults }
    for (const key of Object.keys(given)) if (given[key] !== undefined) resolved[key] = given[key]
    checkNumbers(op, resolved, defaults)
    this.options = resolved as Required<Options>
    this.name = (name as string | null | undefined) ?? op
  }

  /** The learning rate at a step: 0 for the first. */
  abstract at(step: number): number

  /** The configuration in Keras's spelling; `fromConfig` makes an equal schedule of it. */
  getConfig(): Config {
    const entries = Object.entries(this.options).map(([name, value]) => [toKeras(name), configOf(value)])
    return { ...Object.fromEntries(entries), name: this.name }
  }

  /** Makes a schedule of a configuration, in Keras's spelling or nabla's. */
  static fromConfig<S>(this: new (options: never) => S, config: Config): S {
    checkConfig('fromConfig', config)
    return new this(fromKeras(config) as never)
  }

  /** `CosineDecay(initialLearningRate: 0.1, …)` */
  toString(): string {
    const shown = Object.entries(this.options).map(([name, value]) => `${name}: ${value}`)
    return `${this.constructor.name}(${shown.join(', ')})`
  }
}

/** @throws OptionError when decaySteps is not positive */
export function checkPositive(op: string, name: string, value: number): void {
  if (!(value > 0))
    throw new OptionError(`${op}: ${name} must be more than 0, received ${value}. Give a number of steps.`)
}

/** @throws OptionError for what is no object of options */
export function checkConfig(op: string, config: unknown): asserts config is Config {
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return
  throw new OptionError(`${op}: the configuration is ${String(config)}. Give what getConfig() returned.`)
}

/** @throws OptionError for what has no `at` */
export function checkSchedule(op: string, schedule: unknown): void {
  if (typeof (schedule as AnySchedule | null)?.at === 'function') return
  throw new OptionError(
    `${op}: ${String(schedule)} is no schedule. Give one, such as new Constant({ learningRate: 0.1 }).`,
  )
}

function checkNumbers(op: string, options: Record<string, unknown>, defaults: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) throw new OptionError(`${op}: ${name} is missing. Give it as an option: { ${name}: … }.`)
    const isNull = value === null && defaults[name] !== null
    if (isNull || [value].flat().some(Number.isNaN)) {
      throw new OptionError(`${op}: ${name} is ${value}. Give a number.`)
    }
    if (typeof value === 'string') throw new OptionError(`${op}: ${name} is "${value}", not a number. Give a number.`)
  }
}

/** What a value becomes in a configuration: schedules inside a schedule are written out. */
function configOf(value: unknown): unknown {
  if (value instanceof LearningRateSchedule) return serializeSchedule(value)
  return Array.isArray(value) ? value.map(configOf) : value
}

/** A schedule as Keras writes it inside a configuration. */
export function serializeSchedule(schedule: LearningRateSchedule): Config {
  const { name } = schedule.constructor
  const inKeras = kerasSchedules.has(name)
  return {
    module: inKeras ? 'keras.optimizers.schedules' : 'nabla',
    class_name: name,
    config: schedule.getConfig(),
    registered_name: inKeras ? null : `nabla>${name}`,
  }
}

const kerasSchedules = new Set([
  'ExponentialDecay',
  'InverseTimeDecay',
  'PiecewiseConstantDecay',
  'PolynomialDecay',
  'CosineDecay',
  'CosineDecayRestarts',
])
