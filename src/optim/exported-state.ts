/**
 * The state of an optimizer as plain typed arrays with names, and back: bit for bit.
 */
import { OptionError } from '../errors.js'
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
 * Checks that the state has exactly these numbers and arrays, then calls `commit` and writes the arrays.
 * @throws OptionError otherwise; nothing is changed then
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
  const names = [...numbers, ...wanted.map(([name]) => name)]
  checkSame(op, Object.keys(state), names)
  for (const name of numbers) checkArray(op, name, state[name], 1)
  for (const [name, variable] of wanted) checkArray(op, name, state[name], variable.size, variable.dtype)
  commit()
  for (const [name, variable] of wanted) {
    backend.write(variable.buffer, backend.upload(state[name].slice(), variable.dtype))
    variable.version++
  }
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
    `${op}: the state does not fit, missing [${missing.join(', ')}], unknown [${unknown.join(', ')}]. Build the optimizer with the same options for the same variables first.`,
  )
}

function checkArray(op: string, name: string, array: unknown, size: number, dtype?: string): void {
  const found = array instanceof Float32Array ? 'float32' : array instanceof Float64Array ? 'float64' : 'something else'
  const length = (array as Float32Array | undefined)?.length
  if (found !== 'something else' && length === size && (!dtype || dtype === found)) return
  throw new OptionError(
    `${op}: ${name} is ${found} of ${length} numbers, wanted ${dtype ?? 'float'} of ${size}. Build the optimizer for the same variables first.`,
  )
}
