/**
 * The primitives of the back end: how the GPU computes each, and which inputs decide whether the CPU computes it instead.
 */
import type { Backend, DataBuffer } from '../backend.js'
import type { Buffers } from './buffers.js'
import {
  averagePool,
  averagePoolGradient,
  convolve,
  convolveInput,
  convolveKernel,
  maxPool,
  maxPoolGradient,
  maxPoolPick,
} from './convolution.js'
import { CpuBuffer, cpu } from './cpu-services.js'
import { map } from './elementwise.js'
import { gather, scatterAdd } from './gather.js'
import { matmul } from './matmul.js'
import { copy, place } from './move.js'
import { argReduce, reduce } from './reduce.js'
import { recurrence, scan } from './scan.js'
import { crossEntropy, crossEntropyGradient, softmax } from './softmax.js'
import { argSort } from './sort.js'

type Name =
  | 'map'
  | 'matmul'
  | 'reduce'
  | 'argReduce'
  | 'scan'
  | 'recurrence'
  | 'argSort'
  | 'softmax'
  | 'crossEntropy'
  | 'crossEntropyGradient'
  | 'convolve'
  | 'convolveInput'
  | 'convolveKernel'
  | 'maxPool'
  | 'maxPoolGradient'
  | 'maxPoolPick'
  | 'averagePool'
  | 'averagePoolGradient'
  | 'copy'
  | 'place'
  | 'gather'
  | 'scatterAdd'

type Arguments<N extends Name> = Parameters<Backend[N]>

/** Brings a buffer's numbers to the CPU. */
type Bring = (x: DataBuffer) => DataBuffer

interface Primitive<N extends Name> {
  readonly gpu: (buffers: Buffers, ...args: Arguments<N>) => ReturnType<Backend[N]>
  /** The inputs that decide, see `areForCpu`. */
  readonly decidedBy: (...args: Arguments<N>) => readonly DataBuffer[]
  /** True if the CPU computes it whatever the inputs are. */
  readonly isForCpu?: (...args: Arguments<N>) => boolean
  /** The arguments for the CPU, where they contain buffers. (Buffers that are arguments are always brought.) */
  readonly forCpu?: (bring: Bring, ...args: Arguments<N>) => Arguments<N>
}

const primitives: { readonly [N in Name]: Primitive<N> } = {
  map: {
    gpu: map,
    decidedBy: (_, inputs) => inputs.flatMap((x) => (typeof x === 'number' ? [] : x.buffer)),
    isForCpu: (_program, _inputs, _shape, dtypes) => dtypes.includes('float64'),
    forCpu: (bring, program, inputs, shape, dtypes) => [
      program,
      inputs.map((x) => (typeof x === 'number' ? x : { buffer: bring(x.buffer), shape: x.shape })),
      shape,
      dtypes,
    ],
  },
  matmul: {
    gpu: matmul,
    decidedBy: (a, b) => [a, b],
    forCpu: (bring, a, b, size, epilogue) => [
      a,
      b,
      size,
      epilogue?.bias ? { ...epilogue, bias: bring(epilogue.bias) } : epilogue,
    ],
  },
  reduce: { gpu: reduce, decidedBy: (_, x) => [x] },
  argReduce: { gpu: argReduce, decidedBy: (_, x) => [x] },
  scan: { gpu: scan, decidedBy: (_, x) => [x] },
  recurrence: { gpu: recurrence, decidedBy: (a, b) => [a, b] },
  argSort: { gpu: argSort, decidedBy: (x) => [x] },
  softmax: { gpu: softmax, decidedBy: (_, x) => [x] },
  crossEntropy: { gpu: crossEntropy, decidedBy: (logits) => [logits] },
  crossEntropyGradient: { gpu: crossEntropyGradient, decidedBy: (_, logits) => [logits] },
  convolve: {
    gpu: convolve,
    decidedBy: (x, kernel) => [x, kernel],
    forCpu: (bring, x, kernel, size, epilogue) => [
      x,
      kernel,
      size,
      epilogue?.bias ? { ...epilogue, bias: bring(epilogue.bias) } : epilogue,
    ],
  },
  convolveInput: { gpu: convolveInput, decidedBy: (g, kernel) => [g, kernel] },
  convolveKernel: { gpu: convolveKernel, decidedBy: (x, g) => [x, g] },
  maxPool: { gpu: maxPool, decidedBy: (x) => [x] },
  maxPoolGradient: { gpu: maxPoolGradient, decidedBy: (g) => [g] },
  maxPoolPick: { gpu: maxPoolPick, decidedBy: (h) => [h] },
  averagePool: { gpu: averagePool, decidedBy: (x) => [x] },
  averagePoolGradient: { gpu: averagePoolGradient, decidedBy: (g) => [g] },
  copy: { gpu: copy, decidedBy: (x) => [x] },
  place: {
    gpu: place,
    decidedBy: (pieces) => pieces.map(({ x }) => x),
    isForCpu: (_pieces, _dtype, size) => size === 0,
    forCpu: (bring, pieces, ...rest) => [pieces.map(({ x, view }) => ({ x: bring(x), view })), ...rest],
  },
  gather: { gpu: gather, decidedBy: (x) => [x] },
  scatterAdd: { gpu: scatterAdd, decidedBy: (updates) => [updates] },
}

/** The primitives over the buffers of a device. */
export function primitivesOf(buffers: Buffers): Pick<Backend, Name> {
  const names = Object.keys(primitives) as Name[]
  return Object.fromEntries(names.map((name) => [name, primitiveOf(buffers, name)])) as unknown as Pick<Backend, Name>
}

function primitiveOf<N extends Name>(buffers: Buffers, name: N) {
  const { gpu, decidedBy, isForCpu, forCpu } = primitives[name] as Primitive<N>
  const onCpu = cpu[name] as (...args: Arguments<N>) => ReturnType<Backend[N]>
  const bring: Bring = (x) => buffers.bring(x)
  return (...args: Arguments<N>): ReturnType<Backend[N]> => {
    if (!isForCpu?.(...args) && !areForCpu(buffers, decidedBy(...args))) return gpu(buffers, ...args)
    const own = forCpu ? forCpu(bring, ...args) : args
    return onCpu(...(own.map((x) => (x instanceof CpuBuffer ? bring(x) : x)) as Arguments<N>))
  }
}

/** True if the CPU computes with these: one is float64, or all are empty or whole numbers that the CPU has. */
function areForCpu(buffers: Buffers, inputs: readonly DataBuffer[]): boolean {
  let areWhole = true
  for (const x of inputs) {
    if (x.size === 0) continue
    if (x.dtype === 'float64') return true
    if (x.dtype === 'float32' || !buffers.isOnCpu(x)) areWhole = false
  }
  return areWhole
}
