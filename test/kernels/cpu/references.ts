/**
 * What the vector functions should give, in double precision, for the tests of `kernels/cpu/math`.
 */

/** A function's true values, its limit in ulp for float32, and where to look closely. */
export interface Reference {
  readonly f: (x: number, y: number) => number
  readonly ulp: number
  /** Intervals that are sampled densely. */
  readonly dense: readonly (readonly [number, number])[]
}

const reference = (f: Reference['f'], dense: Reference['dense'], ulp = 2): Reference => ({ f, dense, ulp })

/** Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 · … · (2n + 1)), times 2/√π exp(−x²): all terms are positive. */
function erfSeries(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; term > sum * 2 ** -54; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** The continued fraction of 1 − erf, x + (1/2) / (x + 1 / (x + (3/2) / …)), which converges fast for large x. */
function erfFraction(x: number): number {
  let denominator = x
  for (let n = 40; n > 0; n--) denominator = x + n / 2 / denominator
  return 1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * denominator)
}

/** 1 − erf(x), by the fraction where it is small. */
function erfc(x: number): number {
  if (x > 40) return 0
  if (x < 1) return 1 - erf(x)
  let denominator = x
  for (let n = 400; n > 0; n--) denominator = x + n / 2 / denominator
  const short = Math.fround(x) // its square is exact
  const power = Math.exp(-short * short) * Math.exp((short - x) * (short + x))
  return power / (Math.sqrt(Math.PI) * denominator)
}

function erf(x: number): number {
  const a = Math.abs(x)
  if (a === 0 || Number.isNaN(x)) return x
  return Math.sign(x) * (a < 3 ? erfSeries(a) : erfFraction(a))
}

/** As in C and NumPy: 1 to any power is 1, and −1 to the power ±∞. */
function pow(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y
}

/** The exact remainder with the sign of y, rounded once; NaN for y = 0 and for infinite x, never −0. */
function mod(x: number, y: number): number {
  const rest = x % y
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest + 0
}

function sigmoid(x: number): number {
  return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}

const unit = [-1, 1] as const
const small = [-3, 3] as const
const middle = [-20, 20] as const
const exponents = [-110, 110] as const
const circles = [-1000, 1000] as const
const positive = [0, 4] as const

/** By name: one for every function of the language that is more than one instruction. */
export const references: Record<string, Reference> = {
  exp: reference(Math.exp, [small, exponents]),
  expm1: reference(Math.expm1, [small, exponents]),
  log: reference(Math.log, [positive, [0.9, 1.1]]),
  log1p: reference(Math.log1p, [unit, positive]),
  log2: reference(Math.log2, [positive, [0.9, 1.1]]),
  log10: reference(Math.log10, [positive, [0.9, 1.1]]),
  sin: reference(Math.sin, [small, circles, [-1.1e6, 1.1e6]]),
  cos: reference(Math.cos, [small, circles, [-1.1e6, 1.1e6]]),
  tan: reference(Math.tan, [small, circles, [-1.1e6, 1.1e6]], 4),
  asin: reference(Math.asin, [unit, [0.49, 0.51]]),
  acos: reference(Math.acos, [unit, [0.49, 0.51]]),
  atan: reference(Math.atan, [unit, middle]),
  sinh: reference(Math.sinh, [small, exponents]),
  cosh: reference(Math.cosh, [small, exponents]),
  tanh: reference(Math.tanh, [unit, middle]),
  asinh: reference(Math.asinh, [small, middle, [-0.001, 0.001]]),
  acosh: reference(Math.acosh, [
    [1, 1.01],
    [1, 20],
  ]),
  atanh: reference(Math.atanh, [unit, [-0.001, 0.001]]),
  erf: reference(erf, [unit, [-4.5, 4.5]], 4),
  erfc: reference(erfc, [unit, [-4.5, 10.5]]),
  cbrt: reference(Math.cbrt, [small, exponents]),
  pow: reference(pow, [positive, middle], 4),
  mod: reference(mod, [small, circles]),
  sigmoid: reference(sigmoid, [small, exponents]),
  softplus: reference(softplus, [small, exponents]),
}
