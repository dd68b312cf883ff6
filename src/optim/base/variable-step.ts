/**
 * One variable's step where it is not one fused pass over its numbers: in several passes, for optimizers whose update is more than
 * elementwise (`updateVariable` in `optimizer.ts`); or in some rows only, for sparse gradients.
 */
import type { DataBuffer } from '../../kernels/backend.js'
import { type Program, withOutputs } from '../../kernels/formula/ast.js'
import { parse } from '../../kernels/formula/parse.js'
import { backend } from '../../tensor/backend.js'
import type { IndexedSlices } from '../../tensor/indexed-slices.js'
import { sizeOf } from '../../tensor/shape.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import type { RuleRunner } from './rule.js'
import { type Scalar, type StepScalars, scalarOf } from './step-scalars.js'
import type { VariableState } from './variable-state.js'

/** Tensors of the variable's shape, and numbers (scalar tensors, too), by the names that a formula calls them. */
type Extras = Readonly<Record<string, Tensor | number>>

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
    const tensors = Object.entries(extras).filter(isArray)
    const numbers = Object.entries(extras).filter((entry) => !isArray(entry))
    const { arrays, buffers } = this.state
    const { names, values } = this.runner.scalars
    const run = this.runner.prepare(
      rule,
      ['g', ...arrays.slice(1), ...tensors.map(([name]) => name)],
      [...names, ...numbers.map(([name]) => name)],
    )
    run(
      [this.g.buffer, ...buffers.slice(1), ...tensors.map(([, x]) => x.buffer)],
      [...values, ...numbers.map(([, x]) => (typeof x === 'number' ? x : scalarOf(x.buffer)))],
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
    const entries = new Map<string, Scalar>(names.map((name, i) => [name, values[i]]))
    for (let i = 1; i < arrays.length; i++) entries.set(arrays[i], new Tensor(buffers[i], variable.shape))
    for (const [name, value] of Object.entries({ g: this.g, ...extras })) entries.set(name, value)
    return this.runner.computeWith(entries, formula)
  }
}

const isArray = (entry: [string, Scalar]): entry is [string, Tensor] =>
  typeof entry[1] !== 'number' && entry[1].rank > 0

/** The rows of a sparse gradient, each once: those that came several times are summed. */
export class Rows {
  /** The indices of the rows. */
  readonly indices: Int32Array
  /** [rows, inner] */
  readonly values: DataBuffer
  /** The numbers in a row. */
  readonly inner: number

  constructor({ values, indices, shape }: IndexedSlices) {
    const all = indices.dataSync() as Int32Array
    this.inner = sizeOf(shape.slice(1))
    const places = new Map<number, number>()
    const positions = all.map((index) => {
      if (!places.has(index)) places.set(index, places.size)
      return places.get(index) as number
    })
    const isUnique = places.size === all.length
    this.indices = isUnique ? all : Int32Array.from(places.keys())
    this.values = isUnique
      ? values.buffer
      : backend.scatterAdd(values.buffer, backend.upload(positions, 'int32'), 1, places.size, this.inner)
  }

  /** Runs an update on these rows of the variable and its slots. */
  update(rule: string, state: VariableState, scalars: StepScalars): void {
    const { indices, values, inner } = this
    if (indices.length === 0) return
    const formula = rowProgram(rule, state.arrays)
    const at = backend.upload(indices.slice(), 'int32')
    const shape = [indices.length, inner]
    const inputs = formula.inputs.map((name) => {
      if (name === 'gradient') return { buffer: values, shape }
      const array = state.arrays.indexOf(name)
      if (array < 0) {
        const x = scalars.values[scalars.names.indexOf(name)]
        return typeof x === 'number' ? x : { buffer: x.buffer, shape: [] }
      }
      return { buffer: backend.gather(state.buffers[array], at, 1, state.variable.shape[0], inner), shape }
    })
    const targets = formula.outputs.map((name) => state.buffers[state.arrays.indexOf(name)])
    const results = backend.map(
      formula,
      inputs,
      shape,
      targets.map(({ dtype }) => dtype),
    )
    for (let i = 0; i < targets.length; i++) backend.putRows?.(targets[i], results[i], indices, inner)
  }
}

/** The rule with only arrays as outputs. */
function rowProgram(rule: string, arrays: readonly string[]): Program {
  const whole = parse(rule)
  return withOutputs(
    whole,
    whole.outputs.filter((name) => arrays.includes(name)),
  )
}
