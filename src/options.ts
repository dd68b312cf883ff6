/**
 * Checks of options and names: an unknown one is an error that suggests the nearest known one. Also generates default names.
 */
import { OptionError } from './errors.js'

/** Returns what a value must be, in words (`'a whole number above 0'`), if it is not that; undefined if the value is valid. */
export type Check = (value: unknown) => string | undefined

/** The options of a function or class. */
export interface OptionRules<Defaults> {
  /** Every option with its default: `undefined` where there is none, `required` where a value must be given. */
  readonly defaults: Defaults
  /** Checks of the values. An option without one must have the type of its default, if that is a number or a boolean. */
  readonly ranges?: { readonly [Name in keyof Defaults]?: Check }
  /** Other libraries' names for the options: `{ lr: 'learningRate' }`. */
  readonly synonyms?: Readonly<Record<string, string>>
}

/** A default for each option; it may be null. */
export type DefaultsOf<Options> = { readonly [Name in keyof Required<Options>]: Options[Name] | null }

/** The options with every default filled in. */
export type Resolved<Options, Defaults> = {
  readonly [Name in keyof Required<Options>]:
    | Exclude<Options[Name], undefined>
    | (Name extends keyof Defaults ? Defaults[Name] : never)
}

/** Marks an option that has no default and must be given. */
export const required = Symbol('required') as never

/**
 * Options with their defaults filled in. `undefined` counts as left out, null where the default is null or undefined.
 *
 * ```ts
 * const { rate, seed } = resolve('Dropout', options, {
 *   defaults: { rate: required, seed: undefined },
 *   ranges: { rate: interval('[0, 1)') },
 * })
 * ```
 * @param owner the function or class, for messages
 * @throws OptionError for an unknown option (naming the nearest known one), for a missing one, and for a value that is not what it must be
 */
export function resolve<Options extends object, const Defaults extends DefaultsOf<Options>>(
  owner: string,
  given: Options,
  rules: OptionRules<Defaults>,
): Resolved<Options, Defaults> {
  const { defaults, ranges, synonyms } = rules as OptionRules<Readonly<Record<string, unknown>>>
  if (!isObject(given)) throw notOptions(owner, given, Object.keys(defaults))
  let all: Record<string, unknown> = defaults
  for (const name in given) {
    if (!Object.hasOwn(defaults, name)) throw unknownOption(owner, name, Object.keys(defaults), synonyms)
    const value: unknown = given[name]
    if (value === undefined) continue
    checkOption(owner, name, value, defaults[name], ranges?.[name])
    if (all === defaults) all = { ...defaults }
    all[name] = value
  }
  for (const name in all) if (all[name] === required) throw missing(owner, name)
  return all as Resolved<Options, Defaults>
}

function isObject(x: unknown): x is object {
  return typeof x === 'object' && x !== null && !Array.isArray(x)
}

function notOptions(owner: string, given: unknown, names: readonly string[]): OptionError {
  const what = Array.isArray(given) ? 'an array' : show(given)
  return new OptionError(`${owner}: options must be an object, received ${what}. Write { ${names[0]}: … }.`)
}

function checkOption(owner: string, name: string, value: unknown, standard: unknown, range = kindOf(standard)): void {
  if (value === null && (standard === null || standard === undefined)) return
  const wanted = range?.(value)
  if (wanted !== undefined) throw wrongValue(owner, name, wanted, value)
}

function kindOf(standard: unknown): Check | undefined {
  return typeof standard === 'boolean' ? flag : typeof standard === 'number' ? number : undefined
}

/** The error for an option's value, or an argument, that is not what it must be. */
export function wrongValue(owner: string, name: string, wanted: string, value: unknown): OptionError {
  return new OptionError(`${owner}: ${name} must be ${wanted}, received ${show(value)}.`)
}

/** @throws OptionError when an argument is not what it must be; options are checked by `resolve` */
export function checkArgument(owner: string, name: string, value: unknown, check: Check): void {
  const wanted = check(value)
  if (wanted !== undefined) throw wrongValue(owner, name, wanted, value)
}

function missing(owner: string, name: string): OptionError {
  return new OptionError(`${owner}: ${name} is missing. Pass it as an option: { ${name}: … }.`)
}

const isNumber = (x: unknown): x is number => typeof x === 'number'

/** A boolean. */
export const flag: Check = (x) => (typeof x === 'boolean' ? undefined : 'true or false')

/** A number, which may be NaN or infinite. */
export const number: Check = (x) => (isNumber(x) ? undefined : 'a number')

/** A finite number. */
export const finite: Check = (x) => (Number.isFinite(x) ? undefined : 'a finite number')

/** A finite number above 0. */
export const positive: Check = (x) => (Number.isFinite(x) && (x as number) > 0 ? undefined : 'a finite number above 0')

/** A finite number, 0 or more. */
export const notNegative: Check = (x) =>
  Number.isFinite(x) && (x as number) >= 0 ? undefined : 'a finite number, 0 or more'

/** A string. */
export const string: Check = (x) => (typeof x === 'string' ? undefined : 'a string')

/** A whole number that is not below `least`. */
// @__NO_SIDE_EFFECTS__
export function whole(least: number): Check {
  const wanted = least === 1 ? 'a whole number above 0' : `a whole number, ${least} or more`
  return (x) => (Number.isInteger(x) && (x as number) >= least ? undefined : wanted)
}

