/**
 * From the syntax tree back to text, with as few parentheses as possible: parsing the text gives the tree again.
 */
import {
  type CallExpr,
  type Expr,
  fold,
  type NumberExpr,
  type Program,
  type Statement,
  type SymbolExpr,
} from './ast.js'
import { type FunctionName, rows } from './functions.js'
import { precedence } from './row.js'

/** The form of an operator between two arguments. */
interface Infix {
  readonly sign: string
  readonly own: number
  /** The least precedence of operands without parentheses. */
  readonly left: number
  readonly right: number
}

/** The operator that a function is written as, if it is. */
export function infixOf(fn: FunctionName): Infix | undefined {
  const { operator } = rows[fn]
  if (!operator) return undefined
  const [sign, name] = operator
  const own = precedence[name]
  if (name === 'pow') return { sign, own, left: precedence.atom, right: precedence.unary }
  // Comparisons chain (a < b < c means a < b and b < c), so one inside another always stands in parentheses
  return { sign: ` ${sign} `, own, left: name === 'compare' ? precedence.add : own, right: own + 1 }
}

/** The text of a program, one statement a line; that of the single statement `y = expression` is the expression. */
export function print(program: Pick<Program, 'statements'>): string {
  const { statements } = program
  if (statements.length === 1 && statements[0].name === 'y') return printExpr(statements[0].value)
  return statements.map(printStatement).join('\n')
}

const printStatement = ({ name, value }: Statement) => `${name} = ${printExpr(value)}`

/** The text of an expression. */
export function printExpr(expr: Expr): string {
  return fold(expr, printLeaf, printCall)
}

const printLeaf = (expr: NumberExpr | SymbolExpr) => (expr.kind === 'number' ? printNumber(expr.value) : expr.name)

/** A call, given the texts of its arguments: in parentheses where they hold together less tightly than their place asks for. */
function printCall({ fn, args }: CallExpr, texts: readonly string[]): string {
  const operand = (i: number, least: number) => (precedenceOf(args[i]) < least ? `(${texts[i]})` : texts[i])
  const operator = infixOf(fn)
  if (operator) return `${operand(0, operator.left)}${operator.sign}${operand(1, operator.right)}`
  if (fn === 'where')
    return `${operand(0, precedence.or)} ? ${operand(1, precedence.or)} : ${operand(2, precedence.where)}`
  if (fn === 'unaryMinus') return `-${operand(0, precedence.unary)}`
  if (fn === 'not') return `not ${operand(0, precedence.unary)}`
  return `${fn}(${texts.join(', ')})`
}

/** The precedence of an expression. */
export function precedenceOf(expr: Expr): number {
  if (expr.kind === 'number') return expr.value < 0 || Object.is(expr.value, -0) ? precedence.unary : precedence.atom
  if (expr.kind === 'symbol') return precedence.atom
  if (expr.fn === 'where') return precedence.where
  if (expr.fn === 'unaryMinus' || expr.fn === 'not') return precedence.unary
  return infixOf(expr.fn)?.own ?? precedence.atom
}

function printNumber(value: number): string {
  if (value < 0 || Object.is(value, -0)) return `-${printNumber(-value)}`
  if (value === Math.PI) return 'pi'
  return value === Math.E ? 'e' : String(value)
}
