/**
 * The base of the optimizers: their options, what they keep, and what one call of `apply` does. An optimizer is a subclass with a rule, see
 * `adam.ts`.
 *
 * Its parts: `options.ts` checks the options, `states.ts` holds what is kept for the variables, `step.ts` makes the step (clipping, decay,
 * the rule, the moving average: one fused kernel, whose program is put together in `step-program.ts`), `explain.ts` reports it.
 */
import { OptionError } from '../../errors.js'
import type { Config } from '../../keras-names.js'
import type { Shape } from '../../kernels/backend.js'
import { autoName, type Check, checkArgument } from '../../options.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import { AnyOptimizer, type Gradient, type OptimizerState } from './any-optimizer.js'
import { checkAll, checkGradients, checkVariables, operation, Pairs } from './arguments.js'
import { type Explanation, Recorder } from './explain.js'
import {
  configOf,
  exclusionOf,
  type Hyperparameter,
  kindOfRate,
  type OptimizerOptions,
  optionsOf,
  printOptions,
  type Resolved,
  rangeOf,
  resolveOptions,
  type WeightDecayExclusions,
} from './options.js'
import { RuleRunner } from './rule.js'
import { States } from './states.js'
import { Step } from './step.js'
import { evaluateAt, StepScalars } from './step-scalars.js'
import { VariableState } from './variable-state.js'
import type { VariableStep } from './variable-step.js'

/** Numbers by name. */
type Numbers = Readonly<Record<string, number>>

/**
 * The base of optimizers that follow a rule. (Its constructor has no comment, so that editors show those of the classes that inherit it.)
 * @throws OptionError for an unknown option, or a value of the wrong kind or out of range
 */
export abstract class Optimizer<Options extends OptimizerOptions = OptimizerOptions> extends AnyOptimizer {
  /** The optimizer's own options and their defaults. The shared ones need not be repeated. */
  static readonly defaults: Readonly<Record<string, unknown>> = { learningRate: 0.001 }
  /** The optimizer's own options that may be null although their default is not. */
  static readonly nullable: readonly string[] = []
  /** Checks of the optimizer's own options. Default: numbers, schedules and functions where the default is a number. */
  static readonly ranges: Readonly<Record<string, Check>> = {}

  readonly name: string
  /** The options, defaults filled in. */
  readonly options: Resolved<Options>

  /**
   * The update, one statement a line. It reads and assigns `w` (weights) and the slots, and reads `g` (gradient), `eta`
   * (the learning rate of this step, whatever `learningRate` is), `t` (1 on the first step), the other numeric options
   * by their names, and `counters`.
   */
  protected abstract readonly rule: string
  /** The names of the arrays kept for each variable, of its shape, zero at first (see `initial`). */
  protected abstract readonly slots: readonly string[]
  /** Slots that do not start at 0: their first value, or `w` for a copy of the weights. */
  protected readonly initial: Readonly<Record<string, number | 'w'>> = {}
  /** Numbers kept for all variables together, with their first values. */
  protected readonly counters: Readonly<Record<string, number>> = {}
  /** A formula program over numbers, run once per step before the rule: new values of `counters`. */
  protected readonly advance: string | null = null
  /** True if the rule changes nothing where the gradient is 0, so that a sparse gradient updates only its rows. */
  protected readonly sparse: boolean = false
  /** Updates one variable instead of `rule`, when that takes more than elementwise formulas. */
  protected updateVariable?(step: VariableStep): void
  /**
   * The name of `updateVariable` in older versions.
   * @deprecated write `updateVariable`
   */
  protected move?(step: VariableStep): void

