/**
 * Lion, the optimizer that needs one average and takes its sign. (What all share, in which order: `optimizer.ts`.)
 */
import { interval } from '../options.js'
import { Optimizer } from './base/optimizer.js'
import { type Hyperparameter, hyperparameterThatIs, type OptimizerOptions } from './base/options.js'

/** Options of `Lion`. */
export interface LionOptions extends OptimizerOptions {
  /** β₁, how much of the momentum is in the step: more than 0, at most 1. Default 0.9. */
  beta1?: Hyperparameter
  /** β₂, the decay of the momentum. Default 0.99. */
  beta2?: Hyperparameter
}

/**
 * Lion: the sign of an interpolated momentum, the same step size for every weight.
 *
 * $$ w \leftarrow w - \eta\,\operatorname{sign}(\beta_1 m + (1-\beta_1) g), \qquad m \leftarrow \beta_2 m + (1-\beta_2) g $$
 *
 * `learningRate` is η (default 0.001; about a tenth of Adam's works), `beta1` β₁ (0.9), `beta2` β₂ (0.99), as in the
 * paper. State: one slot `m` per variable, of its shape.
 *
 * PyTorch has no Lion; optax has the same with a weight decay of 0.001 by default, here there is none.
 *
 * @example
 * const w = variable([1, 2])
 * new Lion({ learningRate: 0.5 }).apply([tensor([3, -4])], [w])
 * w.toArray() // => [0.5, 2.5]
 * @see Chen et al. 2023, https://arxiv.org/abs/2302.06675
 */
export class Lion extends Optimizer<LionOptions> {
  static override readonly defaults = { learningRate: 0.001, beta1: 0.9, beta2: 0.99 }
  /** With β₁ = 0 this would be sign descent. */
  static override readonly ranges = { beta1: hyperparameterThatIs(interval('(0, 1]')) }

  protected readonly slots = ['m']
  protected readonly rule = `
    w = w - eta * sign(beta1 * m + (1 - beta1) * g)
    m = beta2 * m + (1 - beta2) * g`
}
