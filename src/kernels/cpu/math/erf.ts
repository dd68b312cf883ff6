/**
 * The error function in float32: erf |x| = −(exp(q) − 1), where q = ln(1 − erf |x|) is nearly a polynomial.
 */
import { expm1OfR, power, reduce } from './exponential.js'
import { abs, atLeast, define, madd, neg, nmadd, polynomial, set, sub, withSign } from './text.js'

/** q / a − 1 for a = −|x| ≥ −4, where erf has become −1. */
const exponent = [
  0.12837921, -0.63661623, 0.102817245, 0.019332178, 0.00022275379, -0.0012386127, -0.00037642306, -4.0148687e-5,
]

/** Within 4 ulp, odd. */
export const erf = define('$x', () => [
  set('$a', atLeast(neg(abs('$x')), -4)),
  set('$q', madd('$a', polynomial('$a', exponent), '$a')),
  ...reduce('$q'),
  set('$s', power()),
  withSign(nmadd(expm1OfR(), '$s', sub(1, '$s')), '$x'),
])