  /** Internal: the built-in `updateVariable`, which runs no custom code, so that a step does not have to be undone. */
  protected readonly ownUpdate?: typeof this.updateVariable
  /** Internal: what is kept for the variables. */
  protected readonly states = new States()
  private readonly pairs = new Pairs()
  private readonly recorder = new Recorder()
  private isExcluded = (_variable: Variable): boolean => false
  /** The step, compiled for the options as they are. */
  private compiled: Step | null = null
  /** The counters after the next step, once it is evaluated. */
  private nextCounters: Numbers | null = null
  /** True if gradients are squared as they come in; null until that is known. */
  private isSquaring: boolean | null = null

  constructor(options: NoInfer<Options> = {} as Options) {
    super()
    const rules = new.target as unknown as typeof Optimizer
    const resolved = resolveOptions<Options>(rules, options)
    this.checkOptions(resolved)
    this.options = resolved
    this.name = this.shared.name ?? autoName(rules.name)
  }

  // Options

  /** Checks options that depend on each other; called by the constructor. Throw an `OptionError` to reject them. */
  protected checkOptions(_options: Resolved<Options>): void {}

  get learningRate(): number {
    return evaluateAt(this.className, 'learningRate', this.shared.learningRate, this.states.applied)
  }

  set learningRate(value: Hyperparameter) {
    const old = this.shared.learningRate
    checkArgument(this.className, 'learningRate', value, rangeOf('learningRate'))
    if (typeof value === 'number' && typeof old !== 'number') throw scheduled(this.name, old)
    this.setOption('learningRate', value)
  }

  /** The factor that the gradients are divided by, or null. */
  get lossScaleFactor(): Hyperparameter | null {
    return this.shared.lossScaleFactor
  }

  set lossScaleFactor(value: Hyperparameter | null) {
    checkArgument(this.className, 'lossScaleFactor', value, rangeOf('lossScaleFactor'))
    this.setOption('lossScaleFactor', value)
    this.compileAgain()
  }

  get useEma(): boolean {
    return this.shared.useEma
  }

  /**
   * Excludes variables from weight decay, by identity or by name. Each call replaces the previous exclusions.
   * @param exclusions `variables` by identity, `names` by regular expressions
   * @example
   * const optimizer = new AdamW()
   * optimizer.excludeFromWeightDecay({ names: ['bias', 'gamma|beta'] })
   */
  excludeFromWeightDecay(exclusions: WeightDecayExclusions): void {
    this.isExcluded = exclusionOf(exclusions)
    this.compileAgain()
  }

  /** The name of the option that decays this variable. Default `weightDecay`. */
  protected decayOf(_variable: Variable): string {
    return 'weightDecay'
  }

  /**
   * Returns the value of an option at the next step.
   * @param name the name of the option
   */
  protected optionNow(name: keyof Options & string): number {
    return evaluateAt(this.className, name, this.options[name] as Hyperparameter, this.states.applied)
  }

  getConfig(): Config {
    return configOf(this.name, this.options)
  }

  /**
   * Creates an optimizer from a configuration in Keras's spelling or nabla's, including those that Python Keras writes.
   * @throws OptionError for unknown entries
   */
  static fromConfig<O>(this: new (options: never) => O, config: Config): O {
    return new this(optionsOf(config) as never)
  }

  /** `AdamW(learningRate: 0.001, weightDecay: 0.004, …)`: what differs from the shared defaults. */
  override toString(): string {
    return `${this.className}(${printOptions(this.options, (this.constructor as typeof Optimizer).defaults)})`
  }

  // State

  /** The number of updates: calls of `apply`, divided by `gradientAccumulationSteps` if that is set. */
  get iterations(): number {
    return Math.floor(this.states.applied / this.callsPerUpdate)
  }

  get variables(): Variable[] {
    return this.states.variables(this.name, this.numbers)
  }

  build(variables: readonly Variable[]): void {
    checkAll('build', variables)
    if (this.states.isBuilt) this.states.checkKnown('build', this.name, variables)
    else this.addVariables(variables)
  }

  override addVariables(variables: readonly Variable[]): void {
    checkAll('addVariables', variables)
    this.states.add(variables, (variable) => this.newState(variable))
  }

