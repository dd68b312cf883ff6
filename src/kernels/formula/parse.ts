/**
 * From the text of a formula to its syntax tree. mathjs parses (`mathjs.ts`), `convert.ts` translates expressions, this file
 * makes statements of them and reports errors together with the formula.
 *
 * The language: mathjs's expression syntax. `+ - * / ^ %` (`%` is `mod`), comparisons (chained too: `0 < x < 1`),
 * `and or not`, `c ? a : b`, the functions of `functions.ts`, `log(x, base)`, `heaviside(x)`, `cube`, numbers, `pi` or `π`, `e`,
 * `Infinity`, `NaN`, `true` (1), `false` (0). Statements `name = expression` stand one a line or are separated by `;`; a comment
 * runs from `#` to the end of its line. The last statement may be a bare expression, which means `y = expression`: the outputs
 * are then the names assigned before it, and `y`.
 */
import { FormulaError } from '../../errors.js'
import { Recent } from '../recent.js'
import { type Program, program, type Statement } from './ast.js'
import { checkFree, convert } from './convert.js'
import { hintForSign } from './foreign.js'
import { type MathNode, parseMath } from './mathjs.js'

/** Kernels and derivatives are kept with their program, and go with it. */
const parsed = new Recent<string, Program>(500)

/**
 * Parses a formula: `parse('a * b').statements` is `[{ name: 'y', value: a * b }]`. The same text gives the same
 * object as long as it is among the last 500. Throws a `FormulaError` that shows the formula.
 */
export function parse(text: string): Program {
  let result = parsed.get(text)
  if (!result) {
    result = parseAfresh(text)
    parsed.set(text, result)
  }
  return result
}

function parseAfresh(text: string): Program {
  const tree = parseTree(text)
  try {
    return program(text, statements(tree))
  } catch (error) {
    if (error instanceof FormulaError) throw new FormulaError(`${error.message}\n${quote(text)}`)
    if (error instanceof RangeError) throw tooDeep(text)
    throw error
  }
}

function parseTree(text: string): MathNode {
  try {
    return parseMath(text)
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(text)
    if (!(error instanceof SyntaxError)) throw error
    const { char = 0, message } = error as { char?: number; message: string }
    const opened = /^Parenthesis \) expected|assignment operator/.test(message) ? openedEarlier(text, char - 1) : -1
    if (opened >= 0) throw new FormulaError(`formula: a parenthesis is not closed.\n${quote(text, opened)}`)
    const reason = message[0].toLowerCase() + message.slice(1).replace(/\s*\(char \d+\)$/, '')
    const hint = hintForSign(text, char - 1)
    throw new FormulaError(`formula: ${hint ? `${reason}. ${hint}` : reason}.\n${quote(text, char - 1)}`)
  }
}

/** The position at which the parenthesis that is open at `position` was opened, if that is in an earlier line (what follows was read as its content); else −1. */
function openedEarlier(text: string, position: number): number {
  const open: number[] = []
  const code = text.replace(/#.*/g, (comment) => ' '.repeat(comment.length)).slice(0, position)
  for (let i = 0; i < code.length; i++) {
    if (code[i] === '(') open.push(i)
    if (code[i] === ')') open.pop()
  }
  const last = open.at(-1) ?? -1
  return last >= 0 && code.includes('\n', last) ? last : -1
}

/** JavaScript's stack was not enough. */
function tooDeep(text: string): FormulaError {
  return new FormulaError(
    `formula: it is nested too deeply. Give parts of it names, one statement each: t = ….\n${quote(text.slice(0, 200))}`,
  )
}

function statements(tree: MathNode): Statement[] {
  const nodes = tree.type === 'BlockNode' ? tree.blocks.map((block) => block.node) : [tree]
  return nodes.map((node, i) => statement(node, i === nodes.length - 1))
}

function statement(node: MathNode, isLast: boolean): Statement {
  if (node.type === 'AssignmentNode') return { name: assignedName(node), value: convert(node.value) }
  const value = convert(node)
  if (isLast) return { name: 'y', value }
  throw new FormulaError(
    'formula: a bare expression may only come last. Give the earlier ones names: name = expression.',
  )
}

function assignedName({ object, assigned }: MathNode & { type: 'AssignmentNode' }): string {
  if (object.type !== 'SymbolNode' || assigned) {
    throw new FormulaError('formula: only a plain name can be assigned to. Write name = expression.')
  }
  if (object.name === 'end') {
    throw new FormulaError('formula: "end" is a word of mathjs. Choose another name to assign to.')
  }
  checkFree(object.name)
  return object.name
}

/** The formula, indented, with a ^ under the character at `position` (from 0) if one is given. */
function quote(text: string, position = -1): string {
  let start = 0
  const lines: string[] = []
  for (const line of text.split('\n')) {
    lines.push(`  ${line}`)
    const column = position - start
    if (column >= 0 && column <= line.length) lines.push(`  ${' '.repeat(column)}^`)
    start += line.length + 1
  }
  return lines.join('\n')
}
