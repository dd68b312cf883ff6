/**
 * Exponential decay.
 */
import { TimeDecay } from './time-decay.js'

/**
 * The learning rate shrinks by the same factor in every `decaySteps` steps.
 *
 * $$ \eta_s = \eta_0 \cdot \mathrm{rate}^{\,s / D} $$
 *
 * `initialLearningRate` is η₀, `decaySteps` D, `decayRate` rate; with `staircase`, s / D is rounded down.
 *
 * @example
 * new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 100, decayRate: 0.5 }).at(200) // => 0.025
 */
export class ExponentialDecay extends TimeDecay {
  at(step: number): number {
    const { initialLearningRate, decayRate } = this.options
    return initialLearningRate * decayRate ** this.decays(step)
  }
}
