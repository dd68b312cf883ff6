/**
 * The state of an optimizer as plain typed arrays with names, and back: bit for bit.
 */
import { OptionError } from '../../errors.js'
import type { DType, TypedArray } from '../../kernels/backend.js'
import { typedArrayName } from '../../kernels/typed-arrays.js'
import { backend } from '../../tensor/backend.js'
import { fromJsonNumber, toJsonNumbers } from '../../tensor/json-numbers.js'
import { Variable } from '../../tensor/variable.js'
import type { OptimizerState } from './any-optimizer.js'
import { describe } from './arguments.js'

/** Makes `JSON.stringify` write the arrays so that `readState` can read them. The method is not enumerable: copies have arrays only. */
function withJson(state: OptimizerState): OptimizerState {
  const toJSON = () => Object.fromEntries(Object.entries(state).map(([name, array]) => [name, toJsonNumbers(array)]))
  return Object.defineProperty(state, 'toJSON', { value: toJSON, configurable: true })
}

/**
 * A state as `exportState` returned it, also where it went through JSON.
 * @throws OptionError unless it is an object of arrays, or when the optimizer is not built
 */
export function readState(op: string, state: unknown, isBuilt = true): OptimizerState {
  if (!isBuilt) throw notBuilt(op)
  checkState(op, state)
  return Object.fromEntries(Object.entries(state).map(([name, array]) => [name, readArray(array)])) as OptimizerState
}

/** JSON makes `{ "0": 1, "1": 2 }` of typed arrays that were taken out of the state. */
function readArray(array: unknown): unknown {
  if (Array.isArray(array)) return Array.from(array, fromJsonNumber)
  return !ArrayBuffer.isView(array) && isIndexed(array) ? Object.values(array).map(fromJsonNumber) : array
}

const isIndexed = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && Object.keys(x).every((key, i) => key === String(i))

/** A float64 variable that holds this number, for people who look at the state. */
export function scalarVariable(owner: string, name: string, value: number): Variable {
  const buffer = backend.allocate('float64', 1)
  backend.write(buffer, backend.upload(Float64Array.of(value), 'float64'))
  const variable = new Variable(buffer, [], false, name, null)
  variable.path = `${owner}/${name}`
  return variable
}

/** Adds the arrays to a state, ready for JSON, under unique names: later ones with a name already taken are numbered. */
export function exportVariables(variables: readonly Variable[], state: OptimizerState = {}): OptimizerState {
  for (const [name, variable] of named(variables, state)) {
    state[name] = variable.dataSync() as Float32Array | Float64Array
  }
  return withJson(state)
}

/**
 * Checks that the state has exactly these numbers and arrays, then calls `commit` and writes the arrays. Arrays are
 * matched by name; where names differ, by position, if all names in order are the same except for the automatic numbers of
 * unnamed variables, which depend on what was created before.
 * @throws OptionError otherwise; nothing is changed in that case
 */
export function importVariables(
  op: string,
  state: OptimizerState,
  variables: readonly Variable[],
  numbers: readonly string[],
  commit: () => void,
): void {
  const taken: Record<string, unknown> = Object.fromEntries(numbers.map((name) => [name, null]))
  const wanted = [...named(variables, taken)]
  const wantedNames = wanted.map(([name]) => name)
  const places = byPosition(state, wantedNames, numbers) ?? wantedNames
  checkNames(op, Object.keys(state), [...numbers, ...places])
  for (const name of numbers) checkNumbers(op, name, state[name], 1)
  wanted.forEach(([, variable], i) => {
    checkNumbers(op, places[i], state[places[i]], variable.size, variable.dtype)
  })
  commit()
  wanted.forEach(([, variable], i) => {
    backend.write(variable.buffer, backend.upload(copy(state[places[i]], variable.dtype), variable.dtype))
    variable.version++
  })
}

function checkState(op: string, state: unknown): asserts state is OptimizerState {
  if (typeof state === 'string') {
    throw new OptionError(
      `${op}: the state is a string of ${state.length} characters. Parse it first: ${op}(JSON.parse(text)).`,
    )
  }
  if (state instanceof Promise) {
    throw new OptionError(`${op}: the state is a promise. Await it first: ${op}(await exportStateAsync()).`)
  }
  if (typeof state === 'object' && state !== null && !Array.isArray(state) && !(state instanceof Map)) return
  throw new OptionError(`${op}: the state is ${describe(state)}. Pass what exportState() returned.`)
}

/**
 * Returns a count from a state.
 * @throws OptionError unless it is a single integer of at least 0
 */
