/**
 * One step of one variable, for optimizers whose update is more than elementwise (`move` in `optimizer.ts`): formulas for the
 * elementwise parts, tensors for the rest.
 */
import { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { norm } from './clip.js'
import { computeFormula } from './rule.js'
import type { RuleRunner } from './rule-runner.js'
import type { VariableState } from './slots.js'

/** Tensors of the variable's shape, and numbers, by the names that a formula calls them. */
export type Extras = Readonly<Record<string, Tensor | number>>

/** What `move` gets. */
export class VariableStep {
  constructor(
    private readonly state: VariableState,
    /** The gradient: unscaled, accumulated, clipped. */
    readonly g: Tensor,
    private readonly runner: RuleRunner,
  ) {}

  /** The variable; its weights are decayed already. */
  get variable(): Variable {
    return this.state.variable
  }

  /** The weights, as a tensor without a graph: it shows every change. */
  get w(): Tensor {
    return new Tensor(this.variable.buffer, this.variable.shape)
  }

  /**
   * A slot; undefined when the variable has none of this name.
   * @param name as in `slots`
   */
  slot(name: string): Variable {
    return this.state.slots.get(name) as Variable
  }

  /**
   * A number of the step: `eta`, `t` or an option.
   * @param name as in a rule
   */
  scalar(name: string): number {
    return this.runner.scalars.get(name) as number
  }

  /** ‖x‖₂ of a tensor of the variable's shape. */
  norm(x: Tensor): number {
    return norm(x.buffer, this.state)
  }

  /** The root mean square of a tensor of the variable's shape. */
  rms(x: Tensor): number {
    return this.norm(x) / Math.sqrt(x.size)
  }

  /**
   * Runs an elementwise rule over `g`, `w`, the slots of the variable's shape, and `extras`.
   * @param rule assignments, one a line
   * @param extras more tensors of the variable’s shape, and numbers, by the names in the rule
   */
  run(rule: string, extras: Extras = {}): void {
    const tensors = Object.entries(extras).filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor)
    const numbers = Object.entries(extras).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    const { arrays, buffers } = this.state
    const { names, values } = this.runner.scalars
    const run = this.runner.prepare(
      rule,
      ['g', ...arrays.slice(1), ...tensors.map(([name]) => name)],
      [...names, ...numbers.map(([name]) => name)],
    )
    run(
      [this.g.buffer, ...buffers.slice(1), ...tensors.map(([, x]) => x.buffer)],
      [...values, ...numbers.map(([, x]) => x)],
      this.variable.shape,
    )
  }

  /**
   * The value of an elementwise formula over the same names, as a tensor.
   * @param formula one expression
   * @param extras more tensors of the variable’s shape, and numbers, by the names in the formula
   */
  compute(formula: string, extras: Extras = {}): Tensor {
    const { arrays, buffers, variable } = this.state
    const { names, values } = this.runner.scalars
    const entries = new Map<string, Tensor | number>(names.map((name, i) => [name, values[i]]))
    for (let i = 1; i < arrays.length; i++) entries.set(arrays[i], new Tensor(buffers[i], variable.shape))
    for (const [name, value] of Object.entries({ g: this.g, ...extras })) entries.set(name, value)
    return computeFormula(formula, entries, this.runner.fused)
  }
}
