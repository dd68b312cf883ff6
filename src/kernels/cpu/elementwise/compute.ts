/**
 * Which numbers a kernel computes with: four float32, two float64 or four int32 at a time.
 */
import type { DType } from '../../backend.js'
import type { Expr } from '../../formula/ast.js'
import { type FunctionName, isTruth } from '../../formula/functions.js'

/** The vector type of all arithmetic in one kernel. */
export type ComputeType = 'f32x4' | 'f64x2' | 'i32x4'

/** Numbers per vector. */
export const lanes = { f32x4: 4, f64x2: 2, i32x4: 4 } as const

/** Functions that are exact (or wrap around, as in C) in int32. */
const integerFunctions = new Set<FunctionName>([
  ...(['add', 'subtract', 'multiply', 'unaryMinus', 'abs', 'min', 'max', 'where', 'pow'] as const),
])

/** True if x is a whole number that int32 holds. */
export const isInt32 = (x: number): boolean => (x | 0) === x

/**
 * float64 if any array is float64, float32 if any other is float32. Whole numbers alone are computed in int32 where that is
 * exact (`wholeScalars`: no scalar input has a fraction), and otherwise in float64, which holds every int32.
 */
export function computeType(dtypes: readonly DType[], values: Iterable<Expr>, wholeScalars: boolean): ComputeType {
  if (dtypes.includes('float64')) return 'f64x2'
  if (dtypes.includes('float32')) return 'f32x4'
  return wholeScalars && [...values].every(isExact) ? 'i32x4' : 'f64x2'
}

function isExact(value: Expr): boolean {
  if (value.kind === 'number') return isInt32(value.value)
  return value.kind === 'symbol' || integerFunctions.has(value.fn) || isTruth(value.fn)
}
