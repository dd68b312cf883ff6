/**
 * Loads the GPU's code when a GPU is asked for.
 */
import * as errors from '../../errors.js'
import { cpu } from '../cpu/cpu.js'
import { CpuBuffer, isResident, newArray, ordinary, overwrite, resident, values } from '../cpu/memory/memory.js'
import type { GpuBackend, GpuOptions } from './backend.js'

const { BackendError } = errors
const memory = { CpuBuffer, isResident, newArray, ordinary, overwrite, resident, values }

/**
 * Opens the GPU.
 * @throws BackendError if none can be used; the message lists what was tried
 */
export async function loadGpu(options: GpuOptions): Promise<GpuBackend> {
  const { openGpu } = await import('./backend.js').catch((error) => {
    throw notLoaded(error)
  })
  return openGpu(options, { cpu, memory, errors })
}

function notLoaded(error: unknown): InstanceType<typeof BackendError> {
  return new BackendError(
    `setBackend: the GPU's code failed to load (${String((error as Error)?.message ?? error).split('\n')[0]}). It is chunks/gpu.js in nabla's dist folder: copy it to chunks/gpu.js next to nabla.min.js.`,
  )
}
