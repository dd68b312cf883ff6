/**
 * Adam, and its AMSGrad variant.
 */

import { Optimizer } from './base/optimizer.js'
import type { Hyperparameter, OptimizerOptions } from './base/options.js'

/** Options of `Adam` and `AdamW`. */
export interface AdamOptions extends OptimizerOptions {
  /** β₁, the decay of the first moment. Default 0.9. */
  beta1?: Hyperparameter
  /** β₂, the decay of the second moment. Default 0.999. */
  beta2?: Hyperparameter
  /** ε, against division by 0; the ε̂ of the paper. Default 1e-7. */
  epsilon?: Hyperparameter
  /** Divide by the largest second moment so far (AMSGrad). Default false. */
  amsgrad?: boolean
}

/** The update of Adam; `v` is divided by, or the largest one so far. */
const adamRule = (amsgrad: boolean): string => `
  alpha = eta * sqrt(1 - beta2^t) / (1 - beta1^t)
  m = m + (g - m) * (1 - beta1)
  v = v + (g^2 - v) * (1 - beta2)
  ${amsgrad ? 'vHat = max(vHat, v)' : ''}
  w = w - alpha * m / (sqrt(${amsgrad ? 'vHat' : 'v'}) + epsilon)`

/**
 * Adam: momentum, divided by the running size of the gradient, so that every weight moves about η per step.
 *
 * $$ m \leftarrow \beta_1 m + (1-\beta_1) g, \qquad v \leftarrow \beta_2 v + (1-\beta_2) g^2 $$
 * $$ w \leftarrow w - \eta \frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t} \cdot \frac{m}{\sqrt{v} + \epsilon} $$
 *
 * With `amsgrad`, the largest $v$ so far takes the place of $v$ in the second line.
 *
 * `learningRate` is η (default 0.001), `beta1` β₁ (0.9), `beta2` β₂ (0.999), all three as in the paper; `epsilon` is ε
 * (1e-7, as in Keras). State: slots `m` and `v` per variable, of its shape, and `vHat` for AMSGrad.
 *
 * Unlike PyTorch's, ε is added before the bias correction of v (the paper's ε̂): PyTorch's result needs
 * $\epsilon \sqrt{1-\beta_2^t}$. Its default ε is 1e-8. Weight decay is decoupled, not added to the gradient.
 *
 * @example
 * const w = variable([1, 2])
 * new Adam({ learningRate: 0.5 }).apply([tensor([3, -4])], [w])
 * w.toArray() // => [0.5, 2.5]
 * @see Kingma and Ba 2014, https://arxiv.org/abs/1412.6980; Reddi et al. 2018 (AMSGrad),
 * https://openreview.net/forum?id=ryQu7f-RZ
 */
export class Adam<Options extends AdamOptions = AdamOptions> extends Optimizer<Options> {
  static override readonly defaults: Readonly<Record<string, unknown>> = {
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    amsgrad: false,
  }

  protected readonly slots = this.options.amsgrad ? ['m', 'v', 'vHat'] : ['m', 'v']
  protected readonly rule = adamRule(this.options.amsgrad as boolean)
}
