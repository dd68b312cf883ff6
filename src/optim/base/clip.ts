/**
 * Clipping by norms: the norms of the gradients, and the factors that scale them down. On the CPU the factors are numbers of the fused
 * update; on a GPU, where reading them waits (WebGL2) or is not possible at once (WebGPU), the gradients are scaled before it. (Clipping
 * by value is a line of the update, see `step-program.ts`.)
 */
import { setRecording } from '../../autograd/engine.js'
import type { DataBuffer, Shape } from '../../kernels/backend.js'
import { backend } from '../../tensor/backend.js'
import type { IndexedSlices } from '../../tensor/indexed-slices.js'
import { elementwise, op } from '../../tensor/operation.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import type { Recorder } from './explain.js'
import type { RuleRunner } from './rule.js'
import { rowsOf } from './sparse.js'
import { meanLine, type StepPlan } from './step-program.js'
import type { VariableState } from './variable-state.js'

/** The parts of a step that clipping uses. */
export interface ClipStep {
  readonly runner: RuleRunner
  readonly recorder: Recorder
  /** Returns the operations around the rule for a variable. */
  around(state: VariableState): StepPlan
  /** True if only the rows of this gradient are read. */
  isSparse(state: VariableState, gradient: Tensor): gradient is IndexedSlices
}

/** Sets the clip factors of the variables; on a GPU, replaces the gradients by clipped ones. */
export function clipByNorm(step: ClipStep, states: readonly VariableState[], gradients: Tensor[]): void {
  const { scalars } = step.runner
  const limits = [scalars.get('clipnorm'), scalars.get('globalClipnorm')] as const
  if (backend.name === 'gpu') replaceClipped(step, states, gradients, limits)
  else {
    const norms = states.map((state, i) => gradientNorm(step, state, gradients[i]))
    setClipFactors(states, norms, ...limits)
  }
}

/** The norm of the gradient that is to be clipped: unscaled, and the mean with those accumulated before. */
function gradientNorm(step: ClipStep, state: VariableState, gradient: Tensor): number {
  if (state.accumulator) return norm(meanGradient(step, state, gradient).buffer, state.variable.shape)
  const length = step.isSparse(state, gradient) ? normOfRows(gradient) : norm(gradient.buffer, state.variable.shape)
  return length / lossScale(step)
}

/** Clips the gradients, or what was accumulated. */
function replaceClipped(
  step: ClipStep,
  states: readonly VariableState[],
  gradients: Tensor[],
  limits: readonly [clipnorm: number | null, globalClipnorm: number | null],
): void {
  const isAccumulating = states.some(({ accumulator }) => accumulator)
  const raw = states.map((state, i) =>
    isAccumulating ? meanGradient(step, state, gradients[i]).detach() : gradients[i],
  )
  const divisor = isAccumulating ? 1 : lossScale(step)
  const scaled = setRecording(false, () => clipped(raw, divisor, ...limits))
  for (let i = 0; i < states.length; i++) {
    const { accumulator } = states[i]
    if (step.recorder.wants) step.recorder.keep(states[i], gradients[i], raw[i], divisor)
    if (accumulator) backend.write(accumulator.buffer, scaled[i].buffer)
    else gradients[i] = scaled[i]
  }
}

/** The mean of this gradient and those accumulated before, which the accumulator holds from now on. */
function meanGradient({ runner, around }: ClipStep, state: VariableState, gradient: Tensor): Variable {
  runner.runText(state, gradient.buffer, meanLine(around(state)))
  return state.accumulator as Variable
}

function lossScale({ runner }: ClipStep): number {
  return Math.abs(runner.scalars.get('lossScaleFactor') ?? 1)
}

/** ‖x‖₂ of all elements; also where their squares overflow the dtype. */
function norm(x: DataBuffer, shape: Shape): number {
  const length = Math.sqrt(sumOfSquares(x, shape))
  if (Number.isFinite(length)) return length
  const factor = shrinking[x.dtype as 'float32']
  const small = setRecording(false, () => new Tensor(x, shape).mul(factor))
  return Math.sqrt(sumOfSquares(small.buffer, shape)) / factor
}

/** Powers of 2 that make the largest numbers of a dtype small enough to add up their squares. */
const shrinking = { float32: 2 ** -96, float64: 2 ** -600 } as const

const scaleRow = op('squares - squares == 0 ? 1 : shrinking')

/** The factor for numbers before their squares are added up, given Σx²: 1, unless that overflows. */
export function scaleFor(squares: Tensor): Tensor {
  return elementwise(scaleRow, [squares, shrinking[squares.dtype as 'float32']])
}

/** ‖g‖₂ of a sparse gradient. */
function normOfRows(gradient: IndexedSlices): number {
  const { indices, values, inner } = rowsOf(gradient)
  return norm(values, [indices.length, inner])
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
function setClipFactors(
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
 * Returns the factor that scales a gradient of this norm down to at most `limit`. With a limit of 0 or less nothing is clipped; an infinite
 * norm gives 0.
 */
export function clipFactor(norm: number, limit: number): number {
  return limit > 0 ? limit / Math.max(norm, limit) : 1
}

/**
 * Returns the factor that scales all gradients together down to at most `limit`; NaN when their norm is not finite, so
 * that no gradient passes unnoticed.
 */
function globalClipFactor(norm: number, limit: number): number {
  return limit > 0 ? limit * Math.min(1 / norm, 1 / limit) + (norm - norm) : 1
}

/** Σ(g · scale)² */
const scaledSquares = op('squares - squares == 0 ? squares : small')

const clip = op('g * scale * (limit / max(sqrt(squares), limit * scale))')

/** NaN when the norm is not finite, so that no gradient passes unnoticed. */
const clipGlobally = op('g * scale * (limit * min(1 / sqrt(squares), 1 / (limit * scale)) + (squares - squares))')

/**
 * Returns the gradients, scaled down as by `setClipFactors`.
 * @param divisor what the gradients will be divided by later; the limits apply to their norms after that
 */
function clipped(
  gradients: readonly Tensor[],
  divisor: number,
  clipnorm: number | null,
  globalClipnorm: number | null,
): Tensor[] {
  const limit = clipnorm ?? globalClipnorm ?? 0
  if (!(limit > 0)) return [...gradients]
  const sums = gradients.map((g) => [squaresOf(g, 1 / divisor), squaresOf(g, shrinking.float32 / divisor)])
  if (clipnorm !== null) return gradients.map((g, i) => scaled(clip, g, limit, sums[i]))
  const total = sums.reduce(([a, b], [c, d]) => [a.add(c), b.add(d)])
  return gradients.map((g) => scaled(clipGlobally, g, limit, total))
}

function scaled(row: ReturnType<typeof op>, g: Tensor, limit: number, [squares, small]: Tensor[]): Tensor {
  return elementwise(row, [g, scaleFor(squares), limit, elementwise(scaledSquares, [squares, small])])
}

function squaresOf(g: Tensor, factor: number): Tensor {
  const x = factor === 1 ? g : g.mul(factor)
  const axes = x.shape.map((_, i) => i)
  return new Tensor(backend.reduce('sumSquares', x.buffer, x.shape, axes), [])
}
