/**
 * The error function in float32, erf |x| = −(exp(q) − 1), where q = ln(1 − erf |x|) is nearly a polynomial; and its complement.
 */
import { scaledShort } from '../../erf.js'
import type { Code, Operand } from '../wasm/code.js'
import { define } from './define.js'
import { expm1OfR, power, splitExponent } from './exponential.js'
import { abs, atLeast, atMost, less, madd, neg, nmadd, polynomial, select, set, sub, withSign } from './float32.js'
import { wide } from './float64.js'
import { expWide } from './log-exp-float64.js'

/** q / a − 1 for a = −|x| ≥ −4, where erf has become −1. */
const exponent = [
  0.12837921, -0.63661623, 0.102817245, 0.019332178, 0.00022275379, -0.0012386127, -0.00037642306, -4.0148687e-5,
]

/** Within 4 ulp, odd. */
const erf = define('x', () => [
  set('a', atLeast(neg(abs('x')), -4)),
  set('q', madd('a', polynomial('a', exponent), 'a')),
  ...splitExponent('q'),
  set('s', power()),
  withSign(nmadd(expm1OfR(), 's', sub(1, 's')), 'x'),
])

/** Statements: `$w` = exp(−a²) p(t) / (1 + 2a) in float64. */
const complement = (w: string, take: (x: Operand) => Code) => [
  wide.set('b', take('a')),
  wide.set(w, wide.sub(0, wide.mul('b', 'b'))),
  ...expWide(w),
  wide.set('z', wide.div(wide.sub('b', 3), wide.add('b', 3))),
  wide.set(w, wide.div(wide.mul(w, wide.polynomial('z', scaledShort)), wide.add(wide.add('b', 'b'), 1))),
]

/** 1 − erf(x), of the same relative accuracy where it is small: for negative x it is 2 less that of |x|. */
const erfc = define('x', () => [
  set('a', atMost(abs('x'), 11)),
  ...complement('low', wide.low),
  ...complement('high', wide.high),
  set('y', wide.join('low', 'high')),
  select(less('x', 0), sub(2, 'y'), 'y'),
])

export const errorFunctions = { erf, erfc }
