/**
 * Formulas for users: a line of mathematics becomes a differentiable function of tensors, one fused kernel on every back end.
 */
import { FormulaError } from '../../errors.js'
import type { DType } from '../../kernels/backend.js'
import { watOf } from '../../kernels/cpu/elementwise/elementwise.js'
import { type Program, withOutputs } from '../../kernels/formula/ast.js'
import { gradient, gradientName } from '../../kernels/formula/differentiate.js'
import { parse } from '../../kernels/formula/parse.js'
import { toTeX } from '../../kernels/formula/tex.js'
import { show } from '../../options.js'
import { dtypeOf, toArguments } from '../arguments.js'
import type { TensorLike } from '../creation.js'
import { inferOutputs, isFloat, promote } from '../dtype.js'
import { elementwiseOutputs } from '../elementwise-outputs.js'
import { foreign } from '../foreign.js'
import { ElementwiseRow, elementwise } from '../operation.js'
import { Tensor } from '../tensor.js'

/** The result of a formula: an object of tensors if the text has several lines (or `;`) and assigns names, otherwise one tensor. */
export type FormulaResult<Text extends string> = string extends Text
  ? Tensor
  : Trimmed<Text> extends `${string}=${string}${'\n' | ';'}${string}`
    ? Record<string, Tensor>
    : Tensor

type Trimmed<Text extends string> = Text extends `${' ' | '\n' | ';'}${infer Rest}`
  ? Trimmed<Rest>
  : Text extends `${infer Rest}${' ' | '\n' | ';'}`
    ? Trimmed<Rest>
    : Text

/** A formula as a function. */
export interface Formula<Result = Tensor> {
  /**
   * Computes it: inputs in the order of `inputs`, broadcast.
   * @param inputs tensors, arrays or numbers, broadcast
   */
  (...inputs: TensorLike[]): Result
  /**
   * Computes it: inputs by name.
   * @param inputs tensors, arrays or numbers by name, broadcast
   */
  (inputs: Readonly<Record<string, TensorLike>>): Result
  /** Its inputs, in order of first appearance. */
  readonly inputs: readonly string[]
  /** Its results: `y` for a bare expression, else the names that are assigned. */
  readonly outputs: readonly string[]
  /**
   * The formula of g · ∂y/∂x: the gradient of an input, given that of the output. It takes the inputs of this formula in their order,
   * and then `g`, which is 1 if left out. The result has at least the dtype that the formula's value has, where that is of floats.
   * @param input one of `inputs`
   * @throws FormulaError when there is no such input
   */
  derivative(input: string): Formula
  /** The formula in TeX, without dollar signs. */
  toTeX(): string
  /** The WebAssembly text of the CPU kernel for float32 inputs of one shape, for the curious. */
  wat(): string
  /** The text. */
  toString(): string
}

/**
 * Makes a differentiable function of tensors out of a line of mathematics in mathjs syntax. Several lines `name = expression` make
 * a program; its results then come as an object.
 *
 * @param text operators `+ - * / ^`, comparisons, `and or not`, `c ? a : b`, and the functions named in the guide
 * @throws FormulaError for a syntax error (it points at the column) or an unknown function
 * @example
 * const gelu = formula('0.5 * x * (1 + erf(x / sqrt(2)))')
 * gelu(tensor([-1, 1])).toArray() // => [-0.15866, 0.84134]
 * formula('a * b + c')({ a: 2, b: 3, c: 4 }).item() // => 10
 * const wave = formula('sin(x)')
 * String(wave.derivative('x')) // => 'g * cos(x)'
 * formula('a / b').toTeX() // => '\\frac{a}{b}'
 */
export function formula<Text extends string>(text: Text): Formula<FormulaResult<Text>>
export function formula<Result>(text: string): Formula<Result>
export function formula(text: string): Formula<unknown> {
  if (typeof text !== 'string') {
    throw new FormulaError(`formula: ${show(text)} is not a formula. Pass a string, such as formula('a * x + b').`)
  }
  return fromProgram(parse(text), text)
}

/** WebAssembly engines allow 1000 parameters. */
const mostInputs = 900

/** The dtype of a result, given those of the arguments. */
type Typing = (dtypes: readonly DType[]) => DType

