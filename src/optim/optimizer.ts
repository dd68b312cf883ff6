/**
 * The base of the optimizers: what happens in one step, and in which order. An optimizer is a subclass with a rule, see `adam.ts`.
 *
 * One call of `apply`: gradients are divided by the loss scale → accumulated → clipped → weights decay → the rule → moving
 * average → constraints. All but the constraints are lines of one program (`program.ts`), run as one fused kernel (`rule.ts`).
 * What is kept between the steps is in `stateful.ts`, the options are in `configured.ts`.
 */
import { setRecording } from '../autograd/engine.js'
import { OptionError } from '../errors.js'
import { numberAlgebra } from '../kernels/formula/algebra.js'
import { interpret } from '../kernels/formula/interpret.js'
import { parse } from '../kernels/formula/parse.js'
import { checkOptions } from '../options.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import type { Gradient } from './any-optimizer.js'
import { clipFactor, globalClipFactor, norm } from './clip.js'
import { Exclusions, type WeightDecayExclusions } from './exclusions.js'
import { evaluateAt, StepScalars } from './hyperparameters.js'
import type { OptimizerOptions } from './options.js'
import { Pairs } from './pairs.js'
import * as lines from './program.js'
import { prepareRule, type RunRule } from './rule.js'
import type { VariableState } from './slots.js'
import { Snapshot } from './snapshot.js'
import { copyInto, StatefulOptimizer } from './stateful.js'
import { VariableStep } from './variable-step.js'

/** Where the base keeps its own numbers among the scalars. */
const place = { eta: 0, t: 1, clipFactor: 2, averageKept: 3 } as const

/** Options that no rule reads. */
const notScalars = ['learningRate', 'useEma', 'jitCompile', 'emaOverwriteFrequency', 'name']

/** The base of optimizers that follow a rule. */
export abstract class Optimizer<
  Options extends OptimizerOptions = OptimizerOptions,
