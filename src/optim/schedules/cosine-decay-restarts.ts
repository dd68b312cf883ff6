/**
 * Cosine decay with restarts (SGDR).
 */
import { checkPositive, LearningRateSchedule } from './schedule.js'

/** Options of `CosineDecayRestarts`. */
export interface CosineDecayRestartsOptions {
  /** The learning rate at the first start. */
  initialLearningRate: number
  /** How many steps the first decay takes. */
  firstDecaySteps: number
  /** How much longer each decay is than the one before. Default 2. */
  tMul?: number
  /** How much higher each decay starts than the one before. Default 1. */
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
    super(options)
    checkPositive('CosineDecayRestarts', 'firstDecaySteps', this.options.firstDecaySteps)
    checkPositive('CosineDecayRestarts', 'tMul', this.options.tMul)
  }

  at(step: number): number {
    const { initialLearningRate, mMul, alpha } = this.options
    const [restarts, fraction] = this.cycleAt(step)
    const fallen = 0.5 * mMul ** restarts * (1 + Math.cos(Math.PI * fraction))
    return initialLearningRate * ((1 - alpha) * fallen + alpha)
  }

  /** How many restarts came before the step, and how much of the current decay has passed, 0 to 1. */
  private cycleAt(step: number): [restarts: number, fraction: number] {
    const { firstDecaySteps, tMul } = this.options
    if (tMul === 1) return [Math.floor(step / firstDecaySteps), (step / firstDecaySteps) % 1]
    const guess = Math.floor(Math.log(1 - (step / firstDecaySteps) * (1 - tMul)) / Math.log(tMul))
    const restarts = this.startOf(guess + 1) <= step ? guess + 1 : this.startOf(guess) > step ? guess - 1 : guess
    if (!Number.isFinite(restarts)) return [0, 1]
    return [restarts, (step - this.startOf(restarts)) / (firstDecaySteps * tMul ** restarts)]
  }

  /** The step at which the decay after so many restarts begins. */
  private startOf(restarts: number): number {
    const { firstDecaySteps, tMul } = this.options
    return (firstDecaySteps * (1 - tMul ** restarts)) / (1 - tMul)
  }
}
