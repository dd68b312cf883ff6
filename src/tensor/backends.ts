/**
 * Choosing where tensors are computed, and what is to be known about it.
 */
import { OptionError } from '../errors.js'
import { cpu } from '../kernels/cpu/cpu.js'
import type { GpuBackend, GpuOptions } from '../kernels/gpu/backend.js'
import { loadGpu } from '../kernels/gpu/load.js'
import { resolve } from '../options.js'
import { backend, useBackend } from './backend.js'

export type { GpuOptions } from '../kernels/gpu/backend.js'

/** The back end in use. */
export interface BackendInfo {
  /** The name of the back end. */
  readonly name: 'cpu' | 'gpu'
  /** The hardware or interface it runs on: `WebAssembly SIMD, fused multiply-add, 6×8 tiles, 4 threads`, `WebGPU (nvidia ampere)`, `WebGL2 (…)`. */
  readonly detail: string
}

/** Counts of what is in GPU memory. On the CPU, the garbage collector manages memory, and all three are 0. */
export interface MemoryInfo {
  /** Live blocks of numbers on the GPU. */
  readonly buffers: number
  /** Their bytes. */
  readonly bytes: number
  /** Kernels compiled so far. */
  readonly kernels: number
}

let gpu: GpuBackend | null = null

/**
 * Computes on the GPU (gpu.js, by WebGPU or else WebGL2) or on the CPU from now on. Tensors, variables and optimizers are carried
 * along. gpu.js is loaded when it is first asked for.
 *
 * float32 is computed on the GPU. float64 stays on the CPU, since GPUs have none, and so do whole numbers and bools until they meet
 * float32 tensors; on the GPU they are exact up to ±2²⁴. On WebGPU numbers are read with `await t.data()`: `dataSync`, `item` and
 * `toArray` work there only for tensors whose numbers the CPU has, which is so after `await t.data()`. What gives numbers has a second form there:
 * `trainOnBatchAsync`, `evaluateAsync`; of optimizers `minimizeAsync` and `applyAsync` (only LBFGS and LossScaleOptimizer need them),
 * `explainAsync`, `exportStateAsync`, `importStateAsync`. Everything else, `fit` included, is called as on the CPU.
 *
 * @param options for `gpu`: `allowSoftware` (default false) accepts an imitated GPU, `api` chooses the interface
 * @param name `cpu` or `gpu`
 * @throws BackendError when there is no GPU that can be used; the back end stays as it was
 * @example
 * await setBackend('cpu')
 * getBackend().name // => 'cpu'
 */
export async function setBackend(name: 'cpu' | 'gpu', options: GpuOptions = {}): Promise<void> {
  if (name !== 'cpu' && name !== 'gpu') throw unknownBackend(name)
  const choice = resolve('setBackend', options, { defaults: { allowSoftware: false, api: undefined } })
  const next = name === 'gpu' ? await loadGpu(choice) : null
  await gpu?.bringAll()
  gpu = next
  useBackend(next ?? cpu)
}

/** The back end in use, and what it really runs on. */
export function getBackend(): BackendInfo {
  const { name, detail } = backend
  return { name, detail }
}

/**
 * Returns how many blocks and bytes are in GPU memory, and how many kernels are compiled.
 * @example
 * memory() // => { buffers: 0, bytes: 0, kernels: 0 }
 */
export function memory(): MemoryInfo {
  return gpu?.memory() ?? { buffers: 0, bytes: 0, kernels: 0 }
}

function unknownBackend(name: unknown): OptionError {
  return new OptionError(`setBackend: unknown back end ${String(name)}. Choose one of cpu, gpu.`)
}
