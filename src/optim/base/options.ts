/**
 * The options that all optimizers share, and the types of their values.
 */
import { OptionError } from '../../errors.js'
import { checkOptions, wrongValue } from '../../options.js'
import { isClass } from '../../tensor/received.js'
import { LearningRateSchedule } from '../schedules/schedule.js'

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

const baseNames: Readonly<Record<string, unknown>> = baseDefaults

/**
 * The options with defaults filled in.
 * @throws OptionError for an unknown option or a value of the wrong kind
 */
export function resolveOptions(
  op: string,
  given: object,
  defaults: Readonly<Record<string, unknown>>,
  nullable: readonly string[] = [],
): Record<string, unknown> {
  const all: Record<string, unknown> = { ...baseDefaults, ...defaults }
  if (Array.isArray(given)) throw listGiven(op)
  const known = ['learningRate', ...Object.keys(all).filter((name) => name !== 'learningRate')]
  checkOptions(op, given, known, synonymsFor(known))
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (!(value === null && mayBeNull(name, all[name], nullable))) checkKind(op, name, value, all[name])
    all[name] = value
  }
  checkBase(op, all)
  return all
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

function mayBeNull(name: string, standard: unknown, nullable: readonly string[]): boolean {
  return standard === null || nullable.includes(name) || baseNames[name] === null
}

/** A value must be of its default's kind; what is null by default may also be a number. */
function checkKind(op: string, name: string, value: unknown, standard: unknown): void {
  if (name === 'name') checkName(op, value)
  else if (typeof standard === 'boolean') {
    if (typeof value !== 'boolean') throw wrongValue(op, name, 'true or false', value)
  } else if (typeof standard === 'number' || (standard === null && Object.hasOwn(baseDefaults, name))) {
    checkHyperparameter(op, name, value)
  }
}

/** @throws OptionError unless the value is a number, schedule or function, or when a learning rate is negative */
export function checkHyperparameter(op: string, name: string, value: unknown): asserts value is Hyperparameter {
  if (isClass(value)) {
    throw new OptionError(`${op}: ${name} is the class ${value.name}. Give an instance: new ${value.name}({ … }).`)
  }
  if (!isHyperparameter(value))
    throw wrongValue(op, name, 'a finite number, a schedule or a function that returns a number', value)
  if (name === 'learningRate') checkRange(op, name, value, 0, Number.POSITIVE_INFINITY)
}

/** @throws OptionError unless the value is a nonzero number, a schedule, a function or null */
export function checkLossScale(op: string, value: unknown): asserts value is Hyperparameter | null {
  if (value === null) return
  checkHyperparameter(op, 'lossScaleFactor', value)
  if (value === 0) throw wrongValue(op, 'lossScaleFactor', 'a number other than 0', 0)
}

/** Returns whether the value is a finite number, a schedule or a function. */
export function isHyperparameter(value: unknown): value is Hyperparameter {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'function' || value instanceof LearningRateSchedule
}

function checkBase(op: string, options: Record<string, unknown>): void {
  const { clipnorm, clipvalue, globalClipnorm, useEma, emaMomentum } = options
  const { emaOverwriteFrequency: frequency, gradientAccumulationSteps: steps } = options
  if ([clipnorm, clipvalue, globalClipnorm].filter((clip) => clip !== null).length > 1) {
    throw new OptionError(
      `${op}: only one of clipnorm, clipvalue and globalClipnorm can be set, received ${clipnorm}, ${clipvalue} and ${globalClipnorm}. Leave out two of them.`,
    )
  }
  for (const [name, value] of Object.entries(options)) {
    if (/^(beta\d|rho)$/.test(name)) checkRange(op, name, value, 0, 1)
    if (/^(epsilon|\w*weightDecay)$/i.test(name)) checkRange(op, name, value, 0, Number.POSITIVE_INFINITY)
  }
  checkLossScale(op, options.lossScaleFactor)
  if (useEma) checkRange(op, 'emaMomentum', emaMomentum, 0, 1)
  if (useEma && frequency !== null && !isWhole(frequency, 0)) {
    throw wrongValue(op, 'emaOverwriteFrequency', 'a whole number of steps, or null', frequency)
  }
  if (steps !== null && steps !== 0 && !isWhole(steps, 2)) {
    throw wrongValue(op, 'gradientAccumulationSteps', 'a whole number of calls, at least 2, or null', steps)
  }
}

/**
 * @throws OptionError unless the value is a number from low to high; null passes, as do schedules and functions, which are
 * evaluated later
 */
export function checkRange(op: string, name: string, value: unknown, low: number, high: number): void {
  if (value === null || (typeof value !== 'number' && isHyperparameter(value))) return
  checkNumber(op, name, value, low, high)
}

/** @throws OptionError unless the value is a number from low to high */
export function checkNumber(
  op: string,
  name: string,
  value: unknown,
  low = Number.NEGATIVE_INFINITY,
  high = Number.POSITIVE_INFINITY,
): asserts value is number {
  if (typeof value === 'number' && value >= low && value <= high) return
  const isHalfOpen = high === Number.POSITIVE_INFINITY
  const range = low === Number.NEGATIVE_INFINITY ? 'a number' : `a number from ${low} to ${high}`
  throw wrongValue(op, name, isHalfOpen && low > Number.NEGATIVE_INFINITY ? `${low} or more` : range, value)
}

/** @throws OptionError unless the value is a finite number above 0 */
export function checkPositive(op: string, name: string, value: unknown): asserts value is number {
  if (!Number.isFinite(value) || (value as number) <= 0) throw wrongValue(op, name, 'a finite number above 0', value)
}

/** @throws OptionError unless the value is an integer of at least `least` */
export function checkWhole(op: string, name: string, value: unknown, least: 0 | 1 = 1): asserts value is number {
  if (isWhole(value, least)) return
  throw wrongValue(op, name, least === 1 ? 'a whole number above 0' : 'a whole number, 0 or more', value)
}

/** @throws OptionError for a name that is given but is not a string */
export function checkName(op: string, name: unknown): asserts name is string | null | undefined {
  if (name !== null && name !== undefined && typeof name !== 'string') throw wrongValue(op, 'name', 'a string', name)
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isInteger(value) && (value as number) >= least
}
