/**
 * WebAssembly text, written as calls: `mul('$x', add('$y', 1))` is
 * `(f32x4.mul (local.get $x) (f32x4.add (local.get $y) (v128.const f32x4 1 1 1 1)))`. Names that start with `$` are locals.
 * Everything works on vectors of four float32; `wide` has the same for two float64.
 */
import { hasFma } from '../wasm/module.js'

/** An operand: a local's name, text that leaves a vector on the stack, or a number for every lane. */
export type Operand = string | number

/** A function over vectors in WebAssembly text, to be called or written in place. */
export interface VectorFunction {
  /** Names of the parameters, such as `$x`. */
  readonly params: readonly string[]
  /** Names of the other locals. Like the parameters they are v128. */
  readonly locals: readonly string[]
  /** Statements that end with one expression, the result (a v128). It assigns to no parameter. */
  readonly body: string
  /** What it calls, as `(call $name …)`: helper functions of the same table, or imports such as `Math_sin`. See `declare`. */
  readonly uses: readonly string[]
  /** Whether it may be written in place, which is faster (`hoistConstants` doubles the gain). */
  readonly inline: boolean
}

/**
 * A function of the parameters (`'$x $y'`) whose last line is the result. Nothing is put together before it is asked for; locals
 * and calls are then read off the text.
 */
