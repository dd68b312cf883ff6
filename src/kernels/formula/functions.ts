/**
 * Every function of the formula language, one row each, under mathjs's name for it. Operators are functions too (`a + b` is `add(a, b)`,
 * `c ? a : b` is `where(c, a, b)`). Comparisons and logic give 1 or 0, and any number other than 0 (NaN included) counts as true.
 *
 * Gradients at a kink are PyTorch's: the middle of both sides, and 0 for steps. Definitions are written for accuracy: nothing overflows
 * or cancels on the way, and ±0, ±∞ and NaN give what NumPy and SciPy give.
 *
 * A function that is not a formula itself also has a kernel on the CPU: an instruction (`cpu/math/single-instructions.ts`) or code in
 * `cpu/math/`, which `cpu/elementwise/library.ts` finds for the compiler: that of tanh is in `cpu/math/exponential.ts`.
 */
import { erf, erfc } from '../erf.js'
import { pow, remainder, roundHalfToEven, sigmoid, softplus } from './math.js'
import { binary, type Defined, definedOfAB, definedOfX, type FunctionRow, type Primitive, truth, unary } from './row.js'

const later = { isAlsoName: true }

/** By name; the columns are numbers, gradients, GPU, TeX. */
export const functions = {
  add: binary((a, b) => a + b, 'g', 'g', 'a + b', '+', { operator: ['+', 'add'] }),
  subtract: binary((a, b) => a - b, 'g', '-g', 'a - b', '-', { operator: ['-', 'add'] }),
  multiply: binary((a, b) => a * b, 'g * b', 'g * a', 'a * b', '\\cdot', { operator: ['*', 'multiply'] }),
  divide: binary((a, b) => a / b, 'g / b', '-g * y / b', 'divided(a, b)', '\\frac{<a>}{<b>}', {
    operator: ['/', 'multiply'],
    texPrecedence: 'pow',
  }),
  pow: binary(
    pow,
    'b == 0 ? 0 : g * b * a^(b - 1)',
    'a == 0 and b >= 0 ? 0 : g * y * log(a)',
    'power(a, b)',
    '<a:atom>^{<b>}',
    { operator: ['^', 'pow'] },
  ),
  unaryMinus: unary((x) => -x, '-g', '-x', '-<x:pow>'),

  equal: truth('comparison', ['==', 'compare'], (a, b) => a === b, '(a === b)', '='),
  // On the GPU not `!==`, which WGSL compilers take to be false for NaN
  unequal: truth('comparison', ['!=', 'compare'], (a, b) => a !== b, '!(a === b)', '\\neq'),
  smaller: truth('comparison', ['<', 'compare'], (a, b) => a < b, '(a < b)', '<'),
  smallerEq: truth('comparison', ['<=', 'compare'], (a, b) => a <= b, '(a <= b)', '\\leq'),
  larger: truth('comparison', ['>', 'compare'], (a, b) => a > b, '(a > b)', '>'),
  largerEq: truth('comparison', ['>=', 'compare'], (a, b) => a >= b, '(a >= b)', '\\geq'),
  and: truth('logic', ['and', 'and'], (a, b) => a !== 0 && b !== 0, '(a && b)', '\\wedge'),
  or: truth('logic', ['or', 'or'], (a, b) => a !== 0 || b !== 0, '(a || b)', '\\vee'),
  not: unary((x) => Number(x === 0), '0', '(!x)', '\\neg <x:unary>', { truth: 'logic' }),
  where: {
    arity: 3,
    numbers: (c, a, b) => (c !== 0 ? a : b),
    gradient: ['0', 'c ? g : 0', 'c ? 0 : g'],
    gpu: 'c ? a : b',
    tex: '\\begin{cases} <a>, & \\text{if } <c> \\\\ <b>, & \\text{otherwise} \\end{cases}',
  } satisfies Primitive<3>,

  abs: unary(Math.abs, 'g * sign(x)', 'Math.abs(x)', '\\left|<x>\\right|'),
  sign: unary(Math.sign, '0', 'x > 0 ? 1 : (x < 0 ? -1 : x)'),
  // 1 / b < 0 distinguishes −0 from 0, here and in atan2
  copysign: definedOfAB('b < 0 or (b == 0 and 1 / b < 0) ? -abs(a) : abs(a)'),
  heaviside: definedOfAB('a == 0 ? b : a < 0 ? 0 : a > 0 ? 1 : a'),

  sqrt: unary(Math.sqrt, 'g / (2 * y)', 'Math.sqrt(x)', '\\sqrt{<x>}'),
  cbrt: unary(Math.cbrt, 'g / (3 * y^2)', 'cubeRoot(x)', '\\sqrt[3]{<x>}', later),
  square: unary((x) => x * x, '2 * g * x', 'x * x', '<x:atom>^{2}', { texPrecedence: 'pow' }),
  // Squares where they are safe in float32, too; otherwise the larger side is taken out of the root
  hypot: definedOfAB(
    `
    s = a^2 + b^2
    m = max(abs(a), abs(b))
    root = m == 0 ? 0 : m * sqrt(1 + (min(abs(a), abs(b)) / m)^2)
    abs(a) == Infinity or abs(b) == Infinity ? Infinity : s > 1e-25 and s < 1e38 ? sqrt(s) : root`,
    '\\sqrt{<a:atom>^{2} + <b:atom>^{2}}',
    ['y == 0 ? 0 : g * (a / y)', 'y == 0 ? 0 : g * (b / y)'],
    Math.hypot,
  ),

  exp: unary(Math.exp, 'g * y', 'exponentialOf(x)', '\\exp'),
  expm1: unary(Math.expm1, 'g * (y + 1)', 'expMinus1(x)', '\\left(e^{<x>} - 1\\right)'),
  exp2: { ...definedOfX('2^x', '2^{<x>}'), texPrecedence: 'pow' },
  log: unary(Math.log, 'g / x', 'logarithmOf(x)', '\\ln'),
  log1p: unary(Math.log1p, 'g / (1 + x)', 'logPlus1(x)', '\\ln\\left(<x:add> + 1\\right)'),
  log2: unary(Math.log2, 'g / (x * log(2))', 'logarithm2Of(x)', '\\log_{2}', later),
  log10: unary(Math.log10, 'g / (x * log(10))', 'logarithm10Of(x)', '\\log_{10}', later),
  log1mexp: definedOfX(
    'x < log(2) ? log(-expm1(-x)) : log1p(-exp(-x))',
    '\\ln\\left(1 - e^{-<x:pow>}\\right)',
    'g / expm1(x)',
  ),
  logaddexp: definedOfAB(
    'a == b ? a + log(2) : max(a, b) + softplus(-abs(a - b))',
    '\\ln\\left(e^{<a>} + e^{<b>}\\right)',
    [
      'a == b and abs(a) == Infinity ? g / 2 : g * sigmoid(a - b)',
      'a == b and abs(a) == Infinity ? g / 2 : g * sigmoid(b - a)',
    ],
  ),
  xlogy: definedOfAB(
    'a == 0 and b == b ? 0 : a * log(b)',
    '\\left(<a:multiply> \\cdot \\ln\\left(<b>\\right)\\right)',
    ['a == 0 and b <= 0 ? 0 : g * log(b)', 'a == 0 and b == 0 ? 0 : g * a / b'],
  ),
  logit: definedOfX('x < 0.25 ? log(x / (1 - x)) : 2 * atanh(2 * x - 1)', undefined, 'g / (x * (1 - x))'),

  sin: unary(Math.sin, 'g * cos(x)', 'sineOf(x)', '\\sin'),
  cos: unary(Math.cos, '-g * sin(x)', 'cosineOf(x)', '\\cos'),
  tan: unary(Math.tan, 'g * (1 + y^2)', 'tangentOf(x)', '\\tan'),
  asin: unary(Math.asin, 'g / sqrt(abs(x) < 0.5 ? 1 - x^2 : (1 - x) * (1 + x))', 'arcsineOf(x)', '\\sin^{-1}'),
  acos: unary(Math.acos, '-g / sqrt(abs(x) < 0.5 ? 1 - x^2 : (1 - x) * (1 + x))', 'arccosineOf(x)', '\\cos^{-1}'),
  atan: unary(Math.atan, 'g / (1 + x^2)', 'arctangentOf(x)', '\\tan^{-1}'),
  // The angle of (|a|, |b|), carried over to the quadrant of (a, b)
  atan2: definedOfAB(
    `
    angle = atan(abs(a) == abs(b) ? (a == 0 ? 0 : 1) : abs(a / b))
    copysign(abs((copysign(1, b) < 0 ? pi : 0) - angle), a)`,
    undefined,
    ['a == 0 and b == 0 ? 0 : g * b / (a^2 + b^2)', 'a == 0 and b == 0 ? 0 : -g * a / (a^2 + b^2)'],
    Math.atan2,
  ),
  // Near 0 the series, whose derivatives do not cancel; elsewhere sin(πx) by way of the distance to the nearest whole number
  sinc: definedOfX(`
    t = (pi * x)^2
    s = t / 110 * (1 - t / 156 * (1 - t / 210 * (1 - t / 272 * (1 - t / 342 * (1 - t / 420)))))
    near = 1 - t / 6 * (1 - t / 20 * (1 - t / 42 * (1 - t / 72 * (1 - s))))
    n = round(x)
    abs(x) < 0.5 ? near : (1 - 2 * mod(n, 2)) * sin(pi * (x - n)) / (pi * x)`),
  sinh: unary(Math.sinh, 'g * cosh(x)', 'hyperbolicSine(x)', '\\sinh'),
  cosh: unary(Math.cosh, 'g * sinh(x)', 'hyperbolicCosine(x)', '\\cosh'),
  tanh: unary(Math.tanh, 'g * (1 - y^2)', 'hyperbolicTangent(x)', '\\tanh'),
  asinh: unary(Math.asinh, 'g / sqrt(1 + x^2)', 'inverseHyperbolicSine(x)', '\\sinh^{-1}'),
  acosh: unary(Math.acosh, 'g / (sqrt(x - 1) * sqrt(x + 1))', 'inverseHyperbolicCosine(x)', '\\cosh^{-1}'),
  atanh: unary(
    Math.atanh,
    'g / (abs(x) < 0.5 ? 1 - x^2 : (1 - x) * (1 + x))',
    'inverseHyperbolicTangent(x)',
    '\\tanh^{-1}',
  ),

  erf: unary(erf, '2 / sqrt(pi) * g * exp(-x^2)', 'errorFunction(x)'),
  erfc: unary(erfc, '-2 / sqrt(pi) * g * exp(-x^2)', 'complementaryError(x)', undefined, later),
  // Winitzki's approximation, then two steps of Halley's method
  erfinv: definedOfX(
    `
    l = -log((1 - x) * (1 + x)) / 0.14
    u = 4.5473 - 0.07 * l
    p = sqrt(l / (sqrt(u^2 + l) + u))
    m = abs(x)
    d = (m < 0.5 ? erf(p) - m : 1 - m - erfc(p)) * sqrt(pi) / 2 * exp(p^2)
    q = p - d / (1 + p * d)
    r = (m < 0.5 ? erf(q) - m : 1 - m - erfc(q)) * sqrt(pi) / 2 * exp(q^2)
    m == 1 ? x * Infinity : copysign(q - r / (1 + q * r), x)`,
    '\\operatorname{erf}^{-1}',
    'sqrt(pi) / 2 * g * exp(y^2)',
  ),

  floor: unary(Math.floor, '0', 'Math.floor(x)', '\\left\\lfloor <x>\\right\\rfloor'),
  ceil: unary(Math.ceil, '0', 'Math.ceil(x)', '\\left\\lceil <x>\\right\\rceil'),
  round: unary(roundHalfToEven, '0', 'roundToEven(x)', '\\left\\lfloor <x>\\right\\rceil'),
  trunc: { ...definedOfX('x < 0 ? ceil(x) : floor(x)'), numbers: Math.trunc },
  frac: definedOfX('x - trunc(x)'),
  min: binary(Math.min, 'a > b ? 0 : a == b ? g / 2 : g', 'b > a ? 0 : a == b ? g / 2 : g', 'smallerOf(a, b)', '\\min'),
  max: binary(Math.max, 'a < b ? 0 : a == b ? g / 2 : g', 'b < a ? 0 : a == b ? g / 2 : g', 'largerOf(a, b)', '\\max'),
  mod: binary(
    remainder,
    'g',
    'g * (y == b ? 1 : b == 0 ? -a / b : -round((a - y) / b))',
    'floorModulo(a, b)',
    '\\left(<a:unary> \\bmod <b:unary>\\right)',
  ),

  sigmoid: unary(sigmoid, 'g * y * (1 - y)', 'sigmoidOf(x)', '\\sigma'),
  softplus: unary(softplus, 'g * sigmoid(x)', 'softplusOf(x)'),
} satisfies Record<string, FunctionRow>

/** The name of a function of the formula language. */
export type FunctionName = keyof typeof functions

/** The functions that are formulas themselves. */
export type DefinedFunction = {
  [F in FunctionName]: (typeof functions)[F] extends Defined<1> | Defined<2> ? F : never
}[FunctionName]

/** The functions that have kernels. */
export type PrimitiveFunction = Exclude<FunctionName, DefinedFunction>

/** The number of arguments of a function. */
export type Arity<F extends FunctionName> = (typeof functions)[F]['arity']

/** Comparisons and logic: their value is 1 or 0. */
export type TruthFunction = 'equal' | 'unequal' | 'smaller' | 'smallerEq' | 'larger' | 'largerEq' | 'and' | 'or' | 'not'

/** All rows, with whatever they may have. */
export const rows: Readonly<Record<FunctionName, FunctionRow>> = functions

/** True if `name` is a function of the language. */
export const isFunctionName = (name: string): name is FunctionName => Object.hasOwn(functions, name)

/** True if the function is a formula itself. */
export const isDefined = (fn: FunctionName): fn is DefinedFunction => 'definition' in functions[fn]

/** True if the function's value is 1 or 0. */
export const isTruth = (fn: FunctionName): fn is TruthFunction => rows[fn].truth !== undefined
