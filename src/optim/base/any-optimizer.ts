/**
 * What every optimizer can do, the wrappers (`LossScaleOptimizer`, `SAM`, …) included: everything that needs no more
 * than `apply`.
 */
import type { Config } from '../../keras-names.js'
import { Printed } from '../../printed.js'
import { backend } from '../../tensor/backend.js'
import { checkFinite, checkFiniteAsync } from '../../tensor/operations/finite.js'
import { ready } from '../../tensor/ready.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import {
  checkAll,
  checkGradients,
  checkMinimize,
  checkPairs,
  evaluateLoss,
  operation,
  storedGradients,
} from './arguments.js'
import type { Explanation } from './explain.js'
import type { Hyperparameter } from './options.js'
import { Snapshot } from './variable-state.js'

/**
 * A gradient as `apply` takes it: null where the loss does not depend on the variable. Sparse ones are `IndexedSlices`.
 */
export type Gradient = Tensor | null | undefined

/** The state of an optimizer by name: what `exportState` returns and `importState` takes. */
export type OptimizerState = Record<string, Float32Array | Float64Array | Int32Array>

/** The base of every optimizer. */
export abstract class AnyOptimizer extends Printed {
  /** The name: by default the class in snake case, such as `adam_w`. */
  abstract readonly name: string
  /**
   * The number of updates made so far. With gradient accumulation, the number of calls of `apply` divided by the calls per update.
   */
  abstract readonly iterations: number
  /** The learning rate now: the number, or the schedule's value at the next step. */
  abstract get learningRate(): number
  abstract set learningRate(value: Hyperparameter)
  /** The factor that the gradients are divided by, or null. */
  abstract get lossScaleFactor(): Hyperparameter | null
  abstract set lossScaleFactor(value: Hyperparameter | null)
  /** True if `finalizeVariableValues` writes an average of the weights into the variables. */
  abstract readonly useEma: boolean
  /** The state of the optimizer, as variables to read. */
  abstract readonly variables: Variable[]

  /**
   * Allocates the state of these variables. The first call of `apply` does so automatically.
   * @throws OptionError when the optimizer was already built for other variables
   */
  abstract build(variables: readonly Variable[]): void

  /**
   * Allocates the state of more variables and keeps that of the existing ones. Call it in a custom training loop after unfreezing or
   * adding layers; `fit` and `trainOnBatch` do so automatically.
   * @param variables all variables that are trained from now on, existing ones included
   */
  addVariables(variables: readonly Variable[]): void {
    this.build(variables)
  }

  /**
   * Makes one step: updates the variables with their gradients.
   *
   * @param gradients one for each variable, of its shape
   * @param variables default: those that the optimizer was built for
   * @throws GradientError when no variable has a gradient; OptionError or ShapeError when an argument is invalid.
   * Nothing is changed in that case.
   */
  abstract apply(gradients: readonly Gradient[], variables?: readonly Variable[]): void

  /** Returns the variables that the optimizer was built for; an empty array before `build`. */
  abstract builtVariables(): readonly Variable[]

  /** Makes the checks of `apply` without changing anything or evaluating any function. */
  check(_gradients: readonly Gradient[], _variables?: readonly Variable[]): void {}

  /** Ends the training: with `useEma`, writes the moving average of the weights into the variables. */
  abstract finalizeVariableValues(variables: readonly Variable[]): void

  /**
   * Returns the state as typed arrays, which `importState` restores bit for bit, also after `JSON.stringify` and `JSON.parse` (NaN, ±∞
   * and −0 are written as strings) or `structuredClone`.
   * @example
   * const w = variable([1], { name: 'w' })
   * const optimizer = new SGD({ learningRate: 0.5, momentum: 0.5 })
   * optimizer.apply([tensor([2])], [w])
   * const text = JSON.stringify(optimizer.exportState())
   * text // => '{"iteration":[1],"learning_rate":[0.5],"w_m":[-1]}'
   * optimizer.importState(JSON.parse(text))
   */
  abstract exportState(): OptimizerState

  /** `exportState` for every back end, including WebGPU, where reading numbers is asynchronous. */
  async exportStateAsync(): Promise<OptimizerState> {
    await ready(this.variables)
    return this.exportState()
  }

  /**
   * Restores a state that `exportState` returned. The optimizer must be built. Arrays are matched to variables by name;
   * where names differ only in the automatic numbers of unnamed variables and layers, by position.
   * @throws OptionError when names or sizes differ, or an element is not a number; nothing is changed in that case
   */
  abstract importState(state: OptimizerState): void

  /** `importState` for every back end. */
  async importStateAsync(state: OptimizerState): Promise<void> {
    await ready(this.variables)
    this.importState(state)
  }

  /** Returns what the last step did, stage by stage. */
  abstract explain(variable?: Variable): Explanation

  /** Returns the configuration in Keras's spelling. */
  abstract getConfig(): Config

  /** Returns the loss times the factor that the optimizer divides the gradients by. */
  abstract scaleLoss(loss: Tensor): Tensor

  /**
   * `apply` with the gradients and variables in pairs.
   * @param pairs `[gradient, variable]`, one for each variable
   */
  applyGradients(pairs: readonly (readonly [gradient: Gradient, variable: Variable])[]): void {
    checkPairs('applyGradients', pairs)
    this.apply(
      pairs.map(([gradient]) => gradient),
      pairs.map(([, variable]) => variable),
    )
  }

