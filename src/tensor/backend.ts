/**
 * The back end that tensors are computed on.
 */
import type { Backend } from '../kernels/backend.js'
import { cpu } from '../kernels/cpu/cpu.js'

/** The back end of new tensors. */
export let backend: Backend = cpu

/** Makes another back end the current one. */
export function useBackend(next: Backend): void {
  backend = next
}
