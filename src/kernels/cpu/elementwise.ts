/**
 * Elementwise kernels on the CPU, made from formulas: formula → graph (`elementwise/graph.ts`) → WebAssembly text
 * (`elementwise/kernel.ts`) → machine code. One kernel for each combination of dtypes and broadcasting that a program meets.
 */
import type { DataBuffer, DType, Operand, Shape } from '../backend.js'
import type { Program } from '../formula/ast.js'
import { planWalk, visitAround, type Walk } from './elementwise/broadcast.js'
import { computeType, isInt32 } from './elementwise/compute.js'
import { buildGraph, countUses, level } from './elementwise/graph.js'
import { kernelText } from './elementwise/kernel.js'
import type { KernelSpec, Parameter } from './elementwise/spec.js'
import { bytes } from './elementwise/storage.js'
import { mark, newArray, ordinary, pointer, release, reserve } from './memory.js'
import { instantiate } from './module.js'

export { compileUpdate } from './elementwise/update.js'

type Inputs = readonly (Operand | number)[]
type Run = (...numbers: number[]) => void

interface Kernel {
  readonly run: Run
  /** Room for the arguments of a call. */
  readonly arguments: number[]
}

/** The kernels of one program, by signature, and the one used last. */
class Kernels {
  lastSignature: number | string = -1
  last: Kernel | null = null
  readonly all = new Map<number | string, Kernel>()
}

const programs = new WeakMap<Program, Kernels>()

/** See `Backend.map`. */
export function map(program: Program, inputs: Inputs, shape: Shape, dtypes: readonly DType[]): DataBuffer[] {
  let size = 1
  for (let i = 0; i < shape.length; i++) size *= shape[i]
  if (size === 0) return dtypes.map((dtype) => ordinary(newArray(dtype, 0), dtype))
  return isFlat(inputs, size) ? mapFlat(program, inputs, size, dtypes) : mapRows(program, inputs, shape, size, dtypes)
}

/** Whether every array has all the numbers of the result, or one. */
function isFlat(inputs: Inputs, size: number): boolean {
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]
    if (typeof input === 'number') continue
    const has = input.buffer.size
    if (has !== size && has !== 1) return false
  }
  return true
}

function mapFlat(program: Program, inputs: Inputs, size: number, dtypes: readonly DType[]): DataBuffer[] {
  const { run, arguments: args } = kernelFor(program, inputs, size, dtypes, null)
  const top = mark()
  args[0] = size
  const first = 1 + dtypes.length
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]
    args[first + i] = typeof input === 'number' ? input : pointer(input.buffer)
  }
  for (let i = 0; i < dtypes.length; i++) args[1 + i] = reserve(dtypes[i], size)
  run.apply(undefined, args)
  return results(top, args, 1, size, dtypes)
}

function results(top: number, args: number[], first: number, size: number, dtypes: readonly DType[]): DataBuffer[] {
  if (dtypes.length === 1) return [release(top, args[first], dtypes[0], size)]
  return dtypes.map((dtype, i) => release(top, args[first + i], dtype, size))
}

function mapRows(program: Program, inputs: Inputs, shape: Shape, size: number, dtypes: readonly DType[]): DataBuffer[] {
  const walk = planWalk(
    shape,
    inputs.map((input) => (typeof input === 'number' ? null : input.shape)),
  )
  const { run } = kernelFor(program, inputs, size, dtypes, walk)
  const top = mark()
  const starts = inputs.map((input) => (typeof input === 'number' ? input : pointer(input.buffer)))
  const widths = inputs.map((input) => (typeof input === 'number' ? 0 : bytes[input.buffer.dtype]))
  const outs = dtypes.map((dtype) => reserve(dtype, size))
  const steps = walk.strides.map((strides, i) => strides.at(-2)! * widths[i]).filter((_, i) => widths[i] > 0)
  const rows = walk.outer * walk.inner
  let done = 0
  visitAround(walk, (offsets) => {
    const to = outs.map((out, i) => out + done * bytes[dtypes[i]])
    const from = starts.map((start, i) => start + offsets[i] * widths[i])
    run(walk.outer, walk.inner, ...to, ...from, ...steps)
    done += rows
  })
  return results(top, outs, 0, size, dtypes)
}

function kernelFor(
  program: Program,
  inputs: Inputs,
  size: number,
  dtypes: readonly DType[],
  walk: Walk | null,
): Kernel {
  let kernels = programs.get(program)
  if (!kernels) {
    kernels = new Kernels()
    programs.set(program, kernels)
  }
  const signature = signatureOf(inputs, size, dtypes, walk)
  if (signature === kernels.lastSignature) return kernels.last!
  const kernel = kernels.all.get(signature) ?? makeKernel(program, inputs, size, dtypes, walk)
  kernels.all.set(signature, kernel)
  kernels.lastSignature = signature
  kernels.last = kernel
  return kernel
}

