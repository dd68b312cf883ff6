/**
 * The derivative of every function of the formula language, one line each: the calculus that nabla knows.
 *
 * A rule is a formula itself. `x` is the argument (`a` and `b` where there are two; `c`, `a`, `b` for `c ? a : b`), `y` the value
 * of the function, `g` the gradient of `y`; it says the gradient of the argument. Where a function has none, the rule says
 * what PyTorch does: at a kink the middle of both sides, 0 for steps. A function with a definition (`definitions.ts`) needs a rule only
 * where the derivative of the definition is slower or less stable.
 */
import type { Arguments } from './algebra.js'
import type { FunctionName } from './ast.js'
import type { DefinedFunction } from './definitions.js'

/** One rule per argument. */
type Rules<F extends FunctionName> = Arguments<F, string>

/** The type makes a missing rule a compile error. */
export const derivatives: { readonly [F in Exclude<FunctionName, DefinedFunction>]: Rules<F> } & {
  readonly [F in DefinedFunction]?: Rules<F>
} = {
  add: ['g', 'g'],
  subtract: ['g', '-g'],
  multiply: ['g * b', 'g * a'],
  divide: ['g / b', '-g * y / b'],
  pow: ['b == 0 ? 0 : g * b * a^(b - 1)', 'a == 0 and b >= 0 ? 0 : g * y * log(a)'],
  unaryMinus: ['-g'],
  equal: ['0', '0'],
  unequal: ['0', '0'],
  smaller: ['0', '0'],
  smallerEq: ['0', '0'],
  larger: ['0', '0'],
  largerEq: ['0', '0'],
  and: ['0', '0'],
  or: ['0', '0'],
  not: ['0'],
  where: ['0', 'c ? g : 0', 'c ? 0 : g'],
  abs: ['g * sign(x)'],
  sign: ['0'],
  sqrt: ['g / (2 * y)'],
  cbrt: ['g / (3 * y^2)'],
  square: ['2 * g * x'],
  hypot: ['y == 0 ? 0 : g * (a / y)', 'y == 0 ? 0 : g * (b / y)'],
  exp: ['g * y'],
  expm1: ['g * (y + 1)'],
  log: ['g / x'],
  log1p: ['g / (1 + x)'],
  log2: ['g / (x * log(2))'],
  log10: ['g / (x * log(10))'],
  log1mexp: ['g / expm1(x)'],
  logaddexp: [
    'a == b and abs(a) == Infinity ? g / 2 : g * sigmoid(a - b)',
    'a == b and abs(a) == Infinity ? g / 2 : g * sigmoid(b - a)',
  ],
  xlogy: ['a == 0 and b <= 0 ? 0 : g * log(b)', 'a == 0 and b == 0 ? 0 : g * a / b'],
  logit: ['g / (x * (1 - x))'],
  sin: ['g * cos(x)'],
  cos: ['-g * sin(x)'],
  tan: ['g * (1 + y^2)'],
  asin: ['g / sqrt((1 - x) * (1 + x))'],
  acos: ['-g / sqrt((1 - x) * (1 + x))'],
  atan: ['g / (1 + x^2)'],
  atan2: ['a == 0 and b == 0 ? 0 : g * b / (a^2 + b^2)', 'a == 0 and b == 0 ? 0 : -g * a / (a^2 + b^2)'],
  sinh: ['g * cosh(x)'],
  cosh: ['g * sinh(x)'],
  tanh: ['g * (1 - y^2)'],
  asinh: ['g / sqrt(1 + x^2)'],
  acosh: ['g / (sqrt(x - 1) * sqrt(x + 1))'],
  atanh: ['g / ((1 - x) * (1 + x))'],
  erf: ['2 / sqrt(pi) * g * exp(-x^2)'],
  erfc: ['-2 / sqrt(pi) * g * exp(-x^2)'],
  erfinv: ['sqrt(pi) / 2 * g * exp(y^2)'],
  floor: ['0'],
  ceil: ['0'],
  round: ['0'],
  min: ['a > b ? 0 : a == b ? g / 2 : g', 'b > a ? 0 : a == b ? g / 2 : g'],
  max: ['a < b ? 0 : a == b ? g / 2 : g', 'b < a ? 0 : a == b ? g / 2 : g'],
  mod: ['g', 'g * (y == b ? 1 : b == 0 ? -a / b : -round((a - y) / b))'],
  sigmoid: ['g * y * (1 - y)'],
  softplus: ['g * sigmoid(x)'],
}