export function define(params: string, lines: () => string[]): VectorFunction {
  let text: string | undefined
  const body = () => {
    text ??= lines().join('\n')
    return text
  }
  const names = (pattern: RegExp) => [...new Set(Array.from(body().matchAll(pattern), (match) => match[1]))]
  return {
    params: params.split(' '),
    get locals() {
      return names(/\(local\.(?:set|tee) (\$\w+)/g)
    },
    get body() {
      return body()
    },
    get uses() {
      return names(/\(call \$(\w+)/g)
    },
    get inline() {
      return !body().includes('(loop ')
    },
  }
}

const call = (name: string, operands: readonly string[]) => `(${name} ${operands.join(' ')})`
const f32 = (x: Operand) => text(x, (value) => splat('f32x4', value, 4))
const i32 = (x: Operand) => text(x, (value) => splat('i32x4', value, 4))
const f64 = (x: Operand) => text(x, (value) => splat('f64x2', value, 2))

function text(x: Operand, constant: (value: string) => string): string {
  if (typeof x === 'number') return constant(literal(x))
  return x.startsWith('$') ? `(local.get ${x})` : x
}

function literal(x: number): string {
  if (Number.isNaN(x)) return 'nan'
  if (Number.isFinite(x)) return Object.is(x, -0) ? '-0' : String(x)
  return x > 0 ? 'inf' : '-inf'
}

const splat = (shape: string, value: string, lanes: number) =>
  `(v128.const ${shape} ${Array(lanes).fill(value).join(' ')})`

const unary = (op: string) => (x: Operand) => call(`f32x4.${op}`, [f32(x)])
const binary = (op: string) => (a: Operand, b: Operand) => call(`f32x4.${op}`, [f32(a), f32(b)])
const integer = (op: string) => (a: Operand, b: Operand) => call(`i32x4.${op}`, [i32(a), i32(b)])
const shift = (op: string) => (a: Operand, bits: number) => call(`i32x4.${op}`, [i32(a), `(i32.const ${bits})`])

export const get = (name: string) => `(local.get ${name})`

/** A statement: the local gets the value. */
export const set = (name: string, value: Operand) => `(local.set ${name} ${f32(value)})`

/** The value, which the local gets as well. */
export const tee = (name: string, value: string) => `(local.tee ${name} ${value})`

export const add = binary('add')
export const sub = binary('sub')
export const mul = binary('mul')
export const div = binary('div')
export const sqrt = unary('sqrt')
export const abs = unary('abs')
export const neg = unary('neg')
export const floor = unary('floor')

export const less = binary('lt')
export const greater = binary('gt')
export const equal = binary('eq')
export const unequal = binary('ne')

/** The smaller (larger) of x and the bound, or x when that is NaN. */
export const atMost = binary('pmin')
export const atLeast = binary('pmax')

/** `a * b + c`, fused where the engine can: one rounding or two. */
export const madd = (a: Operand, b: Operand, c: Operand) =>
  hasFma ? call('f32x4.relaxed_madd', [f32(a), f32(b), f32(c)]) : add(mul(a, b), c)

/** `c - a * b`, fused where the engine can. */
export const nmadd = (a: Operand, b: Operand, c: Operand) =>
  hasFma ? call('f32x4.relaxed_nmadd', [f32(a), f32(b), f32(c)]) : sub(c, mul(a, b))

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
 * coefficients in this folder are no Taylor series: they were fitted to the interval that is named beside them, as short as accuracy
 * allows, and rounded to what they are computed in. `test/kernels/cpu/math/math.test.ts` checks what they give, on bits of all kinds.
 */
export function polynomial(x: Operand, c: readonly number[]): Operand {
  if (c.length < 7) return horner(x, c)
  const [even, odd] = [0, 1].map((half) => c.filter((_, i) => i % 2 === half))
  return madd(horner('$xx', odd, tee('$xx', mul(x, x))), x, horner('$xx', even))
}

/** Bits of a where the mask has them set, of b elsewhere; the masks are what comparisons give. */
export const select = (mask: Operand, a: Operand, b: Operand) => call('v128.bitselect', [f32(a), f32(b), i32(mask)])
export const and = (a: Operand, b: Operand) => call('v128.and', [i32(a), i32(b)])
export const or = (a: Operand, b: Operand) => call('v128.or', [i32(a), i32(b)])
export const xor = (a: Operand, b: Operand) => call('v128.xor', [i32(a), i32(b)])
export const andNot = (a: Operand, b: Operand) => call('v128.andnot', [i32(a), i32(b)])
export const anyTrue = (mask: Operand) => call('v128.any_true', [i32(mask)])

/** The bits of float32, as integers. */
export const bits = {
  add: integer('add'),
  sub: integer('sub'),
  equal: integer('eq'),
  max: integer('max_s'),
  /** a ≥ b, both unsigned. */
  atLeast: integer('ge_u'),
  shl: shift('shl'),
  shr: shift('shr_s'),
  toFloat: (x: Operand) => call('f32x4.convert_i32x4_s', [i32(x)]),
  /** A float32 constant, for `and` and the like, whose numbers are integers. */
  of: (x: number) => f32(x),
}

/** The sign bit of each lane, and x with that bit set where it is set in `sign` (x has it clear). */
export const signBit = (x: Operand) => and(x, -0x80000000)
export const withSign = (x: Operand, sign: Operand) => or(x, signBit(sign))

const wideBinary = (op: string) => (a: Operand, b: Operand) => call(`f64x2.${op}`, [f64(a), f64(b)])
const shuffle = (lanes: string, a: Operand, b: Operand) => call(`i8x16.shuffle ${lanes}`, [f32(a), f32(b)])

/** The same on two float64: half a vector of float32. */
export const wide = {
  set: (name: string, value: Operand) => `(local.set ${name} ${f64(value)})`,
  shifter: 1.5 * 2 ** 52,
  add: wideBinary('add'),
  sub: wideBinary('sub'),
  mul: wideBinary('mul'),
  div: wideBinary('div'),
  less: wideBinary('lt'),
  greaterEqual: wideBinary('ge'),
  atMost: wideBinary('pmin'),
  atLeast: wideBinary('pmax'),
  sqrt: (x: Operand) => call('f64x2.sqrt', [f64(x)]),
  abs: (x: Operand) => call('f64x2.abs', [f64(x)]),
  trunc: (x: Operand) => call('f64x2.trunc', [f64(x)]),
  madd: (a: Operand, b: Operand, c: Operand) =>
    hasFma ? call('f64x2.relaxed_madd', [f64(a), f64(b), f64(c)]) : wide.add(wide.mul(a, b), c),
  polynomial: (x: Operand, c: readonly number[]) =>
    c.slice(0, -1).reduceRight<Operand>((sum, k) => wide.madd(sum, x, k), c[c.length - 1]),
  /** The first two lanes of four float32, and the last two. */
  low: (x: Operand) => call('f64x2.promote_low_f32x4', [f32(x)]),
  high: (x: Operand) => call('f64x2.promote_low_f32x4', [shuffle('8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15', x, x)]),
  /** Both halves, rounded to four float32. */
  join: (low: Operand, high: Operand) =>
    shuffle(
      '0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23',
      call('f32x4.demote_f64x2_zero', [f64(low)]),
      call('f32x4.demote_f64x2_zero', [f64(high)]),
    ),
  /** The low 32 bits of each of the four float64. */
  joinBits: (low: Operand, high: Operand) => shuffle('0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27', low, high),
}
