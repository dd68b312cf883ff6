/**
 * The lines of `docs/mathematics.ts` in TeX. mathjs reads them; this writes them as mathematicians do: indices below, Σ and Π,
 * a bar over a name for its gradient.
 */
import {
  type AccessorNode,
  type AssignmentNode,
  type ConditionalNode,
  type FunctionNode,
  type IndexNode,
  isAccessorNode,
  isAssignmentNode,
  isConditionalNode,
  isConstantNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isSymbolNode,
  type MathNode,
  type OperatorNode,
  parse,
} from 'mathjs'

/** Several lines, aligned at their equals signs. */
export function alignedTeX(lines: readonly string[]): string {
  const rows = lines.map((line) => sides(parse(line)).join(' &'))
  return rows.length === 1 ? rows[0].replace('&', '') : `\\begin{aligned}\n${rows.join(' \\\\\n')}\n\\end{aligned}`
}

/** The strength with which things bind: what is looser than its surroundings goes into parentheses. */
const level = { or: 0, and: 1, relation: 2, add: 3, multiply: 4, unary: 5, pow: 6, atom: 7 } as const

/** Operator → what is between its sides, and how tightly it binds. */
const operators: Readonly<Record<string, readonly [tex: string, level: number]>> = {
  or: ['\\text{ or }', level.or],
  and: ['\\text{ and }', level.and],
  equal: ['=', level.relation],
  unequal: ['\\ne', level.relation],
  smaller: ['<', level.relation],
  smallerEq: ['\\le', level.relation],
  larger: ['>', level.relation],
  largerEq: ['\\ge', level.relation],
  add: ['+', level.add],
  subtract: ['-', level.add],
  multiply: ['\\,', level.multiply],
}

/** Operators over an index: `sum(k, x[k], k <= i)`. */
const big: Readonly<Record<string, string>> = { sum: '\\sum', prod: '\\prod', max: '\\max', min: '\\min' }

const functions: Readonly<Record<string, (...args: string[]) => string>> = {
  exp: (x) => `e^{${x}}`,
  log: (x) => `\\ln\\left(${x}\\right)`,
  sqrt: (x) => `\\sqrt{${x}}`,
  abs: (x) => `\\left|${x}\\right|`,
  sign: (x) => `\\operatorname{sign}(${x})`,
  floor: (x) => `\\lfloor ${x} \\rfloor`,
  ceil: (x) => `\\lceil ${x} \\rceil`,
  mod: (a, b) => `(${a}) \\bmod ${b}`,
  det: (a) => `\\det ${a}`,
  phi: (a) => `\\Phi(${a})`,
  tril: (...args) => `\\operatorname{tril}(${args.join(', ')})`,
}

function sides(node: MathNode): [string, string] {
  if (isAssignmentNode(node)) return [leftSide(node), `= ${write(node.value)}`]
  if (isOperatorNode(node) && operators[node.fn]?.[1] === level.relation) {
    return [write(node.args[0], level.add), `${operators[node.fn][0]} ${write(node.args[1], level.add)}`]
  }
  return [write(node), '']
}

function leftSide({ object, index }: AssignmentNode): string {
  return index ? indexed(name(String(object)), index) : name(String(object))
}

/** In parentheses, if it binds more loosely than `least`. A comparison among numbers is 1 or 0: Iverson's brackets. */
function write(node: MathNode, least: number = level.or): string {
  if (isParenthesisNode(node)) return write(node.content, least)
  const own = levelOf(node)
  if (own >= least) return writeBare(node)
  return own <= level.relation ? `[${writeBare(node)}]` : `\\left(${writeBare(node)}\\right)`
}

function levelOf(node: MathNode): number {
  if (isFunctionNode(node) && isBig(node)) return level.multiply - 0.5
  if (isConditionalNode(node)) return level.multiply
  if (!isOperatorNode(node)) return level.atom
  const levels: Readonly<Record<string, number>> = { divide: level.atom, ctranspose: level.atom, pow: level.pow }
  return levels[node.fn] ?? operators[node.fn]?.[1] ?? level.unary
}

function writeBare(node: MathNode): string {
  if (isSymbolNode(node)) return name(node.name)
  if (isConstantNode(node)) return String(node.value)
  if (isAccessorNode(node)) return writeAccess(node)
  if (isConditionalNode(node)) return writeCases(node)
  if (isFunctionNode(node)) return writeFunction(node)
  if (isOperatorNode(node)) return writeOperator(node)
  throw new Error(`mathematics: ${node.type} in ${node} has no TeX.`)
}

function writeOperator(node: Pick<OperatorNode, 'args'> & { fn: string }): string {
  const { fn } = node
  const [a, b] = node.args
  if (fn === 'divide') return `\\frac{${write(a)}}{${write(b)}}`
  if (fn === 'pow') return `${write(a, level.atom)}^{${write(b)}}`
  if (fn === 'unaryMinus') return `-${write(a, level.multiply)}`
  if (fn === 'ctranspose') return transposed(a)
  const [tex, own] = operators[fn]
  const isSum = isFunctionNode(b) && isBig(b) && own > level.relation
  return `${write(a, own)} ${tex} ${write(b, isSum ? level.or : fn === 'subtract' ? own + 0.5 : own)}`
}

function transposed(a: MathNode): string {
  return isFunctionNode(a) ? `${write(a)}^\\top` : `${write(a, level.atom)}^\\top`
}

function writeAccess({ object, index }: AccessorNode): string {
  return indexed(write(object, level.atom), index)
}

/** Letters and digits stand side by side, longer indices are set apart by commas. */
function indexed(base: string, { dimensions }: IndexNode): string {
  const parts = dimensions.map((part) => write(part))
  return `${base}_{${parts.join(parts.every((part) => part.length === 1) ? '' : ',\\,')}}`
}

function writeCases({ condition, trueExpr, falseExpr }: ConditionalNode): string {
  const rows = [`${write(trueExpr)}, & \\text{if } ${write(condition)}`, `${write(falseExpr)}, & \\text{otherwise}`]
  return `\\begin{cases} ${rows.join(' \\\\ ')} \\end{cases}`
}

function isBig({ fn, args }: FunctionNode): boolean {
  return Object.hasOwn(big, String(fn)) && isSymbolNode(args[0])
}

function writeFunction(node: FunctionNode): string {
  const { args } = node
  const fn = String(node.fn)
  if (isBig(node)) return writeBig(fn, String(args[0]), args[1], args[2])
  if (fn === 'inv') return writeInverse(args[0])
  return functions[fn](...args.map((arg) => write(arg)))
}

/** `sum(k, x[k], k <= i)`: the index and its condition below; a sum of ones is a count. */
function writeBig(fn: string, index: string, body: MathNode, condition?: MathNode): string {
  const text = condition ? write(condition) : index
  const below = text.startsWith(index) ? text : `${index}:\\, ${text}`
  return `${big[fn]}_{${below}} ${write(body, level.multiply)}`
}

function writeInverse(a: MathNode): string {
  const isTransposed = isOperatorNode(a) && String(a.fn) === 'ctranspose'
  return isTransposed ? `${write(a.args[0], level.atom)}^{-\\top}` : `${write(a, level.atom)}^{-1}`
}

/** `dx`, the gradient of `x`, has a bar. */
function name(symbol: string): string {
  return /^d[a-zA-Z]$/.test(symbol) ? `\\bar{${symbol[1]}}` : symbol
}
