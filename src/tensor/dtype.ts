/**
 * Dtypes: what a result's numbers are, given those of its inputs.
 *
 * | | bool | int32 | float32 | float64 |
 * |---|---|---|---|---|
 * | **bool** | bool | int32 | float32 | float64 |
 * | **int32** | int32 | int32 | float32 | float64 |
 * | **float32** | float32 | float32 | float32 | float64 |
 * | **float64** | float64 | float64 | float64 | float64 |
 *
 * Plain JavaScript numbers and arrays take the dtype of the tensors next to them (`toTensors`); next to integers and bools, whole numbers that
 * int32 can hold are int32, and all others are float32. Arithmetic on bools counts, so it gives int32, and int32 wraps around beyond ±2³¹; division, powers with a
 * fraction or a negative plain exponent, and transcendental functions give at least float32; comparisons and logic give bool.
 */
import { DTypeError } from '../errors.js'
import type { DType } from '../kernels/backend.js'
import {
  type CallExpr,
  type Expr,
  fold,
  type NumberExpr,
  type Program,
  type SymbolExpr,
} from '../kernels/formula/ast.js'
import { type FunctionName, isTruth } from '../kernels/formula/functions.js'
import { show } from '../options.js'

const ranks: Record<DType, number> = { bool: 0, int32: 1, float32: 2, float64: 3 }

/** Every dtype, from the narrowest to the widest. */
export const dtypes = Object.keys(ranks) as DType[]

/** The narrowest dtype that holds both. */
export function promote(a: DType, b: DType): DType {
  return ranks[a] >= ranks[b] ? a : b
}

/** Returns whether the dtype is float32 or float64, the dtypes that have gradients. */
export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64'
}

/** @throws DTypeError when it is not the name of a dtype */
export function checkDType(op: string, dtype: unknown): asserts dtype is DType {
  if (!dtypes.includes(dtype as DType)) {
    throw new DTypeError(`${op}: unknown dtype ${show(dtype)}. Choose one of ${dtypes.join(', ')}.`)
  }
}

const selection = new Set<FunctionName>(['where', 'min', 'max'])
const arithmetic = new Set<FunctionName>([
  'add',
  'subtract',
  'multiply',
  'unaryMinus',
  'mod',
  'square',
  'abs',
  'sign',
  'floor',
  'ceil',
  'round',
  'pow',
])

/** The dtype of a number written in a formula or passed as an argument, before it meets a tensor's. */
export function dtypeOfNumber(value: number): DType {
  return (value | 0) === value ? 'int32' : 'float32'
}

/** The dtype of an expression, given those of its names. */
function inferDType(expr: Expr, names: ReadonlyMap<string, DType>): DType {
  const leaf = (x: NumberExpr | SymbolExpr) =>
    x.kind === 'number' ? dtypeOfNumber(x.value) : (names.get(x.name) ?? 'float32')
  return fold(expr, leaf, dtypeOfCall)
}

/** The dtype of a function's value, given those of its arguments. */
function dtypeOfCall({ fn }: CallExpr, dtypes: readonly DType[]): DType {
  if (isTruth(fn)) return 'bool'
  const widest = (fn === 'where' ? dtypes.slice(1) : dtypes).reduce(promote)
  if (selection.has(fn)) return widest
  return promote(widest, arithmetic.has(fn) ? 'int32' : 'float32')
}

/** The dtypes of a program's outputs. */
export function inferOutputs(program: Program, inputs: readonly DType[]): DType[] {
  const names = new Map(program.inputs.map((name, i) => [name, inputs[i]]))
  for (const { name, value } of program.statements) names.set(name, inferDType(value, names))
  return program.outputs.map((name) => names.get(name) as DType)
}
