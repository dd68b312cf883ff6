/**
 * Clipping by norm: the factors that scale gradients down. (Clipping by value is a line of the rule, see `program.ts`.)
 */
import type { DataBuffer } from '../../kernels/backend.js'
import { backend } from '../../tensor/backend.js'
import type { VariableState } from './variable-state.js'

/** ‖x‖₂ of all elements. */
export function norm(x: DataBuffer, { variable, axes }: VariableState): number {
  return Math.sqrt(backend.readAt(backend.reduce('sumSquares', x, variable.shape, axes), 0))
}

/** Sets each variable's clip factor: for its own gradient's norm, or for that of all gradients together. */
export function setClipFactors(
  states: readonly VariableState[],
  norms: readonly number[],
  clipnorm: number | null,
  globalClipnorm: number | null,
): void {
  if (clipnorm !== null) {
    for (let i = 0; i < states.length; i++) states[i].clipFactor = clipFactor(norms[i], clipnorm)
  } else if (globalClipnorm !== null) {
    const factor = globalClipFactor(Math.hypot(...norms), globalClipnorm)
    for (const state of states) state.clipFactor = factor
  }
}

/**
 * What scales a gradient of this norm down to at most `limit`. A limit of 0 or less clips nothing; an infinite norm
 * gives 0.
 */
export function clipFactor(norm: number, limit: number): number {
  return limit > 0 ? limit / Math.max(norm, limit) : 1
}

/**
 * What scales all gradients together down to at most `limit`; NaN when their norm is not finite, so that none is
 * silently kept.
 */
function globalClipFactor(norm: number, limit: number): number {
  return limit > 0 ? limit * Math.min(1 / norm, 1 / limit) + (norm - norm) : 1
}
