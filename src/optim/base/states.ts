/**
 * What an optimizer keeps: the state of each variable, and the numbers that all share. `exported-state.ts` writes and reads it as arrays.
 */
import { OptionError } from '../../errors.js'
import type { Variable } from '../../tensor/variable.js'
import type { OptimizerState } from './any-optimizer.js'
import {
  countIn,
  exportVariables,
  importVariables,
  readState,
  scalarVariable,
  some,
  unnumbered,
} from './exported-state.js'
import { type Hyperparameter, kindOfRate } from './options.js'
import { Snapshot, type VariableState } from './variable-state.js'

/** Numbers by name. */
type Numbers = Readonly<Record<string, number>>

/** Keeps the state of all variables of an optimizer. */
export class States {
  /** In the order of the variables; empty before `build`. */
  list: readonly VariableState[] = []
  /** True once the state is allocated. */
  isBuilt = false
  /** The number of calls of `apply` so far. */
  applied = 0
  /** The counters, once they have changed. */
  counters: Numbers | null = null
  private readonly byVariable = new Map<Variable, VariableState>()

  /** The state of a variable that the optimizer was built for. */
  of(variable: Variable): VariableState {
    return this.byVariable.get(variable) as VariableState
  }

  /** True for a variable that the optimizer was built for. */
  has(variable: Variable): boolean {
    return this.byVariable.has(variable)
  }

  /** Makes room for these variables, in this order; what is kept for others stays, before them. */
  add(variables: readonly Variable[], make: (variable: Variable) => VariableState): void {
    const all = new Set(variables)
    const states = [...all].map((variable) => this.of(variable) ?? make(variable))
    for (const state of states) this.byVariable.set(state.variable, state)
    const others = this.list.filter(({ variable }) => !all.has(variable))
    this.list = [...others, ...states]
    this.isBuilt = true
  }

  /** The variables that the optimizer was built for. */
  get trained(): Variable[] {
    return this.list.map(({ variable }) => variable)
  }

  /** Everything kept: averages, accumulators, then the slots variable by variable, as Keras orders them. */
  get kept(): Variable[] {
    const all = [
      ...this.list.map(({ average }) => average),
      ...this.list.map(({ accumulator }) => accumulator),
      ...this.list.flatMap(({ slots }) => [...slots.values()]),
    ]
    return all.filter((x) => x !== null)
  }

  /** Keeps what a step may change, and returns a function that puts it back. */
  saved(): () => void {
    const numbers = new Snapshot([...this.trained, ...this.kept])
    const { applied, counters } = this
    return () => {
      numbers.restore()
      this.applied = applied
      this.counters = counters
    }
  }

  /** The numbers that all variables share, by the names under which they are saved. */
  numbers(rate: Hyperparameter, counters: Numbers): Numbers {
    const saved: Numbers = typeof rate === 'number' ? { learning_rate: rate } : {}
    return { iteration: this.applied, ...saved, ...(this.counters ?? counters) }
  }

  /** Everything, as variables. */
  variables(owner: string, numbers: Numbers): Variable[] {
    return [...Object.entries(numbers).map(([name, value]) => scalarVariable(owner, name, value)), ...this.kept]
  }

  /** Everything, as arrays. */
  exported(numbers: Numbers): OptimizerState {
    const arrays = Object.entries(numbers).map(([name, value]) => [name, Float64Array.of(value)])
    return exportVariables(this.kept, Object.fromEntries(arrays))
  }

  /** Reads what `exported` returned; `commit` is called once that is known to fit, before anything changes. */
  import(
    state: OptimizerState,
    owner: string,
    rate: Hyperparameter,
    counters: Numbers,
    commit: (saved: OptimizerState) => void,
  ): void {
    const saved = readState('importState', state, this.isBuilt)
    const numbers = this.numbers(rate, counters)
    checkRate(saved, this.exported(numbers), owner, rate)
    importVariables('importState', saved, this.kept, Object.keys(numbers), () => {
      const applied = countIn('importState', saved, 'iteration')
      commit(saved)
      this.applied = applied
      this.counters = Object.fromEntries(Object.keys(counters).map((name) => [name, saved[name][0]]))
    })
  }

  /** @throws OptionError for a variable that the optimizer was not built for */
  checkKnown(op: string, owner: string, variables: readonly Variable[]): void {
    for (const variable of variables) {
      if (this.has(variable)) continue
      const isNone = variables.every((v) => !this.has(v))
      throw unknownVariable(op, owner, variable, this.trained, isNone)
    }
  }
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

/** @throws OptionError when only the learning rate differs: a number is saved with the state, a schedule is not */
function checkRate(saved: OptimizerState, own: OptimizerState, owner: string, rate: Hyperparameter): void {
  const isSaved = Object.hasOwn(saved, 'learning_rate')
  if (isSaved === (typeof rate === 'number') || namesOf(saved) !== namesOf(own)) return
  const but = `but that of ${owner} is ${kindOfRate(rate)}`
  if (isSaved) {
    throw new OptionError(
      `importState: the state has a learning rate of ${saved.learning_rate}, ${but}. Build the optimizer with a number, or leave learning_rate out of the state.`,
    )
  }
  throw new OptionError(
    `importState: the state has no learning rate, since a schedule or a function gave it, ${but}. Build the optimizer with the same schedule.`,
  )
}

/** The names in a state, except automatic numbers and the learning rate. */
function namesOf(state: OptimizerState): string {
  return String(
    Object.keys(state)
      .filter((name) => name !== 'learning_rate')
      .map(unnumbered)
      .sort(),
  )
}
