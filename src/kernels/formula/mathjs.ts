/**
 * The one file that knows mathjs. Its parser alone is taken from it, and created at first use: importing nabla stays fast.
 */
import { create, parseDependencies } from 'mathjs/number'

/** The kinds of node that mathjs's parser makes, as far as formulas use them; any other kind is refused. */
export type MathNode =
  | { type: 'ConstantNode'; value: unknown }
  | { type: 'SymbolNode'; name: string }
  | { type: 'ParenthesisNode'; content: MathNode }
  | { type: 'OperatorNode'; op: string; fn: string; args: MathNode[]; isPercentage: boolean }
  | { type: 'FunctionNode'; fn: MathNode; args: MathNode[] }
  | { type: 'ConditionalNode'; condition: MathNode; trueExpr: MathNode; falseExpr: MathNode }
  | { type: 'RelationalNode'; conditionals: string[]; params: MathNode[] }
  | { type: 'AssignmentNode'; object: MathNode; index: unknown; value: MathNode }
  | { type: 'BlockNode'; blocks: { node: MathNode }[] }
  | { type: 'FunctionAssignmentNode'; name: string }
  | { type: 'ArrayNode' | 'AccessorNode' | 'RangeNode' | 'ObjectNode' | 'IndexNode' }

/** How mathjs is to write TeX; the handler is asked first about every node. */
export interface TeXOptions {
  parenthesis: 'auto' | 'keep'
  handler(node: MathNode, options: TeXOptions): string | undefined
}

/** The root of a tree; every node can write itself. */
export type MathTree = MathNode & { toTex(options?: TeXOptions): string }

interface Parser {
  parse(text: string): MathTree
}

let parser: Parser | undefined

/** mathjs's syntax tree of `text`. Throws mathjs's `SyntaxError`, whose `char` is the position (from 1). */
export function parseMath(text: string): MathTree {
  parser ??= create(parseDependencies) as unknown as Parser
  return parser.parse(text)
}
