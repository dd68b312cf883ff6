/**
 * Adamax: Adam with the largest gradient in place of the mean square. (What all share: `base/optimizer.ts`.)
 */
import { Optimizer } from './base/optimizer.js'
import type { Hyperparameter, OptimizerOptions } from './base/options.js'

/** Options of `Adamax`. */
export interface AdamaxOptions extends OptimizerOptions {
  /** β₁, the decay of the first moment. Default 0.9. */
  beta1?: Hyperparameter
  /** β₂, the decay of the largest gradient. Default 0.999. */
  beta2?: Hyperparameter
  /** ε, against division by 0. Default 1e-7. */
  epsilon?: Hyperparameter
}

/**
 * Adamax: Adam with the largest recent gradient in place of the root mean square.
 *
 * $$ m \leftarrow \beta_1 m + (1-\beta_1) g, \qquad u \leftarrow \max(\beta_2 u, |g|), \qquad w \leftarrow w - \frac{\eta}{1-\beta_1^t} \cdot \frac{m}{u + \epsilon} $$
 *
 * `learningRate` is η (default 0.001), `beta1` β₁ (0.9), `beta2` β₂ (0.999), `epsilon` ε (1e-7), as in Keras. State:
 * slots `m` and `u` per variable, of its shape.
 *
 * Unlike PyTorch's, ε is in the denominator, not in the maximum; η is 0.001 and not 0.002.
 *
 * @example
 * const w = variable([1, 2])
 * new Adamax({ learningRate: 0.5 }).apply([tensor([3, -4])], [w])
 * w.toArray() // => [0.5, 2.5]
 * @see Kingma and Ba 2014, section 7.1, https://arxiv.org/abs/1412.6980
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  static override readonly defaults = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }

  protected readonly slots = ['m', 'u']
  protected readonly rule = `
    m = m + (g - m) * (1 - beta1)
    u = max(beta2 * u, abs(g))
    w = w - eta * m / ((1 - beta1^t) * (u + epsilon))`
}
