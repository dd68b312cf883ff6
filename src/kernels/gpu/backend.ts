/**
 * The GPU as a back end. Primitives that the GPU cannot compute (see `buffers.ts` for the rule) go to the CPU's.
 */

import type { Backend, DataBuffer, DType, Operand, Shape, UpdateKernel } from '../backend.js'
import { sizeOf } from '../sizes.js'
import { open } from './adapter.js'
import { Blocks } from './blocks.js'
import { Buffers } from './buffers.js'
import { type Api, type Device, firstLine } from './device.js'
import * as elementwise from './elementwise.js'
import { functions } from './functions.js'
import { BackendError, cpu, type Host, OptionError, receive } from './host.js'
import { matmul } from './matmul.js'
import * as move from './move.js'
import { argReduce, reduce } from './reduce.js'
import { recurrence, scan } from './scan.js'
import { crossEntropy, crossEntropyGradient, softmax } from './softmax.js'
import { argSort } from './sort.js'

/** How the GPU may be reached. */
export interface GpuOptions {
  /** Whether to accept a software renderer, or gpu.js's JavaScript mode; both are slower than the CPU back end. Default false. */
  allowSoftware?: boolean
  /** Only this interface. Default: WebGPU, else WebGL2, else (with `allowSoftware`) JavaScript. */
  api?: Api
}

/** What the GPU back end can do besides. */
export interface GpuBackend extends Backend {
  /** Live blocks of numbers on the GPU, their bytes, and how many kernels were compiled so far. */
  memory(): { buffers: number; bytes: number; kernels: number }
  /** Brings all numbers back to the CPU. */
  bringAll(): Promise<void>
}

/**
 * Opens the GPU.
 * @throws BackendError when there is none that may be used; the message says what was tried
 */
export async function openGpu({ allowSoftware = false, api }: GpuOptions, host: Host): Promise<GpuBackend> {
  receive(host)
  const reasons: string[] = []
  for (const candidate of candidates(api, allowSoftware)) {
    try {
      const { device, backend } = await reopen(candidate)
      if (!device.isSoftware || allowSoftware) return backend
      reasons.push(`${device.detail} is a software renderer`)
    } catch (error) {
      reasons.push(reasonOf(candidate, error))
    }
  }
  throw new BackendError(
    `setBackend: no GPU can be used: ${reasons.join('; ')}. Stay on 'cpu', which is faster than a software renderer; pass { allowSoftware: true } to use one anyway.`,
  )
}

/** Why a device does not open, in nabla's words: what gpu.js advises is for those who call it. */
function reasonOf(api: Api, error: unknown): string {
  if (error instanceof BackendError) return firstLine(error).replace(/\.$/, '')
  return `${api}: the GPU does not start (${firstLine(error).split(/\. /)[0].replace(/\.$/, '')})`
}

/** Browsers allow few devices at a time, and kernels are compiled for one: each interface is opened once, and again when it was lost. */
const opened = new Map<Api, { device: Device; backend: GpuBackend }>()

async function reopen(api: Api): Promise<{ device: Device; backend: GpuBackend }> {
  let found = opened.get(api)
  if (!found || found.device.isLost) {
    const device = await open(api, functions)
    found = { device, backend: backendOf(device) }
    opened.set(api, found)
  }
  return found
}

function candidates(api: Api | undefined, allowSoftware: boolean): Api[] {
  if (api === undefined) return allowSoftware ? ['webgpu', 'webgl2', 'javascript'] : ['webgpu', 'webgl2']
  if (['webgpu', 'webgl2', 'javascript'].includes(api)) return [api]
  throw new OptionError(`setBackend: unknown api ${String(api)}. Choose one of webgpu, webgl2, javascript.`)
}

function backendOf(device: Device): GpuBackend {
  const buffers = new Buffers(new Blocks(device))
  return {
    name: 'gpu',
    detail: device.detail,
    isAsync: device.isAsync,
    ...memoryOf(device, buffers),
    ...elementwiseOf(buffers),
    ...reductionsOf(buffers),
    ...rowsOf(buffers),
    ...movingOf(buffers),
  }
}