  builtVariables(): Variable[] {
    return this.states.trained
  }

  finalizeVariableValues(variables: readonly Variable[]): void {
    checkVariables('finalizeVariableValues', variables)
    if (!this.useEma || !this.states.isBuilt) return
    this.states.checkKnown('finalizeVariableValues', this.name, variables)
    for (const variable of variables) this.states.of(variable).writeAverage()
  }

  exportState(): OptimizerState {
    return this.states.exported(this.numbers)
  }

  importState(state: OptimizerState): void {
    const { learningRate } = this.shared
    this.states.import(state, this.name, learningRate, this.counters, ({ learning_rate }) => {
      if (learning_rate) this.learningRate = learning_rate[0]
    })
  }

  /** The shape of a slot. Default: the variable's. */
  protected slotShape(_slot: string, variable: Variable): Shape {
    return variable.shape
  }

  /** The slots of one variable. Default: all. */
  protected slotsOf(_variable: Variable): readonly string[] {
    return this.slots ?? []
  }

  // The step

  apply(gradients: readonly Gradient[], targets?: readonly Variable[]): void {
    checkGradients('apply', gradients)
    if (gradients.length === 0) return
    const variables = targets ?? this.ownVariables()
    try {
      this.pairs.fill(gradients, variables, this.states)
      this.checkTargets(variables)
      this.evaluate()
      if (!this.states.isBuilt) this.build(variables)
      this.runner.prepare(this.pairs.variables)
      this.makeStep(variables)
      if (this.isUpdate && this.advance !== null) this.states.counters = this.nextCounters
      this.states.applied++
    } finally {
      this.pairs.clear()
      this.recorder.discard()
      this.forget()
    }
  }

  override check(gradients: readonly Gradient[], variables: readonly Variable[] = this.ownVariables()): void {
    try {
      this.pairs.fill(gradients, variables, this.states, false)
      this.checkTargets(variables)
    } finally {
      this.pairs.clear()
    }
  }

  scaleLoss(loss: Tensor): Tensor {
    return this.lossScaleFactor === null ? loss : loss.mul(this.optionNow('lossScaleFactor'))
  }

  /**
   * Returns what the last step did, as data that prints as a table: gradient norm, clip factor, decay, update-to-weight ratio,
   * distance to the moving average. Only the first step is measured until the first call; from then on,
   * every step is.
   *
   * @param variable report only this variable; default all that were updated
   * @throws OptionError before the first step
   * @example
   * const w = variable([3, 4])
   * const optimizer = new SGD({ learningRate: 0.1, clipnorm: 1 })
   * optimizer.apply([tensor([0, 2])], [w])
   * const [report] = optimizer.explain().variables
   * report.clipFactor // => 0.5
   * report.updateRatio // => 0.02
   */
  explain(variable?: Variable): Explanation {
    const explanation = this.recorder.ask(this.name, this.iterations)
    return variable ? explanation.only(variable) : explanation
  }

  override measured(): readonly Tensor[] {
    return this.recorder.awaited()
  }

  override squaresGradient(variable: Variable): boolean {
    const { clipnorm, globalClipnorm, clipvalue } = this.shared
    this.isSquaring ??=
      this.squares() && ![clipnorm, globalClipnorm, clipvalue].some((x) => (typeof x === 'number' ? x > 0 : x !== null))
    return this.isSquaring && !variable.overwriteWithGradient
  }

  /** True if updates square the gradient. Default: if the rule does. */
  protected squares(): boolean {
    return Boolean(this.rule?.trim?.()) && RuleRunner.overflows(this.rule)
  }

  /** Internal: evaluates everything that changes from step to step. */
  override evaluate(): void {
    if (this.nextCounters) return
    const { scalars } = this.runner
    const { values } = scalars
    const { iterations } = this
    if (this.isUpdate) values[StepScalars.index.eta] = this.learningRate
    values[StepScalars.index.t] = iterations + 1
    scalars.refresh(this.states.applied)
    if (this.useEma)
      values[StepScalars.index.averageKept] = iterations === 0 ? 0 : (scalars.get('emaMomentum') as number)
    const counters = this.states.counters ?? this.counters
    this.nextCounters = this.advance === null ? counters : scalars.advance(this.advance, counters)
  }

