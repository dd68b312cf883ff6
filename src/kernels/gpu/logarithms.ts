/**
 * Logarithms for kernels. x = m · 2ᵏ exactly, with m from √½ to √2, so that powers of 2 have exact logarithms to base 2. See
 * `functions.ts`.
 */
import { count, largest, polynomial } from './polynomial.js'

/** log((1 + z) / (1 − z)) / z in powers of z². */
const series = count(6).map((i) => 2 / (2 * i + 1))

/** Statements that bring `m` between 1 and 2 and count in `k`. The first step is there twice for denormal numbers. */
const split = [64, 64, 32, 16, 8, 4, 2, 1]
  .map(
    (s) => `if (m >= ${2 ** s}) { m = m * ${2 ** -s}; k = k + ${s}; }
    else if (m < ${2 ** (1 - s)}) { m = m * ${2 ** s}; k = k - ${s}; }`,
  )
  .join('\n    ')

/**
 * A logarithm.
 * @param high log(2) to its base, so short that k times it is exact
 * @param low the rest of it
 * @param scale log(e) to its base
 * @param last statements that mend the result `y`
 */
const logarithm = (name: string, high: number, low: number, scale: number, last = '') => `function ${name}(x) {
    if (x === 0) { return -1 / Math.abs(x); }
    if (!(x > 0)) { return notANumber(x); }
    if (x > ${largest}) { return x; }
    let m = x;
    let k = 0;
    ${split}
    if (m > ${Math.SQRT2}) { m = 0.5 * m; k = k + 1; }
    const z = (m - 1) / (m + 1);
    const z2 = z * z;
    let y = k * ${high} + (k * ${low} + ${scale} * (z * ${polynomial(series, 'z2')}));
    ${last}
    return y;
  }`

/** Next to a whole number, float32 has nothing nearer to the logarithm of a power of 10 than that number. */
const toWhole = `const whole = Math.floor(y + 0.5);
    if (Math.abs(y - whole) < 1.2e-7 * Math.abs(whole)) { y = whole; }`

/** The logarithms of kernels. */
export const logarithms: readonly string[] = [
  logarithm('logarithmOf', 0.693359375, Math.LN2 - 0.693359375, 1),
  logarithm('logarithm2Of', 1, 0, Math.LOG2E),
  logarithm('logarithm10Of', 0.30078125, Math.log10(2) - 0.30078125, Math.LOG10E, toWhole),
  `function logPlus1(x) {
    if (Math.abs(x) < 0.5) {
      const z = x / (2 + x);
      const z2 = z * z;
      return x * (${polynomial(series, 'z2')} / (2 + x));
    }
    return logarithmOf(1 + x);
  }`,
]
