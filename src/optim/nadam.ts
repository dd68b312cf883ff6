/**
 * Nadam: Adam with Nesterov's look ahead. (What all share: `base/optimizer.ts`.)
 */
import { Optimizer } from './base/optimizer.js'
import type { Hyperparameter, OptimizerOptions } from './base/options.js'

/** Options of `Nadam`. */
export interface NadamOptions extends OptimizerOptions {
  /** β₁, the decay of the first moment, and where the momentum schedule goes. Default 0.9. */
  beta1?: Hyperparameter
  /** β₂, the decay of the second moment. Default 0.999. */
  beta2?: Hyperparameter
  /** ε, against division by 0. Default 1e-7. */
  epsilon?: Hyperparameter
}

/**
 * Nadam: Adam with Nesterov's look ahead, and a momentum that warms up.
 *
 * $$ \mu_t = \beta_1 (1 - 0.5 \cdot 0.96^t), \qquad P \leftarrow P \mu_t $$
 * $$ m \leftarrow \beta_1 m + (1-\beta_1) g, \qquad v \leftarrow \beta_2 v + (1-\beta_2) g^2 $$
 * $$ \hat m = \frac{\mu_{t+1} m}{1 - P \mu_{t+1}} + \frac{(1-\mu_t) g}{1 - P}, \qquad w \leftarrow w - \eta \frac{\hat m}{\sqrt{v / (1-\beta_2^t)} + \epsilon} $$
 *
 * `learningRate` is η (default 0.001), `beta1` β₁ (0.9), `beta2` β₂ (0.999), `epsilon` ε (1e-7), as in Keras. State:
 * slots `m` and `v` per variable, of its shape, and one number `product` (P, 1 at first) for all of them.
 *
 * Unlike PyTorch's, whose exponent of 0.96 is 0.004 t, the momentum is near β₁ after a hundred steps; ε is 1e-7 and not
 * 1e-8. Both use a constant β₁ for m, where the paper has μₜ.
 *
 * @example
 * const w = variable([1, 2])
 * new Nadam({ learningRate: 0.5, beta1: 0 }).apply([tensor([3, -4])], [w])
 * w.toArray() // => [0.5, 2.5]
 * @see Dozat 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ
 */
export class Nadam extends Optimizer<NadamOptions> {
  static override readonly defaults = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }

  protected readonly slots = ['m', 'v']
  protected override readonly counters = { product: 1 }
  protected override readonly advance = 'product = product * beta1 * (1 - 0.5 * 0.96^t)'
  protected readonly rule = `
    mu = beta1 * (1 - 0.5 * 0.96^t)
    muNext = beta1 * (1 - 0.5 * 0.96^(t + 1))
    m = m + (g - m) * (1 - beta1)
    v = v + (g^2 - v) * (1 - beta2)
    mHat = m * (muNext / (1 - product * muNext)) + g * ((1 - mu) / (1 - product))
    w = w - eta * mHat / (sqrt(v / (1 - beta2^t)) + epsilon)`
}
