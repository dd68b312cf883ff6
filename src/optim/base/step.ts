/**
 * One step of an optimizer, and its order: gradients are divided by the loss scale → accumulated → clipped → weights decay → the rule →
 * moving average → constraints. All but the constraints are lines of one program (`step-program.ts`), run as one fused kernel (`rule.ts`).
 */
import { setRecording } from '../../autograd/engine.js'
import { OptionError } from '../../errors.js'
import { parse } from '../../kernels/formula/parse.js'
import { backend } from '../../tensor/backend.js'
import { IndexedSlices } from '../../tensor/indexed-slices.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import type { Pairs } from './arguments.js'
import { clipsByNorm } from './clip.js'
import type { Recorder } from './explain.js'
import type { OptimizerOptions, Resolved } from './options.js'
import { RuleRunner, type RunRule } from './rule.js'
import type { States } from './states.js'
import { StepProgram } from './step-program.js'
import { StepScalars } from './step-scalars.js'
import { constrain, type VariableState } from './variable-state.js'
import { Rows, VariableStep } from './variable-step.js'

/** The parts of an optimizer that its step is made of. */
interface StepParts {
  /** The optimizer's name. */
  readonly name: string
  /** The class, for messages. */
  readonly className: string
  readonly options: Resolved<OptimizerOptions>
  readonly counters: Readonly<Record<string, number>>
  readonly rule: string
  /** True if the rule changes nothing where the gradient is 0. */
  readonly sparse: boolean
  /** Updates a variable instead of the rule. */
  readonly updateVariable: ((step: VariableStep) => void) | null
  /** Returns the name of the option that decays a variable; null for none. */
  decayOf(variable: Variable): string | null
  readonly states: States
  readonly recorder: Recorder
}

/** Makes the steps of an optimizer, with its rule compiled for its options as they are. */
export class Step {
  readonly scalars: StepScalars
  /** Checks a rule before the first step. */
  static readonly check = checkRule
  private readonly rules: RuleRunner
  /** The number of variables with a prepared rule. */
  private prepared = 0

  constructor(private readonly parts: StepParts) {
    const { className, options, counters } = parts
    this.scalars = new StepScalars(className, options, counters)
    this.rules = new RuleRunner(className, this.scalars, options.jitCompile)
  }

  /** Prepares the rule for these variables: an invalid one is rejected before anything changes. */
  prepare(variables: readonly Variable[]): void {
    const { updateVariable, states } = this.parts
    if (updateVariable || this.prepared === states.list.length) return
    for (const variable of variables) this.runOf(states.of(variable))
    this.prepared = states.list.filter(({ run }) => run).length
  }

  /** Makes an update, or only accumulates the gradients. */
  run(pairs: Pairs, isUpdate: boolean): void {
    const { states, recorder, name } = this.parts
    const { gradients, variables } = pairs
    this.overwrite(pairs, isUpdate)
    if (variables.length === 0) return
    if (isUpdate) this.update(pairs)
    else for (let i = 0; i < variables.length; i++) this.accumulate(states.of(variables[i]), gradients[i])
    for (const variable of variables) if (variable.constraint) constrain(variable)
    const { values } = this.scalars
    if (isUpdate) recorder.end(name, values[StepScalars.index.t] as number, values[StepScalars.index.eta] as number)
  }

  /** Variables that take their gradient as value get it (under accumulation: the largest one), and leave the pairs. */
  private overwrite({ gradients, variables }: Pairs, isUpdate: boolean): void {
    for (let i = variables.length - 1; i >= 0; i--) {
      if (!variables[i].overwriteWithGradient) continue
      const state = this.parts.states.of(variables[i])
      this.rules.runText(state, gradients[i].buffer, StepProgram.overwrite(state.accumulator !== null, isUpdate))
      if (isUpdate) variables[i].version++
      gradients.splice(i, 1)
      variables.splice(i, 1)
    }
  }

  private accumulate(state: VariableState, gradient: Tensor): void {
    this.rules.runText(state, gradient.buffer, this.plan(state).accumulate())
  }

  private update({ gradients, variables }: Pairs): void {
    const { states, recorder, options } = this.parts
    const isMeasured = recorder.wants
    if (options.clipnorm !== null || options.globalClipnorm !== null) this.clip(variables, gradients)
    if (isMeasured) recorder.begin(variables.map((variable, i) => this.measured(states.of(variable), gradients[i])))
    for (let i = 0; i < variables.length; i++) this.updateOne(states.of(variables[i]), gradients[i])
    if (isMeasured) recorder.updated()
    if (options.useEma) this.averageOthers(variables)
  }

  /** Updates one variable: its rows, one fused pass, or the optimizer's own `updateVariable`. */
  private updateOne(state: VariableState, gradient: Tensor): void {
    this.useClipOf(state)
    const isSparse = gradient instanceof IndexedSlices && this.rowsOnly(state)
    if (isSparse) new Rows(gradient).update(this.program(state), state, this.scalars)
    else if (this.parts.updateVariable) this.updateInPasses(this.parts.updateVariable, state, gradient)
    else this.rules.run(state, gradient.buffer, this.runOf(state))
    state.variable.version++
  }

