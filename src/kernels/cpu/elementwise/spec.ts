/**
 * What a kernel is generated from, and the names of its locals.
 */
import type { DType } from '../../backend.js'
import type { ComputeType } from './compute.js'
import type { Value } from './graph.js'

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

/** What a kernel is generated from. */
export interface KernelSpec {
  readonly type: ComputeType
  readonly form: 'flat' | 'rows'
  readonly outputs: readonly Output[]
  readonly parameters: readonly Parameter[]
  /** The value of each output. */
  readonly results: ReadonlyMap<string, Value>
}

/** The local with the address of an input's first number (of the row), and of an output's. */
export const inputStart = (name: string) => `${name}.at`
export const outputStart = ({ name, inPlace }: Output) => (inPlace ? inputStart(name) : `${name}.out`)

/** The local with the address of the next number, given that of the first. */
export const cursor = (spec: KernelSpec, start: string) => (spec.form === 'flat' ? start : `${start}.next`)