> extends StatefulOptimizer<Options> {
  /**
   * The update, one statement a line. It reads and assigns `w` (weights) and the slots, and reads `g` (gradient), `eta` (learning
   * rate), `t` (1 on the first step), numeric options by their names, and `counters`.
   */
  protected abstract readonly rule: string
  /** A formula program over numbers, run once per step before the rule: new values of `counters`. */
  protected readonly advance: string | null = null
  /** Whether the rule changes nothing where the gradient is 0, so that a sparse gradient need only touch its rows. */
  protected readonly sparse: boolean = false
  /** Updates one variable instead of `rule`, when that takes more than elementwise formulas. */
  protected move?(step: VariableStep): void

  private exclusions = new Exclusions()
  private readonly pairs = new Pairs()
  private readonly prepared = new Map<string, RunRule>()
  private scalars: StepScalars | null = null

  apply(gradients: readonly Gradient[], targets?: readonly Variable[]): void {
    if (gradients.length === 0) return
    const variables = targets ?? this.ownVariables()
    try {
      this.pairs.fill('apply', gradients, variables)
      const counters = this.prepareStep(variables)
      if (!this.built) this.build(variables)
      if (this.pairs.variables.some(hasConstraint)) this.stepOrRestore()
      else this.oneStep()
      if (this.isUpdate) this.currentCounters = counters
      this.applied++
    } finally {
      this.pairs.clear()
    }
  }

  override prepare(gradients: readonly Gradient[], variables: readonly Variable[] = this.ownVariables()): void {
    try {
      this.pairs.fill('apply', gradients, variables, false)
      this.prepareStep(variables)
    } finally {
      this.pairs.clear()
    }
  }

  /**
   * Leaves variables out of weight decay, chosen by identity or by name. Each call replaces the one before.
   * @example
   * const optimizer = new AdamW()
   * optimizer.excludeFromWeightDecay({ names: ['bias', 'gamma|beta'] })
   */
  excludeFromWeightDecay(exclusions: WeightDecayExclusions): void {
    checkOptions('excludeFromWeightDecay', exclusions, ['variables', 'names'])
    this.exclusions = new Exclusions(exclusions)
    this.optionsChanged()
  }

  scaleLoss(loss: Tensor): Tensor {
    const factor = this.lossScaleFactor
    return factor === null ? loss : loss.mul(evaluateAt(this.className, 'lossScaleFactor', factor, this.applied))
  }

  /** The name of the option that decays this variable. Default `weightDecay`. */
  protected decayOf(_variable: Variable): string {
    return 'weightDecay'
  }

  protected optionsChanged(): void {
    this.scalars = null
    this.prepared.clear()
    for (const state of this.states) state.run = null
  }

  private get className(): string {
    return this.constructor.name
  }

  /** Whether this call updates the weights, or only accumulates. */
  private get isUpdate(): boolean {
    return (this.applied + 1) % this.callsPerUpdate === 0
  }

  private ownVariables(): Variable[] {
    if (this.built) return this.builtVariables()
    throw new OptionError(
      `apply: ${this.name} is not built, so it knows no variables. Pass them: apply(gradients, variables).`,
    )
  }

  /** Evaluates everything that changes from step to step. Returns the counters after this step. */
  private prepareStep(variables: readonly Variable[]): Readonly<Record<string, number>> {
    if (this.built) this.checkKnown('apply', variables)
    this.scalars ??= this.newScalars()
    const { values } = this.scalars
    if (this.isUpdate) values[place.eta] = this.learningRate
    values[place.t] = this.iterations + 1
    this.scalars.refresh(this.applied)
    values[place.averageKept] = this.iterations === 0 ? 0 : (this.scalars.get('emaMomentum') as number)
    return this.advance === null ? this.currentCounters : this.advanceCounters(this.advance, this.scalars)
  }

  private newScalars(): StepScalars {
    const options = Object.entries(this.options).filter(([name]) => !notScalars.includes(name))
    const own = Object.fromEntries(Object.keys(place).map((name) => [name, 0]))
    return new StepScalars(this.className, { ...own, ...Object.fromEntries(options), ...this.currentCounters })
  }

  private advanceCounters(rule: string, scalars: StepScalars): Readonly<Record<string, number>> {
    scalars.set(this.currentCounters)
    const values = interpret(parse(rule), numberAlgebra, scalars.entries())
    scalars.set(values)
    return Object.fromEntries(Object.keys(this.counters).map((name) => [name, values[name]]))
  }

  /** A step that puts everything back when a constraint throws. */
  private stepOrRestore(): void {
    const before = new Snapshot([...this.builtVariables(), ...this.stateVariables()])
    try {
      this.oneStep()
    } catch (error) {
      before.restore()
      throw error
    }
  }

  private oneStep(): void {
    const { gradients, variables } = this.pairs
    const { isUpdate } = this
    this.overwriteWithGradients()
    if (variables.length === 0) return
    if (isUpdate) this.prepareClipping()
    for (let i = 0; i < variables.length; i++) {
      const state = this.state(variables[i])
      if (isUpdate) this.update(state, gradients[i])
      else this.runRule(state, gradients[i], lines.accumulateLine(this.around(state)))
    }
    if (isUpdate && this.useEma) this.averageOthers()
    for (const variable of variables) if (variable.constraint) constrain(variable)
  }

  /** Variables that take their gradient as value get it (under accumulation: the largest one), and leave the pairs. */
  private overwriteWithGradients(): void {
    const { gradients, variables } = this.pairs
    for (let i = variables.length - 1; i >= 0; i--) {
      if (!variables[i].overwriteWithGradient) continue
      const state = this.state(variables[i])
      if (this.callsPerUpdate === 1) this.runRule(state, gradients[i], 'w = gradient')
      else if (this.isUpdate) this.runRule(state, gradients[i], 'w = max(gradient, accumulator)\naccumulator = 0')
      else this.runRule(state, gradients[i], 'accumulator = max(gradient, accumulator)')
      if (this.isUpdate) variables[i].version++
      gradients.splice(i, 1)
      variables.splice(i, 1)
    }
  }

  /** Computes the clip factors, where norms decide. */
  private prepareClipping(): void {
    const { gradients, variables } = this.pairs
    const { clipnorm, globalClipnorm } = this.shared
    if (clipnorm === null && globalClipnorm === null) return
    let sum = 0
    for (let i = 0; i < variables.length; i++) {
      const state = this.state(variables[i])
      const length = this.gradientNorm(state, gradients[i])
      sum += length ** 2
      if (clipnorm !== null) state.clipFactor = clipFactor(length, this.scalar('clipnorm'))
    }
    if (globalClipnorm === null) return
    const factor = globalClipFactor(Math.sqrt(sum), this.scalar('globalClipnorm'))
    for (const variable of variables) this.state(variable).clipFactor = factor
  }

  /** The norm of the gradient that is to be clipped: unscaled, and the mean with those accumulated before. */
  private gradientNorm(state: VariableState, gradient: Tensor): number {
    if (state.accumulator) {
      this.runRule(state, gradient, lines.meanLine(this.around(state)))
      return norm(state.accumulator.buffer, state)
    }
    return norm(gradient.buffer, state) / (this.lossScaleFactor === null ? 1 : Math.abs(this.scalar('lossScaleFactor')))
  }

  /** Updates one variable: one fused pass, or the optimizer's own `move`. */
  private update(state: VariableState, gradient: Tensor): void {
    const { values } = this.scalars as StepScalars
    values[place.clipFactor] = state.clipFactor
    if (this.move) this.moveOne(state, gradient)
    else {
      state.run ??= this.kernel(lines.updateProgram(this.rule, this.around(state)), state.arrays)
      state.buffers[0] = gradient.buffer
      state.run(state.buffers, values, state.variable.shape)
      state.buffers[0] = state.variable.buffer
    }
    state.variable.version++
    state.updatedAt = this.applied
  }

  /** The update of an optimizer that is not elementwise: the same order, in several passes. */
  private moveOne(state: VariableState, gradient: Tensor): void {
    const around = this.around(state)
    setRecording(false, () => {
      const fused = this.shared.jitCompile
      const kernel = (rule: string, arrays: readonly string[], scalars: readonly string[]) =>
        this.kernel(rule, arrays, scalars)
      const formula = lines.gradientLines(around).join('\n')
      const step = new VariableStep(state, formula, gradient.buffer, this.scalars as StepScalars, fused, kernel)
      for (const line of lines.decayLines(around)) this.runRule(state, gradient, line)
      this.move?.(step)
      for (const line of lines.closingLines(around)) this.runRule(state, gradient, line)
    })
  }

  /** Averages the variables that had no gradient in this step, and writes the averages into all when that is due. */
  private averageOthers(): void {
    for (const state of this.states) {
      if (state.updatedAt !== this.applied) this.runRule(state, state.variable, lines.averageLine)
    }
    const { emaOverwriteFrequency: frequency } = this.shared
    if (!frequency || (this.iterations + 1) % frequency !== 0) return
    for (const { variable, average } of this.states) copyInto(variable, average as Variable)
  }

  private around(state: VariableState): lines.Around {
    const { weightDecay: _, clipnorm, globalClipnorm, clipvalue } = this.shared
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

  private scalar(name: string): number {
    return (this.scalars as StepScalars).get(name) as number
  }

  private runRule(state: VariableState, gradient: Tensor, rule: string): void {
    state.buffers[0] = gradient.buffer
    this.kernel(rule, state.arrays)(state.buffers, (this.scalars as StepScalars).values, state.variable.shape)
    state.buffers[0] = state.variable.buffer
  }

  /** The rule over these arrays and the scalars of the step, prepared once. */
  private kernel(
    rule: string,
    arrays: readonly string[],
    scalars: readonly string[] = (this.scalars as StepScalars).names,
  ): RunRule {
    const key = `${rule}\n${arrays}\n${scalars.length}`
    const run = this.prepared.get(key) ?? prepareRule(this.className, rule, arrays, scalars, this.shared.jitCompile)
    this.prepared.set(key, run)
    return run
  }
}

function hasConstraint({ constraint }: Variable): boolean {
  return constraint !== null
}

function constrain(variable: Variable): void {
  const { constraint } = variable
  if (constraint) setRecording(false, () => variable.assign(constraint(variable.detach())))
}
