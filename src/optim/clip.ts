/**
 * Clipping by norm: the factors that scale gradients down. (Clipping by value is a line of the rule, see `program.ts`.)
 */
import type { DataBuffer } from '../kernels/backend.js'
import { backend } from '../tensor/backend.js'
import type { VariableState } from './slots.js'

/** ‖x‖₂ of all elements. */
export function norm(x: DataBuffer, { variable, axes }: VariableState): number {
  return Math.sqrt(backend.readAt(backend.reduce('sumSquares', x, variable.shape, axes), 0))
}

/** What scales a gradient of this norm down to at most `limit`. A limit of 0 or less clips nothing; an infinite norm gives 0. */
export function clipFactor(norm: number, limit: number): number {
  return limit > 0 ? limit / Math.max(norm, limit) : 1
}

/** What scales all gradients together down to at most `limit`; NaN when their norm is not finite, so that none is silently kept. */
export function globalClipFactor(norm: number, limit: number): number {
  return limit > 0 ? limit * Math.min(1 / norm, 1 / limit) + (norm - norm) : 1
}
