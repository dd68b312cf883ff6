/**
 * Clipping by norms as a part of a step: the norms of what is to be clipped, and what follows from them. The factors are in
 * `clip.ts`, and in `clip-unread.ts` for GPUs, which are better not read.
 */
import { setRecording } from '../../autograd/engine.js'
import { backend } from '../../tensor/backend.js'
import type { IndexedSlices } from '../../tensor/indexed-slices.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import { norm, setClipFactors } from './clip.js'
import { clipped } from './clip-unread.js'
import type { Recorder } from './explain.js'
import type { RuleRunner } from './rule-runner.js'
import { normOfRows, rowsOf } from './sparse.js'
import { type Around, meanLine } from './step-program.js'
import type { VariableState } from './variable-state.js'

/** What clipping asks of the step that it is a part of. */
export interface ClipStep {
  readonly runner: RuleRunner
  readonly recorder: Recorder
  /** What is done for a variable, beside the rule. */
  around(state: VariableState): Around
  /** Whether only the rows of this gradient have to be looked at. */
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
  const length = step.isSparse(state, gradient)
    ? normOfRows(rowsOf(gradient))
    : norm(gradient.buffer, state.variable.shape)
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
