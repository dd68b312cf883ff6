/**
 * One step of one variable, for optimizers whose update is more than elementwise (`move` in `optimizer.ts`): formulas for the
 * elementwise parts, tensors for the rest.
 */
import type { DataBuffer } from '../kernels/backend.js'
import { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { norm } from './clip.js'
import type { StepScalars } from './hyperparameters.js'
import { computeFormula, type RunRule } from './rule.js'
import type { VariableState } from './slots.js'

/** Tensors of the variable's shape, and numbers, by the names that a formula calls them. */
export type Extras = Readonly<Record<string, Tensor | number>>

/** What `move` gets. */
export class VariableStep {
  /** The gradient: unscaled, accumulated, clipped. */
  readonly g: Tensor

  constructor(
    private readonly state: VariableState,
    gradientFormula: string,
    gradient: DataBuffer,
    private readonly scalars: StepScalars,
    private readonly fused: boolean,
    private readonly prepare: (rule: string, arrays: readonly string[], scalars: readonly string[]) => RunRule,
  ) {
    state.buffers[0] = gradient
    this.g = gradientFormula === 'g = gradient' ? this.gradientOfDType() : this.computeGradient(gradientFormula)
  }

  /** The variable; its weights are decayed already. */
  get variable(): Variable {
    return this.state.variable
  }

  /** The weights, as a tensor without a graph: it shows every change. */
  get w(): Tensor {
    return new Tensor(this.variable.buffer, this.variable.shape)
  }

  /** A slot. */
  slot(name: string): Variable {
    return this.state.slots.get(name) as Variable
  }

  /** A number of the step: `eta`, `t` or an option. */
  scalar(name: string): number {
    return this.scalars.get(name) as number
  }

  /** ‖x‖₂ of a tensor of the variable's shape. */
  norm(x: Tensor): number {
    return norm(x.buffer, this.state)
  }

  /** The root mean square of a tensor of the variable's shape. */
  rms(x: Tensor): number {
    return this.norm(x) / Math.sqrt(x.size)
  }

  /** Runs an elementwise rule over `g`, `w`, the slots of the variable's shape, and `extras`. */
  run(rule: string, extras: Extras = {}): void {
    const tensors = Object.entries(extras).filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor)
    const numbers = Object.entries(extras).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    const { arrays, buffers } = this.state
    const run = this.prepare(
      rule,
      ['g', ...arrays.slice(1), ...tensors.map(([name]) => name)],
      [...this.scalars.names, ...numbers.map(([name]) => name)],
    )
    run(
      [this.g.buffer, ...buffers.slice(1), ...tensors.map(([, x]) => x.buffer)],
      [...this.scalars.values, ...numbers.map(([, x]) => x)],
      this.variable.shape,
    )
  }

  /** The value of an elementwise formula over the same names, as a tensor. */
  compute(formula: string, extras: Extras = {}): Tensor {
    const names = this.entries()
    names.set('g', this.g)
    for (const [name, value] of Object.entries(extras)) names.set(name, value)
    return computeFormula(formula, names, this.fused)
  }

  private computeGradient(formula: string): Tensor {
    return computeFormula(formula, this.entries(), this.fused)
  }

  private gradientOfDType(): Tensor {
    return new Tensor(this.state.buffers[0], this.variable.shape).cast(this.variable.dtype)
  }

  /** The arrays and scalars that formulas may read. */
  private entries(): Map<string, Tensor | number> {
    const { arrays, buffers, variable } = this.state
    const { names, values } = this.scalars
    const entries = new Map<string, Tensor | number>(names.map((name, i) => [name, values[i]]))
    for (let i = 0; i < arrays.length; i++) entries.set(arrays[i], new Tensor(buffers[i], variable.shape))
    return entries
  }
}
