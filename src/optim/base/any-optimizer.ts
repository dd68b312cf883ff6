/**
 * What every optimizer can do, the wrappers (`LossScaleOptimizer`, `SAM`, …) included: everything that needs no more
 * than `apply`.
 */
import { GradientError } from '../../errors.js'
import type { Config } from '../../keras-names.js'
import { Printed } from '../../printed.js'
import { backend } from '../../tensor/backend.js'
import { checkFinite, checkFiniteAsync } from '../../tensor/operations/finite.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import { checkGradients, checkMinimize, checkPairs, checkSome, checkVariables, evaluateLoss } from './arguments.js'
import type { Explanation } from './explain.js'
import { asPartOf, checkVariable } from './gradient-pairs.js'
import type { Hyperparameter } from './options.js'
import { Snapshot } from './snapshot.js'

/**
 * A gradient as `apply` takes it: null where the loss does not depend on the variable. Sparse ones are `IndexedSlices`.
 */
export type Gradient = Tensor | null | undefined

/** The numbers of an optimizer, by name: what `exportState` gives and `importState` takes. */
export type OptimizerState = Record<string, Float32Array | Float64Array | Int32Array>

/** The base of every optimizer. */
export abstract class AnyOptimizer extends Printed {
  /** What it is called: `adam_w`. */
  abstract readonly name: string
  /**
   * How many updates were made. With gradient accumulation: the calls of `apply`, divided by their number per update.
   */
  abstract readonly iterations: number
  /** The learning rate now: the number, or the schedule's value at the next step. */
  abstract get learningRate(): number
  abstract set learningRate(value: Hyperparameter)
  /** The factor that the gradients are divided by, or null. */
  abstract get lossScaleFactor(): Hyperparameter | null
  abstract set lossScaleFactor(value: Hyperparameter | null)
  /** Whether `finalizeVariableValues` writes an average of the weights into the variables. */
  abstract readonly useEma: boolean
  /** The numbers it keeps, as variables to look at. */
  abstract readonly variables: Variable[]

  /**
   * Makes room for the state of these variables. `apply` does it by itself at its first call.
   * @throws OptionError when it is built for others already
   */
  abstract build(variables: readonly Variable[]): void

  /**
   * Makes room for the state of more variables, and keeps the state of those that it has: what layers that were frozen until now, or
   * added, need in a training loop by hand. `fit` and `trainOnBatch` do it automatically.
   * @param variables all that are trained from now on, new ones and others
   */
  addVariables(variables: readonly Variable[]): void {
    this.build(variables)
  }

  /**
   * One step: changes the variables along their gradients.
   *
   * @param gradients one for each variable, of its shape
   * @param variables default: those that it was built for
   * @throws GradientError when there is no gradient at all; OptionError or ShapeError when something does not fit.
   * Nothing is changed then.
   */
  abstract apply(gradients: readonly Gradient[], variables?: readonly Variable[]): void

  /** The variables that it was built for; none before `build`. */
  abstract builtVariables(): readonly Variable[]

  /** Checks what `apply` would check, changes nothing, and evaluates no function. */
  check(_gradients: readonly Gradient[], _variables?: readonly Variable[]): void {}

  /** Ends the training: where an average of the weights is kept, writes it into the variables. */
  abstract finalizeVariableValues(variables: readonly Variable[]): void

  /**
   * The state as typed arrays: bit for bit what `importState` restores, also after `JSON.stringify` and `JSON.parse` (NaN, ±∞
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

  /** `exportState` for every back end: WebGPU gives numbers only later. */
  async exportStateAsync(): Promise<OptimizerState> {
    await Promise.all(this.variables.map((v) => v.data()))
    return this.exportState()
  }

  /**
   * Takes over a state that `exportState` gave. The optimizer must be built. Arrays go to the variables of their names;
   * where names differ only in the numbers that unnamed variables and layers get, they go by position.
   * @throws OptionError when names or sizes differ, or something is no number; nothing is changed then
   */
  abstract importState(state: OptimizerState): void

  /** `importState` for every back end. */
  async importStateAsync(state: OptimizerState): Promise<void> {
    await Promise.all(this.variables.map((v) => v.data()))
    this.importState(state)
  }

  /** What the last step did, stage by stage. */
  abstract explain(variable?: Variable): Explanation

  /** The configuration in Keras's spelling. */
  abstract getConfig(): Config

  /** The loss, multiplied as the optimizer expects it when it divides the gradients again. */
  abstract scaleLoss(loss: Tensor): Tensor