const dtypeCode = (dtype: DType) => (dtype === 'float32' ? 0 : dtype === 'float64' ? 1 : dtype === 'int32' ? 2 : 3)

/** Everything that the kernel's code depends on, as a number (as a text where a number cannot hold it). */
function signatureOf(inputs: Inputs, size: number, dtypes: readonly DType[], walk: Walk | null): number | string {
  if (inputs.length + dtypes.length > 14) return longSignature(inputs, size, dtypes, walk)
  let code = (walk ? 2 : 0) + (areWhole(inputs) ? 1 : 0)
  for (let i = 0; i < inputs.length; i++) code = code * 9 + digit(inputs[i], size, walk, i)
  for (let i = 0; i < dtypes.length; i++) code = code * 9 + dtypeCode(dtypes[i])
  return code
}

function longSignature(inputs: Inputs, size: number, dtypes: readonly DType[], walk: Walk | null): string {
  return `${walk ? 1 : 0},${areWhole(inputs)},${inputs.map((input, i) => digit(input, size, walk, i))},${dtypes}`
}

/** 0: a scalar; 1 to 4: an array read along rows, by dtype; 5 to 8: one that is constant along them. */
function digit(input: Operand | number, size: number, walk: Walk | null, i: number): number {
  if (typeof input === 'number') return 0
  return dtypeCode(input.buffer.dtype) + (strideOf(input, size, walk, i) === 1 ? 1 : 5)
}

/** Whether all inputs are whole numbers, by their dtype or (scalars) by their value. */
function areWhole(inputs: Inputs): boolean {
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]
    if (typeof input === 'number' ? !isInt32(input) : isFloat(input.buffer.dtype)) return false
  }
  return true
}

const isFloat = (dtype: DType) => dtype === 'float32' || dtype === 'float64'

function strideOf(input: Operand, size: number, walk: Walk | null, i: number): 0 | 1 {
  if (walk) return walk.strides[i].at(-1) === 1 ? 1 : 0
  return input.buffer.size === size ? 1 : 0
}

function makeKernel(
  program: Program,
  inputs: Inputs,
  size: number,
  dtypes: readonly DType[],
  walk: Walk | null,
): Kernel {
  const parameters = program.inputs.map((name, i) => parameterFor(name, inputs[i], size, walk, i))
  const text = kernelText(mapSpec(program, parameters, dtypes, areWhole(inputs), walk ? 'rows' : 'flat'))
  const { run } = instantiate<{ run: Run }>(text)
  return { run, arguments: new Array<number>(1 + dtypes.length + inputs.length).fill(0) }
}

function parameterFor(name: string, input: Operand | number, size: number, walk: Walk | null, i: number): Parameter {
  if (typeof input === 'number') return { name, dtype: 'scalar', stride: 0 }
  return { name, dtype: input.buffer.dtype, stride: strideOf(input, size, walk, i) }
}

function mapSpec(
  program: Program,
  parameters: readonly Parameter[],
  dtypes: readonly DType[],
  wholeScalars: boolean,
  form: KernelSpec['form'],
): KernelSpec {
  const levels = new Map(
    parameters.map(({ name, dtype, stride }) => [
      name,
      dtype === 'scalar' ? level.uniform : stride === 0 ? level.row : level.element,
    ]),
  )
  const results = buildGraph(program, (name) => levels.get(name)!)
  const outputs = program.outputs.map((name, i) => ({ name, dtype: dtypes[i], inPlace: false }))
  const arrays = parameters.map(({ dtype }) => dtype).filter((dtype) => dtype !== 'scalar')
  const type = computeType([...arrays, ...dtypes], countUses(results.values()).keys(), wholeScalars)
  return { type, form, outputs, parameters, results }
}

/**
 * The WebAssembly text of the kernel that runs a program over arrays of one shape, for the curious. `inputs` tells which are
 * scalars and which arrays, `dtypes` what the outputs are; everything is a float32 array unless said otherwise.
 */
export function watOf(
  program: Program,
  inputs: readonly (DType | 'scalar')[] = program.inputs.map(() => 'float32'),
  dtypes: readonly DType[] = program.outputs.map(() => 'float32'),
): string {
  const parameters = program.inputs.map((name, i): Parameter => {
    const dtype = inputs[i]
    return { name, dtype, stride: dtype === 'scalar' ? 0 : 1 }
  })
  return kernelText(mapSpec(program, parameters, dtypes, true, 'flat'))
}
