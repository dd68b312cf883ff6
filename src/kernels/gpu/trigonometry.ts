/**
 * Trigonometric functions for kernels. See `functions.ts`.
 */
import { count, largest, polynomial } from './polynomial.js'

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
const sine = count(5).map((i) => (-1) ** i / factorial(2 * i + 1))
const cosine = count(6).map((i) => (-1) ** i / factorial(2 * i))
const arctangent = count(6).map((i) => (-1) ** i / (2 * i + 1))

/** 2/π in base 4096: as many digits after the point as the largest float32 needs. */
const digits = [2607, 2435, 1764, 3652, 338, 2556, 629, 2001, 3923, 1245, 3085, 2914, 2393, 2364, 1081]

/**
 * Statements that add a product p of two digits to the sums, by its place after the point: whole turns are dropped, and each sum but the
 * last stays so short that it is exact.
 */
const joins = [
  'high = high + p - 4 * Math.floor(0.25 * p);',
  `high = high + (p - 16384 * Math.floor(p * ${2 ** -14})) * ${2 ** -12};`,
  `q = Math.floor(p * ${2 ** -12}); high = high + q * ${2 ** -12}; middle = middle + (p - 4096 * q) * ${2 ** -24};`,
  `q = Math.floor(p * ${2 ** -12}); middle = middle + q * ${2 ** -24}; low = low + (p - 4096 * q) * ${2 ** -36};`,
  `low = low + p * ${2 ** -48};`,
]

/**
 * The quarter turns in a large x: the whole ones in `k`, except for multiples of 4, the rest as an angle in `r`. After Payne and Hanek: x and
 * 2/π are digits in base 4096, and only those of their products are added that are neither whole turns nor too small.
 */
const reduceLarge = `let m = x;
      let place = 0;
      for (let j = 0; j < 12; j++) { if (m >= 4096) { m = m * ${2 ** -12}; place = place + 1; } }
      const d0 = Math.floor(m);
      const rest = (m - d0) * 4096;
      const d1 = Math.floor(rest);
      const d2 = (rest - d1) * 4096;
      let p = 0; let q = 0; let high = 0; let middle = 0; let low = 0;
      ${count(5)
        .flatMap((after) => count(3).map((i) => `p = d${i} * digitOf(place + ${after - i}); ${joins[after]}`))
        .join('\n      ')}
      k = Math.floor(high + 0.5);
      r = (((high - k) + middle) + low) * ${Math.PI / 2};`

/** The trigonometric functions of kernels. */
export const trigonometry: readonly string[] = [
  `function digitOf(place) {
    let digit = 0;
    ${digits.map((digit, i) => `if (place === ${i + 1}) { digit = ${digit}; }`).join('\n    ')}
    return digit;
  }`,
  // For x ≥ 0: x − k π/2, in three steps where that is exact, then the polynomial of the quadrant
  `function sineOfQuarter(x, shift) {
    if (!(x <= ${largest})) { return notANumber(x); }
    let k = Math.floor(x * ${2 / Math.PI} + 0.5);
    let r = ((x - k * 1.5703125) - k * 0.000483751296997070312) - k * 7.54978995489188e-8;
    if (x > 8192) {
      ${reduceLarge}
    }
    const r2 = r * r;
    const quadrant = k + shift - 4 * Math.floor((k + shift) * 0.25);
    let y = r * ${polynomial(sine, 'r2')};
    if (quadrant === 1 || quadrant === 3) { y = ${polynomial(cosine, 'r2')}; }
    if (quadrant >= 2) { y = -y; }
    return y;
  }`,
  `function sineOf(x) { return withSign(sineOfQuarter(Math.abs(x), 0), x); }`,
  `function cosineOf(x) { return sineOfQuarter(Math.abs(x), 1); }`,
  `function tangentOf(x) {
    const a = Math.abs(x);
    return withSign(sineOfQuarter(a, 0) / sineOfQuarter(a, 1), x);
  }`,
  // A quarter of the angle of min(|x|, 1/|x|) has a tangent below 0.2; that of a tiny angle might be taken to be 0
  `function arctangentOf(x) {
    const a = Math.abs(x);
    if (a < 0.0001) { return x; }
    let t = a;
    if (a > 1) { t = 1 / a; }
    const half = t / (1 + Math.sqrt(1 + t * t));
    const u = half / (1 + Math.sqrt(1 + half * half));
    const u2 = u * u;
    let y = 4 * u * ${polynomial(arctangent, 'u2')};
    if (a > 1) { y = ${Math.PI / 2} - y; }
    return withSign(y, x);
  }`,
  `function arcsineOf(x) {
    if (!(Math.abs(x) <= 1)) { return notANumber(x); }
    if (Math.abs(x) < 0.0001) { return x; }
    return 2 * arctangentOf(x / (1 + Math.sqrt((1 - x) * (1 + x))));
  }`,
  `function arccosineOf(x) {
    if (x > 0.5) { return 2 * arcsineOf(Math.sqrt((1 - x) * 0.5)); }
    return ${Math.PI / 2} - arcsineOf(x);
  }`,
]
