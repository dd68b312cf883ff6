/**
 * Functions of numbers, in double precision, that `Math` lacks or has otherwise. (`../erf.ts` has the error function.)
 */

/** `a ** b`, but 1 to any power is 1, and so is −1 to the power ±∞, as in C, NumPy and PyTorch. */
export function pow(a: number, b: number): number {
  const isOne = a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY)
  return isOne ? 1 : a ** b
}

/** The remainder with the sign of b, exact except where it is much smaller than b and of the other sign; NaN where b = 0. */
export function remainder(a: number, b: number): number {
  const r = a % b
  return r !== 0 && r < 0 !== b < 0 ? r + b : r + 0
}

/** To the nearest integer, halves to the even one, as NumPy, PyTorch and WebAssembly's `nearest` do. */
export function roundHalfToEven(x: number): number {
  const below = Math.floor(x)
  const rest = x - below
  if (rest === 0 || Number.isNaN(rest)) return x
  const isUp = rest > 0.5 || (rest === 0.5 && below % 2 !== 0)
  return isUp ? Math.ceil(x) : below
}

/** 1 / (1 + exp(−x)) without overflow. */
export function sigmoid(x: number): number {
  const z = Math.exp(-Math.abs(x))
  return (x >= 0 ? 1 : z) / (1 + z)
}

/** ln(1 + exp(x)) without overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
