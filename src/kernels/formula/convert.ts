/**
 * From mathjs's syntax tree to ours: few kinds of node, every operator a function, every number of arguments checked.
 */
import { FormulaError } from '../../errors.js'
import { nearest } from '../../options.js'
import { call, type Expr, number, symbol } from './ast.js'
import { hintForFunction, hintForSign } from './foreign.js'
import { type FunctionName, isFunctionName, rows } from './functions.js'
import type { MathNode } from './mathjs.js'

/** Names that stand for a number and cannot be used for anything else. */
export const constants: Readonly<Record<string, number>> = { pi: Math.PI, π: Math.PI, e: Math.E }

/** Functions that mathjs takes any number of arguments for: they nest to the left. */
const variadic: readonly FunctionName[] = ['add', 'multiply', 'min', 'max']

/** Functions that are only another way to write something, by the number of arguments they take. */
const shorthands: Readonly<Record<string, (...args: Expr[]) => Expr>> = {
  'unaryPlus/1': (x) => x,
  'log/2': logToBase,
  'heaviside/1': (x) => call('heaviside', x, number(0.5)),
  'cube/1': (x) => call('pow', x, number(3)),
}

/** To bases 2 and 10 it is exact at powers. */
function logToBase(x: Expr, base: Expr): Expr {
  if (base.kind === 'number' && base.value === 2) return call('log2', x)
  if (base.kind === 'number' && base.value === 10) return call('log10', x)
  return call('divide', call('log', x), call('log', base))
}

const shorthandNames = Object.keys(shorthands).map((key) => key.split('/')[0])

/** Every name that may be called. */
const known = [...new Set([...Object.keys(rows), ...shorthandNames])].sort()

/** Descriptions of the kinds of node that formulas do not have. */
const unsupported: Readonly<Record<string, string>> = {
  ArrayNode: 'a matrix [ … ]',
  AccessorNode: 'an index or property',
  RangeNode: 'a range a:b',
  ObjectNode: 'an object { … }',
  IndexNode: 'an index',
  FunctionAssignmentNode: 'a function definition',
  BlockNode: 'a block of statements inside an expression',
  AssignmentNode: 'an assignment inside an expression',
}

/** Our expression for a node of mathjs's tree. Throws a `FormulaError` for whatever formulas do not have. */
export function convert(node: MathNode): Expr {
  switch (node.type) {
    case 'ConstantNode':
      return constant(node.value)
    case 'SymbolNode':
      return name(node.name)
    case 'ParenthesisNode':
      return convert(node.content)
    case 'OperatorNode':
      return operator(node)
    case 'FunctionNode':
      return apply(node)
    case 'ConditionalNode':
      return call('where', convert(node.condition), convert(node.trueExpr), convert(node.falseExpr))
    case 'RelationalNode':
      return relation(node.conditionals, node.params.map(convert))
    default:
      throw new FormulaError(
        `formula: ${unsupported[node.type] ?? node.type} is not supported. Formulas are elementwise: numbers, names, operators and functions.`,
      )
  }
}

/** Throws if `name` is a constant's or a function's. */
export function checkFree(name: string): void {
  if (Object.hasOwn(constants, name)) {
    throw new FormulaError(`formula: "${name}" is a constant, ${constants[name]}. Choose another name to assign to.`)
  }
  if (isFunctionName(name) && !rows[name].isAlsoName) {
    throw new FormulaError(`formula: "${name}" is a function, not a name. Call it with ${count(rows[name].arity)}.`)
  }
}

function constant(value: unknown): Expr {
  if (typeof value === 'number' || typeof value === 'boolean') return number(Number(value))
  if (value === undefined) throw new FormulaError('formula: an expression is missing. Write one, such as "a * x + b".')
  throw new FormulaError(`formula: ${JSON.stringify(value)} is not a number. Formulas hold numbers only.`)
}

function name(name: string): Expr {
  if (Object.hasOwn(constants, name)) return number(constants[name])
  checkFree(name)
  const letter = /[×÷]/.exec(name)
  if (!letter) return symbol(name)
  throw new FormulaError(
    `formula: ${letter[0]} is a letter here, as in every name. ${hintForSign(name, letter.index)}.`,
  )
}

type OperatorNode = MathNode & { type: 'OperatorNode' }

/** A chain such as `a + b - c`, from left to right: it may be long, so this is a loop. */
function operator(node: OperatorNode): Expr {
  const chain: OperatorNode[] = []
  let first: MathNode = node
  while (first.type === 'OperatorNode' || first.type === 'ParenthesisNode') {
    if (first.type === 'OperatorNode') chain.push(first)
    first = first.type === 'OperatorNode' ? first.args[0] : first.content
  }
  return chain.reduceRight((left, next) => operation(next, [left, ...next.args.slice(1).map(convert)]), convert(first))
}

function operation(node: OperatorNode, args: readonly Expr[]): Expr {
  if (node.isPercentage) {
    throw new FormulaError('formula: percentages are not supported. Divide by 100, or use mod(a, b) for the remainder.')
  }
  // A negative number is one number: this is what printing it and parsing it again gives.
  if (node.fn === 'unaryMinus' && args[0].kind === 'number') return number(-args[0].value)
  if (isFunctionName(node.fn)) return call(node.fn, ...args)
  if (node.fn === 'unaryPlus') return args[0]
  throw new FormulaError(
    `formula: the operator ${node.op} (${node.fn}) is not supported. Known: + - * / ^ % == != < <= > >= and or not ? :.`,
  )
}

function apply(node: MathNode & { type: 'FunctionNode' }): Expr {
  if (node.fn.type !== 'SymbolNode')
    throw new FormulaError('formula: only named functions can be called. Call one by its name, such as sin(x).')
  return callByName(node.fn.name, node.args.map(convert))
}

function callByName(fn: string, args: Expr[]): Expr {
  const shorthand = shorthands[`${fn}/${args.length}`]
  if (shorthand) return shorthand(...args)
  if (!isFunctionName(fn)) throw unknownFunction(fn, args.length)
  if (args.length === rows[fn].arity) return call(fn, ...args)
  if (variadic.includes(fn) && args.length > 2) return args.reduce((left, right) => call(fn, left, right))
  throw new FormulaError(
    `formula: ${fn} takes ${count(rows[fn].arity)}, but got ${args.length}. Check the parentheses and commas.`,
  )
}

function unknownFunction(fn: string, args: number): FormulaError {
  if (shorthandNames.includes(fn))
    return new FormulaError(`formula: ${fn} takes 1 argument, but got ${args}. Check the parentheses and commas.`)
  const guess =
    fn.length > 2 &&
    nearest(
      fn,
      known.filter((other) => other[0] === fn[0]),
      fn.length > 5 ? 2 : 1,
    )
  const hint = hintForFunction(fn) || (guess ? `Did you mean ${guess}?` : `For a product write ${fn} * ( … ).`)
  return new FormulaError(`formula: unknown function ${fn}. ${hint} Known: ${known.join(', ')}.`)
}

/** `a < b <= c` is `a < b and b <= c`. */
function relation(conditionals: readonly string[], params: readonly Expr[]): Expr {
  const parts = conditionals.map((fn, i): Expr => call(fn as FunctionName, params[i], params[i + 1]))
  return parts.reduce((left, right) => call('and', left, right))
}

const count = (n: number) => (n === 1 ? '1 argument' : `${n} arguments`)
