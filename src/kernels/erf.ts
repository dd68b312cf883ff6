/**
 * The error function and its complement in double precision, which `Math` lacks: for the interpreter and for the float64 kernels.
 */

/** erf(x) / x as a polynomial in x², for |x| < 1 (minimax, relative error 2⁻⁵⁵). */
export const inner = [
  1.1283791670955126, -0.37612638903183343, 0.1128379167093695, -0.02686617064195893, 0.005223977596733084,
  -0.000854832548481107, 0.00012055280489304763, -1.492446546757161e-5, 1.644414803713617e-6, -1.6183968596432593e-7,
  1.3616587829590674e-8, -7.60757872152882e-10,
]

/** erf(x) = 2/√π ∫₀ˣ exp(−t²) dt, within 2 ulp; odd, ±1 at ±∞, NaN at NaN. */
export function erf(x: number): number {
  const a = Math.abs(x)
  if (a < 1) return x * polynomial(inner, x * x)
  return Math.sign(x) * (1 - erfc(a))
}

/** (1 + 2x) exp(x²) erfc(x) as a polynomial in (x − 3.75) / (x + 3.75), for 0 ≤ x ≤ 27.5 (relative error 2⁻⁵²). */
const scaled = [
  1.2375126308378277, -0.14024059858554647, 0.003585415485442036, 0.08227673849008657, -0.10880393014057267,
  0.09230432116258319, -0.05869339861346072, 0.028362277379520878, -0.009746579315046284, 0.0017556262468733448,
  0.00029371226396731015, -0.000290156457998736, 5.165386893361688e-5, 2.2393223598253696e-5, -1.1453487542660917e-5,
  -9.949401637875665e-7, 1.760453790425613e-6, -2.6073714494272448e-8, -2.582946167360224e-7, -2.2383961019660342e-9,
  3.0652906815110664e-8, 5.5047860877450545e-9,
]

/** The same in (x − 3) / (x + 3), for 0 ≤ x ≤ 11 (relative error 2⁻²⁸): for float32. */
export const scaledShort = [
  1.253008059, -0.1356211506, -0.047562442025, 0.12964669214, -0.11927005119, 0.068294505038, -0.023803472978,
  0.00256546997, 0.002012168045, -0.000765231727, -0.00026397418766,
]

/** 1 − erf(x), of the same relative accuracy where it is small; 0 at ∞, 2 at −∞, NaN at NaN. */
export function erfc(x: number): number {
  const a = Math.abs(x)
  if (a > 27.5) return x > 0 ? 0 : 2
  // The square of the short part is exact
  const short = Math.fround(a)
  const power = Math.exp(-short * short) * Math.exp((short - a) * (short + a))
  const y = (power * polynomial(scaled, (a - 3.75) / (a + 3.75))) / (1 + 2 * a)
  return x < 0 ? 2 - y : y
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]
  return sum
}
