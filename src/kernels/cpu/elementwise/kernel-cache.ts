/**
 * The kernels that `map` has made for a program, found again by a signature of what they depend on.
 */
import type { DType, Operand } from '../../backend.js'
import type { Program } from '../../formula/ast.js'
import { Recent } from '../../recent.js'
import { instantiate } from '../wasm/module.js'
import { isInt32 } from './compute.js'
import { kernelModule } from './elementwise-kernel.js'
import type { RowPlan } from './row-plan.js'
import { type KernelSpec, newSpec, type Parameter } from './spec.js'

/** The inputs of `map`. */
export type Inputs = readonly (Operand | number)[]

/** The step of an array input along a row: number by number (1), or the same number again and again (0). Scalars have 0. */
export type Strides = readonly (0 | 1)[]

/** A kernel's function, and an array for the arguments of its calls. */
export interface Kernel {
  readonly run: (...numbers: number[]) => void
  readonly args: number[]
}

/** The kernels of one program, and what was used last. */
export class KernelCache {
  lastSignature: number | string = -1
  last: Kernel | null = null
  lastPlan: RowPlan | null = null
  private readonly all = new Recent<number | string, Kernel>(50)

  constructor(private readonly program: Program) {}

  /** The kernel for arrays of `size` numbers, or of one. */
  flat(inputs: Inputs, size: number, dtypes: readonly DType[]): Kernel {
    const signature = flatSignature(inputs, size, dtypes)
    if (signature === this.lastSignature) return this.last!
    this.last = this.all.get(signature) ?? this.make(signature, 'flat', inputs, flatStrides(inputs, size), dtypes)
    this.lastSignature = signature
    return this.last
  }

  /** The kernel for broadcast arrays. */
  rows(inputs: Inputs, strides: Strides, dtypes: readonly DType[]): Kernel {
    const signature = `rows ${longSignature(inputs, strides, dtypes)}`
    return this.all.get(signature) ?? this.make(signature, 'rows', inputs, strides, dtypes)
  }

  private make(
    signature: number | string,
    form: KernelSpec['form'],
    inputs: Inputs,
    strides: Strides,
    dtypes: readonly DType[],
  ): Kernel {
    const parameters = this.program.inputs.map((name, i): Parameter => {
      const input = inputs[i]
      return { name, dtype: typeof input === 'number' ? 'scalar' : input.buffer.dtype, stride: strides[i] }
    })
    const spec = mapSpec(this.program, form, parameters, dtypes, areWhole(inputs))
    const { run } = instantiate<Kernel>(kernelModule(spec))
    const kernel = { run, args: [] }
    this.all.set(signature, kernel)
    return kernel
  }
}

const programs = new WeakMap<Program, KernelCache>()

/** The kernels made for a program so far. */
export function cacheOf(program: Program): KernelCache {
  let kernels = programs.get(program)
  if (!kernels) {
    kernels = new KernelCache(program)
    programs.set(program, kernels)
  }
  return kernels
}

/** Describes the kernel that computes a program's outputs in these dtypes. */
export function mapSpec(
  program: Program,
  form: KernelSpec['form'],
  parameters: readonly Parameter[],
  dtypes: readonly DType[],
  wholeScalars: boolean,
): KernelSpec {
  const outputs = program.outputs.map((name, i) => ({ name, dtype: dtypes[i], inPlace: false }))
  return newSpec(program, form, parameters, outputs, wholeScalars)
}

/**
 * The values of a digit of a signature: 0 is a scalar, 1 to 4 is an array of one of the four dtypes, 5 to 8 a single number in such an
 * array, for all. (Outputs use 0 to 3.)
 */
const digitKinds = 9
/** So many digits are exact in a number, with one of 0 or 1 before them: 2 · 9¹⁴ < 2⁵³. */
const mostDigits = 14

/** A number that encodes all that a flat kernel's code depends on, or a string where a number cannot hold it. */
function flatSignature(inputs: Inputs, size: number, dtypes: readonly DType[]): number | string {
  if (inputs.length + dtypes.length > mostDigits) return longSignature(inputs, flatStrides(inputs, size), dtypes)
  let code = areWhole(inputs) ? 1 : 0
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]
    const digit = typeof input === 'number' ? 0 : dtypeCode(input.buffer.dtype) + (input.buffer.size === size ? 1 : 5)
    code = code * digitKinds + digit
  }
  for (let i = 0; i < dtypes.length; i++) code = code * digitKinds + dtypeCode(dtypes[i])
  return code
}

function longSignature(inputs: Inputs, strides: Strides, dtypes: readonly DType[]): string {
  const kinds = inputs.map((input, i) => (typeof input === 'number' ? 's' : `${input.buffer.dtype}${strides[i]}`))
  return `${areWhole(inputs)} ${kinds} ${dtypes}`
}

function flatStrides(inputs: Inputs, size: number): Strides {
  return inputs.map((input) => (typeof input === 'number' || input.buffer.size !== size ? 0 : 1))
}

const dtypeCode = (dtype: DType) => (dtype === 'float32' ? 0 : dtype === 'float64' ? 1 : dtype === 'int32' ? 2 : 3)

/** True if all inputs are whole numbers, by their dtype or (scalars) by their value. */
export function areWhole(inputs: Inputs): boolean {
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]
    if (typeof input === 'number' ? !isInt32(input) : isFloat(input.buffer.dtype)) return false
  }
  return true
}

const isFloat = (dtype: DType) => dtype === 'float32' || dtype === 'float64'
