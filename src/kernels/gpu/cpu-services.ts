/**
 * What the GPU's code takes from the rest of nabla. In the package it is a file of its own, loaded when a GPU is asked for; what
 * must exist only once, `load.ts` hands to it. (Formulas and small functions without state are in that file a second time.)
 */
import type * as errors from '../../errors.js'
import type { Backend } from '../backend.js'
import type * as memory from '../cpu/memory/memory.js'

/** The CPU back end, its memory, and the errors. */
export interface CpuServices {
  readonly cpu: Backend
  readonly memory: Pick<
    typeof memory,
    'CpuBuffer' | 'isResident' | 'newArray' | 'ordinary' | 'overwrite' | 'resident' | 'values'
  >
  readonly errors: typeof errors
}

export type BackendError = errors.BackendError
export type CpuBuffer = memory.CpuBuffer

export let cpu: CpuServices['cpu']
/** All classes: the build makes formulas import them from here, too, wherever they import `errors.ts` for the GPU. */
export let { NablaError, ShapeError, DTypeError, GradientError, OptionError, FormulaError, BackendError } =
  {} as CpuServices['errors']
export let { CpuBuffer, isResident, newArray, ordinary, overwrite, resident, values } = {} as CpuServices['memory']

/** Takes the services; nothing else in this folder works before. */
export function receive(services: CpuServices): void {
  cpu = services.cpu
  ;({ NablaError, ShapeError, DTypeError, GradientError, OptionError, FormulaError, BackendError } = services.errors)
  ;({ CpuBuffer, isResident, newArray, ordinary, overwrite, resident, values } = services.memory)
}
