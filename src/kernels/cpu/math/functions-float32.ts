/**
 * The functions of the formula language that are more than one instruction, on four float32 at a time, in WebAssembly;
 * and the helper functions that they call. Within 2 ulp of the true value (pow, tan and erf: 4) for every float32; NaN, ±∞, ±0
 * and denormals as `Math` has them (pow: as C, NumPy and PyTorch have them).
 */
import type { VectorFunctions } from './define.js'
import { erf, erfc } from './erf.js'
import { cosh, exp, expm1, sigmoid, sinh, softplus, tanh } from './exponential.js'
import { acosh, asinh, atanh, log, log1p, log2, log10 } from './logarithm.js'
import { cbrt, mod, mod64, pow, sign } from './power.js'

import { acos, asin, atan, cos, cosHuge, sin, sinHuge, tan, tanHuge } from './trigonometric.js'

/** By name. */
export const float32Functions = {
  exp,
  expm1,
  log,
  log1p,
  log2,
  log10,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  erf,
  erfc,
  pow,
  cbrt,
  mod,
  sign,
  sigmoid,
  softplus,
  // Helpers
  mod64,
  sinHuge,
  cosHuge,
  tanHuge,
} satisfies VectorFunctions
