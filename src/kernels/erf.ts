/**
 * The error function in double precision, which `Math` lacks: for the interpreter and for the float64 kernels.
 */

/** erf(x) / x as a polynomial in x², for |x| < 1 (minimax, relative error 2⁻⁵⁵). */
export const inner = [
  1.1283791670955126, -0.37612638903183343, 0.1128379167093695, -0.02686617064195893, 0.005223977596733084,
  -0.000854832548481107, 0.00012055280489304763, -1.492446546757161e-5, 1.644414803713617e-6, -1.6183968596432593e-7,
  1.3616587829590674e-8, -7.60757872152882e-10,
]

/** exp(x²) · (1 − erf(x)) as a polynomial in (x − 2) / (x + 2), for 1 ≤ x ≤ 6 (its error changes erf by less than 2⁻⁵⁸). */
export const outer = [
  0.25539567631050575, -0.4271858474139583, 0.2416581942424602, -0.07897858101583341, 0.0037328924050628494,
  0.006997461758427908, -0.0008471432116546294, -0.0009819779696037128, 4.355028465606433e-5, 0.0001743690074028509,
  2.765443255891241e-5, -2.7332063391889918e-5, -1.4581355937734952e-5, -1.5742404712201996e-6,
]

/** erf(x) = 2/√π ∫₀ˣ exp(−t²) dt, within 2 ulp; odd, ±1 at ±∞, NaN at NaN. */
export function erf(x: number): number {
  const a = Math.abs(x)
  if (a < 1) return x * polynomial(inner, x * x)
  if (a > 6) return Math.sign(x)
  return Math.sign(x) * (1 - Math.exp(-x * x) * polynomial(outer, (a - 2) / (a + 2)))
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]
  return sum
}