  override forget(): void {
    this.nextCounters = null
  }

  override mayThrowMidway(variables: readonly Variable[]): boolean {
    if (this.custom !== this.ownUpdate) return true
    for (const { constraint } of variables) if (constraint) return true
    return false
  }

  override saved(_variables: readonly Variable[]): () => void {
    return this.states.saved()
  }

  /** Makes a step, and restores everything when a constraint or a custom `updateVariable` throws. */
  private makeStep(variables: readonly Variable[]): void {
    const undo = this.mayThrowMidway(variables) ? this.saved(variables) : null
    try {
      this.runner.run(this.pairs, this.isUpdate)
    } catch (error) {
      undo?.()
      throw error
    }
  }

  private checkTargets(variables: readonly Variable[]): void {
    if (this.states.isBuilt) this.states.checkKnown(operation.current(), this.name, variables)
    else if (!this.custom) Step.check(this.className, this.rule)
  }

  private ownVariables(): readonly Variable[] {
    if (this.states.isBuilt) return this.builtVariables()
    throw new OptionError(
      `apply: ${this.name} is not built, so it has no variables. Pass them: apply(gradients, variables).`,
    )
  }

  private newState(variable: Variable): VariableState {
    const state = new VariableState(this.name, this.className, variable)
    if (this.useEma && !variable.overwriteWithGradient) state.addAverage()
    if (this.callsPerUpdate > 1) state.addAccumulator()
    for (const slot of this.slotsOf(variable)) {
      const initial = Object.hasOwn(this.initial, slot) ? this.initial[slot] : 0
      state.addSlot(slot, initial, this.slotShape(slot, variable))
    }
    return state
  }

  private get runner(): Step {
    this.compiled ??= new Step({
      name: this.name,
      className: this.className,
      options: this.shared,
      counters: this.counters,
      rule: this.rule,
      sparse: this.sparse,
      updateVariable: this.custom?.bind(this) ?? null,
      decayOf: (variable) => this.decays(variable),
      states: this.states,
      recorder: this.recorder,
    })
    return this.compiled
  }

  /** The name of the option that decays a variable; null where none does. */
  private decays(variable: Variable): string | null {
    const name = this.decayOf(variable)
    return (this.options as Record<string, unknown>)[name] === null || this.isExcluded(variable) ? null : name
  }

  private compileAgain(): void {
    this.compiled = null
    for (const state of this.states.list) state.run = null
  }

  private setOption(name: string, value: unknown): void {
    ;(this.options as Record<string, unknown>)[name] = value
  }

  /** The update that takes the place of the rule. */
  private get custom(): typeof this.updateVariable {
    return this.updateVariable ?? this.move
  }

  private get className(): string {
    return this.constructor.name
  }

  /** The options that all optimizers have. */
  private get shared(): Resolved<OptimizerOptions> {
    return this.options as unknown as Resolved<OptimizerOptions>
  }

  /** The numbers that are saved. */
  private get numbers(): Numbers {
    return this.states.numbers(this.shared.learningRate, this.counters)
  }

  private get callsPerUpdate(): number {
    return this.shared.gradientAccumulationSteps || 1
  }

  /** True if this call updates the weights; false if it only accumulates gradients. */
  private get isUpdate(): boolean {
    return (this.states.applied + 1) % this.callsPerUpdate === 0
  }
}

function scheduled(name: string, old: Hyperparameter): OptionError {
  return new OptionError(
    `learningRate: the learning rate of ${name} is ${kindOfRate(old)}, so a number cannot be set. Set a schedule or a function, or make a new optimizer with a number.`,
  )
}