  /**
   * `apply`, with the gradients and variables in pairs.
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
   * Computes the loss and its gradients, and makes one step. (On WebGPU, which gives numbers only later, use
   * `minimizeAsync`: this cannot look at the gradients there.)
   * @returns the loss, before the step and before any scaling
   * @throws OptionError when the function returns no tensor, or something is no variable
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
   * `apply` for every back end: what a step looks at on the way, WebGPU gives only later.
   * @throws as `apply`
   */
  async applyAsync(gradients: readonly Gradient[], variables?: readonly Variable[]): Promise<void> {
    checkGradients('apply', gradients)
    await Promise.all(this.readBeforeApply(gradients).map((x) => x.data()))
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
   * `explain` for every back end. On WebGPU steps are measured from the first call on, so make a step after it.
   * @param variable only this one; default all that were updated
   */
  async explainAsync(variable?: Variable): Promise<Explanation> {
    await Promise.all(this.measured().map((x) => x.data()))
    return this.explain(variable)
  }

  /** Internal: tensors whose numbers `explain` looks at. */
  measured(): readonly Tensor[] {
    return []
  }

  /**
   * Internal: the gradients that must be finite for a step to be made, null or missing where the optimizer looks at them
   * itself.
   */
  mustBeFinite(gradients: readonly Gradient[], _variables: readonly Variable[]): readonly Gradient[] {
    return gradients
  }

  /**
   * Internal: true if a step squares the variable's gradient as it comes in. Then one of 1e20, whose square is infinite in
   * float32, is refused as one that is not finite: it would stop the variable for good, or make it NaN.
   */
  squaresGradient(_variable: Variable): boolean {
    return false
  }

  /** The gradients of the variables, of the loss as the optimizer wants it differentiated. */
  protected gradientsOf(loss: Tensor, variables: readonly Variable[]): Gradient[] {
    const gradients = this.scaleLoss(loss).gradientsOfLeaves()
    return variables.map((v) => gradients.get(v))
  }

  /** Internal: `apply`, unless a gradient is not finite. WebGPU cannot tell at once. */
  applyFinite(op: string, gradients: readonly Gradient[], variables: readonly Variable[]): void {
    if (!backend.isAsync) checkFinite(op, this.mustBeFinite(gradients, variables), variables, this)
    asPartOf(op, () => this.apply(gradients, variables))
  }

  /** Internal: `applyFinite` where numbers come later. */
  async applyFiniteAsync(op: string, gradients: readonly Gradient[], variables: readonly Variable[]): Promise<void> {
    const known = this.readBeforeApply(gradients).map((x) => x.data())
    await Promise.all([checkFiniteAsync(op, this.mustBeFinite(gradients, variables), variables, this), ...known])
    asPartOf(op, () => this.apply(gradients, variables))
  }

  /**
   * Internal: evaluates the schedules and functions of the next `apply`, which takes the results. A step of several
   * optimizers begins with it, so that a function that throws does so before anything has moved.
   */
  evaluate(_variables: readonly Variable[]): void {}

  /** Internal: drops what `evaluate` has left. */
  forget(): void {}

  /** Internal: whether `apply` runs code that may throw when something has moved already, such as constraints. */
  mayThrowMidway(_variables: readonly Variable[]): boolean {
    return true
  }

  /** Internal: keeps what a step may change, and returns a function that puts it back. */
  saved(variables: readonly Variable[]): () => void {
    const weights = new Snapshot([...new Set([...variables, ...this.builtVariables()])])
    const state = this.builtVariables().length === 0 || backend.isAsync ? null : this.exportState()
    return () => {
      weights.restore()
      if (state) this.importState(state)
    }
  }

  /** Internal: tensors whose numbers `apply` looks at to decide what to do. */
  readBeforeApply(_gradients: readonly Gradient[]): Tensor[] {
    return []
  }

  /**
   * One step along the gradients that `backward` left in the variables. (On WebGPU use `stepAsync`,
   * see `minimize`.)
   * @throws GradientError when none of them has one, or one is not finite or too large, see `minimize`; no step is made then
   */
  step(variables: readonly Variable[]): void {
    this.applyFinite('step', leftByBackward(variables), variables)
  }

  /**
   * `step` for every back end, WebGPU included.
   * @throws as `step`
   */
  async stepAsync(variables: readonly Variable[]): Promise<void> {
    if (!backend.isAsync) this.step(variables)
    else await this.applyFiniteAsync('step', leftByBackward(variables), variables)
  }

  /** Forgets the gradients that `backward` left. */
  zeroGrad(variables: readonly Variable[]): void {
    checkVariables('zeroGrad', variables)
    for (const v of variables) {
      checkVariable('zeroGrad', v)
      v.zeroGrad()
    }
  }

  /** Keras's name for `finalizeVariableValues`. */
  finalize_variable_values(variables: readonly Variable[]): void {
    this.finalizeVariableValues(variables)
  }
}

/** @throws GradientError when no variable has a gradient */
function leftByBackward(variables: readonly Variable[]): Gradient[] {
  checkSome('step', variables)
  if (variables.every((v) => !v?.grad)) {
    for (const variable of variables) checkVariable('step', variable)
    throw new GradientError(
      `step: none of the ${variables.length} variables has a gradient yet. Call loss.backward() before step(variables).`,
    )
  }
  const gradients = new Array<Gradient>(variables.length)
  for (let i = 0; i < variables.length; i++) gradients[i] = variables[i]?.grad
  return gradients
}
