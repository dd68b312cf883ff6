/**
 * What a kernel is generated from, and the names of its parameters.
 */
import type { DType } from '../../backend.js'
import type { Expr, Program } from '../../formula/ast.js'
import { countUses } from '../../formula/graph.js'
import { type ComputeType, computeType } from './compute.js'
import { type Level, level, Values, valuesOf } from './values.js'

/** A parameter of the kernel: a scalar, or an array whose numbers follow each other in a row (stride 1) or stay the same (0). */
export interface Parameter {
  readonly name: string
  readonly dtype: DType | 'scalar'
  readonly stride: 0 | 1
}

/** An array that is written: at an address of its own, or in place of the input of its name. */
export interface Output {
  readonly name: string
  readonly dtype: DType
  readonly inPlace: boolean
}

/** Describes a kernel. */
export interface KernelSpec {
  readonly type: ComputeType
  readonly form: 'flat' | 'rows'
  readonly outputs: readonly Output[]
  readonly parameters: readonly Parameter[]
  /** The value of each output, and what is known of them and of what they are computed from. */
  readonly results: ReadonlyMap<string, Expr>
  readonly values: Values
}

/** Describes the kernel of a program. `wholeScalars`: no scalar has a fraction. */
export function newSpec(
  program: Program,
  form: KernelSpec['form'],
  parameters: readonly Parameter[],
  outputs: readonly Output[],
  wholeScalars: boolean,
): KernelSpec {
  const all = valuesOf(program)
  const arrays = parameters.map(({ dtype }) => dtype).filter((dtype) => dtype !== 'scalar')
  const dtypes = [...arrays, ...outputs.map(({ dtype }) => dtype)]
  const type = computeType(dtypes, countUses([...all.values()]).keys(), wholeScalars)
  const results = new Map(outputs.map(({ name }) => [name, all.get(name)!]))
  const levels = new Map(parameters.map((parameter) => [parameter.name, levelOf(parameter)]))
  const least = type === 'i32x4' ? level.row : level.uniform
  return { type, form, outputs, parameters, results, values: new Values([...results.values()], levels, least) }
}

function levelOf({ dtype, stride }: Parameter): Level {
  if (dtype === 'scalar') return level.uniform
  return stride === 0 ? level.row : level.element
}

/** The local with the address of an input's first number (of the row), and of an output's. */
export const inputStart = (name: string) => `${name}.at`
export const outputStart = ({ name, inPlace }: Output) => (inPlace ? inputStart(name) : `${name}.out`)

/** The local with the address of the next number, given that of the first. */
export const cursor = (spec: KernelSpec, start: string) => (spec.form === 'flat' ? start : `${start}.next`)
