/**
 * What the GPU's code takes from the rest of nabla. In the package it is a file of its own, loaded when a GPU is asked for; what
 * must be there only once, `load.ts` hands to it. (Formulas and small functions without state it has a second time.)
 */
import type * as errors from '../../errors.js'
import type { Backend } from '../backend.js'
import type * as memory from '../cpu/memory/memory.js'

/** The CPU back end, its memory, and the errors. */
export interface Host {
  readonly cpu: Backend
  readonly memory: Pick<
    typeof memory,
    'CpuBuffer' | 'isResident' | 'newArray' | 'ordinary' | 'overwrite' | 'resident' | 'values'
  >
  readonly errors: typeof errors
}

export type BackendError = errors.BackendError
export type CpuBuffer = memory.CpuBuffer

export let cpu: Host['cpu']
/** All classes: the build gives them to formulas, too, wherever they import `errors.ts` for the GPU. */
export let { NablaError, ShapeError, DTypeError, GradientError, OptionError, FormulaError, BackendError } =
  {} as Host['errors']
export let { CpuBuffer, isResident, newArray, ordinary, overwrite, resident, values } = {} as Host['memory']

/** Takes it; nothing else here works before. */
export function receive(host: Host): void {
  cpu = host.cpu
  ;({ NablaError, ShapeError, DTypeError, GradientError, OptionError, FormulaError, BackendError } = host.errors)
  ;({ CpuBuffer, isResident, newArray, ordinary, overwrite, resident, values } = host.memory)
}
