/**
 * The options of optimizers: those that all share, the checks of their values, and how configurations spell them.
 */
import { OptionError } from '../../errors.js'
import { type Config, checkConfig, fromKeras, isKerasObject, toKeras } from '../../keras-names.js'
import { type Check, interval, notNegative, orNull, resolve, string, wrongValue } from '../../options.js'
import { isClass } from '../../tensor/received.js'
import type { Variable } from '../../tensor/variable.js'
import { deserializeSchedule } from '../schedules/composed.js'
import { LearningRateSchedule, serializeSchedule } from '../schedules/schedule.js'

/** A number, or what gives one at each step: a schedule of the step count, or a function without arguments. */
export type Hyperparameter = number | LearningRateSchedule | (() => number)

/** The options that every optimizer accepts. */
export interface OptimizerOptions {
  /** The step size η. Default 0.001, except where an optimizer documents another. */
  learningRate?: Hyperparameter
  /** Decoupled weight decay λ: before each update, w ← w − ηλw. Default null, none (AdamW and Muon: 0.004). */
  weightDecay?: Hyperparameter | null
  /** Scale each variable's gradient down to at most this norm. Default null. */
  clipnorm?: Hyperparameter | null
  /** Cut each element of the gradients off at ±clipvalue. Default null. */
  clipvalue?: Hyperparameter | null
  /** Scale all gradients together down to at most this norm. Default null. */
  globalClipnorm?: Hyperparameter | null
  /** Keep an exponential moving average of the weights; `finalizeVariableValues` writes it into them. Default false. */
  useEma?: boolean
  /** The fraction of the average that each step keeps, 0 to 1. Default 0.99. */
  emaMomentum?: Hyperparameter
  /** Write the average into the weights every so many steps. Default null, never. */
  emaOverwriteFrequency?: number | null
  /** Divide the gradients by this: the factor that the loss was multiplied by. Default null. */
  lossScaleFactor?: Hyperparameter | null
  /** Update once in so many calls, with the mean gradient of them; at least 2. Default null, at every call. */
  gradientAccumulationSteps?: number | null
  /** Run each rule as one fused kernel (default), or, when false, operation by operation: slower, equal to rounding. */
  jitCompile?: boolean
  /** Default: the class in snake case, numbered. */
  name?: string | null
}

/** The defaults of the shared options, in Keras's order. */
export const baseDefaults = {
  weightDecay: null,
  clipnorm: null,
  clipvalue: null,
  globalClipnorm: null,
  useEma: false,
  emaMomentum: 0.99,
  emaOverwriteFrequency: null,
  lossScaleFactor: null,
  gradientAccumulationSteps: null,
  jitCompile: true,
  name: null,
} as const

/** Every option with a value. */
export type Resolved<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> }

/** Checks of options by name. */
type Ranges = Readonly<Record<string, Check>>

/** A finite number, a schedule or a function. */
const hyperparameter: Check = (x) => {
  if (isClass(x)) return `an instance: new ${x.name}({ … })`
  return isHyperparameter(x) ? undefined : 'a finite number, a schedule or a function that returns a number'
}

/** A hyperparameter; a number must pass the check, too. Schedules and functions are evaluated later. */
// @__NO_SIDE_EFFECTS__
export function hyperparameterThatIs(check: Check): Check {
  return (x) => hyperparameter(x) ?? (typeof x === 'number' ? check(x) : undefined)
}

/** Returns whether the value is a finite number, a schedule or a function. */
export function isHyperparameter(value: unknown): value is Hyperparameter {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'function' || value instanceof LearningRateSchedule
}

const rate = hyperparameterThatIs(notNegative)

const lossScale = orNull(hyperparameterThatIs((x) => (x === 0 ? 'a number other than 0' : undefined)))

const fraction = hyperparameterThatIs(interval('[0, 1]'))

const steps: Check = (x) =>
  x === 0 || (Number.isInteger(x) && (x as number) >= 2) ? undefined : 'a whole number of calls, at least 2, or null'

/** The check of an option whose class has none of its own. */
// @__NO_SIDE_EFFECTS__
export function rangeOf(name: string, standard: unknown = null): Check {
  if (name === 'name') return string
  if (name === 'gradientAccumulationSteps') return steps
  if (name === 'lossScaleFactor') return lossScale
  if (/^(beta\d|rho)$/.test(name)) return fraction
  if (/^(learningRate|epsilon|\w*weightDecay)$/i.test(name)) return rate
  return typeof standard === 'number' || Object.hasOwn(baseDefaults, name) ? hyperparameter : () => undefined
}

/** The options of a class of optimizers. */
interface ClassRules {
  readonly name: string
  readonly defaults: Readonly<Record<string, unknown>>
  readonly nullable: readonly string[]
  readonly ranges: Ranges
}

/**
 * The options with defaults filled in.
 * @throws OptionError for an unknown option or a value of the wrong kind or out of range
 */
export function resolveOptions<Options>(
  { name: op, defaults: own, nullable, ranges: ownRanges }: ClassRules,
  given: object,
): Resolved<Options> {
  if (Array.isArray(given)) throw listGiven(op)
  const defaults: Record<string, unknown> = { learningRate: 0.001, ...baseDefaults, ...own }
  const base: Readonly<Record<string, unknown>> = baseDefaults
  const ranges: Record<string, Check> = {}
  for (const name of Object.keys(defaults)) {
    const mayBeNull = base[name] === null || nullable.includes(name)
    const range = typeof defaults[name] === 'boolean' ? undefined : rangeOf(name, defaults[name])
    if (ownRanges[name]) ranges[name] = ownRanges[name]
    else if (range) ranges[name] = mayBeNull ? orNull(range) : range
  }
  const resolved = { ...resolve(op, given, { defaults, ranges, synonyms: synonymsFor(Object.keys(defaults)) }) }
  checkTogether(op, resolved)
  return resolved as Resolved<Options>
}

