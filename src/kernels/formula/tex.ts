/**
 * Formulas in TeX, for documentation: mathjs writes them, this file tells it how to write names and the functions it does not know.
 */
import type { Program } from './ast.js'
import { type MathNode, type MathTree, parseMath, type TeXOptions } from './mathjs.js'
import { printExpr } from './print.js'

const greek = new Set(
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau phi chi psi omega'.split(' '),
)

/**
 * The program in TeX, without `$`: an expression if it is one, else aligned lines `name = expression`.
 * `toTeX(parse('x / beta1'))` is `\frac{x}{\beta_{1}}`.
 */
export function toTeX({ statements }: Program): string {
  const lines = statements.map(({ name, value }) => [symbolToTeX(name), toMath(printExpr(value))])
  if (lines.length === 1 && statements[0].name === 'y') return lines[0][1]
  if (lines.length === 1) return lines[0].join(' = ')
  return `\\begin{aligned}\n${lines.map((line) => line.join(' &= ')).join(' \\\\\n')}\n\\end{aligned}`
}

function toMath(text: string): string {
  return parseMath(text).toTex({ parenthesis: 'auto', handler: writeNode }).replaceAll(/ {2,}/g, ' ').trim()
}

/** How a node is written, or undefined to leave it to mathjs. */
function writeNode(node: MathNode, options: TeXOptions): string | undefined {
  if (node.type === 'SymbolNode' && !shown.includes(node.name)) return ` ${symbolToTeX(node.name)}`
  if (node.type === 'ConstantNode' && Number.isNaN(node.value)) return '\\mathrm{NaN}'
  if (node.type === 'FunctionNode' && node.fn.type === 'SymbolNode')
    return functionToTeX(node.fn.name, node.args, options)
  return undefined
}

/** Names that mathjs shows well. */
const shown: readonly string[] = ['pi', 'e']

const operatorNames: Readonly<Record<string, string>> = {
  erf: '\\operatorname{erf}',
  sign: '\\operatorname{sign}',
  sigmoid: '\\sigma',
  softplus: '\\operatorname{softplus}',
}

function functionToTeX(fn: string, args: readonly MathNode[], options: TeXOptions): string | undefined {
  const tex = args.map((arg) => (arg as MathTree).toTex(options))
  if (fn === 'mod') return `\\left(${tex[0]} \\bmod ${tex[1]}\\right)`
  return Object.hasOwn(operatorNames, fn) ? `${operatorNames[fn]}\\left(${tex[0]}\\right)` : undefined
}

/** `beta1` is β₁, `d_x` is d with the subscript x, a name of several letters stands upright. */
function symbolToTeX(name: string): string {
  const [, base, , index] = /^(.+?)(_?([0-9]+|(?<=_).+))?$/.exec(name)!
  const subscript = index === undefined ? '' : `_{${letters(index)}}`
  return letters(base) + subscript
}

function letters(name: string): string {
  if (greek.has(name)) return `\\${name}`
  return name.length === 1 || /^\d+$/.test(name)
    ? name
    : `\\mathrm{${name.replaceAll('_', '\\_').replaceAll('$', '\\$')}}`
}
