/**
 * Schedule-free AdamW.
 */
import { setRecording } from '../autograd/engine.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import type { Gradient } from './base/any-optimizer.js'
import { checkMinimize } from './base/arguments.js'
import { Optimizer } from './base/optimizer.js'
import type { Hyperparameter, OptimizerOptions } from './base/options.js'
import { constrain, Snapshot } from './base/variable-state.js'

/** Options of `ScheduleFreeAdamW`. */
export interface ScheduleFreeAdamWOptions extends OptimizerOptions {
  /** β₁, how much of the average is in the weights that gradients are taken at: more than 0, at most 1. Default 0.9. */
  beta1?: Hyperparameter
  /** β₂, the decay of the second moment. Default 0.999. */
  beta2?: Hyperparameter
  /** ε, against division by 0. Default 1e-8. */
  epsilon?: Hyperparameter
  /** The number of steps over which η rises to its value. Default 0. */
  warmupSteps?: Hyperparameter
}

/**
 * Schedule-free AdamW: instead of a falling learning rate, an average of all the weights so far.
 *
 * $$ v \leftarrow \beta_2 v + (1-\beta_2) g^2, \qquad x = \frac{w - (1-\beta_1) z}{\beta_1}, \qquad z \leftarrow z - \frac{\eta_t\, g}{\sqrt{v / (1-\beta_2^t)} + \epsilon} $$
 * $$ x \leftarrow \left(1 - \tfrac1t\right) x + \tfrac1t z, \qquad w \leftarrow (1-\beta_1) z + \beta_1 x $$
 *
 * During training the variables hold w, between the fast z and the average x. The average is what to use afterwards:
 * `finalizeVariableValues` (which `fit` calls) puts x into the variables, `swapForEvaluation` does so in between.
 * $\eta_t = \eta \min(t / \text{warmupSteps}, 1)$.
 *
 * `learningRate` is η (default 0.0025), `beta1` β₁ (0.9), `beta2` β₂ (0.999), `epsilon` ε (1e-8), as in Keras, which
 * never puts x into the variables. State: slots `z` (a copy of the weights at first) and `v` per variable, of its
 * shape.
 *
 * The authors' implementation weights the average by the largest η² so far, which differs during warm-up, and decays z
 * too. PyTorch has none of its own.
 *
 * @example
 * const w = variable([1, 2])
 * const optimizer = new ScheduleFreeAdamW({ learningRate: 0.5 })
 * optimizer.apply([tensor([3, -4])], [w])
 * w.toArray() // => [0.5, 2.5]
 * @see Defazio et al. 2024, https://arxiv.org/abs/2405.15682
 */
export class ScheduleFreeAdamW extends Optimizer<ScheduleFreeAdamWOptions> {
  static override readonly defaults = { learningRate: 0.0025, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, warmupSteps: 0 }

  protected readonly slots = ['z', 'v']
  protected override readonly initial = { z: 'w' as const }
  protected readonly rule = `
    rate = warmupSteps > 0 ? eta * min(t / warmupSteps, 1) : eta
    v = v + (g^2 - v) * (1 - beta2)
    x = (w - (1 - beta1) * z) / beta1
    z = z - rate * g / (sqrt(v / (1 - beta2^t)) + epsilon)
    x = (1 - 1 / t) * x + z / t
    w = (1 - beta1) * z + beta1 * x`

  protected override readonly counters = { evaluating: 0 }
  /** The weights of the training, while the variables hold the average. */
  private training: Snapshot | null = null

  /** True if the variables hold the average x rather than the training weights. */
  get isEvaluating(): boolean {
    return this.states.counters?.evaluating === 1
  }

  /**
   * Puts the average x, which is what to evaluate and to keep, into the variables. `restoreForTraining` undoes it, and
   * so does the next step (call it yourself before computing gradients by hand, which belong to the weights of the
   * training). A variable's constraint is applied to the average, too.
   */
  swapForEvaluation(): void {
    if (!this.states.isBuilt || this.isEvaluating) return
    const beta1 = this.optionNow('beta1')
    this.training = new Snapshot(this.builtVariables())
    this.mix((w, z) => w.sub(z.mul(1 - beta1)).div(beta1))
    this.states.counters = { evaluating: 1 }
  }

  /** Puts the weights of the training back into the variables. */
  restoreForTraining(): void {
    if (!this.isEvaluating) return
    const beta1 = this.optionNow('beta1')
    if (this.training) this.training.restore()
    else this.mix((x, z) => z.mul(1 - beta1).add(x.mul(beta1)))
    this.training = null
    this.states.counters = { evaluating: 0 }
  }

  /** Puts the average x into the variables (with `useEma`: the moving average of the weights). */
  override finalizeVariableValues(variables: readonly Variable[]): void {
    if (this.useEma) super.finalizeVariableValues(variables)
    else this.swapForEvaluation()
  }

  override apply(gradients: readonly Gradient[], variables?: readonly Variable[]): void {
    const undo = this.trainingAgain()
    try {
      super.apply(gradients, variables)
    } catch (error) {
      undo?.()
      throw error
    }
  }

  override minimize(loss: () => Tensor, variables: readonly Variable[]): Tensor {
    checkMinimize(loss, variables)
    const undo = this.trainingAgain()
    try {
      return super.minimize(loss, variables)
    } catch (error) {
      undo?.()
      throw error
    }
  }

  override async minimizeAsync(loss: () => Tensor, variables: readonly Variable[]): Promise<Tensor> {
    checkMinimize(loss, variables)
    const undo = this.trainingAgain()
    try {
      return await super.minimizeAsync(loss, variables)
    } catch (error) {
      undo?.()
      throw error
    }
  }

  /** Internal: keeps what a step may change, its own numbers too. */
  override saved(variables: readonly Variable[]): () => void {
    const undo = super.saved(variables)
    const { training } = this
    return () => {
      undo()
      this.training = training
    }
  }

  /** Puts the weights of the training back; returns what undoes that after a step that failed, if anything was done. */
  private trainingAgain(): (() => void) | null {
    if (!this.isEvaluating) return null
    const undo = this.saved([])
    this.restoreForTraining()
    return undo
  }

  private mix(f: (w: Tensor, z: Tensor) => Tensor): void {
    const before = new Snapshot(this.builtVariables())
    try {
      setRecording(false, () => {
        for (const { variable, slots } of this.states.list) {
          variable.assign(f(variable.detach(), slots.get('z') as Variable))
          constrain(variable)
        }
      })
    } catch (error) {
      before.restore()
      throw error
    }
  }
}
