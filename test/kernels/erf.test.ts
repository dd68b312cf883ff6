import test from 'ava'
import { erf } from '../../src/kernels/erf.js'

/** From scipy 1.17.1, scipy.special.erf. */
const golden = [
  [1e-300, 1.1283791670955126e-300],
  [1e-10, 1.1283791670955126e-10],
  [0.1, 0.1124629160182849],
  [0.25, 0.2763263901682369],
  [0.5, 0.5204998778130465],
  [0.84375, 0.7672256612323416],
  [0.95, 0.8208908072732778],
  [0.999, 0.8422852702064969],
  [1.0, 0.8427007929497148],
  [1.001, 0.8431154854780762],
  [1.25, 0.9229001282564582],
  [1.5, 0.9661051464753108],
  [2.0, 0.9953222650189527],
  [2.5, 0.999593047982555],
  [3.0, 0.9999779095030014],
  [3.5, 0.9999992569016276],
  [4.0, 0.9999999845827421],
  [5.0, 0.9999999999984626],
  [5.9, 0.9999999999999999],
  [6.5, 1.0],
]

test('erf agrees with scipy to 2 ulp, and is odd', (t) => {
  for (const [x, y] of golden) {
    t.true(Math.abs(erf(x) - y) <= 2 ** -51 * y, `erf(${x}) is ${erf(x)}, not ${y}`)
    t.is(erf(-x), -erf(x))
  }
})

test('erf has its limits at infinity, keeps the sign of zero, and passes NaN on', (t) => {
  t.is(erf(Infinity), 1)
  t.is(erf(-Infinity), -1)
  t.is(erf(0), 0)
  t.is(erf(-0), -0)
  t.is(erf(NaN), NaN)
})
