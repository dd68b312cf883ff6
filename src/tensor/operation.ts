/**
 * From a row of the table (`ops.ts`) to a tensor: checks, broadcasting, the back end's kernel, and the node that remembers it
 * all for the way back. Two kinds of row: `op`, a formula, and `primitive`, two functions.
 */

import { Node, recording } from '../autograd/engine.js'
import { GradientError } from '../errors.js'
import type { DataBuffer, DType, Shape } from '../kernels/backend.js'
import { type Program, withOutputs } from '../kernels/formula/ast.js'
import { gradient, gradientName } from '../kernels/formula/differentiate.js'
import { parse } from '../kernels/formula/parse.js'
import { broadcastAll, dtypeOf, type TensorOrNumber, toArguments } from './arguments.js'
import { backend } from './backend.js'
import type { TensorLike } from './creation.js'
import { inferOutputs, isFloat } from './dtype.js'
import { sameShape } from './shape.js'
import { Tensor } from './tensor.js'

/** A row of the table, as the backward pass uses it. */
export interface Row {
  readonly name: string
  /** True if a function of the user computes the gradients. */
  readonly callsUser?: boolean
  /** The gradient of input `i`, when that of the output is `g`; its shape may still have to be un-broadcast. */
  gradientOf(i: number, g: Tensor, node: OperationNode): Tensor
}

/** A row of the table that was carried out. */
export class OperationNode extends Node<Tensor> {
  /** The sum of the inputs' versions at the time. */
  private readonly version: number

  constructor(
    readonly row: Row,
    public inputs: readonly Tensor[] | null,
    /** The result's numbers, for rules that read `y`. */
    public output: Tensor | null,
    readonly options: unknown,
    /** Every argument, numbers included. */
    public args: readonly TensorOrNumber[] = inputs as readonly Tensor[],
    /** The position of each input among the arguments; null when all of them are inputs. */
    readonly positions: readonly number[] | null = null,
  ) {
    super()
    this.version = versions(inputs as readonly Tensor[])
  }

  get callsUser(): boolean {
    return this.row.callsUser === true
  }

  gradients(g: Tensor): (Tensor | null)[] {
    const inputs = this.inputs as readonly Tensor[]
    if (versions(inputs) !== this.version) throw changedInput(this.row.name)
    return inputs.map((x, i) => (x.requiresGrad ? unbroadcast(this.row.gradientOf(i, g, this), x) : null))
  }

  override free(): void {
    this.inputs = null
    this.args = []
    this.output = null
  }
}

/** A row written as a formula. */
export class ElementwiseRow implements Row {
  name = 'formula'
  private parsed: Program | null
  private float32Output: DType | null = null
  private readonly derivatives: ElementwiseRow[] = []

  constructor(
    readonly formula: string | Program,
    /** Hand-written gradients by input; the others are derived. */
    readonly rules: Readonly<Record<string, string>> = {},
  ) {
    this.parsed = typeof formula === 'string' ? null : formula
  }

  /** The parsed formula. */
  get program(): Program {
    this.parsed ??= lastLineOf(parse(this.formula as string))
    return this.parsed
  }

  /** The dtype of the result. */
  outputDType(args: readonly TensorOrNumber[]): DType {
    for (const x of args) {
      if (typeof x !== 'number' && x.dtype !== 'float32') return inferOutputs(this.program, args.map(dtypeOf))[0]
    }
    this.float32Output ??= inferOutputs(this.program, new Array<DType>(args.length).fill('float32'))[0]
    return this.float32Output
  }

  /** The row that computes the gradient of argument `i` from the arguments, `y` and `g`. */
  derivative(i: number): ElementwiseRow {
    if (!this.derivatives[i]) {
      const name = this.program.inputs[i]
      this.derivatives[i] = new ElementwiseRow(
        Object.hasOwn(this.rules, name) ? this.rules[name] : gradient(this.program, name, { reuseOutput: true }),
      )
      this.derivatives[i].name = `gradient of ${this.name}`
    }
    return this.derivatives[i]
  }

  /** Returns whether the formula consists of this name only. */
  private isOnly(name: string): boolean {
    const [{ value }] = this.program.statements
    return value.kind === 'symbol' && value.name === name && this.program.statements.length === 1
  }

  gradientOf(i: number, g: Tensor, node: OperationNode): Tensor {
    const rule = this.derivative(node.positions ? node.positions[i] : i)
    const { inputs } = this.program
    const nameOfG = gradientName(this.program)
    if (rule.isOnly(nameOfG)) return g
    const args = rule.program.inputs.map((name) => {
      if (name === nameOfG) return g
      return inputs.includes(name) ? node.args[inputs.indexOf(name)] : (node.output as Tensor)
    })
    return elementwise(rule, args, g.shape, g.dtype)
  }
}

/** A formula of several lines is its last one; the others are steps on the way. */
function lastLineOf(program: Program): Program {
  const { outputs } = program
  return outputs.length > 1 ? withOutputs(program, outputs.slice(-1)) : program
}

/** A row of the table that is a formula: `op('a * b', { a: 'g * b', b: 'g * a' })`. */
// @__NO_SIDE_EFFECTS__ so that bundlers leave out what nobody uses
export function op(formula: string, rules?: Readonly<Record<string, string>>): ElementwiseRow {
  return new ElementwiseRow(formula, rules)
}

/**
 * Computes a row's formula over broadcast arguments, in the order of its names.
 * @param shape the shape to broadcast to, at least that of the arguments
 */
