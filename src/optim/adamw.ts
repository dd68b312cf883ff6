/**
 * Adam with decoupled weight decay. (The decay itself, which all optimizers share: `base/step-program.ts`.)
 */
import { Adam, type AdamOptions } from './adam.js'
import { type Hyperparameter, rangeOf } from './base/options.js'

/** Options of `AdamW`: those of `Adam`, with weight decay on by default. */
export interface AdamWOptions extends AdamOptions {
  /** λ: before each update, w ← w − ηλw. Default 0.004. */
  weightDecay?: Hyperparameter | null
}

/**
 * Adam with weight decay that acts on the weights, not on the gradient, so that it is not divided by the gradient's
 * size.
 *
 * $$ w \leftarrow w - \eta \lambda w, \qquad\text{then the update of Adam} $$
 *
 * `weightDecay` is λ (default 0.004, as in Keras); everything else is as in `Adam`. `excludeFromWeightDecay` spares
 * variables, as one does with biases. State: slots `m` and `v` per variable (`vHat` for AMSGrad).
 *
 * Unlike PyTorch's, λ is 0.004 by default, not 0.01, and ε is 1e-7 and added before the bias correction. As there, λ is
 * multiplied by the whole learning rate; the paper multiplies it by the schedule's factor alone.
 *
 * @example
 * const w = variable([1, 2])
 * new AdamW({ learningRate: 0.5, weightDecay: 0.1 }).apply([tensor([3, -4])], [w])
 * w.toArray() // => [0.45, 2.4]
 * @see Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101
 */
export class AdamW extends Adam<AdamWOptions> {
  static override get defaults(): Readonly<Record<string, unknown>> {
    return { ...Adam.defaults, weightDecay: 0.004 }
  }

  static override readonly ranges = { weightDecay: rangeOf('weightDecay') }
}
