/**
 * exp and its relatives in float32. All splitExponent x to n ln 2 + r with |r| ≤ ln 2 / 2 and put the exponent n together from bits.
 */
import { define } from './define.js'
import {
  abs,
  add,
  and,
  atLeast,
  atMost,
  bits,
  div,
  get,
  greater,
  less,
  madd,
  mul,
  neg,
  nmadd,
  polynomial,
  select,
  set,
  shifter,
  sub,
  withSign,
} from './float32.js'

/** ln 2 in two parts; the first is so short that its product with n is exact. */
const ln2 = [0.693359375, -0.00021219444005469057]

/** (eʳ − 1 − r) / r² on ±ln 2 / 2; eʳ − 1 keeps its relative accuracy to 2⁻²⁶. */
const tail = [0.49999997, 0.16666538, 0.04166739, 0.008367279, 0.0013882667]

/** Statements: x = n ln 2 + r, with n + shifter in `$t` and r in `$r`. */
export const splitExponent = (x: string) => [
  set('t', madd(x, Math.LOG2E, shifter)),
  set('n', sub('t', shifter)),
  set('r', nmadd('n', ln2[1], nmadd('n', ln2[0], x))),
]

/** eʳ − 1. */
export const expm1OfR = () => madd(mul('r', 'r'), polynomial('r', tail), 'r')

/** eʳ. */
export const expOfR = () => add(expm1OfR(), 1)

/** 2ⁿ⁺ᵏ, which must be a normal number. */
export const power = (k = 0) => bits.add(bits.shl('t', 23), (127 + k) * 2 ** 23)

/** Statements that multiply `$y` by 2ⁿ in two steps, so that the result may be 0, denormal or ∞. */
const scale = () => [
  set('e', bits.shl('t', 23)),
  set('h', and(bits.shr('e', 1), -0x800000)),
  set('y', mul('y', bits.add('h', 0x3f800000))),
  set('y', mul('y', bits.add(bits.sub('e', 'h'), 0x3f800000))),
]

/** 2ⁿ eʳ. */
const exp = define('x', () => [
  set('a', atLeast(atMost('x', 89), -104)),
  ...splitExponent('a'),
  set('y', expOfR()),
  ...scale(),
  get('y'),
])

/** With s = 2ⁿ⁻¹, which does not overflow: 2 (s (eʳ − 1) + (s − 1/2)). */
const expm1 = define('x', () => [
  set('a', atLeast(atMost('x', 89), -20)),
  ...splitExponent('a'),
  set('s', power(-1)),
  set('y', madd(expm1OfR(), 's', sub('s', 0.5))),
  withSign(abs(add('y', 'y')), 'x'),
])

/** exp(−|x|) in `$y`, more accurate than exp: with what was rounded off r. */
const expOfMinusAbs = () => [
  set('a', atLeast(neg(abs('x')), -104)),
  ...splitExponent('a'),
  set('c', sub(sub(nmadd('n', ln2[0], 'a'), 'r'), mul('n', ln2[1]))),
  set('y', add(add(madd(mul('r', 'r'), polynomial('r', tail), 'c'), 'r'), 1)),
  ...scale(),
]

/** With e = exp(−|x|) and y = e / (1 + e): 1 − y, or for negative x y itself, as e − e y, which is more accurate. */
const sigmoid = define('x', () => [
  ...expOfMinusAbs(),
  set('c', select(less('x', 0), 'y', 1)),
  nmadd('c', div('y', add('y', 1)), 'c'),
])

/** (ln(1 + e) − 2s) / s³ in s², with s = e / (2 + e) ≤ 1/3. */
const atanhTail = [0.66666675, 0.3999895, 0.28615212, 0.21443884, 0.24245271]

/** max(x, 0) + ln(1 + e) with e = exp(−|x|); 2s is computed as e − s e, which is more accurate. */
const softplus = define('x', () => [
  ...expOfMinusAbs(),
  set('s', div('y', add('y', 2))),
  set('z', mul('s', 's')),
  set('y', nmadd('s', nmadd('z', polynomial('z', atanhTail), 'y'), 'y')),
  add('y', atLeast('x', 0)),
])

/** exp(|x|) / 4 in `$h`, which does not overflow before sinh and cosh do. */
const quarter = () => [set('a', atMost(abs('x'), 89.5)), ...splitExponent('a'), set('h', mul(expOfR(), power(-2)))]

/** (sinh x − x) / x³ in x², for |x| < 1. */
const sinhTail = [0.16666667, 0.008333307, 0.00019843847, 2.779286e-6]

/** A polynomial for small x, otherwise (exp |x| − exp −|x|) / 2. */
const sinh = define('x', () => [
  ...quarter(),
  set('z', mul('a', 'a')),
  set(
    'y',
    select(less('a', 1), madd('a', mul('z', polynomial('z', sinhTail)), 'a'), sub(add('h', 'h'), div(0.125, 'h'))),
  ),
  withSign('y', 'x'),
])

/** (exp |x| + exp −|x|) / 2. */
const cosh = define('x', () => [...quarter(), add(add('h', 'h'), div(0.125, 'h'))])

/** (tanh x − x) / x³ in x², for |x| < 0.625. */
const tanhTail = [-0.33333293, 0.13331665, -0.053751204, 0.020655924, -0.0057044583]

/** A polynomial for small x, otherwise 1 − 2 / (exp(2|x|) + 1). */
const tanh = define('x', () => [
  set('a', atMost(abs('x'), 10)),
  set('b', add('a', 'a')),
  ...splitExponent('b'),
  set('z', mul('a', 'a')),
  set('y', sub(1, div(2, madd(expOfR(), power(), 1)))),
  set('y', select(greater('a', 0.625), 'y', madd('a', mul('z', polynomial('z', tanhTail)), 'a'))),
  withSign('y', 'x'),
])

export const exponentials = { exp, expm1, sigmoid, softplus, sinh, cosh, tanh }
