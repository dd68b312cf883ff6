/**
 * ln and exp of two float64, as statements, for float32 functions that need more than float32 on the way.
 */
import { wide } from './text.js'

const { add, div, madd, mul, polynomial, set, shifter, sub } = wide

/** (2 artanh s − 2s) / s³ in s², for |s| ≤ 0.172. */
const atanhTail = [0.6666666667385898, 0.3999999585448537, 0.2857211492908138, 0.22175060713636763, 0.1960954666652562]

/** (eʳ − 1 − r) / r² on ±ln 2 / 2. */
const expTail = [
  0.5000000082266922, 0.16666666758029755, 0.04166623557184757, 0.008333285455440282, 0.0013948940184357593,
  0.00019907970597799935,
]

const both = (bits: string) => `(v128.const i64x2 ${bits} ${bits})`
const integer = (op: string, a: string, b: string) => `(i64x2.${op} ${a} ${b})`
const get = (name: string) => `(local.get ${name})`

/** The bits of √½ (m below lies between it and √2), and of 1 less those. */
const sqrtHalf = both('0x3fe6a09e667f3bcd')
const shift = both('0x00095f619980c433')

/**
 * The local x, positive, becomes ln x to 2⁻⁴⁰: x = m · 2ᵉ, ln m = 2 artanh s with s = (m − 1) / (m + 1). 0 and ∞ are taken for
 * 2⁻¹⁰²³ and 2¹⁰²⁴.
 */
export const lnWide = (x: string) => [
  set('$k', integer('add', get(x), shift)),
  set('$m', integer('add', `(v128.and ${get('$k')} ${both('0x000fffffffffffff')})`, sqrtHalf)),
  set('$e', `(v128.or (i64x2.shr_u ${get('$k')} (i32.const 52)) ${both('0x4330000000000000')})`),
  set('$s', div(sub('$m', 1), add('$m', 1))),
  set('$z', mul('$s', '$s')),
  set(x, mul('$s', madd(polynomial('$z', atanhTail), '$z', 2))),
  set(x, madd(sub('$e', 2 ** 52 + 1023), Math.LN2, x)),
]

/** The local x, between −200 and 200, becomes eˣ to 2⁻³³. */
export const expWide = (x: string) => [
  set('$t', madd(x, Math.LOG2E, shifter)),
  set('$r', sub(x, mul(sub('$t', shifter), Math.LN2))),
  set(x, madd(mul('$r', '$r'), polynomial('$r', expTail), add('$r', 1))),
  set(x, mul(x, integer('add', `(i64x2.shl ${get('$t')} (i32.const 52))`, '(v128.const f64x2 1 1)'))),
]