/** A function that brings a buffer to the CPU, and one that says whether the CPU computes with these. */
const hostOf = (buffers: Buffers) => ({
  host: <T extends DataBuffer>(x: T) => buffers.bring(x),
  onHost: (...inputs: readonly (DataBuffer | undefined)[]) => isForHost(buffers, inputs),
})

type MemoryKey = 'memory' | 'bringAll' | 'upload' | 'allocate' | 'duplicate' | 'write' | 'inWorkspace' | 'free'
type ReadingKey = 'isPending' | 'readSync' | 'read' | 'readAt'

function memoryOf(device: Device, buffers: Buffers): Pick<GpuBackend, MemoryKey | ReadingKey> {
  const { host } = hostOf(buffers)
  const { blocks } = buffers
  return {
    memory: () => ({ buffers: blocks.count, bytes: blocks.bytes, kernels: device.compiled }),
    bringAll: () => buffers.bringAll(),
    upload: (values, dtype) => buffers.upload(values, dtype),
    allocate: (dtype, size) => buffers.allocate(dtype, size),
    duplicate: (x) => buffers.duplicate(x),
    write: (target, source) => buffers.write(target, source),
    isPending: (x) => device.isAsync && !buffers.isOnHost(x),
    readSync: (x) => cpu.readSync(host(x)),
    read: async (x) => cpu.readSync(await buffers.bringLater(x)),
    readAt: (x, index) => cpu.readAt(host(x), index),
    inWorkspace: (run) => buffers.within(run),
    free: (tensors) => buffers.free(tensors),
  }
}

function elementwiseOf(buffers: Buffers): Pick<Backend, 'map' | 'compileUpdate' | 'matmul'> {
  const { host, onHost } = hostOf(buffers)
  return {
    map(program, inputs, shape, dtypes) {
      if (isForHostMap(buffers, inputs, shape, dtypes))
        return cpu.map(program, inputs.map(operandOnHost(buffers)), shape, dtypes)
      return elementwise.map(buffers, program, inputs, shape, dtypes)
    },
    compileUpdate: (program, arrays, scalars) => updateKernel(buffers, program, arrays, scalars),
    matmul(a, b, size, epilogue) {
      if (!onHost(a, b)) return matmul(buffers, a, b, size, epilogue)
      const bias = epilogue?.bias
      return cpu.matmul(host(a), host(b), size, bias ? { ...epilogue, bias: host(bias) } : epilogue)
    },
  }
}

function reductionsOf(buffers: Buffers): Pick<Backend, 'reduce' | 'argReduce' | 'scan' | 'recurrence'> {
  const { host, onHost } = hostOf(buffers)
  return {
    reduce: (kind, x, shape, axes) =>
      onHost(x) ? cpu.reduce(kind, host(x), shape, axes) : reduce(buffers, kind, x, shape, axes),
    argReduce(kind, x, shape, axis) {
      if (onHost(x)) return cpu.argReduce(kind, host(x), shape, axis)
      return argReduce(buffers, kind, x, sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1)))
    },
    scan: (kind, x, outer, axis, inner) =>
      onHost(x) ? cpu.scan(kind, host(x), outer, axis, inner) : scan(buffers, kind, x, outer, axis, inner),
    recurrence: (a, b, outer, axis, inner) =>
      onHost(a, b)
        ? cpu.recurrence(host(a), host(b), outer, axis, inner)
        : recurrence(buffers, a, b, outer, axis, inner),
  }
}

type RowKey = 'argSort' | 'softmax' | 'crossEntropy' | 'crossEntropyGradient'

