/**
 * One step of one variable, for optimizers whose update is more than elementwise (`updateVariable` in `optimizer.ts`): formulas
 * for the elementwise parts, tensors for the rest.
 */
import { backend } from '../../tensor/backend.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import { computeFormula, type RuleRunner } from './rule.js'
import type { VariableState } from './variable-state.js'

/** Tensors of the variable's shape, and numbers (scalar tensors, too), by the names that a formula calls them. */
export type Extras = Readonly<Record<string, Tensor | number>>

/** The argument of `updateVariable`. */
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

  /**
   * ‖x‖₂ of a tensor of the variable's shape: a scalar tensor, since a GPU's numbers may not be there yet. Formulas
   * take it as a number.
   */
  norm(x: Tensor): Tensor {
    const { axes } = this.state
    return new Tensor(backend.reduce('sumSquares', x.buffer, x.shape, axes), []).sqrt()
  }

  /** The root mean square of a tensor of the variable's shape, a scalar tensor. */
  rms(x: Tensor): Tensor {
    return this.norm(x).div(Math.sqrt(x.size))
  }

  /**
   * Runs an elementwise rule over `g`, `w`, the slots of the variable's shape, and `extras`.
   * @param rule assignments, one a line
   * @param extras more tensors of the variable’s shape, and numbers, by the names in the rule
   */
  run(rule: string, extras: Extras = {}): void {
    const ready = Object.entries(extras).map(([name, x]) => [name, this.ready(x)] as const)
    const tensors = ready.filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor)
    const numbers = ready.filter((entry): entry is [string, number] => typeof entry[1] === 'number')
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

  /** A scalar as a number or, on a GPU, where reading waits, repeated to the variable's shape. */
  private ready(x: Tensor | number): Tensor | number {
    if (typeof x === 'number' || x.rank > 0) return x
    return backend.name === 'gpu' ? x.broadcastTo(this.variable.shape) : x.item()
  }
}
