/**
 * Functions that are one instruction, the same for scalars (`f64.add`) as for vectors (`f32x4.add`).
 */

/** In every type. */
export const arithmetic: Record<string, string> = {
  add: 'add',
  subtract: 'sub',
  multiply: 'mul',
  unaryMinus: 'neg',
  abs: 'abs',
}

/** In floating point only. */
export const floating: Record<string, string> = {
  divide: 'div',
  sqrt: 'sqrt',
  floor: 'floor',
  ceil: 'ceil',
  round: 'nearest',
  min: 'min',
  max: 'max',
}

/** Comparisons, whose result is a mask in vectors and an i32 in scalars. */
export const comparisons: Record<string, string> = {
  equal: 'eq',
  unequal: 'ne',
  smaller: 'lt',
  smallerEq: 'le',
  larger: 'gt',
  largerEq: 'ge',
}
