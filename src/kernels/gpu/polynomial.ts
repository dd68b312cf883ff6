/**
 * Polynomials and numbers in the text of kernels.
 */

/** A polynomial with these coefficients, lowest first, in Horner's form. */
export function polynomial(coefficients: readonly number[], x: string): string {
  const [first, ...rest] = coefficients
  return rest.length === 0 ? literal(first) : `(${literal(first)} + ${x} * ${polynomial(rest, x)})`
}

/** A number in the text of a kernel. */
export const literal = (x: number): string => (x < 0 ? `(${x})` : String(x))

/** 0, 1, …, n − 1. */
export const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** The largest finite float32: what is not at most as large is infinite or NaN. */
export const largest = '3.4028234663852886e38'