export function elementwise(row: ElementwiseRow, inputs: readonly TensorLike[], shape?: Shape, dtype?: DType): Tensor {
  const args = toArguments(inputs)
  const outputShape = shape ?? broadcastAll(row.name, args)
  const outputDType = dtype ?? row.outputDType(args)
  const [buffer] = backend.map(row.program, args, outputShape, [outputDType])
  if (!isTracked(outputDType, args)) return new Tensor(buffer, outputShape)
  return recorded(buffer, outputShape, elementwiseNode(row, args))
}

export function elementwiseNode(row: ElementwiseRow, args: readonly TensorOrNumber[]): OperationNode {
  if (!args.some((x) => typeof x === 'number'))
    return new OperationNode(row, args as readonly Tensor[], null, undefined)
  const positions = args.flatMap((x, i) => (typeof x === 'number' ? [] : [i]))
  const inputs = positions.map((i) => args[i] as Tensor)
  return new OperationNode(row, inputs, null, undefined, args, positions)
}

export function recorded(buffer: DataBuffer, shape: Shape, node: OperationNode): Tensor {
  const output = new Tensor(buffer, shape, true, node)
  node.output = output
  return output
}

/** The values that a primitive's gradient rule may read. */
export interface GradientContext<Inputs extends readonly Tensor[], Options> {
  readonly inputs: Inputs
  readonly output: Tensor
  readonly options: Options
}

/** One gradient rule per input; for a row that takes any number of inputs, one rule that receives the input's index. */
export type Rules<Inputs extends readonly Tensor[], Options> = number extends Inputs['length']
  ? (g: Tensor, context: GradientContext<Inputs, Options>, input: number) => Tensor
  : { [I in keyof Inputs]: (g: Tensor, context: GradientContext<Inputs, Options>) => Tensor }

/** A row written as functions: the numbers and shape of the result, and one gradient per input. */
export class PrimitiveRow<Inputs extends readonly Tensor[], Options> implements Row {
  name = 'primitive'
  callsUser = false

  constructor(
    readonly forward: (inputs: Inputs, options: Options) => { buffer: DataBuffer; shape: Shape },
    readonly rules: Rules<Inputs, Options>,
  ) {}

  gradientOf(i: number, g: Tensor, node: OperationNode): Tensor {
    const rules = this.rules as Rules<Tensor[], Options> | readonly Rules<Tensor[], Options>[]
    const rule = typeof rules === 'function' ? rules : rules[i]
    return rule(g, node as unknown as GradientContext<Tensor[], Options>, i)
  }
}

/** A row of the table that is more than a formula. The type asks for a gradient rule for every input. */
// @__NO_SIDE_EFFECTS__
export function primitive<Inputs extends readonly Tensor[], Options = void>(
  forward: PrimitiveRow<Inputs, Options>['forward'],
  rules: Rules<Inputs, Options>,
): PrimitiveRow<Inputs, Options> {
  return new PrimitiveRow(forward, rules)
}

/** Computes a primitive row. */
export function run<Inputs extends readonly Tensor[], Options>(
  row: PrimitiveRow<Inputs, Options>,
  inputs: NoInfer<Inputs>,
  options: NoInfer<Options>,
): Tensor {
  const { buffer, shape } = row.forward(inputs, options)
  if (!isTracked(buffer.dtype, inputs)) return new Tensor(buffer, shape)
  return recorded(buffer, shape, new OperationNode(row, inputs, null, options))
}

/** The rule of an integer input, or of an integer result: never asked for. */
export function noRule(): never {
  throw new GradientError(
    'backward: integers have no gradient. Please report this: no rule should have been asked for it.',
  )
}

/** Gives every row of a table its name. */
// @__NO_SIDE_EFFECTS__
export function nameRows<Table extends Record<string, { name: string }>>(table: Table): Table {
  for (const name of Object.keys(table)) table[name].name = name
  return table
}

/** The gradient of `x`, given that of what `x` was broadcast (and converted) to. */
function unbroadcast(g: Tensor, x: Tensor): Tensor {
  const converted = withDType(g, x.dtype)
  return sameShape(g.shape, x.shape) ? converted : converted.sumTo(x.shape)
}

/** The tensor itself where it has the dtype: to compute with, not to hand out (`cast` gives a copy of a variable). */
export function withDType(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : x.cast(dtype)
}

/**
 * x as floats that are its numbers exactly: float64 for int32, whose larger numbers float32 rounds; float32 while they are still on the GPU,
 * since GPUs have no other floats.
 */
export function toExactFloat(x: Tensor): Tensor {
  if (isFloat(x.dtype)) return x
  return x.cast(x.dtype === 'int32' && !backend.isPending?.(x.buffer) ? 'float64' : 'float32')
}

/** Returns whether a result of this dtype records the operation that computed it. */
export function isTracked(dtype: DType, args: readonly TensorOrNumber[]): boolean {
  if (!recording || !isFloat(dtype)) return false
  for (const x of args) if (typeof x !== 'number' && x.requiresGrad) return true
  return false
}

function versions(inputs: readonly Tensor[]): number {
  let sum = 0
  for (const x of inputs) sum += x.version
  return sum
}

function changedInput(name: string): GradientError {
  return new GradientError(
    `${name}: a variable it read was changed before backward, so its gradient cannot be computed. Call backward() before assign or the optimizer's step.`,
  )
}
