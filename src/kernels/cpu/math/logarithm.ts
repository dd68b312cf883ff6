/**
 * Logarithms and inverse hyperbolic functions. The logarithm of a number near 1 is a polynomial; others are m · 2ᵉ with m near 1.
 */
import type { Code, Operand } from '../wasm/code.js'
import { when } from '../wasm/control.js'
import { define } from './define.js'
import {
  abs,
  add,
  and,
  anyTrue,
  atLeast,
  atMost,
  bits,
  equal,
  get,
  less,
  madd,
  mul,
  nmadd,
  or,
  polynomial,
  select,
  set,
  sub,
  withSign,
} from './float32.js'
import { wide } from './float64.js'
import { lnWide } from './log-exp-float64.js'

const smallestNormal = 2 ** -126

/** The bits of √½: m lies between it and √2. */
const sqrtHalf = 0x3f3504f3

/** ln 2 in two parts; the first is so short that its product with an exponent is exact. */
const ln2 = [0.693359375, -0.00021219444005469057]

/** (ln(1 + f) − f + f²/2) / f³ for √½ ≤ 1 + f ≤ √2. */
const tail = [0.3333333, -0.25000826, 0.2000125, -0.16623372, 0.14200869, -0.13158317, 0.12769602, -0.07652655]

/** Statements: the positive, normal number m · 2ᵉ in the local has m − 1 in `$f` and e, as an int32, in `$e`. */
const split = (x: string) => [
  set('e', bits.sub(x, sqrtHalf)),
  set('k', and('e', -0x800000)),
  set('e', bits.shr('e', 23)),
  set('f', sub(bits.sub(x, 'k'), 1)),
]

/** True where x is negative, denormal, ±0, ∞ or NaN: its bits, as an unsigned integer, are not those of a positive normal number. */
const isUnusual = (x: string) => bits.atLeast(bits.sub(x, 0x00800000), 0x7f000000)

/** Statements: `$y` = ln((1 + f) · 2ᵉ), with e as a float32. */
const lnOfSplit = () => [
  set('z', mul('f', 'f')),
  set('y', madd('e', ln2[1], mul(mul('f', 'z'), polynomial('f', tail)))),
  set('y', madd('e', ln2[0], add(nmadd('z', 0.5, 'y'), 'f'))),
]

/** `$y`, with −∞ where x is at the pole, NaN below, and ∞ and NaN passed on. */
const special = (pole: number) => [
  set('y', or('y', less('x', pole))),
  set('y', select(equal('x', pole), -Infinity, 'y')),
  set('y', select(less('x', Infinity), 'y', 'x')),
]

/** Statements: `$y` = ln of any number; denormals are made normal first. */
const ofAny = (ofSplit: () => Code[]) => [
  set('d', less('x', smallestNormal)),
  set('u', select('d', mul('x', 2 ** 23), 'x')),
  ...split('u'),
  set('e', bits.toFloat(bits.add('e', and('d', -23)))),
  ...ofSplit(),
  ...special(0),
]

/** A logarithm, given the statements that compute it from `$f` and `$e`. Four positive, normal numbers need nothing more. */
const logarithm = (ofSplit: () => Code[]) =>
  define('x', () => [
    ...split('x'),
    set('e', bits.toFloat('e')),
    ...ofSplit(),
    when(anyTrue(isUnusual('x')), ofAny(ofSplit)),
    get('y'),
  ])

/** The natural logarithm. */
const log = logarithm(lnOfSplit)

/** To base 2: exact at powers of 2, where f is 0. */
const log2 = logarithm(() => [
  set('z', mul('f', 'f')),
  set('y', nmadd('z', 0.5, mul(mul('f', 'z'), polynomial('f', tail)))),
  set('y', madd(add('y', 'f'), Math.LOG2E, 'e')),
])

/** ln u with u = 1 + x; what was rounded off u is added to f. */
const log1p = define('x', () => [
  set('u', add('x', 1)),
  ...split('u'),
  set('c', sub(atMost('x', 1), sub('u', atLeast('x', 1)))),
  set('f', madd('c', bits.max(bits.sub(bits.of(1), 'k'), 0), 'f')),
  set('e', bits.toFloat('e')),
  ...lnOfSplit(),
  ...special(-1),
  select(equal('x', 0), 'x', 'y'),
])

/** Statements: `$y` = ln f(`$a`), computed in float64. */
const lnOf = (f: (x: Operand) => Code) => [
  wide.set('low', f(wide.low('a'))),
  wide.set('high', f(wide.high('a'))),
  ...lnWide('low'),
  ...lnWide('high'),
  set('y', wide.join('low', 'high')),
]

/** To base 10: so close before it is rounded that it is exact at powers of 10. */
const log10 = define('x', () => [
  set('a', 'x'),
  wide.set('low', wide.low('a')),
  wide.set('high', wide.high('a')),
  ...lnWide('low'),
  ...lnWide('high'),
  set('y', wide.join(wide.mul('low', Math.LOG10E), wide.mul('high', Math.LOG10E))),
  ...special(0),
  get('y'),
])

/** ln(|x| + √(x² + 1)), or |x| − |x|³ / 6 where that is small. */
const asinh = define('x', () => [
  set('a', abs('x')),
  ...lnOf((x) => wide.add(x, wide.sqrt(wide.madd(x, x, 1)))),
  set('y', select(less('a', 2 ** -12), nmadd(mul('a', mul('a', 'a')), 1 / 6, 'a'), 'y')),
  set('y', select(less('a', Infinity), 'y', 'a')),
  withSign('y', 'x'),
])

/** ln(x + √(x² − 1)). */
const acosh = define('x', () => [
  set('a', 'x'),
  ...lnOf((x) => wide.add(x, wide.sqrt(wide.madd(x, x, -1)))),
  set('y', or('y', less('x', 1))),
  select(less('x', Infinity), 'y', 'x'),
])

/** ½ ln((1 + |x|) / (1 − |x|)), or |x| + |x|³ / 3 where that is small. */
const atanh = define('x', () => [
  set('a', abs('x')),
  ...lnOf((x) => wide.div(wide.add(x, 1), wide.sub(1, x))),
  set('y', mul('y', 0.5)),
  set('y', select(less('a', 2 ** -12), madd(mul('a', mul('a', 'a')), 1 / 3, 'a'), 'y')),
  set('y', select(less('a', 1), 'y', select(equal('a', 1), Infinity, NaN))),
  withSign('y', 'x'),
])

export const logarithms = { log, log2, log1p, log10, asinh, acosh, atanh }
