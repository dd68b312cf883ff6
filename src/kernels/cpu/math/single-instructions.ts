/**
 * Functions of the formula language that are one instruction, by the type that a kernel computes with. Scalars of formulas are f64.
 */
import type { FunctionName, PrimitiveFunction, TruthFunction } from '../../formula/functions.js'
import type { Build } from '../wasm/build.js'
import { f32x4, f64, f64x2, i32x4 } from '../wasm/instructions.js'

type Instructions = Partial<Record<FunctionName, Build>>

/** The functions that are one instruction where numbers are floats. */
type SingleInstruction = keyof ReturnType<typeof floating>

/** The functions that are more: the code is in this folder. `cheaper.ts` writes `square` and `sign` as simpler ones. */
export type LibraryFunction = Exclude<
  PrimitiveFunction,
  SingleInstruction | TruthFunction | 'where' | 'square' | 'sign'
>

const arithmetic = ({ add, sub, mul, neg, abs }: Record<'add' | 'sub' | 'mul' | 'neg' | 'abs', Build>) => ({
  add,
  subtract: sub,
  multiply: mul,
  unaryMinus: neg,
  abs,
})

const floating = (type: typeof f32x4 | typeof f64x2 | typeof f64) => ({
  ...arithmetic(type),
  divide: type.div,
  sqrt: type.sqrt,
  floor: type.floor,
  ceil: type.ceil,
  round: type.nearest,
  min: type.min,
  max: type.max,
})

/** Arithmetic. */
export const instructionsOf: Record<'f32x4' | 'f64x2' | 'f64' | 'i32x4', Instructions> = {
  f32x4: floating(f32x4),
  f64x2: floating(f64x2),
  f64: floating(f64),
  i32x4: { ...arithmetic(i32x4), min: i32x4.min_s, max: i32x4.max_s },
}

const ordered = ({ eq, ne, lt, le, gt, ge }: typeof f32x4 | typeof f64x2 | typeof f64): Instructions => ({
  equal: eq,
  unequal: ne,
  smaller: lt,
  smallerEq: le,
  larger: gt,
  largerEq: ge,
})

/** Comparisons, whose result is a mask in vectors and an i32 in scalars. */
export const comparisonsOf = {
  f32x4: ordered(f32x4),
  f64x2: ordered(f64x2),
  f64: ordered(f64),
  i32x4: {
    equal: i32x4.eq,
    unequal: i32x4.ne,
    smaller: i32x4.lt_s,
    smallerEq: i32x4.le_s,
    larger: i32x4.gt_s,
    largerEq: i32x4.ge_s,
  } as Instructions,
}
