/**
 * One cycle: up to a peak and down again, on straight lines or on cosine waves.
 */
import { OptionError } from '../../errors.js'
import { wave } from './cosine-decay.js'
import { interpolate } from './linear.js'
import { LearningRateSchedule, steps } from './schedule.js'

/** Options of `OneCycle`. */
export interface OneCycleOptions {
  /** The largest learning rate. */
  peakLearningRate: number
  /** The number of steps of the cycle. */
  steps: number
  /** The fraction of the steps after which the peak is reached. Default 0.3. */
  peakAt?: number
  /** The first learning rate is the peak divided by this. Default 25. */
  divFactor?: number
  /** The last learning rate is the first one divided by this. Default 10000. */
  finalDivFactor?: number
}

/** Options of `LinearOneCycle`. */
export interface LinearOneCycleOptions extends OneCycleOptions {
  /** The fraction of the steps after which the first learning rate is reached again. Default 0.85. */
  backAt?: number
}

/**
 * One cycle on straight lines: from peak/div up to the peak, back to peak/div, and on to peak/(div · finalDiv).
 *
 * @example
 * const schedule = new LinearOneCycle({ peakLearningRate: 1, steps: 100 })
 * schedule.at(0) // => 0.04
 * schedule.at(30) // => 1
 * schedule.at(85) // => 0.04
 * @see Smith and Topin 2017, https://arxiv.org/abs/1708.07120
 */
export class LinearOneCycle extends LearningRateSchedule<LinearOneCycleOptions> {
  static override get defaults(): Readonly<Record<string, unknown>> {
    return { ...CosineOneCycle.defaults, backAt: 0.85 }
  }

  constructor(options: LinearOneCycleOptions & { name?: string | null }) {
    super(options, { steps })
    checkOrder('LinearOneCycle', this.options.peakAt, this.options.backAt)
  }

  at(step: number): number {
    const { peakLearningRate: peak, steps, peakAt, backAt, divFactor, finalDivFactor } = this.options
    const [up, back, first] = [peakAt * steps, backAt * steps, peak / divFactor]
    if (step < up) return interpolate(first, peak, step / up)
    if (step < back) return interpolate(peak, first, (step - up) / (back - up))
    return interpolate(first, first / finalDivFactor, share(step - back, steps - back))
  }
}

/**
 * One cycle on cosine waves: from peak/div up to the peak, and down to peak/(div · finalDiv).
 *
 * @example
 * const schedule = new CosineOneCycle({ peakLearningRate: 1, steps: 100 })
 * schedule.at(0) // => 0.04
 * schedule.at(15) // => 0.52
 * schedule.at(30) // => 1
 * @see Smith and Topin 2017, https://arxiv.org/abs/1708.07120
 */
export class CosineOneCycle extends LearningRateSchedule<OneCycleOptions> {
  static override readonly defaults = {
    peakLearningRate: undefined,
    steps: undefined,
    peakAt: 0.3,
    divFactor: 25,
    finalDivFactor: 1e4,
  }

  constructor(options: OneCycleOptions & { name?: string | null }) {
    super(options, { steps })
    checkOrder('CosineOneCycle', this.options.peakAt, 1)
  }

  at(step: number): number {
    const { peakLearningRate: peak, steps, peakAt, divFactor, finalDivFactor } = this.options
    const [up, first] = [peakAt * steps, peak / divFactor]
    if (step < up) return wave(first, peak, step / up)
    return wave(peak, first / finalDivFactor, share(step - up, steps - up))
  }
}

/** Returns the fraction of a phase that has passed; 1 for a phase without steps. */
function share(passed: number, length: number): number {
  return length > 0 ? passed / length : 1
}

/** @throws OptionError unless 0 ≤ peakAt ≤ backAt ≤ 1 */
function checkOrder(op: string, peakAt: number, backAt: number): void {
  if (peakAt >= 0 && peakAt <= backAt && backAt <= 1) return
  throw new OptionError(
    `${op}: peakAt is ${peakAt}${op === 'LinearOneCycle' ? `, backAt ${backAt}` : ''}. Pass fractions of the steps from 0 to 1, the peak first.`,
  )
}