/** The names of the options in PyTorch, Optax and older versions of Keras. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  lr: ['learningRate'],
  eps: ['epsilon'],
  betas: ['beta1', 'beta2'],
  b1: ['beta1'],
  b2: ['beta2'],
  wd: ['weightDecay'],
  decay: ['weightDecay'],
  alpha: ['rho'],
  max_norm: ['globalClipnorm'],
  maxNorm: ['globalClipnorm'],
}

function synonymsFor(known: readonly string[]): Record<string, string> {
  const meant = Object.entries(synonyms).filter(([, names]) => names.every((name) => known.includes(name)))
  return Object.fromEntries(meant.map(([name, names]) => [name, names.join(' and ')]))
}

function listGiven(op: string): OptionError {
  return new OptionError(
    `${op}: received a list. The variables are given with each step: new ${op}({ learningRate: 0.001 }), then step(variables).`,
  )
}

/** Checks of options that depend on each other. */
function checkTogether(op: string, options: Readonly<Record<string, unknown>>): void {
  const { clipnorm, clipvalue, globalClipnorm, useEma, emaMomentum, emaOverwriteFrequency: frequency } = options
  if ([clipnorm, clipvalue, globalClipnorm].filter((clip) => clip !== null).length > 1) {
    throw new OptionError(
      `${op}: only one of clipnorm, clipvalue and globalClipnorm can be set, received ${clipnorm}, ${clipvalue} and ${globalClipnorm}. Leave out two of them.`,
    )
  }
  if (!useEma) return
  const wanted = fraction(emaMomentum)
  if (wanted) throw wrongValue(op, 'emaMomentum', wanted, emaMomentum)
  if (frequency === null || (Number.isInteger(frequency) && (frequency as number) >= 0)) return
  throw wrongValue(op, 'emaOverwriteFrequency', 'a whole number of steps, or null', frequency)
}

/** The variables to exclude from weight decay. */
export interface WeightDecayExclusions {
  /** These variables. */
  variables?: readonly Variable[]
  /** Variables whose name (the last part of the path) matches one of these regular expressions anywhere. */
  names?: readonly (string | RegExp)[]
}

/**
 * Returns a function that is true for the variables excluded from weight decay.
 * @throws OptionError for anything but lists, and a name that is not a regular expression
 */
export function exclusionOf(exclusions: WeightDecayExclusions): (variable: Variable) => boolean {
  const { variables, names } = resolve('excludeFromWeightDecay', exclusions, {
    defaults: { variables: [], names: [] },
    ranges: { variables: list, names: list },
  })
  const excluded = new Set(variables)
  const patterns = names.map(toPattern)
  return (variable) => excluded.has(variable) || patterns.some((pattern) => pattern.test(variable.name))
}

const list: Check = (x) =>
  Array.isArray(x) ? undefined : `a list, such as [${typeof x === 'string' ? JSON.stringify(x) : '…'}]`

function toPattern(name: string | RegExp): RegExp {
  try {
    return new RegExp(name, '')
  } catch {
    throw new OptionError(
      `excludeFromWeightDecay: ${String(name)} is not a regular expression. Escape special characters with a backslash.`,
    )
  }
}

/** Options of nabla that Keras's configurations do not have. */
const notInConfig = ['jitCompile']

/** Returns options as a configuration in Keras's spelling. */
export function configOf(name: string, options: object): Config {
  const config: Config = { name }
  for (const [key, value] of Object.entries(options)) {
    if (key === 'name' || notInConfig.includes(key)) continue
    if (typeof value === 'function') {
      throw new OptionError(
        `getConfig: ${key} of ${name} is a function, which a configuration cannot hold. Use a schedule or a number.`,
      )
    }
    config[toKeras(key)] = value instanceof LearningRateSchedule ? serializeSchedule(value) : value
  }
  return config
}

/** Returns the options of a configuration in Keras's spelling or nabla's, including those that Python Keras writes. */
export function optionsOf(config: Config): Config {
  checkConfig('fromConfig', config)
  const { is_legacy_optimizer: _, ...entries } = config
  const options = fromKeras(entries)
  for (const [name, value] of Object.entries(options)) {
    if (isKerasObject(value)) options[name] = deserializeSchedule(value)
  }
  return options
}

/** Prints the learning rate, the options that a class adds, and those of all optimizers that are not at their defaults. */
export function printOptions(options: object, own: object): string {
  const standard: Readonly<Record<string, unknown>> = { ...baseDefaults, learningRate: null }
  const shown = Object.entries(options).filter(
    ([name, value]) => name !== 'name' && (Object.hasOwn(own, name) || value !== standard[name]),
  )
  return shown.map(([name, value]) => `${name}: ${print(value)}`).join(', ')
}

function print(value: unknown): string {
  return typeof value === 'function' ? '() => …' : Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
}

/** Describes a learning rate in words. */
export function kindOfRate(rate: Hyperparameter): string {
  return typeof rate === 'number'
    ? `the number ${rate}`
    : typeof rate === 'function'
      ? 'a function'
      : `the schedule ${rate}`
}
