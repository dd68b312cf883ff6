/**
 * The functions of the formula language that are more than one instruction, on four float32 at a time, in WebAssembly; and the helper
 * functions that they call. Within 2 ulp of the true value (pow, tan and erf: 4) for every float32; NaN, ±∞, ±0 and denormals as `Math`
 * has them (pow: as C, NumPy and PyTorch have them).
 */
import type { VectorFunction, VectorFunctions } from './define.js'
import { errorFunctions } from './erf.js'
import { exponentials } from './exponential.js'
import { logarithms } from './logarithm.js'
import { powers } from './power.js'
import type { LibraryFunction } from './single-instructions.js'
import { trigonometry } from './trigonometric.js'

const all = { ...exponentials, ...logarithms, ...trigonometry, ...powers, ...errorFunctions }

/** By name. The type makes a missing function a compile error. */
export const float32Functions: Readonly<Record<LibraryFunction, VectorFunction>> & VectorFunctions = all
