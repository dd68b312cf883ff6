/**
 * The only file that imports mathjs. Of mathjs its parser alone is taken, created at first use, with plain objects for the nodes
 * of the tree: mathjs's own would bring evaluation, printing and typed functions along, ten times the size.
 */
import { createNumber, createParse } from 'mathjs/number'

/** The kinds of node that mathjs's parser makes, as far as formulas use them; any other kind is refused. */
export type MathNode =
  | { type: 'ConstantNode'; value: unknown }
  | { type: 'SymbolNode'; name: string }
  | { type: 'ParenthesisNode'; content: MathNode }
  | { type: 'OperatorNode'; op: string; fn: string; args: MathNode[]; isPercentage?: boolean }
  | { type: 'FunctionNode'; fn: MathNode; args: MathNode[] }
  | { type: 'ConditionalNode'; condition: MathNode; trueExpr: MathNode; falseExpr: MathNode }
  | { type: 'RelationalNode'; conditionals: string[]; params: MathNode[] }
  | { type: 'AssignmentNode'; object: MathNode; value: MathNode; assigned?: MathNode }
  | { type: 'BlockNode'; blocks: { node: MathNode }[] }
  | { type: 'FunctionAssignmentNode' | 'ArrayNode' | 'AccessorNode' | 'RangeNode' | 'ObjectNode' | 'IndexNode' }

/** The arguments of every node's constructor, which become its properties. */
const properties = {
  ConstantNode: ['value'],
  SymbolNode: ['name'],
  ParenthesisNode: ['content'],
  OperatorNode: ['op', 'fn', 'args', 'implicit', 'isPercentage'],
  FunctionNode: ['fn', 'args'],
  ConditionalNode: ['condition', 'trueExpr', 'falseExpr'],
  RelationalNode: ['conditionals', 'params'],
  // Of `a[i] = b`, which formulas do not have, the index comes second and what is assigned third.
  AssignmentNode: ['object', 'value', 'assigned'],
  BlockNode: ['blocks'],
  FunctionAssignmentNode: [],
  ArrayNode: ['items'],
  AccessorNode: ['object', 'index', 'optionalChaining'],
  RangeNode: [],
  ObjectNode: [],
  IndexNode: [],
}

let parser: ((text: string) => MathNode) | undefined

/** mathjs's syntax tree of `text`. Throws a `SyntaxError`, whose `char`, if it has one, is the position (from 1). */
export function parseMath(text: string): MathNode {
  parser ??= makeParser()
  return parser(text)
}

function makeParser() {
  const parts = { ...nodeClasses(), typed, numeric: createNumber({ typed }), config: { number: 'number' } }
  return createParse(parts) as (text: string) => MathNode
}

/** In place of typed-function: mathjs's function for a string. */
const typed = Object.assign((_name: string, { string }: { string: unknown }) => string, {
  addConversion() {},
  referToSelf() {},
})

const nodeClasses = () =>
  Object.fromEntries(Object.entries(properties).map(([type, names]) => [type, nodeClass(type, names)]))

function nodeClass(type: string, names: readonly string[]) {
  class Node {
    constructor(...values: unknown[]) {
      for (let i = 0; i < names.length; i++) (this as Record<string, unknown>)[names[i]] = values[i]
    }
  }
  // The properties by which mathjs's parser recognises nodes
  Object.assign(Node.prototype, { type, isNode: true, [`is${type}`]: true })
  return Node
}

declare module 'mathjs/number' {
  /** Makes the parser of what it stands on; mathjs exports it without declaring it. */
  const createParse: (dependencies: object) => (text: string) => unknown
  /** Makes the function that reads a number. */
  const createNumber: (dependencies: object) => (text: string) => number
}
