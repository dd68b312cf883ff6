/**
 * What a formula may be computed in: anything that has the functions of the language. Plain numbers are the first example,
 * tensors another (`jitCompile: false` runs there), and any number-like type will do.
 */
import { erf, erfc } from '../erf.js'
import type { arity, FunctionName } from './ast.js'
import { type DefinedFunction, definitions, expand } from './definitions.js'
import { apply } from './interpret.js'

/** As many T as the function takes arguments. */
export type Arguments<F extends FunctionName, T> = { 1: [T]; 2: [T, T]; 3: [T, T, T] }[(typeof arity)[F]]

/** The functions of the language over T, and T's version of a number. The type makes a missing function a compile error. */
export type Algebra<T> = { readonly [F in FunctionName]: (...args: Arguments<F, T>) => T } & {
  constant(value: number): T
}

const defined = Object.fromEntries(
  (Object.keys(definitions) as DefinedFunction[]).map((fn) => [fn, (...args: number[]) => ofNumbers(fn, args)]),
) as Pick<Algebra<number>, DefinedFunction>

const ofNumbers = (fn: DefinedFunction, args: number[]): number =>
  expand(
    fn,
    args,
    (x) => x,
    (other, values) => apply(numberAlgebra, other, values),
  )

/** Plain numbers, in double precision: the reference for what every function means. */
export const numberAlgebra: Algebra<number> = {
  ...defined,
  constant: (value) => value,
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  pow: (a, b) => (isOne(a, b) ? 1 : a ** b),
  unaryMinus: (x) => -x,
  equal: (a, b) => Number(a === b),
  unequal: (a, b) => Number(a !== b),
  smaller: (a, b) => Number(a < b),
  smallerEq: (a, b) => Number(a <= b),
  larger: (a, b) => Number(a > b),
  largerEq: (a, b) => Number(a >= b),
  and: (a, b) => Number(a !== 0 && b !== 0),
  or: (a, b) => Number(a !== 0 || b !== 0),
  not: (x) => Number(x === 0),
  where: (c, a, b) => (c !== 0 ? a : b),
  abs: Math.abs,
  sign: Math.sign,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  square: (x) => x * x,
  hypot: Math.hypot,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  erf,
  erfc,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfToEven,
  trunc: Math.trunc,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  mod: remainder,
  sigmoid,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
}

/** Whether a ^ b is 1 although JavaScript says NaN: 1 to any power, −1 to the power ±∞ (as in C, NumPy and PyTorch). */
function isOne(a: number, b: number): boolean {
  return a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY)
}

/** The remainder with the sign of b, exact but where it is much smaller than b and of the other sign; NaN where b = 0. */
function remainder(a: number, b: number): number {
  const r = a % b
  return r !== 0 && r < 0 !== b < 0 ? r + b : r + 0
}

/** To the nearest integer, halves to the even one, as NumPy, PyTorch and WebAssembly's `nearest` do. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x)
  const rest = x - below
  if (rest === 0 || Number.isNaN(rest)) return x
  const isUp = rest > 0.5 || (rest === 0.5 && below % 2 !== 0)
  return isUp ? Math.ceil(x) : below
}

/** 1 / (1 + exp(−x)) without overflow. */
function sigmoid(x: number): number {
  const z = Math.exp(-Math.abs(x))
  return (x >= 0 ? 1 : z) / (1 + z)
}
