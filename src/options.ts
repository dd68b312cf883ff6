/**
 * Checks of options and names: an unknown one is an error that names the nearest known one. And the names that are given where
 * none was chosen.
 */
import { OptionError } from './errors.js'

/**
 * Checks that every option is known.
 * @param synonyms other libraries' names for options, and what to say for them
 * @throws OptionError naming the nearest known option; Keras's snake_case is translated
 */
export function checkOptions(
  op: string,
  options: object,
  known: readonly string[],
  synonyms: Readonly<Record<string, string>> = {},
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const given = Array.isArray(options) ? 'a list' : String(options)
    throw new OptionError(`${op}: options must be an object, received ${given}. Write { ${known[0]}: … }.`)
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknownOption(op, name, known, synonyms)
  }
}

function unknownOption(
  op: string,
  name: string,
  known: readonly string[],
  synonyms: Readonly<Record<string, string>>,
): OptionError {
  const guess = Object.hasOwn(synonyms, name) ? synonyms[name] : nearest(toCamelCase(name), known)
  const hint = guess ? `Did you mean ${guess}?` : `The options are ${known.join(', ')}.`
  return new OptionError(`${op}: unknown option ${name}. ${hint}`)
}

/** The error for a name that is none of the known ones. `otherwise` is what else one could give. */
export function unknownName(
  op: string,
  kind: string,
  name: unknown,
  known: readonly string[],
  otherwise = '',
): OptionError {
  const guess = nearest(toCamelCase(String(name)), known)
  const hint = guess
    ? `Did you mean ${guess}?`
    : `Choose one of ${known.join(', ')}${otherwise && `, or ${otherwise}`}.`
  return new OptionError(`${op}: unknown ${kind} ${String(name)}. ${hint}`)
}

/** @throws OptionError when it is not a function */
export function checkFunction(op: string, f: unknown): void {
  if (typeof f === 'function') return
  throw new OptionError(`${op}: ${String(f)} is not a function. Give one, such as (x) => x.square().sum().`)
}

/**
 * What a function returned, if that is not a promise.
 * @throws OptionError for an async function: the rest of it would run when `op` is over
 */
export function notAsync<T>(op: string, result: T): T {
  if (typeof (result as { then?: unknown } | null | undefined)?.then !== 'function') return result
  throw new OptionError(
    `${op}: the function is async (it returned a promise), and what it does after an await would run when ${op} is over. Call ${op} inside the async function, between the awaits.`,
  )
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

/** The known name with the fewest edits, when it is near enough to be meant: one edit in names of three letters, more in longer ones. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const most = Math.max(name.length > 3 ? 2 : 1, name.length / 3)
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
