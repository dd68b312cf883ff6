/**
 * The base of the optimizers: what happens in one step, and in which order. An optimizer is a subclass with a rule, see
 * `adam.ts`.
 *
 * One call of `apply`: gradients are divided by the loss scale → accumulated → clipped → weights decay → the rule →
 * moving average → constraints. All but the constraints are lines of one program (`step-program.ts`), run as one fused
 * kernel (`rule.ts`). What is kept between the steps is in `stateful.ts`, the options are in `configured.ts`.
 */
import { setRecording } from '../../autograd/engine.js'
import { OptionError } from '../../errors.js'
import { numberAlgebra } from '../../kernels/formula/algebra.js'
import { interpret } from '../../kernels/formula/interpret.js'
import { parse } from '../../kernels/formula/parse.js'
import { checkOptions } from '../../options.js'
import { backend } from '../../tensor/backend.js'
import { IndexedSlices } from '../../tensor/indexed-slices.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import type { Gradient } from './any-optimizer.js'
import { checkGradients } from './arguments.js'
import { type ClipStep, clipByNorm } from './clip.js'
import { constrain } from './constrain.js'
import { Exclusions, type WeightDecayExclusions } from './exclusions.js'
import { type Explanation, Recorder } from './explain.js'
import { currentOperation, Pairs } from './gradient-pairs.js'
import { StepScalars, scaledLoss } from './hyperparameters.js'
import type { OptimizerOptions } from './options.js'
import { overflows, RuleRunner, type RunRule } from './rule.js'
import { Snapshot } from './snapshot.js'
import { rowsOf, updateRows } from './sparse.js'
import { StatefulOptimizer, writeAverage } from './stateful.js'
import * as lines from './step-program.js'
import type { VariableState } from './variable-state.js'
import { VariableStep } from './variable-step.js'

/** The indices of the base's own numbers among the scalars. */
const scalarIndex = { eta: 0, t: 1, clipFactor: 2, averageKept: 3 } as const

/** Options that no rule reads. */
const optionsNoRuleReads = ['learningRate', 'useEma', 'jitCompile', 'emaOverwriteFrequency', 'name']

/** The base of optimizers that follow a rule. */
export abstract class Optimizer<
  Options extends OptimizerOptions = OptimizerOptions,
