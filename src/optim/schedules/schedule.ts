/**
 * The base of learning-rate schedules: functions of the step count with a configuration. Each schedule has its own file.
 */
import { asKerasObject, type Config, checkConfig, fromKeras, type KerasObject, toKeras } from '../../keras-names.js'
import { type Check, finite, type OptionRules, positive, required, resolve, string } from '../../options.js'

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

  // A comment of this constructor would stand for the classes that inherit it. Ranges check options; default: a finite number where
  // the default is a number.
  constructor(options: Options & { name?: string | null } = {} as Options, ranges: Ranges<Options> = {}) {
    const { name: op, defaults } = new.target as unknown as ScheduleClass
    const { name, ...own } = resolve<object, never>(op, options, rulesOf(defaults, ranges)) as Record<string, unknown>
    this.options = own as Required<Options>
    this.name = (name as string | null) ?? op
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

/** Checks of a schedule's options. */
export type Ranges<Options> = { readonly [Name in keyof Options]?: Check }

/** A number of steps. */
export const steps: Check = positive

/** An array of numbers. */
export const numbers: Check = (x) =>
  ArrayBuffer.isView(x) || (Array.isArray(x) && x.every(Number.isFinite))
    ? undefined
    : 'an array of finite numbers, such as [1, 2]'

/** A schedule. */
export const schedule: Check = (x) => {
  const isObject = typeof x === 'object' && x !== null && !Array.isArray(x) && !ArrayBuffer.isView(x)
  if (isObject && typeof (x as AnySchedule).at === 'function') return undefined
  return 'a schedule, such as new Constant({ learningRate: 0.1 })'
}

/** Several schedules. */
export const listOfSchedules: Check = (x) =>
  Array.isArray(x) && x.every((one) => schedule(one) === undefined) ? undefined : 'an array of schedules: [a, b]'

/** Accepts values of options without a check: a finite number, or what a schedule may be made of. */
const anything: Check = (x) => {
  if (typeof x === 'function' || schedule(x) === undefined) return undefined
  return Array.isArray(x) && x.every((one) => typeof one !== 'number' || Number.isFinite(one)) ? undefined : finite(x)
}

/** The options as `resolve` takes them: those whose default is undefined are required. */
function rulesOf(defaults: Readonly<Record<string, unknown>>, ranges: Ranges<object>): OptionRules<never> {
  const all: Record<string, unknown> = {}
  const checks: Record<string, Check> = { name: string }
  for (const [name, standard] of Object.entries(defaults)) {
    all[name] = standard === undefined ? required : standard
    if (standard === undefined) checks[name] = anything
    else if (standard === null || typeof standard === 'number') checks[name] = finite
    else if (typeof standard === 'string') checks[name] = string
  }
  return { defaults: { ...all, name: null } as never, ranges: { ...checks, ...ranges } as never }
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
