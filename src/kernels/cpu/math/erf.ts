/**
 * The error function in float32: a polynomial for |x| < 0.95, otherwise 1 − exp(q) with a polynomial q ≈ ln(1 − erf |x|).
 */
import { expOfR, power, reduce } from './exponential.js'
import { abs, atMost, define, greater, madd, mul, nmadd, polynomial, select, set, withSign } from './text.js'

/** erf(x) / x − 1 in x². */
const inner = [0.12837915, -0.37612477, 0.11281559, -0.026755728, 0.0049758083, -0.00058977323]

/** ln(1 − erf x) for 0.95 ≤ x ≤ 4, where erf has become 1. */
const outer = [-0.00024472413, -1.1274749, -0.6375172, -0.10364009, 0.022087501, -0.003008497, 0.00019242166]

export const erf = define(
  '$x',
  set('$a', atMost(abs('$x'), 4)),
  set('$z', mul('$a', '$a')),
  set('$q', polynomial('$a', outer)),
  ...reduce('$q'),
  set('$y', nmadd(expOfR, power(), 1)),
  set('$y', select(greater('$a', 0.95), '$y', madd('$a', polynomial('$z', inner), '$a'))),
  withSign('$y', '$x'),
)
