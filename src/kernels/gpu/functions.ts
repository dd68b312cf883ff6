/**
 * Functions that kernels call, in the JavaScript that gpu.js translates: those that shading languages lack or leave inexact (their
 * sin, atan or tanh may be off by 10⁻³), or undefined where the argument is NaN, infinite or outside of the domain. Accurate to a few
 * float32 roundings.
 */
import { inner, scaledShort } from '../erf.js'
import { logarithms } from './logarithms.js'
import { count, largest, polynomial } from './polynomial.js'
import { trigonometry } from './trigonometry.js'

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
const exponential = count(8).map((i) => 1 / factorial(i + 1))

/** Every helper, by name. Those that call others come after them. */
export const functions: readonly string[] = [
  // Whole numbers below 2²⁴: floor(a / b) although division may be off by a little
  `function quotient(a, b) {
    let q = Math.floor(a / b);
    const r = a - q * b;
    if (r < 0) { q = q - 1; }
    if (r >= b) { q = q + 1; }
    return q;
  }`,
  `function notANumber(x) { return Math.sqrt(-1 - Math.abs(x)); }`,
  // What was computed for |x| gets the sign of x; ±0 and NaN stay what they are
  `function withSign(y, x) {
    if (x < 0) { return -y; }
    if (x > 0) { return y; }
    return x;
  }`,
  // gpu.js divides whole numbers on WebGL2 without the sign of a zero
  `function divided(a, b) {
    const q = a / b;
    if (q === 0) { return a * (1 / b); }
    return q;
  }`,
  `function floorDivide(a, b) {
    let q = Math.floor(divided(a, b));
    const r = a - q * b;
    if (b > 0 && r >= b) { q = q + 1; }
    if (b < 0 && r <= b) { q = q + 1; }
    return q;
  }`,
  // Long division in binary: every difference is exact
  `function floorModulo(a, b) {
    const n = Math.abs(b);
    let r = Math.abs(a);
    if (!(r <= ${largest}) || !(n > 0)) { return notANumber(a); }
    if (n <= ${largest}) {
      let t = n;
      for (let j = 0; j < 300; j++) {
        if (t > 0.5 * r) { break; }
        t = t + t;
      }
      for (let j = 0; j < 300; j++) {
        if (t < n) { break; }
        if (r >= t) { r = r - t; }
        t = 0.5 * t;
      }
    }
    if (r === 0) { return 0; }
    if (a < 0 && b < 0) { return -r; }
    if (a < 0) { return b - r; }
    if (b < 0) { return b + r; }
    return r;
  }`,
  // A NaN on either side stays; of two zeros −0 is the smaller one
  `function smallerOf(a, b) {
    if (a < b || !(a === a)) { return a; }
    if (a === 0 && b === 0 && 1 / a < 0) { return a; }
    return b;
  }`,
  `function largerOf(a, b) {
    if (a > b || !(a === a)) { return a; }
    if (a === 0 && b === 0 && 1 / a > 0) { return a; }
    return b;
  }`,
  // By squaring, so that powers of whole numbers are whole
  `function wholePower(a, b) {
    let n = Math.abs(b);
    let square = a;
    let r = 1;
    for (let i = 0; i < 5; i++) {
      const half = Math.floor(n * 0.5);
      if (n - 2 * half === 1) { r = r * square; }
      square = square * square;
      n = half;
    }
    return b < 0 ? 1 / r : r;
  }`,
  // |a|^b, and then its sign: odd powers keep a's, broken powers of negative numbers are NaN
  `function power(a, b) {
    if (b === 0 || a === 1) { return 1; }
    if (!(a === a)) { return a; }
    if (!(b === b)) { return b; }
    if (Math.floor(b) === b && Math.abs(b) < 32) { return wholePower(a, b); }
    const n = Math.abs(a);
    if (n === 1 && Math.abs(b) > ${largest}) { return 1; }
    let r = 0;
    if (n === 0 || n > ${largest}) {
      r = n;
      if (b < 0) { r = 1 / n; }
    }
    else if (b === 0.5) { r = Math.sqrt(n); }
    else { r = Math.pow(n, b); }
    if (Math.floor(b) !== b) {
      if (a < 0 && n > 0 && n <= ${largest}) { return notANumber(a); }
      return r;
    }
    if (b - 2 * Math.floor(0.5 * b) === 1 && (a < 0 || (a === 0 && 1 / a < 0))) { return -r; }
    return r;
  }`,
  `function exponentialOf(x) {
    if (!(x === x)) { return x; }
    return Math.exp(x);
  }`,
  `function expMinus1(x) {
    let r = exponentialOf(x) - 1;
    if (Math.abs(x) < 0.5) { r = x * ${polynomial(exponential, 'x')}; }
    return r;
  }`,
  ...logarithms,
  ...trigonometry,
  // One step of Newton's method after the power
  `function cubeRoot(x) {
    const a = Math.abs(x);
    if (!(a > 0 && a <= ${largest})) { return x; }
    let y = Math.pow(a, ${1 / 3});
    y = y - divided(y - divided(a, y * y), 3);
    return withSign(y, x);
  }`,
  // exp(x) / 2, which does not overflow before its time
  `function halfExponential(x) {
    const root = exponentialOf(0.5 * x);
    return 0.5 * root * root;
  }`,
  `function hyperbolicSine(x) {
    const a = Math.abs(x);
    let y = halfExponential(a) - halfExponential(-a);
    if (a < 1) {
      const e = expMinus1(a);
      y = 0.5 * (e + e / (e + 1));
    }
    return withSign(y, x);
  }`,
  `function hyperbolicCosine(x) { return halfExponential(x) + halfExponential(-x); }`,
  `function hyperbolicTangent(x) {
    const e = expMinus1(-2 * Math.abs(x));
    return withSign(-e / (e + 2), x);
  }`,
  `function inverseHyperbolicSine(x) {
    const a = Math.abs(x);
    let y = logPlus1(a + a * a / (1 + Math.sqrt(1 + a * a)));
    if (a > 10000) { y = logarithmOf(a) + ${Math.LN2}; }
    return withSign(y, x);
  }`,
  `function inverseHyperbolicCosine(x) {
    if (!(x >= 1)) { return notANumber(x); }
    const t = x - 1;
    let y = logPlus1(t + Math.sqrt(t * (2 + t)));
    if (x > 10000) { y = logarithmOf(x) + ${Math.LN2}; }
    return y;
  }`,
  `function inverseHyperbolicTangent(x) {
    const a = Math.abs(x);
    if (!(a <= 1)) { return notANumber(x); }
    return withSign(0.5 * logPlus1(2 * a / (1 - a)), x);
  }`,
  // The square of the short part of a is exact
  `function complementaryError(x) {
    const a = Math.min(Math.abs(x), 11);
    const short = Math.floor(a * 256 + 0.5) / 256;
    const t = (a - 3) / (a + 3);
    let y = exponentialOf(-short * short) * exponentialOf((short - a) * (short + a)) * ${polynomial(scaledShort, 't')} / (1 + 2 * a);
    if (x < 0) { y = 2 - y; }
    if (!(x === x)) { y = x; }
    return y;
  }`,
  `function errorFunction(x) {
    const a = Math.abs(x);
    const x2 = x * x;
    let y = a * ${polynomial(inner, 'x2')};
    if (a >= 1) { y = 1 - complementaryError(a); }
    return withSign(y, x);
  }`,
  `function sigmoidOf(x) {
    const z = exponentialOf(-Math.abs(x));
    let top = z;
    if (x >= 0) { top = 1; }
    return top / (1 + z);
  }`,
  `function softplusOf(x) {
    let positive = x;
    if (x < 0) { positive = 0; }
    return positive + logPlus1(exponentialOf(-Math.abs(x)));
  }`,
  // To the nearest whole number, halves to the even one
  `function roundToEven(x) {
    const a = Math.abs(x);
    const below = Math.floor(a);
    const rest = a - below;
    let y = below;
    if (rest > 0.5) { y = below + 1; }
    if (rest === 0.5 && below - 2 * Math.floor(below * 0.5) !== 0) { y = below + 1; }
    return withSign(y, x);
  }`,
]
