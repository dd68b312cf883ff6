/**
 * Inverse time decay.
 */
import { TimeDecay } from './time-decay.js'

/**
 * The learning rate falls like 1 / s: fast at first, then ever slower.
 *
 * $$ \eta_s = \frac{\eta_0}{1 + \mathrm{rate} \cdot s / D} $$
 *
 * `initialLearningRate` is η₀, `decaySteps` D, `decayRate` rate; with `staircase`, s / D is rounded down.
 *
 * @example
 * new InverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 1 }).at(10) // => 0.05
 */
export class InverseTimeDecay extends TimeDecay {
  at(step: number): number {
    const { initialLearningRate, decayRate } = this.options
    return initialLearningRate / (1 + decayRate * this.decays(step))
  }
}
