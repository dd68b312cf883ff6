/**
 * Adagrad: the sum of all squares so far. (What all share: `base/optimizer.ts`.)
 */
import { finite } from '../options.js'
import { Optimizer } from './base/optimizer.js'
import type { Hyperparameter, OptimizerOptions } from './base/options.js'

/** Options of `Adagrad`. */
export interface AdagradOptions extends OptimizerOptions {
  /** The initial value of the sum of squares. Default 0.1. */
  initialAccumulatorValue?: number
  /** ε, against division by 0. Default 1e-7. */
  epsilon?: Hyperparameter
}

/**
 * Adagrad: weights that had large gradients so far take smaller steps; made for sparse data.
 *
 * $$ G \leftarrow G + g^2, \qquad w \leftarrow w - \eta \frac{g}{\sqrt{G + \epsilon}} $$
 *
 * `learningRate` is η (default 0.001), `initialAccumulatorValue` the first G (0.1), `epsilon` ε (1e-7), as in Keras.
 * State: one slot `G` per variable, of its shape. A sparse gradient touches only its rows.
 *
 * Unlike PyTorch's, ε is under the root, G starts at 0.1 and not 0, η is 0.001 and not 0.01, ε 1e-7 and not 1e-10.
 *
 * @example
 * const w = variable([1, 2])
 * new Adagrad({ learningRate: 0.5, initialAccumulatorValue: 0 }).apply([tensor([3, -4])], [w])
 * w.toArray() // => [0.5, 2.5]
 * @see Duchi et al. 2011, https://jmlr.org/papers/v12/duchi11a.html
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  static override readonly defaults = { learningRate: 0.001, initialAccumulatorValue: 0.1, epsilon: 1e-7 }
  static override readonly ranges = { initialAccumulatorValue: finite }

  protected readonly slots = ['G']
  protected override readonly initial = { G: this.options.initialAccumulatorValue }
  protected override readonly sparse = true
  protected readonly rule = `
    G = G + g^2
    w = w - eta * g / sqrt(G + epsilon)`
}
