/**
 * Updates that touch only the rows that a sparse gradient has: for rules that do nothing where the gradient is 0.
 */
import type { DataBuffer } from '../../kernels/backend.js'
import { type Program, withOutputs } from '../../kernels/formula/ast.js'
import { parse } from '../../kernels/formula/parse.js'
import { backend } from '../../tensor/backend.js'
import type { IndexedSlices } from '../../tensor/indexed-slices.js'
import { sizeOf } from '../../tensor/shape.js'
import type { StepScalars } from './hyperparameters.js'
import type { VariableState } from './variable-state.js'

/** The rows of a sparse gradient, each once. */
export interface Rows {
  /** The indices of the rows. */
  readonly indices: Int32Array
  /** [rows, inner]; rows that came several times are summed. */
  readonly values: DataBuffer
  /** The numbers in a row. */
  readonly inner: number
}

/** The rows of a gradient, duplicates summed. */
export function rowsOf({ values, indices, shape }: IndexedSlices): Rows {
  const all = indices.dataSync() as Int32Array
  const inner = sizeOf(shape.slice(1))
  const places = new Map<number, number>()
  const positions = all.map((index) => {
    if (!places.has(index)) places.set(index, places.size)
    return places.get(index) as number
  })
  if (places.size === all.length) return { indices: all, values: values.buffer, inner }
  const sums = backend.scatterAdd(values.buffer, backend.upload(positions, 'int32'), 1, places.size, inner)
  return { indices: Int32Array.from(places.keys()), values: sums, inner }
}

/** Runs an update on these rows of the variable and its slots. */
export function updateRows(rule: string, state: VariableState, rows: Rows, scalars: StepScalars): void {
  const { indices, values, inner } = rows
  if (indices.length === 0) return
  const formula = rowProgram(rule, state.arrays)
  const at = backend.upload(indices.slice(), 'int32')
  const shape = [indices.length, inner]
  const inputs = formula.inputs.map((name) => {
    if (name === 'gradient') return { buffer: values, shape }
    const array = state.arrays.indexOf(name)
    if (array < 0) return scalars.get(name) as number
    return { buffer: backend.gather(state.buffers[array], at, 1, state.variable.shape[0], inner), shape }
  })
  const targets = formula.outputs.map((name) => state.buffers[state.arrays.indexOf(name)])
  const results = backend.map(
    formula,
    inputs,
    shape,
    targets.map(({ dtype }) => dtype),
  )
  for (let i = 0; i < targets.length; i++) backend.putRows?.(targets[i], results[i], indices, inner)
}

/** The rule with only arrays as outputs. */
function rowProgram(rule: string, arrays: readonly string[]): Program {
  const whole = parse(rule)
  return withOutputs(
    whole,
    whole.outputs.filter((name) => arrays.includes(name)),
  )
}
