/**
 * The GPU as a back end: opening a device, and what it does for tensors. `primitives.ts` has the table of what it computes.
 */

import type { Backend, UpdateKernel } from '../backend.js'
import { open } from './adapter.js'
import { Buffers } from './buffers.js'
import { BackendError, type CpuServices, cpu, OptionError, receive } from './cpu-services.js'
import { type Api, type Device, firstLine } from './device.js'
import { DeviceArrays } from './device-arrays.js'
import { compileUpdate } from './elementwise.js'
import { functions } from './functions.js'
import { primitivesOf } from './primitives.js'

/** Options of `setBackend('gpu')`. */
export interface GpuOptions {
  /** Accepts a software renderer or gpu.js's JavaScript mode, which are slower than the CPU back end. Default false. */
  allowSoftware?: boolean
  /** Tries only this interface. Default: WebGPU, else WebGL2, else (with `allowSoftware`) JavaScript. */
  api?: Api
}

/** A back end with methods for the GPU's memory. */
export interface GpuBackend extends Backend {
  /** Returns the number of live arrays on the GPU, their bytes, and how many kernels were compiled so far. */
  memory(): { buffers: number; bytes: number; kernels: number }
  /** Brings all numbers back to the CPU. */
  bringAll(): Promise<void>
}

/**
 * Opens the GPU.
 * @throws BackendError if none can be used; the message lists what was tried
 */
export async function openGpu({ allowSoftware = false, api }: GpuOptions, services: CpuServices): Promise<GpuBackend> {
  receive(services)
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

/** Explains why a device does not open, without gpu.js's advice, which is for its callers. */
function reasonOf(api: Api, error: unknown): string {
  if (error instanceof BackendError) return firstLine(error).replace(/\.$/, '')
  return `${api}: the GPU does not start (${firstLine(error).split(/\. /)[0].replace(/\.$/, '')})`
}

/** Browsers allow few devices at a time, and kernels are compiled for one: each interface is opened once, and again if it was lost. */
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
  const buffers = new Buffers(new DeviceArrays(device))
  return {
    name: 'gpu',
    detail: device.detail,
    isAsync: device.isAsync,
    readsAtOnce: false,
    ...memoryOf(device, buffers),
    ...readingOf(device, buffers),
    ...primitivesOf(buffers),
    compileUpdate: (program, arrays, scalars) => updateKernel(buffers, program, arrays, scalars),
  }
}

type MemoryKey = 'memory' | 'bringAll' | 'upload' | 'allocate' | 'duplicate' | 'write' | 'inWorkspace' | 'free'

function memoryOf(device: Device, buffers: Buffers): Pick<GpuBackend, MemoryKey> {
  const { onDevice } = buffers
  return {
    memory: () => ({ buffers: onDevice.count, bytes: onDevice.bytes, kernels: device.compiled }),
    bringAll: () => buffers.bringAll(),
    upload: (values, dtype) => buffers.upload(values, dtype),
    allocate: (dtype, size) => buffers.allocate(dtype, size),
    duplicate: (x) => buffers.duplicate(x),
    write: (target, source) => buffers.write(target, source),
    inWorkspace: (action) => buffers.within(action),
    free: (tensors) => buffers.free(tensors),
  }
}

function readingOf(device: Device, buffers: Buffers): Pick<GpuBackend, 'isPending' | 'readSync' | 'read' | 'readAt'> {
  return {
    isPending: (x) => device.isAsync && !buffers.isOnCpu(x),
    readSync: (x) => cpu.readSync(buffers.bring(x)),
    read: async (x) => cpu.readSync(await buffers.bringLater(x)),
    readAt: (x, index) => cpu.readAt(buffers.bring(x), index),
  }
}

/** An update of float32 arrays runs on the GPU, any other on the CPU. */
function updateKernel(buffers: Buffers, ...definition: Parameters<Backend['compileUpdate']>): UpdateKernel {
  const [program, arrays] = definition
  const onGpu = compileUpdate(buffers, ...definition)
  let onCpu: UpdateKernel | null = null
  return (targets, scalars) => {
    if (!targets.some(({ dtype }) => dtype === 'float64')) return onGpu(targets, scalars)
    onCpu ??= cpu.compileUpdate(...definition)
    const opened = targets.map((x, i) =>
      program.outputs.includes(arrays[i]) ? buffers.openOnCpu(x) : buffers.bring(x),
    )
    onCpu(
      opened,
      scalars.map((x) => (typeof x === 'number' ? x : cpu.readAt(buffers.bring(x), 0))),
    )
  }
}
