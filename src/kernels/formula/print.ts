/**
 * From the syntax tree back to text, with as few parentheses as possible: parsing the text gives the tree again.
 */
import {
  type CallExpr,
  type Expr,
  type FunctionName,
  fold,
  type NumberExpr,
  type Program,
  type Statement,
  type SymbolExpr,
} from './ast.js'

/** How tightly an expression holds together, as mathjs reads it. */
export const level = { where: 0, or: 1, and: 2, compare: 3, add: 4, multiply: 5, unary: 6, pow: 7, atom: 8 } as const

interface Infix {
  readonly symbol: string
  readonly own: number
  /** What the operands must be at least, not to need parentheses. */
  readonly left: number
  readonly right: number
}

const leftToRight = (symbol: string, own: number): Infix => ({ symbol: ` ${symbol} `, own, left: own, right: own + 1 })

// Comparisons chain (a < b < c means a < b and b < c), so one inside another always stands in parentheses.
const compare = (symbol: string): Infix => ({ ...leftToRight(symbol, level.compare), left: level.add })

/** The functions that stand between their arguments. */
export const infix: Partial<Record<FunctionName, Infix>> = {
  or: leftToRight('or', level.or),
  and: leftToRight('and', level.and),
  equal: compare('=='),
  unequal: compare('!='),
  smaller: compare('<'),
  smallerEq: compare('<='),
  larger: compare('>'),
  largerEq: compare('>='),
  add: leftToRight('+', level.add),
  subtract: leftToRight('-', level.add),
  multiply: leftToRight('*', level.multiply),
  divide: leftToRight('/', level.multiply),
  pow: { symbol: '^', own: level.pow, left: level.atom, right: level.unary },
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
  const operand = (i: number, least: number) => (levelOf(args[i]) < least ? `(${texts[i]})` : texts[i])
  const operator = infix[fn]
  if (operator) return `${operand(0, operator.left)}${operator.symbol}${operand(1, operator.right)}`
  if (fn === 'where') return `${operand(0, level.or)} ? ${operand(1, level.or)} : ${operand(2, level.where)}`
  if (fn === 'unaryMinus') return `-${operand(0, level.unary)}`
  if (fn === 'not') return `not ${operand(0, level.unary)}`
  return `${fn}(${texts.join(', ')})`
}

/** How tightly an expression holds together. */
export function levelOf(expr: Expr): number {
  if (expr.kind === 'number') return expr.value < 0 || Object.is(expr.value, -0) ? level.unary : level.atom
  if (expr.kind === 'symbol') return level.atom
  if (expr.fn === 'where') return level.where
  if (expr.fn === 'unaryMinus' || expr.fn === 'not') return level.unary
  return infix[expr.fn]?.own ?? level.atom
}

function printNumber(value: number): string {
  if (value < 0 || Object.is(value, -0)) return `-${printNumber(-value)}`
  if (value === Math.PI) return 'pi'
  return value === Math.E ? 'e' : String(value)
}
