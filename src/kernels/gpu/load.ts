/**
 * The way to the GPU's code, which is loaded when a GPU is asked for.
 */
import { BackendError, OptionError } from '../../errors.js'
import { cpu } from '../cpu/backend.js'
import { CpuBuffer, isResident, newArray, ordinary, overwrite, resident, values } from '../cpu/memory.js'
import type { GpuBackend, GpuOptions } from './backend.js'

const memory = { CpuBuffer, isResident, newArray, ordinary, overwrite, resident, values }

/**
 * Opens the GPU.
 * @throws BackendError when there is none that may be used; the message says what was tried
 */
export async function loadGpu(options: GpuOptions): Promise<GpuBackend> {
  const { openGpu } = await import('./backend.js')
  return openGpu(options, { cpu, memory, errors: { BackendError, OptionError } })
}
