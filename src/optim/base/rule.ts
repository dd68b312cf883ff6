/**
 * An update rule that can be run: a formula program over named arrays and scalars, compiled into one fused kernel, or
 * interpreted operation by operation over tensors. Both give the same numbers up to rounding.
 */
import { setRecording } from '../../autograd/engine.js'
import { FormulaError } from '../../errors.js'
import type { Backend, DataBuffer, DType, Shape, UpdateKernel } from '../../kernels/backend.js'
import { type Algebra, numberAlgebra } from '../../kernels/formula/algebra.js'
import { type Program, withOutputs } from '../../kernels/formula/ast.js'
import { type FunctionName, functions } from '../../kernels/formula/functions.js'
import { evaluate, interpret } from '../../kernels/formula/interpret.js'
import { parse } from '../../kernels/formula/parse.js'
import { Recent } from '../../kernels/recent.js'
import { backend } from '../../tensor/backend.js'
import { full } from '../../tensor/filling.js'
import { ElementwiseRow, elementwise } from '../../tensor/operation.js'
import { Tensor } from '../../tensor/tensor.js'
import { baseDefaults } from './options.js'
import type { Scalar, StepScalars } from './step-scalars.js'
import type { VariableState } from './variable-state.js'

/** Changes the arrays in place. */
export type RunRule = (buffers: readonly DataBuffer[], scalars: readonly Scalar[], shape: Shape) => void

/**
 * Prepares a rule.
 *
 * @param owner the class, for messages
 * @param text statements `name = expression`, one a line; those among `arrays` are changed, the others are temporary
 * @param fused as one kernel, or interpreted
 * @throws FormulaError when it cannot be parsed, or reads an unknown name
 */
export function prepareRule(
  owner: string,
  text: string,
  arrays: readonly string[],
  scalars: readonly string[],
  fused: boolean,
): RunRule {
  const rule = parse(text)
  checkNames(owner, rule, arrays, scalars)
  if (!fused) return interpreted(rule, arrays, scalars)
  const read = scalars.map((name, i) => ({ name, i })).filter(({ name }) => rule.inputs.includes(name))
  return compiled(rule, arrays, read)
}

/** True if a gradient whose square is infinite makes anything infinite or NaN that the rule assigns; found by trying one, in float64. */
function overflows(text: string): boolean {
  const rule = parse(text)
  const after = (g: number) =>
    interpret(rule, numberAlgebra, Object.fromEntries(rule.inputs.map((name) => [name, name === 'g' ? g : 0.5])))
  const [small, huge] = [after(0.5), after(1e200)]
  return rule.outputs.some((name) => Number.isFinite(small[name]) && !Number.isFinite(huge[name]))
}

function compiled(rule: Program, arrays: readonly string[], read: readonly { name: string; i: number }[]): RunRule {
  const places = read.map(({ i }) => i)
  const names = read.map(({ name }) => name)
  const numbers = new Array<number | DataBuffer>(places.length).fill(0)
  let owner: Backend | null = null
  let kernel: UpdateKernel | null = null
  return (buffers, scalars) => {
    if (owner !== backend) {
      owner = backend
      kernel = backend.compileUpdate(rule, arrays, names)
    }
    for (let i = 0; i < places.length; i++) {
      const x = scalars[places[i]]
      numbers[i] = typeof x === 'number' ? x : x.buffer
    }
    ;(kernel as UpdateKernel)(buffers, numbers)
  }
}

function interpreted(rule: Program, arrays: readonly string[], scalars: readonly string[]): RunRule {
  return (buffers, numbers, shape) => {
    const values = new Map<string, Tensor | number>()
    for (let i = 0; i < scalars.length; i++) values.set(scalars[i], numbers[i])
    for (let i = 0; i < arrays.length; i++) values.set(arrays[i], new Tensor(buffers[i], shape))
    setRecording(false, () => {
      for (const { name, value } of rule.statements) values.set(name, evaluate(value, tensorAlgebra, values))
    })
    for (let i = 0; i < arrays.length; i++) {
      if (!rule.outputs.includes(arrays[i])) continue
      backend.write(buffers[i], dense(values.get(arrays[i])!, shape, buffers[i].dtype).buffer)
    }
  }
}

/** The last statement of a formula over tensors and numbers, as a tensor of the dtype of `values`' `w`. */
function computeFormula(text: string, values: ReadonlyMap<string, Tensor | number>, fused: boolean): Tensor {
  const whole = parse(text)
  const formula = withOutputs(whole, [whole.statements[whole.statements.length - 1].name])
  const { shape, dtype } = values.get('w') as Tensor
  return setRecording(false, () => {
    if (fused) {
      const args = formula.inputs.map((name) => values.get(name) as Tensor | number)
      return elementwise(rowOf(formula), args, shape, dtype)
    }
    const env = new Map(values)
    for (const { name, value } of formula.statements) env.set(name, evaluate(value, tensorAlgebra, env))
    return dense(env.get(formula.outputs[0]) as Tensor | number, shape, dtype)
  })
}

