/**
 * RMSprop: divides by a moving average of squared gradients. (What all share: `base/optimizer.ts`.)
 */
import { Optimizer } from './base/optimizer.js'
import type { Hyperparameter, OptimizerOptions, Resolved } from './base/options.js'

/** Options of `RMSprop`. */
export interface RMSpropOptions extends OptimizerOptions {
  /** ρ, the decay of the running mean square. Default 0.9. */
  rho?: Hyperparameter
  /** μ, how much of the last move is made again. Default 0. */
  momentum?: Hyperparameter
  /** ε, against division by 0. Default 1e-7. */
  epsilon?: Hyperparameter
  /** Divide by the running standard deviation: subtract the squared running mean. Default false. */
  centered?: boolean
}

/** The end of the rule with momentum, in place of `w = w - u`. */
const withMomentum = `
    m = momentum * m + u
    w = w - m`

/**
 * RMSprop: the gradient, divided by the root of its running mean square.
 *
 * $$ v \leftarrow \rho v + (1-\rho) g^2, \qquad u = \frac{\eta g}{\sqrt{v + \epsilon}}, \qquad w \leftarrow w - u $$
 *
 * With `centered`, $v - a^2$ takes the place of $v$ under the root, where $a \leftarrow \rho a + (1-\rho) g$. With
 * `momentum` μ, the move is $m \leftarrow \mu m + u$ instead of $u$.
 *
 * `learningRate` is η (default 0.001), `rho` ρ (0.9), `momentum` μ (0), `epsilon` ε (1e-7), as in Keras. State: a slot
 * `v` per variable, of its shape, `a` if centered, `m` if there is momentum.
 *
 * Unlike PyTorch's, ε is under the root; ρ is 0.9 and not 0.99, η 0.001 and not 0.01, ε 1e-7 and not 1e-8; η is part
 * of m; weight decay is decoupled.
 *
 * @example
 * const w = variable([1, 2])
 * new RMSprop({ learningRate: 0.1, rho: 0.75 }).apply([tensor([3, -4])], [w])
 * w.toArray() // => [0.8, 2.2]
 * @see Hinton 2012, lecture 6, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  static override readonly defaults = { learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false }

  protected readonly slots = slotsFor(this.options)
  protected readonly rule = `
    v = rho * v + (1 - rho) * g^2
    ${this.options.centered ? 'a = rho * a + (1 - rho) * g' : ''}
    u = eta * g / sqrt(${this.options.centered ? 'v - a^2' : 'v'} + epsilon)
    ${this.options.momentum === 0 ? 'w = w - u' : withMomentum}`
}

function slotsFor({ centered, momentum }: Resolved<RMSpropOptions>): string[] {
  return ['v', ...(centered ? ['a'] : []), ...(momentum === 0 ? [] : ['m'])]
}
