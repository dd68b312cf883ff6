/**
 * The state side of an optimizer: what is kept for each variable, and for all together; building, looking at, saving
 * and restoring it. `optimizer.ts` has the steps.
 */
import { OptionError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { backend } from '../../tensor/backend.js'
import type { Variable } from '../../tensor/variable.js'
import type { OptimizerState } from './any-optimizer.js'
import { checkVariables } from './arguments.js'
import { ConfiguredOptimizer, kindOfRate } from './configured.js'
import { countIn, exportVariables, importVariables, readState, some, unnumbered, withJson } from './exported-state.js'
import { checkVariable } from './gradient-pairs.js'
import type { OptimizerOptions } from './options.js'
import { scalarVariable } from './snapshot.js'
import { type Initial, reservedArrays, VariableState } from './variable-state.js'

/** The base of optimizers that keep something for each variable. */
export abstract class StatefulOptimizer<Options extends OptimizerOptions> extends ConfiguredOptimizer<Options> {
  /** The names of the arrays kept for each variable, of its shape, zero at first (see `initial`). */
  protected abstract readonly slots: readonly string[]
  /** Slots that do not start at 0: their first value, or `w` for a copy of the weights. */
  protected readonly initial: Readonly<Record<string, Initial>> = {}
  /** Numbers kept for all variables together, with their first values. */
  protected readonly counters: Readonly<Record<string, number>> = {}

  /** The state of each variable, in the order of the variables; empty before `build`. */
  protected states: VariableState[] = []
  /** True once the state is allocated. */
  protected built = false
  private readonly stateOf = new Map<Variable, VariableState>()
  private counterValues: Readonly<Record<string, number>> | null = null

  /** The number of updates: calls of `apply`, divided by `gradientAccumulationSteps` if that is set. */
  get iterations(): number {
    return Math.floor(this.applied / this.callsPerUpdate)
  }

  get variables(): Variable[] {
    const scalars = Object.entries(this.scalarState()).map(([name, value]) => scalarVariable(this.name, name, value))
    return [...scalars, ...this.stateVariables()]
  }

  build(variables: readonly Variable[]): void {
    checkAll('build', variables)
    if (this.built) this.checkKnown('build', variables)
    else this.addVariables(variables)
  }

  override addVariables(variables: readonly Variable[]): void {
    checkAll('addVariables', variables)
    const all = new Set(variables)
    const states = [...all].map((variable) => this.stateOf.get(variable) ?? this.newState(variable))
    for (const state of states) this.stateOf.set(state.variable, state)
    this.states = [...this.states.filter(({ variable }) => !all.has(variable)), ...states]
    this.built = true
  }

  finalizeVariableValues(variables: readonly Variable[]): void {
    checkVariables('finalizeVariableValues', variables)
    if (!this.useEma || !this.built) return
    this.checkKnown('finalizeVariableValues', variables)
    for (const variable of variables) writeAverage(this.state(variable))
  }

  exportState(): OptimizerState {
    const numbers = Object.entries(this.scalarState()).map(([name, value]) => [name, Float64Array.of(value)])
    return withJson(exportVariables(this.stateVariables(), Object.fromEntries(numbers)))
  }

  importState(state: OptimizerState): void {
    if (!this.built) {
      throw new OptionError(
        'importState: the optimizer is not built. Call build(variables) with the same variables first.',
      )
    }
    const saved = readState('importState', state)
    this.checkSavedRate(saved)
    const numbers = Object.keys(this.scalarState())
    importVariables('importState', saved, this.stateVariables(), numbers, () => {
      const applied = countIn('importState', saved, 'iteration')
      if (saved.learning_rate) this.learningRate = saved.learning_rate[0]
      this.applied = applied
      this.counterValues = Object.fromEntries(Object.keys(this.counters).map((name) => [name, saved[name][0]]))
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

  /** The number of calls of `apply` per update. */
  protected get callsPerUpdate(): number {
    return this.shared.gradientAccumulationSteps || 1
  }

  /** The counters now. */
  protected get currentCounters(): Readonly<Record<string, number>> {
    return this.counterValues ?? this.counters
  }

  protected set currentCounters(values: Readonly<Record<string, number>>) {
    this.counterValues = values
  }

  /** Returns the state of a variable that the optimizer was built for. */
  protected state(variable: Variable): VariableState {
    return this.stateOf.get(variable) as VariableState
  }

  /** The variables that it was built for. */
  builtVariables(): Variable[] {
    return this.states.map(({ variable }) => variable)
  }

  /** @throws OptionError for a variable that it was not built for */
  protected checkKnown(op: string, variables: readonly Variable[]): void {
    for (const variable of variables) {
      if (this.stateOf.has(variable)) continue
      const isNone = variables.every((v) => !this.stateOf.has(v))
      throw unknownVariable(op, this.name, variable, this.builtVariables(), isNone)
    }
  }

  /** Everything kept: averages, accumulators, then the slots variable by variable, as Keras orders them. */
  protected stateVariables(): Variable[] {
    const all = [
      ...this.states.map(({ average }) => average),
      ...this.states.map(({ accumulator }) => accumulator),
      ...this.states.flatMap(({ slots }) => [...slots.values()]),
    ]
    return all.filter((x) => x !== null)
  }

  private scalarState(): Record<string, number> {
    const { learningRate } = this.shared
    const rate: Record<string, number> = typeof learningRate === 'number' ? { learning_rate: learningRate } : {}
    return { iteration: this.applied, ...rate, ...this.currentCounters }
  }

  /** @throws OptionError when only the learning rate differs: a number is saved with the state, a schedule is not */
  private checkSavedRate(state: OptimizerState): void {
    const { learningRate } = this.shared
    const isSaved = Object.hasOwn(state, 'learning_rate')
    if (isSaved === (typeof learningRate === 'number') || !agreeBesides(state, this.exportState())) return
    const own = `but that of ${this.name} is ${kindOfRate(learningRate)}`
    if (isSaved) {
      throw new OptionError(
        `importState: the state has a learning rate of ${state.learning_rate}, ${own}. Build the optimizer with a number, or leave learning_rate out of the state.`,
      )
    }
    throw new OptionError(
      `importState: the state has no learning rate, since a schedule or a function gave it, ${own}. Build the optimizer with the same schedule.`,
    )
  }

  private newState(variable: Variable): VariableState {
    const state = new VariableState(this.name, variable)
    if (this.useEma && !variable.overwriteWithGradient) state.addAverage()
    if (this.callsPerUpdate > 1) state.addAccumulator()
    for (const slot of this.slotsOf(variable)) {
      if ((reservedArrays as readonly string[]).includes(slot)) throw reserved(this.constructor.name, slot)
      const initial = Object.hasOwn(this.initial, slot) ? this.initial[slot] : 0
      state.addSlot(slot, initial, this.slotShape(slot, variable))
    }
    return state
  }
}

/** Returns whether two states have the same names, ignoring automatic numbers and the learning rate. */
function agreeBesides(a: OptimizerState, b: OptimizerState): boolean {
  const [one, other] = [a, b].map((state) => Object.keys(state).filter((name) => name !== 'learning_rate'))
  return `${one.map(unnumbered).sort()}` === `${other.map(unnumbered).sort()}`
}

/** Copies the moving average into the variable; one that takes its gradient as its value has none. */
export function writeAverage({ variable, average }: VariableState): void {
  if (average === null) return
  backend.write(variable.buffer, average.buffer)
  variable.version++
}

function unknownVariable(
  op: string,
  owner: string,
  variable: Variable,
  known: readonly Variable[],
  isNoneKnown: boolean,
): OptionError {
  const names = some(known.map(({ path }) => path))
  const hint = isNoneKnown
    ? `other variables (those of another model?): [${names}]. An optimizer keeps state for its variables, so create one for each model.`
    : `[${names}]. Call addVariables after unfreezing or adding layers, or create a new optimizer for other variables.`
  return new OptionError(`${op}: unknown variable ${variable.path}. ${owner} was built for ${hint}`)
}

function checkAll(op: string, variables: readonly Variable[]): void {
  checkVariables(op, variables)
  for (const variable of variables) checkVariable(op, variable)
}

function reserved(owner: string, slot: string): OptionError {
  return new OptionError(
    `${owner}: a slot cannot be called ${slot}. The names ${reservedArrays.join(', ')} are reserved.`,
  )
}