  /**
   * Computes the loss and its gradients, and makes one step. (On WebGPU, use `minimizeAsync`, since
   * `minimize` cannot check the gradients there.)
   * @returns the loss, before the step and before any scaling
   * @throws OptionError when the function does not return a tensor, or an element of `variables` is not a variable
   * @throws GradientError when a gradient is NaN or infinite, or so large that the optimizer cannot square it (1.8e19 in float32,
   * unless gradients are clipped: Adam and most others would divide by infinity from then on); names the variable, and makes
   * no step. `apply` takes such gradients, as Keras does.
   */
  minimize(loss: () => Tensor, variables: readonly Variable[]): Tensor {
    checkMinimize(loss, variables)
    const value = evaluateLoss(loss)
    this.applyFinite('minimize', this.gradientsOf(value, variables), variables)
    return value
  }

  /**
   * `apply` for every back end, including WebGPU, where reading numbers is asynchronous.
   * @throws as `apply`
   */
  async applyAsync(gradients: readonly Gradient[], variables?: readonly Variable[]): Promise<void> {
    checkGradients('apply', gradients)
    await ready(this.readBeforeApply(gradients))
    this.apply(gradients, variables)
  }

  /**
   * `minimize` for every back end, WebGPU included.
   * @returns the loss, before the step and before any scaling
   */
  async minimizeAsync(loss: () => Tensor, variables: readonly Variable[]): Promise<Tensor> {
    if (!backend.isAsync) return this.minimize(loss, variables)
    checkMinimize(loss, variables)
    const value = evaluateLoss(loss)
    await this.applyFiniteAsync('minimize', this.gradientsOf(value, variables), variables)
    return value
  }

  /**
   * `explain` for every back end. On WebGPU, steps are measured only after the first call, so make another step first.
   * @param variable report only this variable; default all that were updated
   */
  async explainAsync(variable?: Variable): Promise<Explanation> {
    await ready(this.measured())
    return this.explain(variable)
  }

  /** Internal: tensors that `explain` reads. */
  measured(): readonly Tensor[] {
    return []
  }

  /**
   * Internal: the gradients that must be finite for a step to be made; null or missing where the optimizer makes the check
   * itself.
   */
  mustBeFinite(gradients: readonly Gradient[], _variables: readonly Variable[]): readonly Gradient[] {
    return gradients
  }

  /**
   * Internal: true if a step squares the variable's gradient as it comes in. A gradient of 1e20, whose square is infinite in
   * float32, is then rejected like one that is not finite, since it would stop the variable for good or make it NaN.
   */
  squaresGradient(_variable: Variable): boolean {
    return false
  }

  /** Returns the gradients of the scaled loss with respect to the variables. */
  protected gradientsOf(loss: Tensor, variables: readonly Variable[]): Gradient[] {
    const gradients = this.scaleLoss(loss).gradientsOfLeaves()
    return variables.map((v) => gradients.get(v))
  }

  /** Internal: `apply`, unless a gradient is not finite. WebGPU cannot check this synchronously. */
  applyFinite(op: string, gradients: readonly Gradient[], variables: readonly Variable[]): void {
    if (!backend.isAsync) checkFinite(op, this.mustBeFinite(gradients, variables), variables, this)
    operation.during(op, () => this.apply(gradients, variables))
  }

  /** Internal: `applyFinite` for back ends with asynchronous reads. */
  async applyFiniteAsync(op: string, gradients: readonly Gradient[], variables: readonly Variable[]): Promise<void> {
    const known = ready(this.readBeforeApply(gradients))
    await Promise.all([checkFiniteAsync(op, this.mustBeFinite(gradients, variables), variables, this), known])
    operation.during(op, () => this.apply(gradients, variables))
  }

  /**
   * Internal: evaluates the schedules and functions that the next `apply` uses. A step of several optimizers calls this
   * first, so that a function that throws does so before anything changes.
   */
  evaluate(_variables: readonly Variable[]): void {}

  /** Internal: discards the results of `evaluate`. */
  forget(): void {}

  /** Internal: true if `apply` runs code that may throw after something has changed, such as constraints. */
  mayThrowMidway(_variables: readonly Variable[]): boolean {
    return true
  }

  /** Internal: saves what a step may change, and returns a function that restores it. */
  saved(variables: readonly Variable[]): () => void {
    const weights = new Snapshot([...new Set([...variables, ...this.builtVariables()])])
    const state = this.builtVariables().length === 0 || backend.isAsync ? null : this.exportState()
    return () => {
      weights.restore()
      if (state) this.importState(state)
    }
  }

  /** Internal: tensors that `apply` reads to decide what to do. */
  readBeforeApply(_gradients: readonly Gradient[]): Tensor[] {
    return []
  }

  /**
   * Makes one step with the gradients that `backward` stored in the variables. (On WebGPU, use `stepAsync`;
   * see `minimize`.)
   * @throws GradientError when no variable has a gradient, or one is not finite or too large (see `minimize`); no step is made
   */
  step(variables: readonly Variable[]): void {
    this.applyFinite('step', storedGradients(variables), variables)
  }

  /**
   * `step` for every back end, WebGPU included.
   * @throws as `step`
   */
  async stepAsync(variables: readonly Variable[]): Promise<void> {
    if (!backend.isAsync) this.step(variables)
    else await this.applyFiniteAsync('step', storedGradients(variables), variables)
  }

  /** Clears the gradients that `backward` stored. */
  zeroGrad(variables: readonly Variable[]): void {
    checkAll('zeroGrad', variables)
    for (const v of variables) v.zeroGrad()
  }

  /** Keras's name for `finalizeVariableValues`. */
  finalize_variable_values(variables: readonly Variable[]): void {
    this.finalizeVariableValues(variables)
  }
}
