/**
 * Adadelta: step sizes from the sizes of earlier steps. (What all share: `base/optimizer.ts`.)
 */
import { Optimizer } from './base/optimizer.js'
import type { Hyperparameter, OptimizerOptions } from './base/options.js'

/** Options of `Adadelta`. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** ρ, the decay of both running mean squares. Default 0.95. */
  rho?: Hyperparameter
  /** ε, against division by 0, and what gets the first steps going. Default 1e-7. */
  epsilon?: Hyperparameter
}

/**
 * Adadelta: RMSprop whose step size is the running size of its own steps, so that units cancel.
 *
 * $$ E \leftarrow \rho E + (1-\rho) g^2, \qquad \Delta = -\frac{\sqrt{X + \epsilon}}{\sqrt{E + \epsilon}}\, g $$
 * $$ X \leftarrow \rho X + (1-\rho) \Delta^2, \qquad w \leftarrow w + \eta \Delta $$
 *
 * `learningRate` is η (default 0.001; 1 is the paper's algorithm), `rho` ρ (0.95, as in the paper), `epsilon` ε (1e-7).
 * State: slots `E` and `X` per variable, of its shape.
 *
 * The same formula as PyTorch's, where η is 1, ρ 0.9 and ε 1e-6 by default.
 *
 * @example
 * const w = variable([1, 2])
 * new Adadelta({ learningRate: 1, rho: 0.75, epsilon: 1 }).apply([tensor([0, -2])], [w])
 * w.toArray() // => [1, 3.41421]
 * @see Zeiler 2012, https://arxiv.org/abs/1212.5701
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  static override readonly defaults = { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 }

  protected readonly slots = ['E', 'X']
  protected readonly rule = `
    E = rho * E + (1 - rho) * g^2
    delta = -sqrt(X + epsilon) * g / sqrt(E + epsilon)
    X = rho * X + (1 - rho) * delta^2
    w = w + eta * delta`
}
