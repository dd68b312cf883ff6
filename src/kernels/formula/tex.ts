/**
 * Formulas in TeX, for documentation.
 */
import type { CallExpr, Expr, FunctionName, Program } from './ast.js'
import { infix, level, levelOf } from './print.js'

const greek =
  /^(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|rho|sigma|tau|phi|chi|psi|omega)$/

/**
 * The program in TeX, without `$`: an expression if it is one, else aligned lines `name = expression`.
 * `toTeX(parse('x / beta1'))` is `\frac{x}{\beta_{1}}`.
 */
export function toTeX({ statements }: Pick<Program, 'statements'>): string {
  const lines = statements.map(({ name, value }) => [writeName(name), write(value)])
  if (lines.length === 1 && statements[0].name === 'y') return lines[0][1]
  if (lines.length === 1) return lines[0].join(' = ')
  return `\\begin{aligned}\n${lines.map((line) => line.join(' &= ')).join(' \\\\\n')}\n\\end{aligned}`
}

/** What stands between the arguments of functions that are written so. */
const operators: Partial<Record<FunctionName, string>> = {
  or: '\\vee',
  and: '\\wedge',
  equal: '=',
  unequal: '\\neq',
  smaller: '<',
  smallerEq: '\\leq',
  larger: '>',
  largerEq: '\\geq',
  add: '+',
  subtract: '-',
  multiply: '\\cdot',
}

/** Operators for which a ∘ (b ∘ c) needs no parentheses. */
const associative: readonly FunctionName[] = ['add', 'multiply', 'and', 'or']

/** Functions with a form of their own. */
const forms: Partial<Record<FunctionName, (...args: Expr[]) => string>> = {
  divide: (a, b) => `\\frac{${write(a)}}{${write(b)}}`,
  pow: (a, b) => `${operand(a, level.atom)}^{${write(b)}}`,
  square: (x) => `${operand(x, level.atom)}^{2}`,
  mod: (a, b) => `\\left(${operand(a, level.unary)} \\bmod ${operand(b, level.unary)}\\right)`,
  unaryMinus: (x) => `-${operand(x, level.pow)}`,
  not: (x) => `\\neg ${operand(x, level.unary)}`,
  where: (condition, yes, no) =>
    `\\begin{cases} ${write(yes)}, & \\text{if } ${write(condition)} \\\\ ${write(no)}, & \\text{otherwise} \\end{cases}`,
  abs: (x) => `\\left|${write(x)}\\right|`,
  sqrt: (x) => `\\sqrt{${write(x)}}`,
  cbrt: (x) => `\\sqrt[3]{${write(x)}}`,
  hypot: (a, b) => `\\sqrt{${operand(a, level.atom)}^{2} + ${operand(b, level.atom)}^{2}}`,
  floor: (x) => `\\left\\lfloor ${write(x)}\\right\\rfloor`,
  ceil: (x) => `\\left\\lceil ${write(x)}\\right\\rceil`,
  round: (x) => `\\left\\lfloor ${write(x)}\\right\\rceil`,
  exp2: (x) => `2^{${write(x)}}`,
  expm1: (x) => `\\left(e^{${write(x)}} - 1\\right)`,
  log1p: (x) => `\\ln\\left(${operand(x, level.add)} + 1\\right)`,
  log1mexp: (x) => `\\ln\\left(1 - e^{-${operand(x, level.pow)}}\\right)`,
  logaddexp: (a, b) => `\\ln\\left(e^{${write(a)}} + e^{${write(b)}}\\right)`,
  xlogy: (a, b) => `\\left(${operand(a, level.multiply)} \\cdot \\ln\\left(${write(b)}\\right)\\right)`,
}

/** The other functions that are written otherwise than they are called. */
const commands: Partial<Record<FunctionName, string>> = {
  log: '\\ln',
  log2: '\\log_{2}',
  log10: '\\log_{10}',
  sigmoid: '\\sigma',
  erfinv: '\\operatorname{erf}^{-1}',
}

function write(expr: Expr): string {
  if (expr.kind === 'number') return writeNumber(expr.value)
  return expr.kind === 'symbol' ? writeName(expr.name) : writeCall(expr)
}

function writeCall({ fn, args }: CallExpr): string {
  const form = forms[fn]
  if (form) return form(...args)
  const operator = operators[fn]
  if (operator) return writeInfix(fn, operator, args)
  return `${commands[fn] ?? command(fn)}\\left(${args.map(write).join(', ')}\\right)`
}

/** `asin` is written sin⁻¹. */
function command(fn: string): string {
  if (/^a(sin|cos|tan)h?$/.test(fn)) return `\\${fn.slice(1)}^{-1}`
  return /^((sin|cos|tan)h?|exp|min|max)$/.test(fn) ? `\\${fn}` : `\\operatorname{${fn}}`
}

function writeInfix(fn: FunctionName, operator: string, [a, b]: readonly Expr[]): string {
  const { own, left, right } = infix[fn]!
  const second = operand(b, associative.includes(fn) ? own : right)
  // a - (-b), but a < -b
  const apart = own >= level.add && second.startsWith('-')
  return `${operand(a, left)} ${operator} ${apart ? inParentheses(second) : second}`
}

/** The expression, in parentheses if it holds together less tightly than `least`. */
function operand(expr: Expr, least: number): string {
  return texLevel(expr) < least ? inParentheses(write(expr)) : write(expr)
}

const inParentheses = (tex: string) => `\\left(${tex}\\right)`

/** As in text, but that the bar of a fraction holds together what is above and below. */
function texLevel(expr: Expr): number {
  if (expr.kind === 'number') return /e|-/.test(String(expr.value)) ? level.multiply : levelOf(expr)
  return expr.kind === 'call' && /^(divide|square|exp2)$/.test(expr.fn) ? level.pow : levelOf(expr)
}

function writeNumber(value: number): string {
  if (value < 0 || Object.is(value, -0)) return `-${writeNumber(-value)}`
  if (Number.isNaN(value)) return '\\mathrm{NaN}'
  return (
    names.get(value) ??
    String(value)
      .replace(/e\+?(.*)/, ' \\cdot 10^{$1}')
      .replace(/^1 .cdot /, '')
  )
}

const names = new Map([
  [Math.PI, '\\pi'],
  [Math.E, 'e'],
  [Infinity, '\\infty'],
])

/** `beta1` is β₁, `d_x` is d with the subscript x, a name of several letters stands upright. */
function writeName(name: string): string {
  const rest = name.slice(1)
  const cut = name[0] === '_' && rest !== '' ? 0 : rest.search(/_.|(?<![0-9])[0-9]+$/u)
  if (cut < 0) return letters(name)
  return `${letters(name.slice(0, 1 + cut))}_{${letters(rest.slice(cut).replace(/^_(?=.)/u, ''))}}`
}

function letters(name: string): string {
  if (greek.test(name)) return `\\${name}`
  return name.length === 1 || /^\d+$/.test(name)
    ? name
    : `\\mathrm{${name.replaceAll('_', '\\_').replaceAll('$', '\\$')}}`
}
