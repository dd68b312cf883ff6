/**
 * The program of one update, as text: the lines that the base puts around an optimizer's rule, so that loss scale, accumulation, clipping,
 * weight decay, the rule and the moving average are one pass over memory.
 */

/** The operations around the rule in the update of a variable. */
interface Operations {
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

/** The lines of the update of one variable. */
export class StepProgram {
  /** The moving average of the weights. On the first step `averageKept` is 0. */
  static readonly average = 'average = averageKept * average + (1 - averageKept) * w'

  constructor(readonly operations: Operations) {}

  /** For variables that take their gradient as value; of accumulated ones the largest. */
  static overwrite(isAccumulating: boolean, isUpdate: boolean): string {
    if (!isAccumulating) return 'w = gradient'
    return isUpdate ? 'w = max(gradient, accumulator)\naccumulator = 0' : 'accumulator = max(gradient, accumulator)'
  }

  /** The whole update. */
  whole(rule: string): string {
    return [...this.gradient(), ...this.decay(), ...linesOf(rule), ...this.closing()].join('\n')
  }

  /** The lines that make `g` of the `gradient` that came in. */
  gradient(clip = this.operations.clip): string[] {
    const { accumulated } = this.operations
    const lines = [accumulated === 'done' ? 'g = accumulator' : `g = ${this.unscaled}`]
    if (accumulated === 'sum') lines.push('g = (accumulator + g) / gradientAccumulationSteps')
    if (clip === 'norm') lines.push('g = g * clipScale * clipFactor')
    if (clip === 'value') lines.push('g = clipvalue > 0 ? min(max(g, -clipvalue), clipvalue) : g')
    return lines
  }

  /** The line that decays the weights. */
  decay(): string[] {
    const { decay } = this.operations
    return decay ? [`w = w - w * (${decay} * eta)`] : []
  }

  /** The lines that come after the rule. */
  closing(): string[] {
    const { accumulated, averaged } = this.operations
    const lines = averaged ? [StepProgram.average] : []
    return accumulated === 'no' ? lines : [...lines, 'accumulator = 0']
  }

  /** Adds a gradient to the accumulator. */
  accumulate(): string {
    return `accumulator = accumulator + ${this.unscaled}`
  }

  /** Makes the accumulator the mean of its numbers and the gradient. */
  mean(): string {
    return `accumulator = (accumulator + ${this.unscaled}) / gradientAccumulationSteps`
  }

  private get unscaled(): string {
    return this.operations.scaled ? 'gradient / lossScaleFactor' : 'gradient'
  }
}

function linesOf(rule: string): string[] {
  return rule
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
