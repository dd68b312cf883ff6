/**
 * Formulas in TeX, for documentation.
 */
import type { CallExpr, Expr, Program } from './ast.js'
import { type FunctionName, rows } from './functions.js'
import { infixOf, precedenceOf } from './print.js'
import { argumentNames, type Precedence, precedence } from './row.js'

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

/** Operators for which a ∘ (b ∘ c) needs no parentheses. */
const associative: readonly FunctionName[] = ['add', 'multiply', 'and', 'or']

/** An argument in a form: `<x>`, or `<x:atom>` with parentheses around what holds together less tightly. */
const argumentInForm = /<(\w)(?::(\w+))?>/g

function write(expr: Expr): string {
  if (expr.kind === 'number') return writeNumber(expr.value)
  return expr.kind === 'symbol' ? writeName(expr.name) : writeCall(expr)
}

function writeCall({ fn, args }: CallExpr): string {
  const { arity, tex, operator } = rows[fn]
  if (tex?.includes('<x') || tex?.includes('<a')) return writeForm(tex, argumentNames[arity], args)
  if (tex && operator) return writeInfix(fn, tex, args)
  return `${tex ?? `\\operatorname{${fn}}`}\\left(${args.map(write).join(', ')}\\right)`
}

const writeForm = (form: string, names: readonly string[], args: readonly Expr[]): string =>
  form.replace(argumentInForm, (_, name: string, least?: Precedence) => {
    const arg = args[names.indexOf(name)]
    return least ? operand(arg, precedence[least]) : write(arg)
  })

function writeInfix(fn: FunctionName, operator: string, [a, b]: readonly Expr[]): string {
  const { own, left, right } = infixOf(fn)!
  const second = operand(b, associative.includes(fn) ? own : right)
  // a - (-b), but a < -b
  const apart = own >= precedence.add && second.startsWith('-')
  return `${operand(a, left)} ${operator} ${apart ? inParentheses(second) : second}`
}

/** The expression, in parentheses if it holds together less tightly than `least`. */
function operand(expr: Expr, least: number): string {
  return precedenceInTeX(expr) < least ? inParentheses(write(expr)) : write(expr)
}

const inParentheses = (tex: string) => `\\left(${tex}\\right)`

/** As in text, but that the bar of a fraction holds together what is above and below. */
function precedenceInTeX(expr: Expr): number {
  if (expr.kind === 'number') return /e|-/.test(String(expr.value)) ? precedence.multiply : precedenceOf(expr)
  const own = expr.kind === 'call' ? rows[expr.fn].texPrecedence : undefined
  return own ? precedence[own] : precedenceOf(expr)
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
