/**
 * Functions of the language that are formulas themselves. Every back end computes them as they stand here, so that a new one is a
 * line in this file, one in `arity` (`ast.ts`) and, where the derivative of the definition is not good enough, one in `derivatives.ts`.
 *
 * They are written for accuracy: nothing overflows or cancels on the way, and ±0, ±∞ and NaN give what NumPy and SciPy give.
 */
import { argumentNames, arity, type FunctionName, fold, type NumberExpr, type SymbolExpr } from './ast.js'
import { parse } from './parse.js'

/** By name; the arguments are called `x`, or `a` and `b`. The last line is the value. */
export const definitions = {
  trunc: 'x < 0 ? ceil(x) : floor(x)',
  frac: 'x - trunc(x)',
  exp2: '2^x',
  heaviside: 'a == 0 ? b : a < 0 ? 0 : a > 0 ? 1 : a',
  // 1 / b < 0 tells −0 from 0, here and in atan2
  copysign: 'b < 0 or (b == 0 and 1 / b < 0) ? -abs(a) : abs(a)',
  // Squares where they are safe in float32, too; otherwise the larger side is taken out of the root
  hypot: `
    s = a^2 + b^2
    m = max(abs(a), abs(b))
    root = m == 0 ? 0 : m * sqrt(1 + (min(abs(a), abs(b)) / m)^2)
    abs(a) == Infinity or abs(b) == Infinity ? Infinity : s > 1e-25 and s < 1e38 ? sqrt(s) : root`,
  // The angle of (|a|, |b|), carried over to the quadrant of (a, b)
  atan2: `
    angle = atan(abs(a) == abs(b) ? (a == 0 ? 0 : 1) : abs(a / b))
    copysign(abs((copysign(1, b) < 0 ? pi : 0) - angle), a)`,
  // Near 0 the series, whose derivatives do not cancel; elsewhere sin(πx) by way of the distance to the nearest whole number
  sinc: `
    t = (pi * x)^2
    s = t / 110 * (1 - t / 156 * (1 - t / 210 * (1 - t / 272 * (1 - t / 342 * (1 - t / 420)))))
    near = 1 - t / 6 * (1 - t / 20 * (1 - t / 42 * (1 - t / 72 * (1 - s))))
    n = round(x)
    abs(x) < 0.5 ? near : (1 - 2 * mod(n, 2)) * sin(pi * (x - n)) / (pi * x)`,
  log1mexp: 'x < log(2) ? log(-expm1(-x)) : log1p(-exp(-x))',
  logaddexp: 'a == b ? a + log(2) : max(a, b) + softplus(-abs(a - b))',
  xlogy: 'a == 0 and b == b ? 0 : a * log(b)',
  logit: 'x < 0.25 ? log(x / (1 - x)) : 2 * atanh(2 * x - 1)',
  // Winitzki's approximation, then two steps of Halley's method
  erfinv: `
    l = -log((1 - x) * (1 + x)) / 0.14
    u = 4.5473 - 0.07 * l
    p = sqrt(l / (sqrt(u^2 + l) + u))
    m = abs(x)
    d = (m < 0.5 ? erf(p) - m : 1 - m - erfc(p)) * sqrt(pi) / 2 * exp(p^2)
    q = p - d / (1 + p * d)
    r = (m < 0.5 ? erf(q) - m : 1 - m - erfc(q)) * sqrt(pi) / 2 * exp(q^2)
    m == 1 ? x * Infinity : copysign(q - r / (1 + q * r), x)`,
} as const

/** A function that has a definition. */
export type DefinedFunction = keyof typeof definitions

/** Whether the function has a definition. */
export const isDefined = (fn: string): fn is DefinedFunction => Object.hasOwn(definitions, fn)

/** The function of these arguments, computed as its definition says from what `constant` makes of numbers and `call` of functions. */
export function expand<T>(
  fn: DefinedFunction,
  args: readonly T[],
  constant: (value: number) => T,
  call: (fn: FunctionName, args: T[]) => T,
): T {
  const values = new Map(argumentNames[arity[fn]].map((name, i) => [name, args[i]]))
  const leaf = (x: NumberExpr | SymbolExpr) => (x.kind === 'number' ? constant(x.value) : values.get(x.name)!)
  for (const { name, value } of parse(definitions[fn]).statements) {
    values.set(
      name,
      fold<T>(value, leaf, ({ fn }, args) => call(fn, args)),
    )
  }
  return values.get('y')!
}
