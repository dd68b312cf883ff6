/**
 * Every error message in src/ has one form: `op: what is wrong, with every shape and value received. Hint.`
 */
import test from 'ava'
import ts from 'typescript'
import * as errors from '../src/errors.js'
import { filesBelow, nodes, read, syntaxTree } from './source.js'

/** Stands for a value that is known at run time only. */
const hole = '…'
/** Stands for the message of another error, which has the form already. */
const otherMessage = '⟨message⟩'

/** A message as it stands in the source. */
interface Message {
  readonly where: string
  readonly className: string
  /** The text with a `…` for every value in it; null where it is no literal. */
  readonly text: string | null
}

/** The `new XError(…)` of a file. */
function messagesOf(file: string, text = read(file)): Message[] {
  const tree = syntaxTree(file, text)
  return [...nodes(tree)].filter(ts.isNewExpression).flatMap((node) => {
    const className = node.expression.getText()
    if (!className.endsWith('Error')) return []
    return [{ where: place(tree, node), className, text: literal(node.arguments?.[0]) }]
  })
}

/** Where a file throws what is neither `new X(…)`, the result of a function (whose message is checked there) nor a caught error. */
function oddThrows(file: string, text = read(file)): string[] {
  const tree = syntaxTree(file, text)
  const isFine = (e: ts.Expression) => ts.isNewExpression(e) || ts.isCallExpression(e) || e.getText() === 'error'
  return [...nodes(tree)]
    .filter(ts.isThrowStatement)
    .flatMap((node) => (isFine(node.expression) ? [] : place(tree, node)))
}

function place(tree: ts.SourceFile, node: ts.Node): string {
  return `${tree.fileName}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
}

/** The text of a string literal, a template, a sum of them, or what a function of the same file returns as one. */
function literal(node: ts.Expression | undefined): string | null {
  if (!node) return null
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map(spanText).join('')
  if (ts.isBinaryExpression(node)) return (literal(node.left) ?? hole) + (literal(node.right) ?? hole)
  if (ts.isCallExpression(node)) return returned(node)
  return null
}

function spanText({ expression, literal }: ts.TemplateSpan): string {
  return (expression.getText().endsWith('.message') ? otherMessage : hole) + literal.text
}

function returned(call: ts.CallExpression): string | null {
  const all = [...nodes(call.getSourceFile())]
  const callee = all.find(
    (n): n is ts.FunctionDeclaration => ts.isFunctionDeclaration(n) && n.name?.text === call.expression.getText(),
  )
  const statement = callee?.body?.statements.find(ts.isReturnStatement)
  return statement ? literal(statement.expression) : null
}

/** What is wrong with a message, or nothing. */
function objection({ className, text }: Message): string | undefined {
  if (!(className in errors)) return `${className} is no class of errors.ts`
  if (text === null) return 'the message is no literal'
  if (text.startsWith(otherMessage)) return undefined
  const [, what] = /^(?:…|[A-Za-z][\w.]*): (\S.*)$/s.exec(text) ?? []
  if (!what) return 'it does not begin with the operation and a colon'
  if (!/[.!?…)]$/.test(what.split('\n')[0])) return 'it does not end with a full stop or a question mark'
  if (!/[.!?]\s\S/.test(what) && !/must be …, received …\.$/.test(what)) return 'there is no hint after what is wrong'
  return undefined
}

const files = filesBelow('src', '.ts').filter((file) => file !== 'src/errors.ts')

test('every message says `op: what is wrong. Hint.`', (t) => {
  const messages = files.flatMap((file) => messagesOf(file))
  t.true(messages.length > 90)
  t.deepEqual(
    messages.flatMap((m) => (objection(m) ? [`${m.where}: ${objection(m)}: ${m.text}`] : [])),
    [],
  )
})

test('nothing but errors is thrown', (t) => {
  t.deepEqual(
    files.flatMap((file) => oddThrows(file)),
    [],
  )
})

test('messages without an operation, a full stop or a hint are seen, and so are foreign classes', (t) => {
  const check = (code: string) => messagesOf('x.ts', code).map(objection)
  t.deepEqual(check("new ShapeError('matmul: inner sizes differ. Transpose b.')"), [undefined])
  t.deepEqual(check('new ShapeError(`$' + '{op}: sizes differ. $' + '{hint}`)'), [undefined])
  t.deepEqual(check("new ShapeError(text()); function text() { return 'a: is wrong. Try b.' }"), [undefined])
  for (const [code, wrong] of [
    ["new ShapeError('inner sizes differ. Transpose b.')", 'operation'],
    ["new ShapeError('matmul: inner sizes differ. Transpose b')", 'full stop'],
    ["new ShapeError('matmul: inner sizes differ.')", 'hint'],
    ['new ShapeError(message)', 'literal'],
    ["new Error('matmul: inner sizes differ. Transpose b.')", 'class'],
    ["new TypeError('matmul: inner sizes differ. Transpose b.')", 'class'],
  ])
    t.regex(check(code)[0] ?? '', new RegExp(wrong), code)
  t.deepEqual(oddThrows('x.ts', "throw 'a string'"), ['x.ts:1'])
})

test('an error carries the name of its class, and all are NablaErrors', (t) => {
  for (const [name, Class] of Object.entries(errors)) {
    const error = new Class('a: b. C.')
    t.is(error.name, name)
    t.true(error instanceof errors.NablaError)
  }
})
