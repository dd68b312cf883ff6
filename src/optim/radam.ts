/**
 * RAdam: Adam without adaptive steps until the variance can be estimated. (What all share: `base/optimizer.ts`.)
 */
import { Optimizer } from './base/optimizer.js'
import type { Hyperparameter, OptimizerOptions } from './base/options.js'

/** Options of `RAdam`. */
export interface RAdamOptions extends OptimizerOptions {
  /** β₁, the decay of the first moment. Default 0.9. */
  beta1?: Hyperparameter
  /** β₂, the decay of the second moment. Default 0.999. */
  beta2?: Hyperparameter
  /** ε, against division by 0. Default 1e-8. */
  epsilon?: Hyperparameter
}

/**
 * Rectified Adam: no adaptive steps before the second moment is known well enough, then ever fuller ones; a warm-up
 * that needs no tuning.
 *
 * $$ m \leftarrow \beta_1 m + (1-\beta_1) g, \qquad v \leftarrow \beta_2 v + (1-\beta_2) g^2 $$
 * $$ \rho_\infty = \frac{2}{1-\beta_2} - 1, \qquad \rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1-\beta_2^t}, \qquad r = \sqrt{\frac{(\rho_t-4)(\rho_t-2)\rho_\infty}{(\rho_\infty-4)(\rho_\infty-2)\rho_t}} $$
 * $$ w \leftarrow w - \eta \frac{m}{1-\beta_1^t} \cdot r \frac{\sqrt{1-\beta_2^t}}{\sqrt v + \epsilon} \ \text{if}\ \rho_t > 5, \qquad w \leftarrow w - \eta \frac{m}{1-\beta_1^t} \ \text{otherwise} $$
 *
 * `learningRate` is η (default 0.001), `beta1` β₁ (0.9), `beta2` β₂ (0.999), `epsilon` ε (1e-8), as in PyTorch. State:
 * slots `m` and `v` per variable, of its shape.
 *
 * The same as PyTorch's, except that weight decay is decoupled here. Keras has no RAdam.
 *
 * @example
 * const w = variable([1, 2])
 * new RAdam({ learningRate: 0.5 }).apply([tensor([1, -1])], [w])
 * w.toArray() // => [0.5, 2.5]
 * @see Liu et al. 2019, https://arxiv.org/abs/1908.03265
 */
export class RAdam extends Optimizer<RAdamOptions> {
  static override readonly defaults = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

  protected readonly slots = ['m', 'v']
  protected readonly rule = `
    rhoMax = 2 / (1 - beta2) - 1
    rho = rhoMax - 2 * t * beta2^t / (1 - beta2^t)
    r = sqrt((rho - 4) * (rho - 2) * rhoMax / ((rhoMax - 4) * (rhoMax - 2) * rho))
    m = m + (g - m) * (1 - beta1)
    v = v + (g^2 - v) * (1 - beta2)
    w = w - eta / (1 - beta1^t) * m * (rho > 5 ? r * sqrt(1 - beta2^t) / (sqrt(v) + epsilon) : 1)`
}
