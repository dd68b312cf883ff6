/**
 * AdaBelief: Adam that divides by how far gradients are from what was expected. (What all share: `base/optimizer.ts`.)
 */
import { Optimizer } from './base/optimizer.js'
import type { Hyperparameter, OptimizerOptions } from './base/options.js'

/** Options of `AdaBelief`. */
export interface AdaBeliefOptions extends OptimizerOptions {
  /** β₁, the decay of the first moment. Default 0.9. */
  beta1?: Hyperparameter
  /** β₂, the decay of the variance around it. Default 0.999. */
  beta2?: Hyperparameter
  /** ε, against division by 0. Default 1e-16. */
  epsilon?: Hyperparameter
}

/**
 * AdaBelief: Adam that divides by how far the gradient is from its running mean: large steps where the gradient is as
 * expected.
 *
 * $$ m \leftarrow \beta_1 m + (1-\beta_1) g, \qquad s \leftarrow \beta_2 s + (1-\beta_2) (g - m)^2 + \epsilon $$
 * $$ w \leftarrow w - \eta \frac{m / (1-\beta_1^t)}{\sqrt{s / (1-\beta_2^t)} + \epsilon} $$
 *
 * `learningRate` is η (default 0.001), `beta1` β₁ (0.9), `beta2` β₂ (0.999), `epsilon` ε (1e-16), as in the authors'
 * implementation. State: slots `m` and `s` per variable, of its shape.
 *
 * Neither PyTorch nor Keras has it; optax adds its second ε to s once, not at every step.
 *
 * @example
 * const w = variable([1, 2])
 * new AdaBelief({ learningRate: 0.9, beta1: 0.5 }).apply([tensor([1, -1])], [w])
 * w.toArray() // => [-0.8, 3.8]
 * @see Zhuang et al. 2020, https://arxiv.org/abs/2010.07468
 */
export class AdaBelief extends Optimizer<AdaBeliefOptions> {
  static override readonly defaults = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-16 }

  protected readonly slots = ['m', 's']
  protected readonly rule = `
    m = m + (g - m) * (1 - beta1)
    s = s + ((g - m)^2 - s) * (1 - beta2) + epsilon
    w = w - eta / (1 - beta1^t) * m / (sqrt(s / (1 - beta2^t)) + epsilon)`
}
