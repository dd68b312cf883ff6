/**
 * pow, cbrt and mod in float32, computed in float64, two halves of two numbers.
 */
import type { Code, Operand } from '../wasm/code.js'
import { brIf, call, loop } from '../wasm/control.js'
import { i64x2, v128 } from '../wasm/instructions.js'
import { define } from './define.js'
import {
  abs,
  add,
  and,
  andNot,
  anyTrue,
  equal,
  floor,
  greater,
  less,
  mul,
  or,
  select,
  set,
  signBit,
  unequal,
  withSign,
  xor,
} from './float32.js'
import { wide } from './float64.js'
import { expWide, lnWide } from './log-exp-float64.js'

/** Statements: `$w` = exp(y ln a); c is what to add to ln a where a is 0, ∞ or NaN. */
const half = (w: string, take: (x: Operand) => Code) => [
  wide.set(w, take('a')),
  ...lnWide(w),
  wide.set(w, wide.mul(take('y'), wide.add(w, take('c')))),
  wide.set(w, wide.atLeast(wide.atMost(w, 200), -200)),
  ...expWide(w),
]

/** As C's pow: 1 for y = 0 and for x = 1, whatever the other is, and for x = −1 and y = ±∞; NaN for negative x and fractional y. */
const pow = define('x y', () => [
  set('a', abs('x')),
  set('c', select(less('a', Infinity), and(equal('a', 0), -0x800000), 'a')),
  ...half('low', wide.low),
  ...half('high', wide.high),
  set('p', wide.join('low', 'high')),
  set('odd', unequal(floor(mul('y', 0.5)), mul('y', 0.5))),
  set('fraction', unequal(floor('y'), 'y')),
  set('negative', and(less('x', 0), less('a', Infinity))),
  set('p', xor('p', and(andNot('odd', 'fraction'), signBit('x')))),
  set('p', or('p', and('negative', 'fraction'))),
  set('one', and(equal('a', 1), equal(abs('y'), Infinity))),
  select(or('one', or(equal('y', 0), equal('x', 1))), 1, 'p'),
])

/** Statements: `$w` = ∛a. */
const cubeRoot = (w: string, take: (x: Operand) => Code) => [
  wide.set(w, take('a')),
  ...lnWide(w),
  wide.set(w, wide.mul(w, 1 / 3)),
  ...expWide(w),
]

/** The cube root, odd. */
const cbrt = define('x', () => [
  set('a', abs('x')),
  ...cubeRoot('low', wide.low),
  ...cubeRoot('high', wide.high),
  set('y', select(and(greater('a', 0), less('a', Infinity)), wide.join('low', 'high'), 'a')),
  withSign('y', 'x'),
])

/** The top 29 bits of the whole part of a quotient: its product with a float32 is exact. */
const quotient = () => v128.and(wide.trunc(wide.div('r', 'z')), i64x2.const(-0x1000000n))

/** x − y ⌊x / y⌋ of two pairs of float32 in float64, exact except where it is much smaller than y and of the other sign; $z is a finite y. */
const mod64 = define('x y', () => [
  wide.set('r', 'x'),
  wide.set('z', wide.atLeast(wide.atMost('y', 1e300), -1e300)),
  loop('more', [
    wide.set('r', wide.sub('r', wide.mul(quotient(), 'z'))),
    brIf('more', anyTrue(wide.greaterEqual(wide.abs('r'), wide.abs('z')))),
  ]),
  wide.set('w', wide.less(wide.mul('r', 'y'), 0)),
  wide.add('r', and('w', 'y')),
])

/** The remainder with the sign of y; NaN where y = 0, as in NumPy (mathjs gives x there); never −0. */
const mod = define('x y', () => [
  set('r', wide.join(call('mod64', wide.low('x'), wide.low('y')), call('mod64', wide.high('x'), wide.high('y')))),
  add('r', 0),
])

export const powers = { pow, cbrt, mod, mod64 }