export function countIn(op: string, state: OptimizerState, name: string): number {
  checkNumbers(op, name, state[name], 1)
  const [count] = state[name]
  if (Number.isSafeInteger(count) && count >= 0) return count
  throw new OptionError(`${op}: ${name} is ${count}, not an integer of at least 0. Pass what exportState() returned.`)
}

/** @throws OptionError when a name is missing, or unknown */
export function checkNames(op: string, got: readonly string[], wanted: readonly string[]): void {
  const [has, wants] = [new Set(got), new Set(wanted)]
  const missing = wanted.filter((name) => !has.has(name))
  const unknown = got.filter((name) => !wants.has(name))
  if (missing.length === 0 && unknown.length === 0) return
  const what = [list('missing', missing), list('unknown', unknown)].filter(Boolean).join(', ')
  const hint = missing.length === 0 ? moreVariables : unknown.length === 0 ? fewerVariables : sameVariables
  throw new OptionError(`${op}: the state does not fit, ${what}. ${hint}`)
}

const list = (what: string, names: readonly string[]) => (names.length > 0 ? `${what} [${some(names)}]` : '')

/** The first names of a long list. */
export const some = (names: readonly string[], most = 20) =>
  names.length > most ? `${names.slice(0, most).join(', ')}, … ${names.length - most} more` : names.join(', ')

/** @throws OptionError for anything but a list of so many numbers; typed ones must be of the dtype */
export function checkNumbers(op: string, name: string, array: unknown, size: number, dtype?: string): void {
  const odd = Array.isArray(array) ? array.findIndex((x) => typeof x !== 'number') : -1
  if (odd >= 0) throw notNumber(op, name, odd, (array as unknown[])[odd])
  const kind = kindOf(array)
  if (kind && (array as ArrayLike<number>).length === size && (!dtype || kind === dtype || kind === anyList)) return
  const given = kind ? `${kind} of ${(array as ArrayLike<number>).length} numbers` : describe(array)
  throw new OptionError(
    `${op}: ${name} is ${given}, expected ${dtype ?? anyList} of ${size}. ${dtype ? sameVariables : 'Pass what exportState() returned.'}`,
  )
}

/** A typed array of its own; states that went through JSON hold plain arrays. */
function copy(array: ArrayLike<number>, dtype: DType): TypedArray {
  return dtype === 'float64' ? Float64Array.from(array) : Float32Array.from(array)
}

/** The state's own names in their order, when names differ, but only in their numbers; otherwise null. */
function byPosition(
  state: OptimizerState,
  wanted: readonly string[],
  numbers: readonly string[],
): readonly string[] | null {
  if (wanted.every((name) => Object.hasOwn(state, name))) return null
  const given = Object.keys(state).filter((name) => !numbers.includes(name))
  const agree = given.length === wanted.length && wanted.every((name, i) => unnumbered(name) === unnumbered(given[i]))
  return agree ? given : null
}

/** `sequential_1_dense_2_kernel_m` → `sequential_dense_kernel_m`. */
export const unnumbered = (name: string) => name.replace(/_\d+(?=_|$)/g, '')

function* named(variables: readonly Variable[], taken: object): Generator<[string, Variable]> {
  const names = new Set(Object.keys(taken))
  const counts = new Map<string, number>()
  for (const variable of variables) {
    let name = variable.name
    let n = counts.get(name) ?? 1
    while (names.has(name)) name = `${variable.name}_${n++}`
    counts.set(variable.name, n)
    names.add(name)
    yield [name, variable]
  }
}

const sameVariables =
  'Build the optimizer with the same options for the same variables first; name variables and layers to tell them apart.'

/** A state of all variables, read when some are frozen. */
const moreVariables =
  'Build an optimizer of the same class, with the same options, for all variables of the state, after a first call of the model: build(model.variables) includes frozen layers.'

/** A state of some variables, read when it is built for all. */
const fewerVariables =
  'Build the optimizer only for the variables of the state, with the same options: build(model.trainableVariables) excludes frozen layers; addVariables adds them later.'

/** The description of an array without a dtype. */
const anyList = 'a list'

/** The dtype of a typed array, `a list` for an array, null for anything else. */
function kindOf(array: unknown): string | null {
  if (Array.isArray(array)) return anyList
  const name = typedArrayName(array)
  return name === 'Float32Array' ? 'float32' : name === 'Float64Array' ? 'float64' : null
}

function notNumber(op: string, name: string, i: number, x: unknown): OptionError {
  const hint = x === null ? 'JSON.stringify writes null for NaN and ±∞.' : 'Pass what exportState() returned.'
  return new OptionError(`${op}: element ${i} of ${name} is ${describe(x)}, not a number. ${hint}`)
}

function notBuilt(op: string): OptionError {
  return new OptionError(`${op}: the optimizer is not built. Call build(variables) with the same variables first.`)
}