function rowsOf(buffers: Buffers): Pick<Backend, RowKey> {
  const { host, onHost } = hostOf(buffers)
  return {
    argSort: (x, rows, columns, descending) =>
      onHost(x) ? cpu.argSort(host(x), rows, columns, descending) : argSort(buffers, x, rows, columns, descending),
    softmax: (kind, x, rows, columns) =>
      onHost(x) ? cpu.softmax(kind, host(x), rows, columns) : softmax(buffers, kind, x, rows, columns),
    crossEntropy: (logits, labels, rows, columns) =>
      onHost(logits)
        ? cpu.crossEntropy(host(logits), host(labels), rows, columns)
        : crossEntropy(buffers, logits, labels, rows, columns),
    crossEntropyGradient: (g, logits, labels, rows, columns) =>
      onHost(logits)
        ? cpu.crossEntropyGradient(host(g), host(logits), host(labels), rows, columns)
        : crossEntropyGradient(buffers, g, logits, labels, rows, columns),
  }
}

function movingOf(buffers: Buffers): Pick<Backend, 'copy' | 'place' | 'gather' | 'scatterAdd'> {
  const { host, onHost } = hostOf(buffers)
  return {
    copy(x, view) {
      if (sizeOf(view.shape) === 0) return cpu.upload(cpu.readSync(cpu.allocate(x.dtype, 0)), x.dtype)
      return onHost(x) ? cpu.copy(host(x), view) : move.copy(buffers, x, view)
    },
    place(pieces, dtype, size, fill) {
      if (size > 0 && !onHost(...pieces.map(({ x }) => x))) return move.place(buffers, pieces, dtype, size, fill)
      const onCpu = pieces.map(({ x, view }) => ({ x: host(x), view }))
      return cpu.place(onCpu, dtype, size, fill)
    },
    gather(x, indices, outer, axis, inner) {
      if (onHost(x) || indices.size === 0) return cpu.gather(host(x), host(indices), outer, axis, inner)
      return move.gather(buffers, x, indices, outer, axis, inner)
    },
    scatterAdd: (updates, indices, outer, axis, inner) =>
      onHost(updates) || outer * axis * inner === 0
        ? cpu.scatterAdd(host(updates), host(indices), outer, axis, inner)
        : move.scatterAdd(buffers, updates, indices, outer, axis, inner),
  }
}

/**
 * Whether the CPU computes with these: one is float64 or empty, or all are whole numbers that the CPU has.
 */
function isForHost(buffers: Buffers, inputs: readonly (DataBuffer | undefined)[]): boolean {
  let whole = true
  for (const x of inputs) {
    if (x === undefined) continue
    if (x.dtype === 'float64' || x.size === 0) return true
    if (x.dtype === 'float32' || !buffers.isOnHost(x)) whole = false
  }
  return whole
}

function isForHostMap(
  buffers: Buffers,
  inputs: readonly (Operand | number)[],
  shape: Shape,
  dtypes: readonly DType[],
): boolean {
  if (dtypes.includes('float64') || sizeOf(shape) === 0) return true
  return isForHost(
    buffers,
    inputs.map((x) => (typeof x === 'number' ? undefined : x.buffer)),
  )
}

const operandOnHost =
  (buffers: Buffers) =>
  (x: Operand | number): Operand | number =>
    typeof x === 'number' ? x : { buffer: buffers.bring(x.buffer), shape: x.shape }

/** An update of float32 arrays runs on the GPU, any other on the CPU. */
function updateKernel(buffers: Buffers, ...definition: Parameters<Backend['compileUpdate']>): UpdateKernel {
  const [program, arrays] = definition
  const onGpu = elementwise.compileUpdate(buffers, ...definition)
  let onCpu: UpdateKernel | null = null
  return (targets, scalars) => {
    if (!targets.some(({ dtype }) => dtype === 'float64')) return onGpu(targets, scalars)
    onCpu ??= cpu.compileUpdate(...definition)
    const opened = targets.map((x, i) =>
      program.outputs.includes(arrays[i]) ? buffers.openOnHost(x) : buffers.bring(x),
    )
    onCpu(opened, scalars)
  }
}
