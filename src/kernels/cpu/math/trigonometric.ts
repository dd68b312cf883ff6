/**
 * Circular functions and their inverses in float32.
 */
import type { Operand } from '../wasm/code.js'
import { call, when } from '../wasm/control.js'
import { f32, f32x4, f64 } from '../wasm/instructions.js'
import { define } from './define.js'
import {
  abs,
  add,
  and,
  anyTrue,
  bits,
  div,
  get,
  greater,
  madd,
  mul,
  nmadd,
  polynomial,
  select,
  set,
  signBit,
  sqrt,
  sub,
  tee,
  withSign,
  xor,
} from './float32.js'
import { wide } from './float64.js'

/** Up to here x is reduced in float64; larger numbers go to `Math`, one by one. */
const limit = 1e6

/** π / 2 in two parts; the first has 33 bits, so that its product with a number below 2²⁰ is exact. */
const halfPi = [1.5707963267341256, 6.077100506506192e-11]

const count = (x: Operand) => wide.madd(x, 2 / Math.PI, wide.shifter)
const rest = (x: Operand, t: Operand) => {
  const n = wide.sub(t, wide.shifter)
  return wide.sub(wide.sub(x, wide.mul(n, halfPi[0])), wide.mul(n, halfPi[1]))
}

/** Statements: |x| = q π/2 + r with |r| ≤ π / 4; q is an int32. */
const quarterTurns = () => [
  set('a', abs('x')),
  wide.set('low', wide.low('a')),
  wide.set('high', wide.high('a')),
  wide.set('i', count('low')),
  wide.set('j', count('high')),
  set('q', wide.joinBits('i', 'j')),
  set('r', wide.join(rest('low', 'i'), rest('high', 'j'))),
  set('z', mul('r', 'r')),
]

/** (sin r − r) / r³ and (cos r − 1 + r²/2) / r⁴, in r². */
const sinTail = [-0.16666655, 0.008332191, -0.00019518599]
const cosTail = [0.041666653, -0.0013887618, 2.44554e-5]

const sinOfR = () => madd('r', mul('z', polynomial('z', sinTail)), 'r')
const cosOfR = () => madd(mul('z', 'z'), polynomial('z', cosTail), nmadd('z', 0.5, 1))

/** All bits of the lanes where an integer is odd. */
const isOdd = (q: Operand) => bits.equal(and(q, 1), 1)

/** `$y`, with the lanes that were too large to reduce replaced. */
const orHuge = (helper: string) =>
  when(anyTrue(tee('h', greater('a', limit))), select('h', call(helper, 'x'), 'y'), get('y'), 'v128')

/** `Math`'s function, lane by lane. */
const lanewise = (name: string) => {
  const lane = (i: number) => f32.demote_f64(call(`Math.${name}`, f64.promote_f32(f32x4.extract_lane(i, 'x'))))
  const rest = [1, 2, 3]
  return define('x', () => rest.reduce((v, i) => f32x4.replace_lane(i, v, lane(i)), f32x4.splat(lane(0))))
}

const sinHuge = lanewise('sin')
const cosHuge = lanewise('cos')
const tanHuge = lanewise('tan')

/** ± sin r or ± cos r, by the quadrant. */
const sin = define('x', () => [
  ...quarterTurns(),
  set('y', select(isOdd('q'), cosOfR(), sinOfR())),
  set('y', xor('y', signBit(xor(bits.shl('q', 30), 'x')))),
  orHuge('sinHuge'),
])

/** sin of one quadrant more. */
const cos = define('x', () => [
  ...quarterTurns(),
  set('q', bits.add('q', 1)),
  set('y', select(isOdd('q'), cosOfR(), sinOfR())),
  set('y', xor('y', signBit(bits.shl('q', 30)))),
  orHuge('cosHuge'),
])

/** (tan r − r) / r³ in r². */
const tanTail = [0.3333321, 0.13337961, 0.05345912, 0.024304703, 0.0032741749, 0.009313269]

/** tan r, or −1 / tan r in odd quadrants. */
const tan = define('x', () => [
  ...quarterTurns(),
  set('y', madd('r', mul('z', polynomial('z', tanTail)), 'r')),
  set('y', select(isOdd('q'), div(-1, 'y'), 'y')),
  set('y', xor('y', signBit('x'))),
  orHuge('tanHuge'),
])

const pi = [Math.fround(Math.PI), Math.PI - Math.fround(Math.PI)]

/** (arcsin s − s) / s³ in s², for |s| ≤ ½. */
const asinTail = [0.16666731, 0.074959286, 0.04543224, 0.024178723, 0.0424464]

/** Statements: for |x| ≤ ½, s = |x|; otherwise s = √((1 − |x|) / 2) = sin(½ arccos |x|). arcsin s = s + c. */
const arc = () => [
  set('a', abs('x')),
  set('large', greater('a', 0.5)),
  set('z', select('large', nmadd('a', 0.5, 0.5), mul('a', 'a'))),
  set('s', select('large', sqrt('z'), 'a')),
  set('c', mul(mul('s', 'z'), polynomial('z', asinTail))),
]

/** s + c, or π/2 − 2 (s + c). */
const asin = define('x', () => [
  ...arc(),
  set('y', sub(nmadd('s', 2, pi[0] / 4), madd('c', 2, -pi[1] / 2))),
  set('y', add('y', pi[0] / 4)),
  set('y', select('large', 'y', add('s', 'c'))),
  withSign('y', 'x'),
])

/** With x's sign on s and c: π/2 − (s + c), 2 (s + c), or π + 2 (s + c) for x < −½. */
const acos = define('x', () => [
  ...arc(),
  set('s', xor('s', signBit('x'))),
  set('c', xor('c', signBit('x'))),
  set('y', sub(pi[0] / 2, sub('s', sub(pi[1] / 2, 'c')))),
  set('s', add('s', 's')),
  set('c', add('c', 'c')),
  set('b', bits.shr('x', 31)),
  set('s', add(add('s', and('b', bits.of(pi[0]))), add('c', and('b', bits.of(pi[1]))))),
  select('large', 's', 'y'),
])

/** (arctan t − t) / t³ in t², for |t| ≤ 1. */
const atanTail = [
  -0.33333313, 0.19998932, -0.14268003, 0.10970716, -0.084550954, 0.058808506, -0.03199914, 0.011343856, -0.0018874179,
]

/** arctan |x|, as π/2 + arctan(−1 / |x|) where |x| > 1. */
const atan = define('x', () => [
  set('a', abs('x')),
  set('large', greater('a', 1)),
  set('t', select('large', div(-1, 'a'), 'a')),
  set('z', mul('t', 't')),
  set('y', madd(mul('t', 'z'), polynomial('z', atanTail), and('large', bits.of(pi[1] / 2)))),
  set('y', add(add('t', 'y'), and('large', bits.of(pi[0] / 2)))),
  withSign(abs('y'), 'x'),
])

export const trigonometry = { sin, cos, tan, asin, acos, atan, sinHuge, cosHuge, tanHuge }
