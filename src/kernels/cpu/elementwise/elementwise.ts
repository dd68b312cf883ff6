/**
 * Elementwise kernels on the CPU, made from formulas: formula → graph (`values.ts`) → WebAssembly (`elementwise-kernel.ts`)
 * → machine code. One kernel for each combination of dtypes and broadcasting that a program meets.
 */
import type { DataBuffer, DType, Operand, Shape } from '../../backend.js'
import type { Program } from '../../formula/ast.js'
import { type Again, begin, depthOfRecipe, newArray, ordinary, pointer, reserve, result } from '../memory/memory.js'
import { threadsFor } from '../threads/pool.js'
import { callInRanges, flatUnit } from '../threads/ranges.js'
import { bytes } from '../wasm/dtypes.js'
import { print } from '../wasm/print.js'
import { kernelModule } from './elementwise-kernel.js'
import { cacheOf, type Inputs, type Kernel, type KernelCache, mapSpec } from './kernel-cache.js'
import { RowPlan } from './row-plan.js'
import type { Parameter } from './spec.js'
import { nanoseconds } from './storage.js'

export { compileUpdate } from './update.js'

type Run = Kernel['run']

/** Results of fewer numbers are copied out at once. */
const leastRepeated = 1 << 14

/** See `Backend.map`. */
export function map(program: Program, inputs: Inputs, shape: Shape, dtypes: readonly DType[]): DataBuffer[] {
  let size = 1
  for (let i = 0; i < shape.length; i++) size *= shape[i]
  if (size === 0) return dtypes.map((dtype) => ordinary(newArray(dtype, 0), dtype))
  const kernels = cacheOf(program)
  return isFlat(inputs, size) ? mapFlat(kernels, inputs, size, dtypes) : mapRows(kernels, inputs, shape, size, dtypes)
}

/** True if every array has all the numbers of the result, or one. */
function isFlat(inputs: Inputs, size: number): boolean {
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]
    if (typeof input === 'number') continue
    const has = input.buffer.size
    if (has !== size && has !== 1) return false
  }
  return true
}

function mapFlat(kernels: KernelCache, inputs: Inputs, size: number, dtypes: readonly DType[]): DataBuffer[] {
  const { run, args } = kernels.flat(inputs, size, dtypes)
  const again = size < leastRepeated ? null : flatAgain(run, inputs, size, dtypes)
  begin()
  return results(runFlat(run, args, inputs, size, dtypes), 1, size, dtypes, again)
}

const flatAgain = (run: Run, inputs: Inputs, size: number, dtypes: readonly DType[]) =>
  recipe(inputs, size, dtypes, (same) => runFlat(run, [], same, size, dtypes)[1])

const rowsAgain = (plan: RowPlan, inputs: Inputs, size: number, dtypes: readonly DType[]) =>
  recipe(inputs, size, dtypes, (same) => runRows(plan, same, size, dtypes)[0])

/** Returns what computes the only result again; null if it must be copied out. */
function recipe(
  inputs: Inputs,
  size: number,
  dtypes: readonly DType[],
  compute: (inputs: Inputs) => number,
): Again | null {
  const depth = dtypes.length > 1 ? Number.POSITIVE_INFINITY : depthOfRecipe(size * bytes[dtypes[0]], inputs)
  if (depth === Number.POSITIVE_INFINITY) return null
  const same = inputs.map((x) => (typeof x === 'number' ? x : { buffer: x.buffer, shape: x.shape })) // and not their graphs
  return { compute: () => compute(same), depth }
}

/** Calls a flat kernel; returns `args`, which begin with the size and the addresses of the results. */
function runFlat(run: Run, args: number[], inputs: Inputs, size: number, dtypes: readonly DType[]): number[] {
  args[0] = size
  for (let i = 0; i < dtypes.length; i++) args[1 + i] = reserve(dtypes[i], size)
  addresses(inputs, args, 1 + dtypes.length)
  const threads = threadsFor(size * nanoseconds)
  if (threads > 1)
    callInRanges(run, { args, count: 0, steps: flatSteps(inputs, size, dtypes), unit: flatUnit }, threads)
  else run.apply(undefined, args)
  return args
}

/** Bytes from number to number of each argument of a flat kernel. */
function flatSteps(inputs: Inputs, size: number, dtypes: readonly DType[]): number[] {
  const step = (input: Operand | number) =>
    typeof input === 'number' || input.buffer.size !== size ? 0 : bytes[input.buffer.dtype]
  return [0, ...dtypes.map((dtype) => bytes[dtype]), ...inputs.map(step)]
}

function mapRows(
  kernels: KernelCache,
  inputs: Inputs,
  shape: Shape,
  size: number,
  dtypes: readonly DType[],
): DataBuffer[] {
  let plan = kernels.lastPlan
  if (!plan?.fits(inputs, shape, dtypes)) {
    plan = new RowPlan(kernels, inputs, [...shape], [...dtypes])
    kernels.lastPlan = plan
  }
  const again = size < leastRepeated ? null : rowsAgain(plan, inputs, size, dtypes)
  begin()
  return results(runRows(plan, inputs, size, dtypes), 0, size, dtypes, again)
}

/** Runs the kernel over all rows; returns the addresses of the results. */
function runRows(plan: RowPlan, inputs: Inputs, size: number, dtypes: readonly DType[]): number[] {
  const outs = dtypes.map((dtype) => reserve(dtype, size))
  const starts: number[] = []
  addresses(inputs, starts, 0)
  plan.run(starts, outs)
  return outs
}

/** Writes the address of each array, and each scalar, into `to`. */
function addresses(inputs: Inputs, to: number[], first: number): void {
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]
    to[first + i] = typeof input === 'number' ? input : pointer(input.buffer)
  }
}

function results(
  outs: number[],
  first: number,
  size: number,
  dtypes: readonly DType[],
  again: Again | null,
): DataBuffer[] {
  if (dtypes.length === 1) return [result(outs[first], dtypes[0], size, again)]
  return dtypes.map((dtype, i) => result(outs[first + i], dtype, size))
}

/**
 * The WebAssembly text of the kernel that runs a program over arrays of one shape, to read. `inputs` marks which are
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
  return print(kernelModule(mapSpec(program, 'flat', parameters, dtypes, true)))
}
