/**
 * The program of one update, text in, text out: the lines that the base puts around an optimizer's rule, so that loss
 * scale, accumulation, clipping, weight decay, the rule and the moving average are one pass over memory.
 */

/** The operations around the rule in the update of a variable. */
export interface StepPlan {
  /** Divide the gradient by the loss scale. */
  readonly scaled: boolean
  /**
   * Take the mean with the gradients accumulated before: `sum`, or `done` where the accumulator holds that mean
   * already.
   */
  readonly accumulated: 'no' | 'sum' | 'done'
  /** The kind of gradient clipping. */
  readonly clip: 'no' | 'norm' | 'value'
  /** The scalar that decays the weights, if any. */
  readonly decay: string | null
  /** Keep a moving average of the weights. */
  readonly averaged: boolean
}

/** The lines that make `g` of the `gradient` that came in. */
export function gradientLines({ scaled, accumulated, clip }: StepPlan): string[] {
  const lines = [accumulated === 'done' ? 'g = accumulator' : `g = ${unscaled(scaled)}`]
  if (accumulated === 'sum') lines.push('g = (accumulator + g) / gradientAccumulationSteps')
  if (clip === 'norm') lines.push('g = g * clipScale * clipFactor')
  if (clip === 'value') lines.push('g = clipvalue > 0 ? min(max(g, -clipvalue), clipvalue) : g')
  return lines
}

const unscaled = (scaled: boolean) => (scaled ? 'gradient / lossScaleFactor' : 'gradient')

/** The line that decays the weights. */
export function decayLines({ decay }: StepPlan): string[] {
  return decay ? [`w = w - w * (${decay} * eta)`] : []
}

/** The lines that come after the rule. */
export function closingLines({ accumulated, averaged }: StepPlan): string[] {
  const lines = averaged ? [averageLine] : []
  return accumulated === 'no' ? lines : [...lines, 'accumulator = 0']
}

/** The moving average of the weights. On the first step `averageKept` is 0. */
export const averageLine = 'average = averageKept * average + (1 - averageKept) * w'

/** Adds a gradient to the accumulator. */
export function accumulateLine({ scaled }: StepPlan): string {
  return `accumulator = accumulator + ${unscaled(scaled)}`
}

/** Makes the accumulator the mean of what it holds and the gradient. */
export function meanLine({ scaled }: StepPlan): string {
  return `accumulator = (accumulator + ${unscaled(scaled)}) / gradientAccumulationSteps`
}

/** For variables that take their gradient as value; of accumulated ones the largest. */
export function overwriteLines(isAccumulating: boolean, isUpdate: boolean): string {
  if (!isAccumulating) return 'w = gradient'
  return isUpdate ? 'w = max(gradient, accumulator)\naccumulator = 0' : 'accumulator = max(gradient, accumulator)'
}

/** The whole update. */
export function updateProgram(rule: string, plan: StepPlan): string {
  return [...gradientLines(plan), ...decayLines(plan), ...ruleLines(rule), ...closingLines(plan)].join('\n')
}

function ruleLines(rule: string): string[] {
  return rule
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