> extends StatefulOptimizer<Options> {
  /**
   * The update, one statement a line. It reads and assigns `w` (weights) and the slots, and reads `g` (gradient), `eta`
   * (the learning rate of this step, whatever `learningRate` is), `t` (1 on the first step), the other numeric options
   * by their names, and `counters`.
   */
  protected abstract readonly rule: string
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

  private exclusions = new Exclusions()
  private readonly pairs = new Pairs()
  private readonly recorder = new Recorder()
  private currentRunner: RuleRunner | null = null
  /** True if gradients are squared as they come in; null until that is known. */
  private isSquaring: boolean | null = null
  /** The counters after the next step, once it is evaluated. */
  private nextCounters: Readonly<Record<string, number>> | null = null
  /** The number of the call of `apply`, those that failed included. */
  private call = 0
  /** The number of variables with a prepared rule. */
  private prepared = 0

  apply(gradients: readonly Gradient[], targets?: readonly Variable[]): void {
    checkGradients('apply', gradients)
    if (gradients.length === 0) return
    const variables = targets ?? this.ownVariables()
    try {
      this.pairs.fill(gradients, variables)
      this.checkVariables(variables)
      this.evaluate()
      if (!this.built) this.build(variables)
      this.prepareRules()
      if (this.mayThrowMidway(variables)) this.stepOrRestore()
      else this.oneStep()
      if (this.isUpdate && this.advance !== null) this.currentCounters = this.nextCounters ?? {}
      this.applied++
    } finally {
      this.pairs.clear()
      this.recorder.discard()
      this.forget()
    }
  }

  override evaluate(): void {
    this.nextCounters ??= this.prepareStep()
  }

  override forget(): void {
    this.nextCounters = null
  }

  override mayThrowMidway(variables: readonly Variable[]): boolean {
    if ((this.updateVariable ?? this.move) !== this.ownUpdate) return true
    for (const { constraint } of variables) if (constraint) return true
    return false
  }

  override saved(_variables: readonly Variable[]): () => void {
    const numbers = new Snapshot([...this.builtVariables(), ...this.stateVariables()])
    const { applied, currentCounters } = this
    return () => {
      numbers.restore()
      this.applied = applied
      this.currentCounters = currentCounters
    }
  }

  override check(gradients: readonly Gradient[], variables: readonly Variable[] = this.ownVariables()): void {
    try {
      this.pairs.fill(gradients, variables, false)
      this.checkVariables(variables)
    } finally {
      this.pairs.clear()
    }
  }

  override squaresGradient(variable: Variable): boolean {
    this.isSquaring ??= this.squares() && !this.isClipping()
    return this.isSquaring && !variable.overwriteWithGradient
  }

  /** True if updates square the gradient. Default: if the rule does. */
  protected squares(): boolean {
    return Boolean(this.rule?.trim?.()) && overflows(this.rule)
  }

  private isClipping(): boolean {
    const { clipnorm, globalClipnorm, clipvalue } = this.shared
    return [clipnorm, globalClipnorm, clipvalue].some((x) => (typeof x === 'number' ? x > 0 : x !== null))
  }

  /**
   * Excludes variables from weight decay, by identity or by name. Each call replaces the previous exclusions.
   * @param exclusions `variables` by identity, `names` by regular expressions
   * @example
   * const optimizer = new AdamW()
   * optimizer.excludeFromWeightDecay({ names: ['bias', 'gamma|beta'] })
   */
  excludeFromWeightDecay(exclusions: WeightDecayExclusions): void {
    checkOptions('excludeFromWeightDecay', exclusions, ['variables', 'names'])
    this.exclusions = new Exclusions(exclusions)
    this.optionsChanged()
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
    const explanation = this.recorder.ask(this.iterations)
    if (explanation) return variable ? explanation.only(variable) : explanation
    const reason =
      this.iterations > 0
        ? 'has not measured a step yet, since on WebGPU steps are measured only after the first call of explain'
        : 'has not made a step yet'
    throw new OptionError(`explain: ${this.name} ${reason}. Call apply, step or minimize first.`)
  }

  override measured(): readonly Tensor[] {
    return this.recorder.awaited()
  }

  scaleLoss(loss: Tensor): Tensor {
    return scaledLoss(this.className, loss, this.lossScaleFactor, this.applied)
  }

  /** The name of the option that decays this variable. Default `weightDecay`. */
  protected decayOf(_variable: Variable): string {
    return 'weightDecay'
  }

  protected optionsChanged(): void {
    this.currentRunner = null
    this.prepared = 0
    for (const state of this.states) state.run = null
  }

  private get className(): string {
    return this.constructor.name
  }

  private get runner(): RuleRunner {
    this.currentRunner ??= new RuleRunner(this.className, this.newScalars(), this.shared.jitCompile)
    return this.currentRunner
  }

  /** True if this call updates the weights; false if it only accumulates gradients. */
  private get isUpdate(): boolean {
    return (this.applied + 1) % this.callsPerUpdate === 0
  }

  private ownVariables(): readonly Variable[] {
    if (this.built) return this.builtVariables()
    throw new OptionError(
      `apply: ${this.name} is not built, so it has no variables. Pass them: apply(gradients, variables).`,
    )
  }

  private checkVariables(variables: readonly Variable[]): void {
    this.updateVariable ??= this.move
    if (this.built) this.checkKnown(currentOperation(), variables)
    else if (!this.updateVariable) checkRule(this.className, this.rule)
  }

  /** Evaluates everything that changes from step to step. Returns the counters after this step. */
  private prepareStep(): Readonly<Record<string, number>> {
    const { scalars } = this.runner
    const { values } = scalars
    if (this.isUpdate) values[scalarIndex.eta] = this.learningRate
    values[scalarIndex.t] = this.iterations + 1
    scalars.refresh(this.applied)
    if (this.useEma)
      values[scalarIndex.averageKept] = this.iterations === 0 ? 0 : (scalars.get('emaMomentum') as number)
    return this.advance === null ? this.currentCounters : this.advanceCounters(this.advance, scalars)
  }

  private newScalars(): StepScalars {
    const options = Object.entries(this.options).filter(([name]) => !optionsNoRuleReads.includes(name))
    const own = Object.fromEntries(Object.keys(scalarIndex).map((name) => [name, 0]))
    return new StepScalars(this.className, { ...own, ...Object.fromEntries(options), ...this.currentCounters })
  }

  private advanceCounters(rule: string, scalars: StepScalars): Readonly<Record<string, number>> {
    scalars.set(this.currentCounters)
    const values = interpret(parse(rule), numberAlgebra, scalars.entries())
    scalars.set(values)
    return Object.fromEntries(Object.keys(this.counters).map((name) => [name, values[name]]))
  }

  /** Makes a step, and restores everything when a constraint or a custom `updateVariable` throws. */
  private stepOrRestore(): void {
    const undo = this.saved([])
    try {
      this.oneStep()
    } catch (error) {
      undo()
      throw error
    }
  }

  /** Prepares the rule for every variable of the step: an invalid one is rejected before anything changes. */
  private prepareRules(): void {
    if (this.updateVariable || this.prepared === this.states.length) return
    for (const variable of this.pairs.variables) this.runOf(this.state(variable))
    this.prepared = this.states.filter(({ run }) => run).length
  }

  private runOf(state: VariableState): RunRule {
    state.run ??= this.runner.prepare(this.program(state), state.arrays)
    return state.run
  }

  private oneStep(): void {
    this.call++
    const { gradients, variables } = this.pairs
    const { isUpdate } = this
    this.overwriteWithGradients()
    if (variables.length === 0) return
    if (isUpdate) this.prepareClipping()
    for (let i = 0; i < variables.length; i++) {
      const state = this.state(variables[i])
      if (isUpdate) this.update(state, gradients[i])
      else this.runner.runText(state, gradients[i].buffer, lines.accumulateLine(this.around(state)))
    }
    if (isUpdate && this.useEma) this.averageOthers()
    for (const variable of variables) if (variable.constraint) constrain(variable)
    if (isUpdate) this.recorder.end(this.name, this.iterations + 1, this.runner.scalars.values[scalarIndex.eta])
  }

  /** Variables that take their gradient as value get it (under accumulation: the largest one), and leave the pairs. */
  private overwriteWithGradients(): void {
    const { gradients, variables } = this.pairs
    for (let i = variables.length - 1; i >= 0; i--) {
      if (!variables[i].overwriteWithGradient) continue
      const rule = lines.overwriteLines(this.callsPerUpdate > 1, this.isUpdate)
      this.runner.runText(this.state(variables[i]), gradients[i].buffer, rule)
      if (this.isUpdate) variables[i].version++
      gradients.splice(i, 1)
      variables.splice(i, 1)
    }
  }

  /** Clips by norms, if `clipnorm` or `globalClipnorm` is set. */
  private prepareClipping(): void {
    const { clipnorm, globalClipnorm } = this.shared
    if (clipnorm === null && globalClipnorm === null) return
    const { gradients, variables } = this.pairs
    const step: ClipStep = {
      runner: this.runner,
      recorder: this.recorder,
      around: (state) => this.around(state),
      isSparse: (state, gradient): gradient is IndexedSlices => this.isSparse(state, gradient),
    }
    clipByNorm(
      step,
      variables.map((variable) => this.state(variable)),
      gradients,
    )
  }

  /** Updates one variable: its rows, one fused pass, or the optimizer's own `updateVariable`. */
  private update(state: VariableState, gradient: Tensor): void {
    const { runner } = this
    runner.scalars.values[scalarIndex.clipFactor] = state.clipFactor
    if (this.isSparse(state, gradient)) updateRows(this.program(state), state, rowsOf(gradient), runner.scalars)
    else {
      const measurement = this.recorder.wants
        ? this.recorder.begin(state, gradient.buffer, this.around(state), runner)
        : null
      if (this.updateVariable) this.updateInPasses(state, gradient)
      else runner.run(state, gradient.buffer, this.runOf(state))
      measurement?.updated()
    }
    state.variable.version++
    state.updatedAt = this.call
  }

  /** The fused update of a variable. */
  private program(state: VariableState): string {
    return lines.updateProgram(this.rule, this.around(state))
  }

  /** Returns whether only the rows of this gradient are updated. */
  private isSparse(state: VariableState, gradient: Tensor): gradient is IndexedSlices {
    if (!this.sparse || !(gradient instanceof IndexedSlices) || !this.shared.jitCompile || !backend.putRows)
      return false
    return (
      state.accumulator === null && state.average === null && this.around(state).decay === null && !this.recorder.wants
    )
  }

  /** The update of an optimizer that is not elementwise: the same order, in several passes. */
  private updateInPasses(state: VariableState, gradient: Tensor): void {
    const { runner } = this
    const around = this.around(state)
    setRecording(false, () => {
      const formula = lines.gradientLines(around).join('\n')
      const g =
        formula === 'g = gradient'
          ? gradient.cast(state.variable.dtype)
          : runner.compute(state, gradient.buffer, formula)
      for (const line of lines.decayLines(around)) runner.runText(state, gradient.buffer, line)
      this.updateVariable?.(new VariableStep(state, g, runner))
      for (const line of lines.closingLines(around)) runner.runText(state, gradient.buffer, line)
    })
  }

  /** Averages the variables that had no gradient in this step, and writes the averages into all (but frozen ones) when that is due. */
  private averageOthers(): void {
    for (const state of this.states) {
      if (state.average && state.updatedAt !== this.call)
        this.runner.runText(state, state.variable.buffer, lines.averageLine)
    }
    const { emaOverwriteFrequency: frequency } = this.shared
    if (!frequency || (this.iterations + 1) % frequency !== 0) return
    for (const state of this.states) if (state.variable.trainable || state.updatedAt === this.call) writeAverage(state)
  }

  private around(state: VariableState): lines.StepPlan {
    const { clipnorm, globalClipnorm, clipvalue } = this.shared
    const byNorm = clipnorm !== null || globalClipnorm !== null
    const decay = this.decayOf(state.variable)
    const decays =
      (this.options as Record<string, unknown>)[decay] !== null && !this.exclusions.includes(state.variable)
    return {
      scaled: this.lossScaleFactor !== null,
      accumulated: state.accumulator ? (byNorm ? 'done' : 'sum') : 'no',
      clip: byNorm ? 'norm' : clipvalue !== null ? 'value' : 'no',
      decay: decays ? decay : null,
      averaged: state.average !== null,
    }
  }
}

/** @throws OptionError when there is no rule, or one that changes no weights */
function checkRule(owner: string, rule: unknown): void {
  if (typeof rule !== 'string') {
    throw new OptionError(
      `${owner}: it has no rule. Write the update as a field of the class, such as rule = 'w = w - eta * g', or as a method updateVariable(step).`,
    )
  }
  const assigned = parse(rule).statements.map(({ name }) => name)
  if (assigned.includes('w')) return
  throw new OptionError(
    `${owner}: the rule assigns ${assigned.join(' and ')}, but never w, so that nothing would be learned. End it with a line such as w = w - eta * g.`,
  )
}