/** A number in an interval in mathematical notation: `interval('[0, 1)')` includes 0 and excludes 1. */
// @__NO_SIDE_EFFECTS__
export function interval(text: string): Check {
  const [low, high] = text.slice(1, -1).split(', ').map(Number)
  const isAbove = text[0] === '[' ? (x: number) => x >= low : (x: number) => x > low
  const isBelow = text.at(-1) === ']' ? (x: number) => x <= high : (x: number) => x < high
  return (x) => (isNumber(x) && isAbove(x) && isBelow(x) ? undefined : `in ${text}`)
}

/** A number from 0 to 1. */
export const probability: Check = interval('[0, 1]')

/** One of several names. */
// @__NO_SIDE_EFFECTS__
export function oneOf(names: readonly string[]): Check {
  return (x) => (names.includes(x as string) ? undefined : `one of ${names.join(', ')}`)
}

/** Accepts null and every value that another check accepts. */
// @__NO_SIDE_EFFECTS__
export function orNull(check: Check): Check {
  return (x) => (x === null ? undefined : check(x))
}

/**
 * Checks that every option is known; see `resolve`.
 * @param synonyms other libraries' names for options, and the names to suggest for them
 * @throws OptionError naming the nearest known option; Keras's snake_case is translated
 */
export function checkOptions(
  op: string,
  options: object,
  known: readonly string[],
  synonyms: Readonly<Record<string, string>> = {},
): void {
  if (!isObject(options)) throw notOptions(op, options, known)
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknownOption(op, name, known, synonyms)
  }
}

function unknownOption(
  op: string,
  name: string,
  known: readonly string[],
  synonyms: Readonly<Record<string, string>> = {},
): OptionError {
  const guess = Object.hasOwn(synonyms, name) ? synonyms[name] : nearest(toCamelCase(name), known)
  const hint = guess ? `Did you mean ${guess}?` : `The options are ${known.join(', ')}.`
  return new OptionError(`${op}: unknown option ${name}. ${hint}`)
}

/** The error for an unknown name. `otherwise` describes what else is accepted. */
export function unknownName(
  op: string,
  kind: string,
  name: unknown,
  known: readonly string[],
  otherwise = '',
): OptionError {
  const guess = typeof name === 'string' && nearest(toCamelCase(name), known)
  const hint = guess
    ? `Did you mean ${guess}?`
    : `Choose one of ${known.join(', ')}${otherwise && `, or ${otherwise}`}.`
  return new OptionError(`${op}: unknown ${kind} ${typeof name === 'string' ? name : show(name)}. ${hint}`)
}

/** Describes a value in a few words, for messages. Never throws, whatever the value is. */
export function show(x: unknown, depth = 0): string {
  if (typeof x === 'string') return JSON.stringify(x.slice(0, 60))
  if (typeof x === 'function' && /^class\b/.test(String(x))) return `the class ${x.name}`
  if (Array.isArray(x)) return depth > 3 ? '[…]' : showList(x, depth)
  try {
    const text = String(x)
    return (text === '[object Object]' ? JSON.stringify(x) : text).slice(0, 120)
  } catch {
    return `an unprintable ${typeof x}`
  }
}

function showList(list: readonly unknown[], depth: number): string {
  const items = list.slice(0, 8).map((item) => show(item, depth + 1))
  return `[${items.join(', ')}${list.length > 8 ? ', …' : ''}]`
}

/** @throws OptionError when it is not a function */
export function checkFunction(op: string, f: unknown): void {
  if (typeof f === 'function') return
  throw new OptionError(`${op}: ${show(f)} is not a function. Pass one, such as (x) => x.square().sum().`)
}

/** @throws OptionError when the batch size is not a whole number above 0 */
export function checkBatchSize(op: string, batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize > 0) return
  throw new OptionError(`${op}: batchSize is ${batchSize}. Give a whole number above 0.`)
}

/** `beta_1` → `beta1`, `global_clipnorm` → `globalClipnorm`. */
export function toCamelCase(name: string): string {
  return name.replace(/(?<!_)_+([a-z0-9])/g, (_, c: string) => c.toUpperCase())
}

const counts = new Map<string, number>()

/** A class's name in snake case, numbered from the second on, as Keras names layers and optimizers: `adam_w`, `adam_w_1`. */
export function autoName(className: string): string {
  const base = toSnakeCase(className)
  const count = counts.get(base) ?? 0
  counts.set(base, count + 1)
  return count === 0 ? base : `${base}_${count}`
}

/** The name of an object's class; of the nearest base that has one where the class has none. */
export function classNameOf(x: object): string {
  let named = x.constructor
  while (!named.name) named = Object.getPrototypeOf(named)
  return named.name
}

function toSnakeCase(name: string): string {
  return name
    .replace(/[^\p{L}\p{N}_$]+/gu, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}

/**
 * The known name with the fewest edits, if it is close enough to be what was meant.
 * @param most how many edits; default: one in names of three letters, more in longer ones
 */
export function nearest(
  name: string,
  known: readonly string[],
  most = Math.max(name.length > 3 ? 2 : 1, name.length / 3),
): string | undefined {
  const ranked = known
    .filter((other) => Math.abs(other.length - name.length) <= most)
    .map((other) => ({ other, edits: editDistance(name.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
  return ranked[0] && ranked[0].edits <= most ? ranked[0].other : undefined
}

/** The Levenshtein distance, where two letters that changed places are one edit. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        next[j] = Math.min(next[j], before[j - 2] + 1)
    }
    before = row
    row = next
  }
  return row[b.length]
}
