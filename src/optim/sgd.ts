/**
 * Stochastic gradient descent.
 */
import { probability } from '../options.js'
import { Optimizer } from './base/optimizer.js'
import { type Hyperparameter, hyperparameterThatIs, type OptimizerOptions, type Resolved } from './base/options.js'

/** Options of `SGD`. */
export interface SGDOptions extends OptimizerOptions {
  /** μ, how much of the last move is made again, 0 to 1. Default 0. */
  momentum?: Hyperparameter
  /** Look ahead: take the gradient step after the momentum step. Default false. */
  nesterov?: boolean
}

/**
 * Gradient descent, with momentum if wanted: each weight moves down its gradient, like a ball that keeps rolling.
 *
 * Without momentum
 * $$ w \leftarrow w - \eta g $$
 * with momentum, and with `nesterov` on the right
 * $$ m \leftarrow \mu m - \eta g, \qquad w \leftarrow w + m \quad\text{or}\quad w \leftarrow w + \mu m - \eta g $$
 *
 * `learningRate` is η (default 0.01), `momentum` μ (default 0); defaults as in Keras. State: one slot `m` per variable,
 * of its shape, if there is momentum.
 *
 * Unlike PyTorch's, η is part of m, so that a changed η acts on later moves only; there is no dampening; and weight
 * decay is decoupled, not added to the gradient.
 *
 * @example
 * const w = variable([1, 2])
 * new SGD({ learningRate: 0.5 }).apply([tensor([1, 1])], [w])
 * w.toArray() // => [0.5, 1.5]
 * @see Polyak 1964, https://doi.org/10.1016/0041-5553(64)90137-5; Sutskever et al. 2013,
 * https://proceedings.mlr.press/v28/sutskever13.html
 */
export class SGD extends Optimizer<SGDOptions> {
  static override readonly defaults = { learningRate: 0.01, momentum: 0, nesterov: false }
  static override readonly ranges = { momentum: hyperparameterThatIs(probability) }

  protected readonly slots = this.options.momentum === 0 ? [] : ['m']
  protected readonly rule = ruleOf(this.options)
  protected override readonly sparse = this.options.momentum === 0
}

function ruleOf({ momentum, nesterov }: Resolved<SGDOptions>): string {
  if (momentum === 0) return 'w = w - eta * g'
  return `
    m = momentum * m - eta * g
    ${nesterov ? 'w = w + momentum * m - eta * g' : 'w = w + m'}`
}
