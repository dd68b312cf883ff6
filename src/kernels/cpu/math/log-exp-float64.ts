/**
 * ln and exp of two float64, as statements, for float32 functions that need more than float32 on the way.
 */
import type { Code } from '../wasm/code.js'
import { f64x2, i64x2, v128 } from '../wasm/instructions.js'
import { wide } from './float64.js'

const { add, div, madd, mul, polynomial, set, shifter, sub } = wide

/** (2 artanh s − 2s) / s³ in s², for |s| ≤ 0.172. */
const atanhTail = [0.6666666667385898, 0.3999999585448537, 0.2857211492908138, 0.22175060713636763, 0.1960954666652562]

/** (eʳ − 1 − r) / r² on ±ln 2 / 2. */
const expTail = [
  0.5000000082266922, 0.16666666758029755, 0.04166623557184757, 0.008333285455440282, 0.0013948940184357593,
  0.00019907970597799935,
]

/** The bits of √½ (m below lies between it and √2), of 1 less those, of a fraction, and of 2⁵². */
const sqrtHalf = i64x2.const(0x3fe6a09e667f3bcdn)
const shift = i64x2.const(0x00095f619980c433n)
const fraction = i64x2.const(0x000fffffffffffffn)
const exponent = i64x2.const(0x4330000000000000n)

/**
 * The local x, positive, becomes ln x to 2⁻⁴⁰: x = m · 2ᵉ, ln m = 2 artanh s with s = (m − 1) / (m + 1). 0 and ∞ are taken for
 * 2⁻¹⁰²³ and 2¹⁰²⁴.
 */
export const lnWide = (x: string): Code[] => [
  set('k', i64x2.add(x, shift)),
  set('m', i64x2.add(v128.and('k', fraction), sqrtHalf)),
  set('e', v128.or(i64x2.shr_u('k', 52), exponent)),
  set('s', div(sub('m', 1), add('m', 1))),
  set('z', mul('s', 's')),
  set(x, mul('s', madd(polynomial('z', atanhTail), 'z', 2))),
  set(x, madd(sub('e', 2 ** 52 + 1023), Math.LN2, x)),
]

/** The local x, between −200 and 200, becomes eˣ to 2⁻³³. */
export const expWide = (x: string): Code[] => [
  set('t', madd(x, Math.LOG2E, shifter)),
  set('r', sub(x, mul(sub('t', shifter), Math.LN2))),
  set(x, madd(mul('r', 'r'), polynomial('r', expTail), add('r', 1))),
  set(x, mul(x, i64x2.add(i64x2.shl('t', 52), f64x2.const(1)))),
]
