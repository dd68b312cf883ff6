/**
 * The base of learning-rate schedules: functions of the step count with a configuration. Each schedule has its own file.
 */
import { OptionError } from '../../errors.js'
import { asKerasObject, type Config, checkConfig, fromKeras, type KerasObject, toKeras } from '../../keras-names.js'
import { checkOptions, show, wrongValue } from '../../options.js'

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
 * The base of all schedules. A subclass lists its options in `defaults` (`undefined`: required) and returns the
 * learning rate from `at`.
 *
 * @example
 * class Halving extends LearningRateSchedule {
 *   static defaults = { start: 0.1 }
 *   at(step) {
 *     return this.options.start / 2 ** step
 *   }
 * }
 * new Halving().at(2) // => 0.025
 * @throws OptionError for an unknown or a missing option, or a value of the wrong kind
 */
export abstract class LearningRateSchedule<Options extends object = Record<string, unknown>> {
  /** The options and their defaults; `undefined` for those that must be given. */
  static readonly defaults: Readonly<Record<string, unknown>> = {}

  /** The options, defaults filled in. */
  readonly options: Required<Options>
  /** The name. */
  readonly name: string

  constructor(options: Options & { name?: string | null } = {} as Options) {
    const { name: op, defaults } = new.target as unknown as ScheduleClass
    checkOptions(op, options, [...Object.keys(defaults), 'name'])
    const { name, ...given } = options as Record<string, unknown>
    const resolved: Record<string, unknown> = { ...defaults }
    for (const key of Object.keys(given)) if (given[key] !== undefined) resolved[key] = given[key]
    checkValues(op, resolved, defaults)
    this.options = resolved as Required<Options>
    if (name !== null && name !== undefined && typeof name !== 'string') {
      throw wrongValue(op, 'name', 'a string', name)
    }
    this.name = name ?? op
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
    throw new OptionError(`${op}: ${name} must be greater than 0, received ${value}. Pass a number of steps.`)
}

/** @throws OptionError for what has no `at` */
export function checkSchedule(op: string, schedule: unknown): void {
  const isList = Array.isArray(schedule) || ArrayBuffer.isView(schedule)
  if (!isList && typeof (schedule as AnySchedule | null)?.at === 'function') return
  throw new OptionError(
    `${op}: ${String(schedule)} is not a schedule. Pass one, such as new Constant({ learningRate: 0.1 }).`,
  )
}

/** @throws OptionError unless the value is an array of numbers */
export function checkNumberList(op: string, name: string, list: unknown): void {
  if (ArrayBuffer.isView(list) || (Array.isArray(list) && list.findIndex((x) => typeof x !== 'number') < 0)) return
  throw new OptionError(`${op}: ${name} is ${String(list)}. Pass an array of numbers: { ${name}: [1, 2] }.`)
}

function checkValues(op: string, options: Record<string, unknown>, defaults: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) throw new OptionError(`${op}: ${name} is required. Pass it as an option: { ${name}: … }.`)
    if (typeof defaults[name] === 'boolean') {
      if (typeof value !== 'boolean') throw new OptionError(`${op}: ${name} is ${show(value)}. Pass true or false.`)
    } else if (!mayBe(value, defaults[name])) {
      const what = typeof value === 'number' || value === null ? '' : ', not a number'
      throw new OptionError(
        `${op}: ${name} is ${Array.isArray(value) ? value : show(value)}${what}. Pass a finite number.`,
      )
    }
  }
}

/**
 * Returns whether a value is of the same kind as its default; one that defaults to null may also be a number. A required
 * option may also be an array, a schedule or a function.
 */
function mayBe(value: unknown, standard: unknown): boolean {
  if (value === null) return standard === null
  if (typeof value === 'number') return Number.isFinite(value)
  if (standard === null || typeof standard === 'number') return false
  if (standard !== undefined) return typeof value === typeof standard
  if (Array.isArray(value)) return value.every((x) => typeof x !== 'number' || Number.isFinite(x))
  return typeof value === 'function' || (typeof value === 'object' && 'at' in value)
}

/** Returns a value as a configuration holds it: nested schedules are serialized, too. */
function configOf(value: unknown): unknown {
  if (value instanceof LearningRateSchedule) return serializeSchedule(value)
  return Array.isArray(value) ? value.map(configOf) : value
}

/** Returns a schedule as Keras writes it in a configuration. */
export function serializeSchedule(schedule: LearningRateSchedule): KerasObject {
  return asKerasObject(schedule, 'keras.optimizers.schedules', kerasSchedules)
}

const kerasSchedules = new Set([
  'ExponentialDecay',
  'InverseTimeDecay',
  'PiecewiseConstantDecay',
  'PolynomialDecay',
  'CosineDecay',
  'CosineDecayRestarts',
])