  /** The update of an optimizer that is not elementwise: the same order, in several passes. */
  private updateInPasses(update: (step: VariableStep) => void, state: VariableState, gradient: Tensor): void {
    const plan = this.plan(state)
    const run = (line: string) => this.rules.runText(state, gradient.buffer, line)
    setRecording(false, () => {
      const g = this.gradientOf(state, gradient, plan)
      for (const line of plan.decay()) run(line)
      update(new VariableStep(state, g, this.rules))
      for (const line of plan.closing()) run(line)
    })
  }

  /** Notes how the gradients are clipped by their norms. Accumulators hold the mean from now on. */
  private clip(variables: readonly Variable[], gradients: readonly Tensor[]): void {
    const states = variables.map((variable) => this.parts.states.of(variable))
    const { scalars } = this
    const isAccumulated = states.some(({ accumulator }) => accumulator)
    const limits = {
      clipnorm: scalars.get('clipnorm'),
      globalClipnorm: scalars.get('globalClipnorm'),
      divisor: isAccumulated ? 1 : Math.abs(scalars.get('lossScaleFactor') ?? 1),
    }
    const unclipped = states.map((state, i) => this.unclipped(state, gradients[i]))
    const clips = setRecording(false, () => clipsByNorm(unclipped, limits))
    for (let i = 0; i < states.length; i++) states[i].clip = clips[i]
  }

  /** The numbers whose norm counts: the gradient as it came in, its rows, or the mean with those accumulated before. */
  private unclipped(state: VariableState, gradient: Tensor): Tensor {
    const { accumulator, variable } = state
    if (accumulator) {
      this.rules.runText(state, gradient.buffer, this.plan(state).mean())
      return new Tensor(accumulator.buffer, variable.shape)
    }
    if (!(gradient instanceof IndexedSlices)) return gradient
    if (!this.rowsOnly(state)) return new Tensor(gradient.buffer, variable.shape)
    const { indices, values, inner } = new Rows(gradient)
    return new Tensor(values, [indices.length, inner])
  }

  private useClipOf({ clip }: VariableState): void {
    const { values } = this.scalars
    values[StepScalars.index.clipFactor] = clip.factor
    values[StepScalars.index.clipScale] = clip.scale
  }

  /** The gradient as the rule gets it. */
  private gradientOf(state: VariableState, gradient: Tensor, plan: StepProgram, clip = plan.operations.clip): Tensor {
    const formula = plan.gradient(clip).join('\n')
    if (formula === 'g = gradient') return gradient.cast(state.variable.dtype)
    this.useClipOf(state)
    return this.rules.compute(state, gradient.buffer, formula)
  }

  /** Returns a variable that is about to be updated as a report of the step needs it. */
  private measured(state: VariableState, gradient: Tensor): Parameters<Recorder['begin']>[0][number] {
    const plan = this.plan(state)
    const { decay } = plan.operations
    const rate = decay ? (this.scalars.get(decay) as number) : 0
    return setRecording(false, () => ({
      state,
      incoming: new Tensor(gradient.buffer, state.variable.shape),
      unscaled: this.gradientOf(state, gradient, plan, 'no'),
      clipped: this.gradientOf(state, gradient, plan),
      decay: rate * (this.scalars.values[StepScalars.index.eta] as number),
    }))
  }

  /** Averages the variables that had no gradient in this step, and writes the averages into all (but frozen ones) when that is due. */
  private averageOthers(updated: readonly Variable[]): void {
    const { states, options } = this.parts
    const now = new Set(updated)
    for (const state of states.list) {
      const { average, variable } = state
      if (average && !now.has(variable)) this.rules.runText(state, variable.buffer, StepProgram.average)
    }
    const { emaOverwriteFrequency: frequency } = options
    if (!frequency || (this.scalars.values[StepScalars.index.t] as number) % frequency !== 0) return
    for (const state of states.list) if (state.variable.trainable || now.has(state.variable)) state.writeAverage()
  }

  /** True if only the rows of sparse gradients are updated. */
  private rowsOnly(state: VariableState): boolean {
    const { sparse, options, recorder } = this.parts
    if (!sparse || !options.jitCompile || !backend.putRows) return false
    return (
      state.accumulator === null &&
      state.average === null &&
      this.plan(state).operations.decay === null &&
      !recorder.wants
    )
  }

  private runOf(state: VariableState): RunRule {
    state.run ??= this.rules.prepare(this.program(state), state.arrays)
    return state.run
  }

  /** The fused update of a variable. */
  private program(state: VariableState): string {
    return this.plan(state).whole(this.parts.rule)
  }

  private plan({ variable, accumulator, average }: VariableState): StepProgram {
    const { clipnorm, globalClipnorm, clipvalue, lossScaleFactor } = this.parts.options
    const byNorm = clipnorm !== null || globalClipnorm !== null
    return new StepProgram({
      scaled: lossScaleFactor !== null,
      accumulated: accumulator ? (byNorm ? 'done' : 'sum') : 'no',
      clip: byNorm ? 'norm' : clipvalue !== null ? 'value' : 'no',
      decay: this.parts.decayOf(variable),
      averaged: average !== null,
    })
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