const rows = new WeakMap<Program, ElementwiseRow>()

function rowOf(formula: Program): ElementwiseRow {
  const row = rows.get(formula) ?? new ElementwiseRow(formula)
  rows.set(formula, row)
  return row
}

function dense(value: Tensor | number, shape: Shape, dtype: DType): Tensor {
  return typeof value === 'number' ? full(shape, value, { dtype }) : value.cast(dtype).broadcastTo(shape)
}

function checkNames(owner: string, rule: Program, arrays: readonly string[], scalars: readonly string[]): void {
  const known = [...arrays, ...scalars]
  const unknown = rule.inputs.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const documented = known.map((name) => (name === 'gradient' ? 'g' : name)).filter((name) => !isOfTheBase(name))
  throw new FormulaError(
    `${owner}: unknown name ${unknown} in the rule. ${unknown === 'learningRate' ? 'The learning rate is called eta. ' : ''}It may use ${[...new Set(documented)].join(', ')}.`,
  )
}

/** Returns whether a name belongs to the lines around a rule rather than to the rule. */
const isOfTheBase = (name: string): boolean => Object.hasOwn(baseDefaults, name) || ofTheBase.has(name)

const ofTheBase = new Set(['average', 'accumulator', 'clipFactor', 'clipScale', 'averageKept'])

type Value = Tensor | number

/** The formula language over tensors; what depends on numbers only stays a number, in double precision. */
const tensorAlgebra = newTensorAlgebra()

// @__NO_SIDE_EFFECTS__
function newTensorAlgebra(): Algebra<Value> {
  const overAll = (Object.keys(functions) as FunctionName[]).map((fn) => [fn, overTensors(fn)])
  return { constant: (value: number) => value, ...Object.fromEntries(overAll) } as Algebra<Value>
}

function overTensors(fn: FunctionName): (...args: Value[]) => Value {
  const names = ['a', 'b', 'c'].slice(0, functions[fn].arity)
  const onNumbers = numberAlgebra[fn] as (...args: number[]) => number
  let row: ElementwiseRow | null = null
  return (...args) => {
    if (args.every((x) => typeof x === 'number')) return onNumbers(...(args as number[]))
    row ??= new ElementwiseRow({
      text: `${fn}(${names})`,
      statements: [{ name: 'y', value: { kind: 'call', fn, args: names.map((name) => ({ kind: 'symbol', name })) } }],
      inputs: names,
      outputs: ['y'],
    })
    return elementwise(row, args)
  }
}

/** The rules of one optimizer, prepared for its scalars. */
export class RuleRunner {
  /** Returns whether a rule makes anything infinite or NaN of a gradient whose square is infinite. */
  static readonly overflows = overflows
  private readonly prepared = new Recent<string, RunRule>(100)

  constructor(
    /** The class, for messages. */
    private readonly owner: string,
    readonly scalars: StepScalars,
    /** As kernels, or interpreted. */
    readonly fused: boolean,
  ) {}

  /** A rule over these arrays and scalars, prepared. */
  prepare(rule: string, arrays: readonly string[], scalars: readonly string[] = this.scalars.names): RunRule {
    // The own names only ever grow, so that their number identifies them, which is cheaper to write.
    const key = `${rule}\n${arrays}\n${scalars === this.scalars.names ? scalars.length : scalars}`
    let run = this.prepared.get(key)
    if (!run) {
      run = prepareRule(this.owner, rule, arrays, scalars, this.fused)
      this.prepared.set(key, run)
    }
    return run
  }

  /** Runs a rule on a variable and what is kept for it. */
  run(state: VariableState, gradient: DataBuffer, rule: RunRule): void {
    state.buffers[0] = gradient
    rule(state.buffers, this.scalars.values, state.variable.shape)
    state.buffers[0] = state.variable.buffer
  }

  /** Prepares a rule and runs it. */
  runText(state: VariableState, gradient: DataBuffer, rule: string): void {
    this.run(state, gradient, this.prepare(rule, state.arrays))
  }

  /** The last value of a formula over the same names, as a tensor. */
  compute(state: VariableState, gradient: DataBuffer, formula: string): Tensor {
    const { arrays, buffers, variable } = state
    const { names, values } = this.scalars
    const entries = new Map<string, Tensor | number>(names.map((name, i) => [name, values[i]]))
    arrays.forEach((name, i) => {
      entries.set(name, new Tensor(i === 0 ? gradient : buffers[i], variable.shape))
    })
    return this.computeWith(entries, formula)
  }

  /** The last value of a formula over these names. */
  computeWith(values: ReadonlyMap<string, Scalar>, formula: string): Tensor {
    return computeFormula(formula, values, this.fused)
  }
}
