/**
 * LAMB: Adam whose steps are as long as each variable's weights say. (What all share: `base/optimizer.ts`.)
 */
import { Optimizer } from './base/optimizer.js'
import type { Hyperparameter, OptimizerOptions } from './base/options.js'
import type { VariableStep } from './base/variable-step.js'

/** Options of `Lamb`. */
export interface LambOptions extends OptimizerOptions {
  /** β₁, the decay of the first moment. Default 0.9. */
  beta1?: Hyperparameter
  /** β₂, the decay of the second moment. Default 0.999. */
  beta2?: Hyperparameter
  /** ε, against division by 0. Default 1e-7. */
  epsilon?: Hyperparameter
}

/**
 * LAMB: Adam whose step is as long as the weights are, layer by layer; made for very large batches.
 *
 * $$ m \leftarrow \beta_1 m + (1-\beta_1) g, \qquad v \leftarrow \beta_2 v + (1-\beta_2) g^2 $$
 * $$ u = \frac{m / (1-\beta_1^t)}{\sqrt{v / (1-\beta_2^t)} + \epsilon}, \qquad w \leftarrow w - \eta \frac{\lVert w \rVert}{\lVert u \rVert} u $$
 *
 * The ratio of the norms (over the whole variable) is 1 where one of them is 0.
 *
 * `learningRate` is η (default 0.001), `beta1` β₁ (0.9), `beta2` β₂ (0.999), `epsilon` ε (1e-7), as in Keras. State:
 * slots `m` and `v` per variable, of its shape.
 *
 * Weight decay acts on w beforehand; in the paper and in optax it is part of u, in the ratio. PyTorch has no
 * LAMB.
 *
 * @example
 * const w = variable([3, 4])
 * new Lamb({ learningRate: 0.5 }).apply([tensor([3, -4])], [w])
 * w.toArray() // => [1.232, 5.768]
 * @see You et al. 2019, https://arxiv.org/abs/1904.00962
 */
export class Lamb extends Optimizer<LambOptions> {
  static override readonly defaults = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }

  protected readonly slots = ['m', 'v']
  protected readonly rule = `
    m = m + (g - m) * (1 - beta1)
    v = v + (g^2 - v) * (1 - beta2)`

  protected override readonly ownUpdate = Lamb.prototype.updateVariable

  protected override updateVariable(step: VariableStep): void {
    step.run(this.rule)
    const u = step.compute('(m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)')
    const norms = { ofWeights: step.norm(step.w), ofUpdate: step.norm(u) }
    step.run(stepAlong, { u, ...norms })
  }
}

const stepAlong = `
  ratio = ofWeights > 0 and ofUpdate > 0 ? ofWeights / ofUpdate : 1
  w = w - ratio * eta * u`
