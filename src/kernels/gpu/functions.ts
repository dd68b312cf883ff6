/**
 * Functions that kernels call, in the JavaScript that gpu.js translates: those that shading languages lack or leave inexact (their
 * sin, atan or tanh may be off by 10⁻³). Accurate to a few float32 roundings.
 */
import { inner, scaledShort } from '../erf.js'

/** A polynomial with these coefficients, lowest first, in Horner's form. */
function polynomial(coefficients: readonly number[], x: string): string {
  const [first, ...rest] = coefficients
  return rest.length === 0 ? literal(first) : `(${literal(first)} + ${x} * ${polynomial(rest, x)})`
}

const literal = (x: number): string => (x < 0 ? `(${x})` : String(x))

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

const sine = count(5).map((i) => (-1) ** i / factorial(2 * i + 1))
const cosine = count(6).map((i) => (-1) ** i / factorial(2 * i))
const arctangent = count(6).map((i) => (-1) ** i / (2 * i + 1))
const logarithm = count(6).map((i) => 2 / (2 * i + 1))
const exponential = count(8).map((i) => 1 / factorial(i + 1))

/** Above all finite float32 but the last few. */
const infinite = 3.4e38

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
  `function floorDivide(a, b) {
    let q = Math.floor(a / b);
    const r = a - q * b;
    if (b > 0 && r >= b) { q = q + 1; }
    if (b < 0 && r <= b) { q = q + 1; }
    return q;
  }`,
  `function floorModulo(a, b) {
    if (Math.abs(b) > ${infinite}) {
      if (a * b < 0) { return b; }
      return a;
    }
    let r = a - b * Math.floor(a / b);
    if (b > 0 && r >= b) { r = r - b; }
    if (b < 0 && r <= b) { r = r - b; }
    return r;
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
  `function power(a, b) {
    if (b === 0 || a === 1) { return 1; }
    if (a === -1 && Math.abs(b) > ${infinite}) { return 1; }
    if (Math.floor(b) === b && Math.abs(b) < 32) { return wholePower(a, b); }
    let r = Math.pow(Math.abs(a), b);
    if (a < 0) {
      if (Math.floor(b) !== b) { r = Math.sqrt(a); }
      else if (b - 2 * Math.floor(b / 2) === 1) { r = -r; }
    }
    return r;
  }`,
  `function expMinus1(x) {
    let r = Math.exp(x) - 1;
    if (Math.abs(x) < 0.5) { r = x * ${polynomial(exponential, 'x')}; }
    return r;
  }`,
  `function logPlus1(x) {
    let r = Math.log(1 + x);
    if (Math.abs(x) < 0.5) {
      const z = x / (2 + x);
      const z2 = z * z;
      r = z * ${polynomial(logarithm, 'z2')};
    }
    return r;
  }`,
  // A logarithm that is nearly whole is whole: exact at powers of the base
  `function logOfBase(x, factor) {
    const y = Math.log(x) * factor;
    const n = Math.floor(y + 0.5);
    return Math.abs(y - n) <= 4e-7 * Math.abs(n) ? n : y;
  }`,
  // One step of Newton's method after the power
  `function cubeRoot(x) {
    const a = Math.abs(x);
    if (!(a > 0 && a < ${infinite})) { return x; }
    let y = Math.pow(a, ${1 / 3});
    y = y - (y - a / (y * y)) / 3;
    return x < 0 ? -y : y;
  }`,
  // x − k π/2 in three steps, then the polynomial of the quadrant
  `function sineOfQuarter(x, shift) {
    const k = Math.floor(x * ${2 / Math.PI} + 0.5);
    const r = ((x - k * 1.5703125) - k * 0.000483751296997070312) - k * 7.54978995489188e-8;
    const r2 = r * r;
    const quadrant = k + shift - 4 * Math.floor((k + shift) / 4);
    let y = r * ${polynomial(sine, 'r2')};
    if (quadrant === 1 || quadrant === 3) { y = ${polynomial(cosine, 'r2')}; }
    if (quadrant >= 2) { y = -y; }
    return y;
  }`,
  `function sineOf(x) { return sineOfQuarter(x, 0); }`,
  `function cosineOf(x) { return sineOfQuarter(x, 1); }`,
  `function tangentOf(x) { return sineOfQuarter(x, 0) / sineOfQuarter(x, 1); }`,
  // A quarter of the angle of min(|x|, 1/|x|) has a tangent below 0.2
  `function arctangentOf(x) {
    const a = Math.abs(x);
    let t = a;
    if (a > 1) { t = 1 / a; }
    const half = t / (1 + Math.sqrt(1 + t * t));
    const u = half / (1 + Math.sqrt(1 + half * half));
    const u2 = u * u;
    let y = 4 * u * ${polynomial(arctangent, 'u2')};
    if (a > 1) { y = ${Math.PI / 2} - y; }
    if (x < 0) { y = -y; }
    return y;
  }`,
  `function arcsineOf(x) { return 2 * arctangentOf(x / (1 + Math.sqrt((1 - x) * (1 + x)))); }`,
  `function arccosineOf(x) {
    let y = ${Math.PI / 2} - arcsineOf(x);
    if (x > 0.5) { y = 2 * arcsineOf(Math.sqrt((1 - x) * 0.5)); }
    return y;
  }`,
  `function hyperbolicSine(x) {
    let y = 0.5 * (Math.exp(x) - Math.exp(-x));
    if (Math.abs(x) < 1) {
      const e = expMinus1(x);
      y = 0.5 * (e + e / (e + 1));
    }
    return y;
  }`,
  `function hyperbolicTangent(x) {
    const e = expMinus1(-2 * Math.abs(x));
    let y = -e / (e + 2);
    if (x < 0) { y = -y; }
    return y;
  }`,
  `function inverseHyperbolicSine(x) {
    const a = Math.abs(x);
    let y = logPlus1(a + a * a / (1 + Math.sqrt(1 + a * a)));
    if (a > 10000) { y = Math.log(a) + ${Math.LN2}; }
    if (x < 0) { y = -y; }
    return y;
  }`,
  `function inverseHyperbolicCosine(x) {
    const t = x - 1;
    let y = logPlus1(t + Math.sqrt(t * (2 + t)));
    if (x > 10000) { y = Math.log(x) + ${Math.LN2}; }
    return y;
  }`,
  `function inverseHyperbolicTangent(x) {
    const a = Math.abs(x);
    let y = 0.5 * logPlus1(2 * a / (1 - a));
    if (x < 0) { y = -y; }
    return y;
  }`,
  // The square of the short part of a is exact
  `function complementaryError(x) {
    const a = Math.min(Math.abs(x), 11);
    const short = Math.floor(a * 256 + 0.5) / 256;
    const t = (a - 3) / (a + 3);
    let y = Math.exp(-short * short) * Math.exp((short - a) * (short + a)) * ${polynomial(scaledShort, 't')} / (1 + 2 * a);
    if (x < 0) { y = 2 - y; }
    if (!(x === x)) { y = x; }
    return y;
  }`,
  `function errorFunction(x) {
    const a = Math.abs(x);
    const x2 = x * x;
    let y = a * ${polynomial(inner, 'x2')};
    if (a >= 1) { y = 1 - complementaryError(a); }
    if (x < 0) { y = -y; }
    return y;
  }`,
  `function sigmoidOf(x) {
    const z = Math.exp(-Math.abs(x));
    let top = z;
    if (x >= 0) { top = 1; }
    return top / (1 + z);
  }`,
  `function softplusOf(x) {
    let positive = x;
    if (x < 0) { positive = 0; }
    return positive + logPlus1(Math.exp(-Math.abs(x)));
  }`,
  // To the nearest whole number, halves to the even one
  `function roundToEven(x) {
    const below = Math.floor(x);
    const rest = x - below;
    let y = below;
    if (rest > 0.5) { y = below + 1; }
    if (rest === 0.5 && below - 2 * Math.floor(below * 0.5) !== 0) { y = below + 1; }
    return y;
  }`,
]
