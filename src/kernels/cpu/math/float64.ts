/**
 * Operations on two float64 at a time, for float32 functions that need more than float32 on the way: `wide.add('x', 1)`.
 */
import { code } from '../wasm/build.js'
import type { Instruction, Operand } from '../wasm/code.js'
import { set } from '../wasm/control.js'
import { f32x4, f64x2 } from '../wasm/instructions.js'
import { pick } from '../wasm/loops.js'
import { hasFma } from '../wasm/module.js'

/** As in `float32.ts`, and from float32 and back. */
export const wide = {
  set: (name: string, value: Operand): Instruction => set(name, code(value, f64x2.const)),
  shifter: 1.5 * 2 ** 52,
  add: f64x2.add,
  sub: f64x2.sub,
  mul: f64x2.mul,
  div: f64x2.div,
  less: f64x2.lt,
  greaterEqual: f64x2.ge,
  atMost: f64x2.pmin,
  atLeast: f64x2.pmax,
  sqrt: f64x2.sqrt,
  abs: f64x2.abs,
  trunc: f64x2.trunc,
  madd: (a: Operand, b: Operand, c: Operand): Instruction =>
    hasFma ? f64x2.relaxed_madd(a, b, c) : f64x2.add(f64x2.mul(a, b), c),
  polynomial: (x: Operand, c: readonly number[]): Operand =>
    c.slice(0, -1).reduceRight<Operand>((sum, k) => wide.madd(sum, x, k), c[c.length - 1]),
  /** The first two lanes of four float32, and the last two. */
  low: f64x2.promote_low_f32x4,
  high: (x: Operand): Instruction => f64x2.promote_low_f32x4(pick(8, [1, 1], x, x)),
  /** Both halves, rounded to four float32. */
  join: (low: Operand, high: Operand): Instruction =>
    pick(8, [0, 2], f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high)),
  /** The low 32 bits of each of the four float64. */
  joinBits: (low: Operand, high: Operand): Instruction => pick(4, [0, 2, 4, 6], low, high),
}
