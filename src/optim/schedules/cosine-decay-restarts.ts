/**
 * Cosine decay with restarts (SGDR).
 */
import { positive } from '../../options.js'
import { wave } from './cosine-decay.js'
import { LearningRateSchedule, steps } from './schedule.js'

/** Options of `CosineDecayRestarts`. */
export interface CosineDecayRestartsOptions {
  /** The learning rate at the first start. */
  initialLearningRate: number
  /** The number of steps of the first decay. */
  firstDecaySteps: number
  /** The factor by which each decay is longer than the previous one. Default 2. */
  tMul?: number
  /** The factor between the start of each decay and that of the previous one. Default 1. */
  mMul?: number
  /** The smallest learning rate, as a fraction of the first. Default 0. */
  alpha?: number
}

/**
 * Cosine decay that starts again and again, each time `tMul` times as long and `mMul` times as high.
 *
 * $$ \eta_s = \eta_0 \left[(1 - \alpha)\,\tfrac12\, m^i (1 + \cos \pi f) + \alpha\right] $$
 *
 * where i counts the restarts, m is `mMul` and f is the fraction of the current decay that has passed. Restarts are
 * exact: unlike Keras in double precision, none is missed by rounding.
 *
 * @example
 * const schedule = new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 10 })
 * schedule.at(5) // => 0.5
 * schedule.at(10) // => 1
 * schedule.at(20) // => 0.5
 * @see Loshchilov and Hutter 2016, https://arxiv.org/abs/1608.03983
 */
export class CosineDecayRestarts extends LearningRateSchedule<CosineDecayRestartsOptions> {
  static override readonly defaults = {
    initialLearningRate: undefined,
    firstDecaySteps: undefined,
    tMul: 2,
    mMul: 1,
    alpha: 0,
  }

  constructor(options: CosineDecayRestartsOptions & { name?: string | null }) {
    super(options, { firstDecaySteps: steps, tMul: positive })
  }

  at(step: number): number {
    const { initialLearningRate, mMul, alpha } = this.options
    const [restarts, fraction] = this.cycleAt(step)
    const start = initialLearningRate * ((1 - alpha) * mMul ** restarts + alpha)
    return wave(start, initialLearningRate * alpha, fraction)
  }

  /** Returns the number of restarts before the step, and the fraction of the current decay that has passed, 0 to 1. */
  private cycleAt(step: number): [restarts: number, fraction: number] {
    const { firstDecaySteps, tMul } = this.options
    const passed = step / firstDecaySteps
    const guess = Math.floor(tMul === 1 ? passed : Math.log1p(passed * (tMul - 1)) / Math.log(tMul))
    if (!Number.isFinite(guess)) return [0, 1]
    const restarts = [guess + 1, guess, guess - 1].find((n) => this.startOf(n) <= step * (1 + rounding)) ?? 0
    const length = firstDecaySteps * tMul ** restarts
    return [restarts, Math.max(0, (step - this.startOf(restarts)) / length)]
  }

  /** The step at which the decay after so many restarts begins. */
  private startOf(restarts: number): number {
    const { firstDecaySteps, tMul } = this.options
    const decays = tMul === 1 ? restarts : Math.expm1(restarts * Math.log(tMul)) / (tMul - 1)
    return firstDecaySteps * decays
  }
}

/** A step this near before a restart, relative to its number, is that restart: 10 · 1.1 is a little more than 11. */
const rounding = 1e-12
