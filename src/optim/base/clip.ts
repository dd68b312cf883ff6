/**
 * Clipping by norm: the factors that scale gradients down. (Clipping by value is a line of the rule, see `program.ts`.)
 */
import { setRecording } from '../../autograd/engine.js'
import type { DataBuffer, Shape } from '../../kernels/backend.js'
import { backend } from '../../tensor/backend.js'
import { elementwise, op } from '../../tensor/operation.js'
import { Tensor } from '../../tensor/tensor.js'
import type { VariableState } from './variable-state.js'

/** ‖x‖₂ of all elements; also where their squares overflow the dtype. */
export function norm(x: DataBuffer, shape: Shape): number {
  const length = Math.sqrt(sumOfSquares(x, shape))
  if (Number.isFinite(length)) return length
  const factor = shrinking[x.dtype as 'float32']
  const small = setRecording(false, () => new Tensor(x, shape).mul(factor))
  return Math.sqrt(sumOfSquares(small.buffer, shape)) / factor
}

/** Powers of 2 that make the largest numbers of a dtype small enough to add up their squares. */
export const shrinking = { float32: 2 ** -96, float64: 2 ** -600 } as const

const scaleRow = op('squares - squares == 0 ? 1 : shrinking')

/** The factor for numbers before their squares are added up, given Σx²: 1, unless that overflows. */
export function scaleFor(squares: Tensor): Tensor {
  return elementwise(scaleRow, [squares, shrinking[squares.dtype as 'float32']])
}

/** The length of a vector, in parts: an engine allows a limited number of arguments. */
function lengthOf(x: readonly number[]): number {
  if (x.length <= most) return Math.hypot(...x)
  const parts = Array.from({ length: Math.ceil(x.length / most) }, (_, i) => x.slice(i * most, (i + 1) * most))
  return lengthOf(parts.map(lengthOf))
}

const most = 10_000

function sumOfSquares(x: DataBuffer, shape: Shape): number {
  const axes = shape.map((_, i) => i)
  return backend.readAt(backend.reduce('sumSquares', x, shape, axes), 0)
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
    const factor = globalClipFactor(lengthOf(norms), globalClipnorm)
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
