/**
 * Logarithms and inverse hyperbolic functions. The logarithm of a number near 1 is a polynomial; others are m · 2ᵉ with m near 1.
 */
import {
  abs,
  add,
  and,
  bits,
  define,
  equal,
  less,
  madd,
  mul,
  nmadd,
  or,
  polynomial,
  select,
  set,
  sub,
  wide,
  withSign,
} from './text.js'
import { lnWide } from './wide.js'

const smallestNormal = 2 ** -126

/** The bits of √½: m lies between it and √2. */
const sqrtHalf = 0x3f3504f3

/** ln 2 in two parts; the first is so short that its product with an exponent is exact. */
const ln2 = [0.693359375, -0.00021219444005469057]

/** (ln(1 + f) − f + f²/2) / f³ for √½ ≤ 1 + f ≤ √2. */
const tail = [
  0.33333313, -0.2500017, 0.20002225, -0.16659212, 0.14209428, -0.12552224, 0.12112288, -0.10902885, 0.05314817,
]

/** `$y` for positive x, with ∞, NaN and the results for x ≤ 0 put in. */
const special = [
  set('$y', or('$y', less('$x', 0))),
  set('$y', select(equal('$x', 0), -Infinity, '$y')),
  select(less('$x', Infinity), '$y', '$x'),
]

export const log = define(
  '$x',
  set('$d', less('$x', smallestNormal)),
  set('$y', select('$d', mul('$x', 2 ** 23), '$x')),
  set('$k', bits.sub('$y', sqrtHalf)),
  set('$f', sub(bits.sub('$y', and('$k', -0x800000)), 1)),
  set('$e', bits.toFloat(bits.add(bits.shr('$k', 23), and('$d', -23)))),
  set('$z', mul('$f', '$f')),
  set('$y', madd('$e', ln2[1], mul(mul('$f', '$z'), polynomial('$f', tail)))),
  set('$y', madd('$e', ln2[0], add(nmadd('$z', 0.5, '$y'), '$f'))),
  ...special,
)

/** Statements: `$y` = ln f(`$a`), computed in float64. */
const lnOf = (f: (x: string) => string) => [
  wide.set('$low', f(wide.low('$a'))),
  wide.set('$high', f(wide.high('$a'))),
  ...lnWide('$low'),
  ...lnWide('$high'),
  set('$y', wide.join('$low', '$high')),
]

/** ln(1 + x), or x − x²/2 where that is small. */
export const log1p = define(
  '$x',
  set('$a', '$x'),
  ...lnOf((x) => wide.add(x, 1)),
  set('$y', select(less(abs('$x'), 2 ** -12), nmadd(mul('$x', 0.5), '$x', '$x'), '$y')),
  set('$y', or('$y', less('$x', -1))),
  set('$y', select(equal('$x', -1), -Infinity, '$y')),
  set('$y', select(less('$x', Infinity), '$y', '$x')),
  select(equal('$x', 0), '$x', '$y'),
)

/** ln(|x| + √(x² + 1)), or |x| − |x|³ / 6 where that is small. */
export const asinh = define(
  '$x',
  set('$a', abs('$x')),
  ...lnOf((x) => wide.add(x, wide.sqrt(wide.madd(x, x, 1)))),
  set('$y', select(less('$a', 2 ** -12), nmadd(mul('$a', mul('$a', '$a')), 1 / 6, '$a'), '$y')),
  set('$y', select(less('$a', Infinity), '$y', '$a')),
  withSign('$y', '$x'),
)

/** ln(x + √(x² − 1)). */
export const acosh = define(
  '$x',
  set('$a', '$x'),
  ...lnOf((x) => wide.add(x, wide.sqrt(wide.madd(x, x, -1)))),
  set('$y', or('$y', less('$x', 1))),
  select(less('$x', Infinity), '$y', '$x'),
)

/** ½ ln((1 + |x|) / (1 − |x|)), or |x| + |x|³ / 3 where that is small. */
export const atanh = define(
  '$x',
  set('$a', abs('$x')),
  ...lnOf((x) => wide.div(wide.add(x, 1), wide.sub(1, x))),
  set('$y', mul('$y', 0.5)),
  set('$y', select(less('$a', 2 ** -12), madd(mul('$a', mul('$a', '$a')), 1 / 3, '$a'), '$y')),
  set('$y', select(less('$a', 1), '$y', select(equal('$a', 1), Infinity, NaN))),
  withSign('$y', '$x'),
)