/** `defaults`: inputs that may be left out. `typing`: default, what follows from the inputs that the program reads. */
function fromProgram<Result>(
  program: Program,
  text: string,
  defaults: Readonly<Record<string, number>> = {},
  typing?: Typing,
): Formula<Result> {
  const print = () => text || expressionOf(program)
  const rows: ElementwiseRow[] = []
  const rowOf = (i: number) => {
    rows[i] ??= rowFor(program, program.outputs[i], text)
    return rows[i]
  }
  const call = (...inputs: unknown[]): unknown => {
    const args = toArguments(argumentsOf(program, print(), inputs, defaults))
    if (typing) return elementwise(rowOf(0), args, undefined, typing(args.map(dtypeOf)))
    if (program.outputs.length === 1) return elementwise(rowOf(0), args)
    const results = elementwiseOutputs(program, rowOf, args)
    return Object.fromEntries(results.map((y, i) => [program.outputs[i], y]))
  }
  const derivative = (input: string) => {
    const derived = derivativeProgram(program, input, print())
    return fromProgram<Tensor>(
      derived,
      '',
      { ...defaults, [gradientName(program)]: 1 },
      typingOf(derived, typing ?? typingOf(program)),
    )
  }
  Object.defineProperty(call, 'name', { value: print() })
  return Object.assign(call, {
    inputs: program.inputs,
    outputs: program.outputs,
    derivative,
    toTeX: () => toTeX(program),
    wat: () => watOf(program),
    toString: print,
    [Symbol.for('nodejs.util.inspect.custom')]: () => `formula ${print()}`,
  }) as Formula<Result>
}

/** The dtype of the output that has a derivative; at least that of `value`, where that is of floats. */
function typingOf(program: Program, value: Typing = () => 'bool'): Typing {
  const output = Math.max(0, program.outputs.indexOf('y'))
  return (dtypes) => {
    const [own, least] = [inferOutputs(program, dtypes)[output], value(dtypes)]
    return isFloat(least) ? promote(own, least) : own
  }
}

/** The program restricted to one output; its inputs stay those of the whole. */
function rowFor(program: Program, output: string, text: string): ElementwiseRow {
  const row = new ElementwiseRow(withOutputs(program, [output]))
  row.name = `formula ${text || program.text}`
  return row
}

function derivativeProgram(program: Program, input: string, text: string): Program {
  if (!program.inputs.includes(input)) {
    throw new FormulaError(`formula: ${text} has no input ${input}. Its inputs are ${program.inputs.join(', ')}.`)
  }
  const derived = gradient(program, input)
  return { ...derived, inputs: [...program.inputs, gradientName(program)] }
}

/** `d_x = g * cos(x)` as `g * cos(x)`. */
function expressionOf(program: Program): string {
  const [only] = program.outputs
  return program.statements.length === 1 ? program.text.slice(only.length + 3) : program.text
}

function argumentsOf(
  { inputs }: Program,
  text: string,
  given: unknown[],
  defaults: Readonly<Record<string, number>>,
): TensorLike[] {
  const byName = given.length === 1 && isRecord(given[0]) ? given[0] : null
  const unknown = byName && Object.keys(byName).find((name) => !inputs.includes(name))
  if (unknown) throw new FormulaError(`formula: ${text} has no input ${unknown}. Its inputs are ${inputs.join(', ')}.`)
  const own = (values: Readonly<Record<string, unknown>>, name: string) =>
    Object.hasOwn(values, name) ? values[name] : undefined
  if (inputs.length > mostInputs) {
    throw new FormulaError(
      `formula: ${inputs.length} inputs are more than one kernel takes, ${mostInputs}. Compute it in parts: ${text.slice(0, 60)} …`,
    )
  }
  const args: unknown[] = inputs.map((name, i) => (byName ? own(byName, name) : given[i]) ?? own(defaults, name))
  if (args.includes(undefined) || (!byName && given.length > inputs.length)) {
    throw new FormulaError(
      `formula: ${text} takes ${inputs.length} inputs (${inputs.join(', ')}), received ${byName ? Object.keys(byName).join(', ') : given.length}. Give them in this order, or by name.`,
    )
  }
  return args as TensorLike[]
}

function isRecord(x: unknown): x is Record<string, TensorLike> {
  if (typeof x !== 'object' || x === null || x instanceof Tensor) return false
  return !Array.isArray(x) && !ArrayBuffer.isView(x) && foreign(x) === null
}
