/**
 * Sharpness-aware minimization.
 */
import { setRecording } from '../../autograd/engine.js'
import { positive, resolve, string } from '../../options.js'
import { elementwise, op } from '../../tensor/operation.js'
import { where } from '../../tensor/operations/comparisons.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import type { AnyOptimizer, Gradient } from '../base/any-optimizer.js'
import { checkMinimize, evaluateLoss, needsLoss } from '../base/arguments.js'
import { scaleFor } from '../base/clip.js'
import { Snapshot } from '../base/variable-state.js'
import { register } from './registry.js'
import { Wrapper } from './wrapper.js'

/** Options of `SAM`. */
export interface SAMOptions {
  /** ρ, how far away the worst neighbour is looked for. Default 0.05. */
  rho?: number
  /** Default: the class in snake case, numbered. */
  name?: string | null
}

const rules = { defaults: { rho: 0.05, name: null }, ranges: { rho: positive, name: string } } as const

/**
 * Sharpness-aware minimization: steps along the gradient at the worst point nearby, and so prefers flat minima. Costs
 * two gradients a step, so it needs the loss: use `minimize`.
 *
 * $$ \hat w = w + \rho \frac{g(w)}{\lVert g(w) \rVert}, \qquad \text{then the inner optimizer's step from } w \text{ along } g(\hat w) $$
 *
 * The norm is that of all gradients together. `rho` is ρ (default 0.05, as in the paper). State: that of the inner
 * optimizer. Neither Keras' optimizers nor PyTorch have it.
 *
 * @example
 * const w = variable([1])
 * const optimizer = new SAM(new SGD({ learningRate: 0.1 }), { rho: 0.5 })
 * optimizer.minimize(() => w.square().sum(), [w])
 * w.toArray() // => [0.7]
 * @see Foret et al. 2020, https://arxiv.org/abs/2010.01412
 */
export class SAM extends Wrapper {
  /**
   * Adds the class to those that are found by name.
   * @internal
   */
  static readonly isRegistered = /* @__PURE__ */ register(this)

  /** ρ, how far the climb goes. */
  readonly rho: number

  /**
   * Makes an optimizer whose inner one steps with the gradient of the worst point nearby.
   * @throws OptionError for an unknown option, or a ρ that is not positive
   */
  constructor(inner: AnyOptimizer, options: SAMOptions = {}) {
    const { rho, name } = resolve('SAM', options, rules)
    super(inner, name, { rho })
    this.rho = rho
  }

  /** @throws GradientError always: SAM needs the loss */
  apply(): never {
    throw needsLoss('SAM', 'SAM computes them at two points')
  }

  /** @throws GradientError always, as `apply` */
  override check(): never {
    return this.apply()
  }

  override minimize(loss: () => Tensor, variables: readonly Variable[]): Tensor {
    const { value, gradients } = this.lookAround(loss, variables)
    this.inner.applyFinite('minimize', gradients, variables)
    return value
  }

  override async minimizeAsync(loss: () => Tensor, variables: readonly Variable[]): Promise<Tensor> {
    const { value, gradients } = this.lookAround(loss, variables)
    await this.inner.applyFiniteAsync('minimize', gradients, variables)
    return value
  }

  /** The loss here, and the gradients at the worst point nearby. */
  private lookAround(loss: () => Tensor, variables: readonly Variable[]): { value: Tensor; gradients: Gradient[] } {
    checkMinimize(loss, variables)
    const value = evaluateLoss(loss)
    const first = this.scaleLoss(value).gradientsOfLeaves()
    const before = new Snapshot(variables)
    try {
      climb(variables, first, this.rho)
      return { value, gradients: this.gradientsOf(evaluateLoss(loss), variables) }
    } finally {
      before.restore()
    }
  }
}

/** ρ / ‖g‖ for Σg², and nothing where that is 0 or not finite. */
const stretch = op('squares > 0 and squares - squares == 0 ? rho / sqrt(squares) : 0')

/** Moves the variables up their gradients, by ρ in total. */
function climb(variables: readonly Variable[], gradients: ReadonlyMap<Tensor, Tensor>, rho: number): void {
  setRecording(false, () => {
    const own = variables.filter((v) => gradients.has(v))
    if (own.length === 0) return
    const squares = (scale: Tensor | number) =>
      own.map((v) => (gradients.get(v) as Tensor).mul(scale).square().sum()).reduce((a, b) => a.add(b))
    const scale = scaleFor(squares(1))
    const factor = elementwise(stretch, [squares(scale), rho]).mul(scale)
    for (const v of own) {
      const g = gradients.get(v) as Tensor
      v.assignAdd(where(factor.equal(0), 0, g.mul(factor.cast(g.dtype))))
    }
  })
}
