/**
 * The tables for those who come from other frameworks: every name of nabla in their last column exists.
 */
import test from 'ava'
import ts from 'typescript'
import { entries } from '../../scripts/entries.mjs'
import * as data from '../../src/data.js'
import * as nabla from '../../src/index.js'
import { filesBelow, nodes, read, syntaxTree } from '../source.js'

/** What the snippets take for granted: things of the reader's, and methods of plain values. */
const given = new Set(
  'a b c f i n p v w x y z path url logits labels layer layers loss inner model optimizer variables grad gradient grads variable rule mask indices step schedule state config history console String undefined inputs yTrue yPred epoch logs name shape options metrics seed epochs batchSize validationSplit toFixed accuracy value val_loss dataset weights sampleWeight metric save'.split(
    ' ',
  ),
)
const exported: Readonly<Record<string, unknown>> = { ...nabla, ...data }
const tables = filesBelow('docs/guides', '.md').filter((file) => file.includes('coming-from'))

/** The methods and properties that things of nabla have. */
const members = new Set(
  [
    nabla.Tensor,
    nabla.Variable,
    nabla.Sequential,
    nabla.Precision,
    nabla.Dense,
    nabla.AdamW,
    nabla.CosineDecay,
    nabla.History,
    data.Dataset,
  ].flatMap((type) => namesOf(type)),
)

function namesOf(type: { prototype: object }): string[] {
  const names: string[] = Object.getOwnPropertyNames(type)
  for (let p = type.prototype; p && p !== Object.prototype; p = Object.getPrototypeOf(p))
    names.push(...Object.getOwnPropertyNames(p))
  return [...names, ...Object.getOwnPropertyNames(new nabla.History())]
}

/** The code in the last column of a file's tables. */
function snippets(file: string): string[] {
  const rows = read(file)
    .split('\n')
    .filter((line) => /^\|.*\|$/.test(line) && !/^\|[-|]+\|$/.test(line))
  return rows.flatMap((row) => [...(row.split('|').at(-2) as string).matchAll(/`([^`]+)`/g)].map(([, code]) => code))
}

/** Names that a piece of code uses and that do not exist. */
function unknown(code: string): string[] {
  const [whole, inParentheses] = [syntaxTree('a.ts', code), syntaxTree('a.ts', `(${code})`)]
  const isObject = code.startsWith('{')
  const names: string[] = []
  for (const node of nodes(isObject ? inParentheses : whole)) {
    if (ts.isPropertyAccessExpression(node)) {
      const { text } = node.name
      const owner = node.expression.getText()
      const isThere = owner in exported ? text in (exported[owner] as object) : members.has(text) || hasField(text)
      if (!isThere && !given.has(text)) names.push(`.${text}`)
    } else if (ts.isIdentifier(node) && isUse(node) && !(node.text in exported) && !isKnownWord(node.text)) {
      names.push(node.text)
    }
  }
  return names
}

/** Fields of objects that no prototype shows. */
const hasField = (name: string) => ['shape', 'dtype', 'size', 'grad', 'stopTraining', 'options'].includes(name)
const isKnownWord = (name: string) => name === '' || given.has(name) || members.has(name) || /^(My|Net)/.test(name)

/** Whether the identifier stands for a value, and is not the name of an option, a method being defined, or a member. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent) || ts.isLabeledStatement(parent))
    return 'initializer' in parent && parent.initializer === node
  return !(ts.isMethodDeclaration(parent) || ts.isParameter(parent) || ts.isClassDeclaration(parent))
}

for (const file of tables)
  test(`every name of nabla in ${file} exists`, (t) => {
    const codes = snippets(file)
    t.true(codes.length > 40)
    t.deepEqual(
      codes.filter((code) => !(code in entries) && unknown(code).length > 0),
      [],
    )
  })

test('a name that does not exist is noticed', (t) => {
  t.deepEqual(unknown('new AdamX({ learningRate: 1 })'), ['AdamX'])
  t.deepEqual(unknown('x.matMul(y)'), ['.matMul'])
  t.deepEqual(unknown('optimizers.fetch(1)'), ['.fetch'])
  t.is(tables.length, 3)
})
