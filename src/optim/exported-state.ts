/**
 * The state of an optimizer as plain typed arrays with names, and back: bit for bit.
 */
import { OptionError } from '../errors.js'
import type { DType, TypedArray } from '../kernels/backend.js'
import { backend } from '../tensor/backend.js'
import type { Variable } from '../tensor/variable.js'
import type { OptimizerState } from './any-optimizer.js'

/** Arrays under unique names: what comes later under a name taken is numbered. */
export function exportVariables(variables: readonly Variable[], state: OptimizerState = {}): OptimizerState {
  for (const [name, variable] of named(variables, state)) {
    state[name] = variable.dataSync() as Float32Array | Float64Array
  }
  return state
}

/**
 * Checks that the state has exactly these numbers and arrays, then calls `commit` and writes the arrays. Arrays are
 * found by name; where names differ, by position, if number, dtypes and sizes agree in order: names that were numbered
 * depend on what was made before.
 * @throws OptionError otherwise; nothing is changed then
 */
export function importVariables(
  op: string,
  state: OptimizerState,
  variables: readonly Variable[],
  numbers: readonly string[],
  commit: () => void,
): void {
  checkState(op, state)
  const taken: Record<string, unknown> = Object.fromEntries(numbers.map((name) => [name, null]))
  const wanted = [...named(variables, taken)]
  const names = [...numbers, ...wanted.map(([name]) => name)]
  const placed = byPosition(state, wanted, numbers)
  if (!placed) checkSame(op, Object.keys(state), names)
  const arrays = placed ?? wanted.map(([name]) => state[name])
  for (const name of numbers) checkArray(op, name, state[name], 1)
  wanted.forEach(([name, variable], i) => {
    checkArray(op, name, arrays[i], variable.size, variable.dtype)
  })
  commit()
  wanted.forEach(([, variable], i) => {
    backend.write(variable.buffer, backend.upload(copy(arrays[i], variable.dtype), variable.dtype))
    variable.version++
  })
}

/** @throws OptionError for what is no object of arrays */
export function checkState(op: string, state: unknown): asserts state is OptimizerState {
  if (typeof state === 'object' && state !== null) return
  throw new OptionError(`${op}: the state is ${String(state)}. Give what exportState() returned.`)
}

/**
 * A number that counts something.
 * @throws OptionError unless it is a whole number from 0 on
 */
export function countIn(op: string, state: OptimizerState, name: string): number {
  const count = state[name]?.[0]
  if (Number.isInteger(count) && count >= 0) return count
  throw new OptionError(`${op}: ${name} is ${count}, not a whole number from 0 on. Give what exportState() returned.`)
}

/** A typed array of its own; states that went through JSON hold plain arrays. */
function copy(array: ArrayLike<number>, dtype: DType): TypedArray {
  return dtype === 'float64' ? Float64Array.from(array) : Float32Array.from(array)
}

/** The arrays in their order, when names differ and all numbers, dtypes and sizes agree; otherwise null. */
function byPosition(
  state: OptimizerState,
  wanted: readonly (readonly [string, Variable])[],
  numbers: readonly string[],
): OptimizerState[string][] | null {
  if (wanted.every(([name]) => Object.hasOwn(state, name))) return null
  const arrays = Object.keys(state).filter((name) => !numbers.includes(name))
  const agree = arrays.length === wanted.length && wanted.every(([, v], i) => fits(state[arrays[i]], v.size, v.dtype))
  return agree ? arrays.map((name) => state[name]) : null
}

function* named(variables: readonly Variable[], taken: object): Generator<[string, Variable]> {
  const names = new Set(Object.keys(taken))
  for (const variable of variables) {
    let name = variable.name
    for (let n = 1; names.has(name); n++) name = `${variable.name}_${n}`
    names.add(name)
    yield [name, variable]
  }
}

function checkSame(op: string, got: readonly string[], wanted: readonly string[]): void {
  const missing = wanted.filter((name) => !got.includes(name))
  const unknown = got.filter((name) => !wanted.includes(name))
  if (missing.length === 0 && unknown.length === 0) return
  throw new OptionError(
    `${op}: the state does not fit, missing [${missing.join(', ')}], unknown [${unknown.join(', ')}]. Names differ, and number, dtypes or sizes do too. Build the optimizer with the same options for the same variables first; variables and layers can be given a name, which tells them apart.`,
  )
}

function checkArray(op: string, name: string, array: unknown, size: number, dtype?: string): void {
  if (fits(array, size, dtype)) return
  const length = (array as Float32Array | undefined)?.length
  throw new OptionError(
    `${op}: ${name} is ${kindOf(array)} of ${length} numbers, wanted ${dtype ?? 'float'} of ${size}. Build the optimizer for the same variables first.`,
  )
}

function fits(array: unknown, size: number, dtype?: string): boolean {
  const kind = kindOf(array)
  if (kind === 'something else' || (array as ArrayLike<number>).length !== size) return false
  return !dtype || dtype === kind || kind === 'numbers'
}

function kindOf(array: unknown): string {
  if (Array.isArray(array) && array.every((x) => typeof x === 'number')) return 'numbers'
  return array instanceof Float32Array ? 'float32' : array instanceof Float64Array ? 'float64' : 'something else'
}
