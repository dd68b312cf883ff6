/**
 * Adds what the table (`src/tensor/operations/ops.ts`) has about an operation to its comment: the formula and its gradients in TeX, the
 * row itself, and what it is called elsewhere. The mathematics of rows that are not formulas is in `docs/mathematics.ts`;
 * what operations without a row are made of comes from `made-of.ts`.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CommentTag,
  type DeclarationReflection,
  type ProjectReflection,
  type SignatureReflection,
  type TagString,
} from 'typedoc'
import ts from 'typescript'
import { toTeX } from '../../src/kernels/formula/tex.js'
import { ElementwiseRow } from '../../src/tensor/operation.js'
import { ops } from '../../src/tensor/operations/ops.js'
import { mathematics } from '../mathematics.js'
import { commentOf } from './assign.js'
import { namesElsewhere } from './equivalents-table.js'
import { readParts } from './made-of.js'
import { alignedTeX } from './mathematics-tex.js'

const tensors = join(import.meta.dirname, '../../src/tensor/operations')
const tableFiles = ['ops.ts', 'shape-rows.ts', 'reduction-rows.ts', 'matrix-rows.ts', 'decomposition-rows.ts']

/** Functions whose row has another name. */
const rowNames: Readonly<Record<string, string>> = { prelu: 'leakyRelu', swish: 'silu' }

/** Adds it to every function that has a row or a name elsewhere. */
export function describeOperations(project: ProjectReflection, program: ts.Program): void {
  const texts = rowTexts()
  const operations = new Map((project.children ?? []).filter(isOperation).map((f) => [f.name, f]))
  const partsOf = readParts(program, (name) => operations.has(name))
  for (const [name, f] of operations) {
    const parts = partsOf(name).map((part) => operations.get(part) as DeclarationReflection)
    for (const signature of f.signatures ?? []) {
      describe(signature, texts)
      if (!hasRow(signature.name, texts) && parts.length > 0) addParts(signature, parts)
    }
  }
}

function hasRow(name: string, texts: ReadonlyMap<string, RowText>): boolean {
  return texts.has(rowNames[name] ?? name)
}

/** Lists what an operation without a row is made of. */
function addParts(signature: SignatureReflection, parts: readonly DeclarationReflection[]): void {
  const links = parts.flatMap((part, i) => [
    { kind: 'text', text: i === 0 ? 'It has no row in the table, as it is made of ' : ', ' } as const,
    { kind: 'inline-tag', tag: '@link', text: part.name, target: part } as const,
  ])
  const tag = new CommentTag('@row', [...links, { kind: 'text', text: '.' }])
  const { blockTags } = commentOf(signature)
  const last = blockTags.findIndex((other) => other.tag === '@equivalents')
  blockTags.splice(last < 0 ? blockTags.length : last, 0, tag)
}

function isOperation({ sources }: DeclarationReflection): boolean {
  return /src\/tensor\/(?!mathjs|formula|methods)/.test(sources?.[0].fullFileName ?? '')
}

function describe(signature: SignatureReflection, texts: ReadonlyMap<string, RowText>): void {
  const key = rowNames[signature.name] ?? signature.name
  const row = (ops as Readonly<Record<string, unknown>>)[key]
  const comment = commentOf(signature)
  const add = (tag: TagString, text: string) => comment.blockTags.push(new CommentTag(tag, [{ kind: 'text', text }]))
  if (row instanceof ElementwiseRow) {
    comment.summary.push({ kind: 'text', text: `\n\n${display(`y = ${toTeX(row.program)}`)}` })
    add('@gradient', gradients(row))
  } else if (Object.hasOwn(mathematics, signature.name)) {
    const { is, back, note } = mathematics[signature.name]
    comment.summary.push({ kind: 'text', text: `\n\n${display(alignedTeX(is))}\n\n${note ?? ''}` })
    add('@gradient', typeof back === 'string' ? back : `${display(alignedTeX(back))}\n\n${bars}`)
  }
  const text = texts.get(key)
  if (text) add('@row', ruleOf(text))
  const elsewhere = namesElsewhere(signature.name)
  if (elsewhere) add('@equivalents', elsewhere)
}

const bars = 'Here $g$ is the gradient of the output, and a bar marks that of an input.'

/** The gradient of the loss with respect to each input, given that with respect to the output. */
function gradients(row: ElementwiseRow): string {
  const { inputs } = row.program
  if (row.outputDType(inputs.map(() => 1)) === 'bool') return 'None: the result is bool.'
  const lines = inputs.map((input, i) => `\\bar{${symbol(input)}} &= ${gradientTeX(row.derivative(i))}`)
  return `${display(`\\begin{aligned}\n${lines.join(' \\\\\n')}\n\\end{aligned}`)}\n\n${bars} It is summed over broadcast axes.`
}

/** The last line is the gradient; those before it say what the letters in it mean. */
function gradientTeX({ program: { statements } }: ElementwiseRow): string {
  const tex = statements.map((line) => toTeX({ statements: [{ ...line, name: line.name.replace(/^d_.*/, 'y') }] }))
  const letters = tex.slice(0, -1).map((line) => ` \\\\\n&\\quad ${line}`)
  return `${tex.at(-1)}${letters.join('')}`
}

function symbol(name: string): string {
  return name.length === 1 ? name : `\\mathrm{${name}}`
}

/** A formula on lines of its own. Of long numbers, five digits. */
function display(tex: string): string {
  const short = tex.replace(/\d+\.\d{6,}/g, (digits) => `${Number(digits).toPrecision(5)}\\text{…}`)
  return `$$\n${short}\n$$`
}

function ruleOf({ file, text }: RowText): string {
  return `Its row in [the table](source:src/tensor/operations/${file}), forward and back:\n\n\`\`\`ts\n${text}\n\`\`\``
}

/** A row as it stands in the source. */
interface RowText {
  file: string
  text: string
}

function rowTexts(): Map<string, RowText> {
  const texts = new Map<string, RowText>()
  for (const file of tableFiles) {
    const source = ts.createSourceFile(file, readFileSync(join(tensors, file), 'utf8'), ts.ScriptTarget.Latest, true)
    const visit = (node: ts.Node): void => {
      if (!ts.isPropertyAssignment(node) || !isRow(node.initializer)) ts.forEachChild(node, visit)
      else texts.set(node.name.getText(), { file, text: node.getText().replaceAll('\n  ', '\n') })
    }
    visit(source)
  }
  return texts
}

function isRow(node: ts.Expression): boolean {
  return ts.isCallExpression(node) && ['op', 'primitive'].includes(node.expression.getText())
}
