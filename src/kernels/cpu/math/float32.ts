/**
 * Operations on four float32 at a time, in the words of mathematics: `mul('x', add('y', 1))` is
 * `(f32x4.mul (local.get $x) (f32x4.add (local.get $y) (v128.const f32x4 1 1 1 1)))`. A string is a local, and a number is in every lane.
 */
import { code } from '../wasm/build.js'
import type { Instruction, Operand } from '../wasm/code.js'
import { get, set as setLocal, tee } from '../wasm/control.js'
import { f32x4, i32x4, v128 } from '../wasm/instructions.js'
import { hasFma } from '../wasm/module.js'

export { get, tee }

/** A statement: the local gets the value. */
export const set = (name: string, value: Operand): Instruction => setLocal(name, code(value, f32x4.const))

export const { add, sub, mul, div, sqrt, abs, neg, floor } = f32x4

export const { lt: less, gt: greater, eq: equal, ne: unequal } = f32x4

/** The smaller (larger) of x and the bound, or x when that is NaN. */
export const { pmin: atMost, pmax: atLeast } = f32x4

/** `a * b + c`, fused where the engine can: one rounding or two. */
export const madd = (a: Operand, b: Operand, c: Operand): Instruction =>
  hasFma ? f32x4.relaxed_madd(a, b, c) : add(mul(a, b), c)

/** `c - a * b`, fused where the engine can. */
export const nmadd = (a: Operand, b: Operand, c: Operand): Instruction =>
  hasFma ? f32x4.relaxed_nmadd(a, b, c) : sub(c, mul(a, b))

/**
 * Adding it to a number of less than 2²² rounds that to an integer, which is then in the low bits of the sum: float32 of its size are
 * 1 apart. Subtracting it again gives the integer as a float32. (`wide.shifter` does so with float64.)
 */
export const shifter = 1.5 * 2 ** 23

/** c[0] + c[1] x + c[2] x² + …, by Horner's rule. `firstX` stands where x is read first. */
const horner = (x: Operand, c: readonly number[], firstX = x) =>
  c.slice(0, -1).reduceRight<Operand>((sum, k, i) => madd(sum, i === c.length - 2 ? firstX : x, k), c[c.length - 1])

/**
 * c[0] + c[1] x + c[2] x² + … A long one is computed as even + x · odd, two polynomials of x² that need not wait for each other. The
 * coefficients in this folder are not Taylor series: they were fitted to the interval named next to each, as short as accuracy
 * allows, and rounded to what they are computed in. `test/kernels/cpu/math/math.test.ts` checks what they give, on bits of all kinds.
 */
export function polynomial(x: Operand, c: readonly number[]): Operand {
  if (c.length < 7) return horner(x, c)
  const [even, odd] = [0, 1].map((half) => c.filter((_, i) => i % 2 === half))
  return madd(horner('xx', odd, tee('xx', mul(x, x))), x, horner('xx', even))
}

const bitsOf = (x: Operand) => code(x, i32x4.const)
const numbers = (x: Operand) => code(x, f32x4.const)

/** Bits of a where the mask has them set, of b elsewhere; the masks are what comparisons give. */
export const select = (mask: Operand, a: Operand, b: Operand): Instruction =>
  v128.bitselect(numbers(a), numbers(b), mask)

// Numbers among the operands of these are integers
export const and = (a: Operand, b: Operand): Instruction => v128.and(bitsOf(a), bitsOf(b))
export const or = (a: Operand, b: Operand): Instruction => v128.or(bitsOf(a), bitsOf(b))
export const xor = (a: Operand, b: Operand): Instruction => v128.xor(bitsOf(a), bitsOf(b))
export const andNot = (a: Operand, b: Operand): Instruction => v128.andnot(bitsOf(a), bitsOf(b))
export const anyTrue = v128.any_true

/** The bits of float32, as integers. */
export const bits = {
  add: i32x4.add,
  sub: i32x4.sub,
  equal: i32x4.eq,
  max: i32x4.max_s,
  /** a ≥ b, both unsigned. */
  atLeast: i32x4.ge_u,
  shl: i32x4.shl,
  shr: i32x4.shr_s,
  toFloat: f32x4.convert_i32x4_s,
  /** A float32 constant, for `and`, `or` and `xor`, whose numbers are integers. */
  of: f32x4.const,
}

/** The sign bit of each lane, and x with that bit set where it is set in `sign` (x has it clear). */
export const signBit = (x: Operand): Instruction => and(x, -0x80000000)
export const withSign = (x: Operand, sign: Operand): Instruction => or(x, signBit(sign))
