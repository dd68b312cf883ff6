/**
 * A constant learning rate.
 */
import { LearningRateSchedule } from './schedule.js'

/** Options of `Constant`. */
export interface ConstantOptions {
  /** The learning rate. */
  learningRate: number
}

/**
 * The same learning rate at every step; a building block for `Join` and `Warmup`.
 *
 * $$ \eta_s = \eta $$
 *
 * @example
 * new Constant({ learningRate: 0.1 }).at(1000) // => 0.1
 */
export class Constant extends LearningRateSchedule<ConstantOptions> {
  static override readonly defaults = { learningRate: undefined }

  at(_step: number): number {
    return this.options.learningRate
  }
}
