/**
 * Programs that change arrays in place, in one pass: optimizer rules.
 */
import { BackendError } from '../../../errors.js'
import type { DataBuffer, DType, UpdateKernel } from '../../backend.js'
import type { Program } from '../../formula/ast.js'
import { begin, isResident, pointer, valueAt } from '../memory/memory.js'
import { threadsFor } from '../threads/pool.js'
import { callInRanges, flatUnit } from '../threads/ranges.js'
import { bytes } from '../wasm/dtypes.js'
import { instantiate } from '../wasm/module.js'
import { kernelModule } from './elementwise-kernel.js'
import { type KernelSpec, newSpec, type Output, type Parameter } from './spec.js'

/** Approximate nanoseconds for each number, to decide about threads. */
const nanoseconds = 1

type Run = (...numbers: number[]) => void

/** See `Backend.compileUpdate`. A kernel is made for each combination of dtypes at its first use. */
export function compileUpdate(program: Program, arrays: readonly string[], scalars: readonly string[]): UpdateKernel {
  const assigned = arrays.map((name) => program.outputs.includes(name))
  const args = new Array<number>(1 + arrays.length + scalars.length).fill(0)
  const kernels: { dtypes: readonly DType[]; run: Run }[] = []
  let last = { dtypes: [] as readonly DType[], run: (() => {}) as Run }

  const find = (buffers: readonly DataBuffer[]) => {
    if (matches(last.dtypes, buffers)) return last.run
    last = kernels.find(({ dtypes }) => matches(dtypes, buffers)) ?? make(buffers.map(({ dtype }) => dtype))
    return last.run
  }
  const make = (dtypes: readonly DType[]) => {
    const { run } = instantiate<{ run: Run }>(kernelModule(updateSpec(program, arrays, dtypes, scalars)))
    const kernel = { dtypes, run }
    kernels.push(kernel)
    return kernel
  }
  return (buffers, numbers) => {
    const run = find(buffers)
    for (let i = 0; i < buffers.length; i++) if (assigned[i] && !isResident(buffers[i])) refuse(program, arrays[i])
    begin()
    args[0] = buffers[0].size
    for (let i = 0; i < buffers.length; i++) args[1 + i] = pointer(buffers[i])
    for (let i = 0; i < numbers.length; i++) {
      const x = numbers[i]
      args[1 + buffers.length + i] = typeof x === 'number' ? x : valueAt(x, 0)
    }
    const threads = threadsFor(args[0] * nanoseconds)
    if (threads > 1)
      callInRanges(run, { args, count: 0, steps: steps(args.length, last.dtypes), unit: flatUnit }, threads)
    else run.apply(undefined, args)
  }
}

/** Bytes from number to number of each argument: of arrays of these dtypes, and scalars. */
function steps(args: number, dtypes: readonly DType[]): number[] {
  const steps = new Array<number>(args).fill(0)
  for (let i = 0; i < dtypes.length; i++) steps[1 + i] = bytes[dtypes[i]]
  return steps
}

/** Describes the kernel of an update: every array is read and written at one address. */
export function updateSpec(
  program: Program,
  arrays: readonly string[],
  dtypes: readonly DType[],
  scalars: readonly string[],
): KernelSpec {
  const parameters: Parameter[] = [
    ...arrays.map((name, i) => ({ name, dtype: dtypes[i], stride: 1 as const })),
    ...scalars.map((name) => ({ name, dtype: 'scalar' as const, stride: 0 as const })),
  ]
  const assigned = new Set(program.statements.map(({ name }) => name))
  const outputs: Output[] = arrays.flatMap((name, i) =>
    assigned.has(name) ? [{ name, dtype: dtypes[i], inPlace: true }] : [],
  )
  return newSpec(program, 'flat', parameters, outputs, false)
}

function matches(dtypes: readonly DType[], buffers: readonly DataBuffer[]): boolean {
  if (dtypes.length !== buffers.length) return false
  for (let i = 0; i < dtypes.length; i++) if (dtypes[i] !== buffers[i].dtype) return false
  return true
}

function refuse(program: Program, name: string): never {
  throw new BackendError(
    `update: ${name} is assigned by "${program.text}" but cannot be changed in place. Allocate its buffer with allocate().`,
  )
}
