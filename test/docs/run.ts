/**
 * Runs a snippet of the documentation and checks the values that it promises:
 *
 * ```ts
 * x.sum().item() // => 6
 * const y = square(3) // => 9
 * console.log(x)
 * // => Tensor [3] float32
 * //    [1, 2, 3]
 * matmul(x, x) // throws matmul: inner sizes differ…
 * ```
 */
import { transform } from 'esbuild'
import ts from 'typescript'
import { nodes, syntaxTree } from '../source.js'
import { mismatch } from './compare.js'

/** What the code behind a `// =>` is to give. */
interface Promised {
  readonly kind: 'value' | 'error'
  readonly text: string
  /** Where the comment begins. */
  readonly start: number
}

/** A change of the source text: `text` instead of what stands from `start` to `end`. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

type Import = (name: string) => Promise<Record<string, unknown>>
type AsyncFunction = (...args: unknown[]) => Promise<void>
const AsyncFunction = (async () => {}).constructor as new (...parameters: string[]) => AsyncFunction

/**
 * Runs the code; `scope` holds names that are there without an import. Returns how many promised values were checked.
 * @throws Error when the code throws, a value differs, or one is never reached
 */
export async function runSnippet(
  code: string,
  importModule: Import,
  scope: Record<string, unknown> = {},
): Promise<number> {
  const { text, promises } = await instrument(code)
  const reached = new Set<number>()
  const check = (i: number, value: unknown) => {
    reached.add(i)
    const difference = mismatch(value, promises[i].text)
    if (difference) throw new Error(`the value behind "// => ${promises[i].text}" ${difference}`)
    return value
  }
  const fails = async (i: number, run: () => unknown) => {
    reached.add(i)
    const error: unknown = await Promise.resolve()
      .then(run)
      .then(
        () => undefined,
        (e: unknown) => e,
      )
    const difference = error instanceof Error ? mismatch(error.message, promises[i].text) : 'is missing'
    if (difference) throw new Error(`the error "// throws ${promises[i].text}" ${difference}`)
  }
  const helpers = { $import: importModule, $check: check, $fails: fails, $log: logged, console: silent }
  const names = { ...scope, ...helpers }
  await new AsyncFunction(...Object.keys(names), `{${text}\n}`)(...Object.values(names))
  const missed = promises.find((_, i) => !reached.has(i))
  if (missed) throw new Error(`"// => ${missed.text}" was never reached`)
  return promises.length
}

/** Compiles the code without running it. */
export async function checkSnippet(code: string): Promise<void> {
  await instrument(code)
}

const silent = { ...console, log() {}, table() {} }

/** What `console.log` of one value is compared by: the value; of several: the line. */
function logged(...values: unknown[]): unknown {
  return values.length === 1 ? values[0] : values.map(String).join(' ')
}

async function instrument(code: string): Promise<{ text: string; promises: Promised[] }> {
  const tree = syntaxTree('snippet.ts', code)
  const promises = promisesOf(code)
  const edits = promises.flatMap((promise, i) => checkEdits(tree, promise, i))
  for (const statement of tree.statements) edits.push(...moduleEdits(statement))
  const { code: text } = await transform(applyEdits(code, edits), { loader: 'ts', target: 'es2022', format: 'esm' })
  return { text, promises }
}

/** The comments `// => …` and `// throws …`, with the comment lines that go on below them. */
function promisesOf(code: string): Promised[] {
  return [...code.matchAll(/\/\/ (=>|throws) (.*(?:\n *\/\/ {2,}.*)*)/g)].map((match) => ({
    kind: match[1] === '=>' ? 'value' : 'error',
    text: match[2].replaceAll(/\n *\/\//g, '\n'),
    start: match.index,
  }))
}

/** Hands the value of the statement before the comment to `$check`. */
function checkEdits(tree: ts.SourceFile, { kind, text, start }: Promised, i: number): Edit[] {
  const statement = statementBefore(tree, start)
  if (kind === 'error' && statement) return wrap(statement, `await $fails(${i}, async () => { `, ' });')
  const value = statement && promisedValue(statement)
  if (!value) throw new Error(`no value stands before "// => ${text}"`)
  if (!isConsoleLog(value)) return wrap(value, `$check(${i}, (`, '))')
  return [
    { start: value.getStart(), end: value.expression.getEnd(), text: `$check(${i}, $log` },
    { start: value.getEnd(), end: value.getEnd(), text: ')' },
  ]
}

/** The innermost statement that ends right before a position. */
function statementBefore(tree: ts.SourceFile, position: number): ts.Statement | undefined {
  const isStatement = (n: ts.Node): n is ts.Statement => ts.isExpressionStatement(n) || ts.isVariableStatement(n)
  return [...nodes(tree)].filter(isStatement).findLast((n) => {
    const between = tree.text.slice(n.getEnd(), position)
    return n.getEnd() <= position && /^[;\s]*$/.test(between)
  })
}

function promisedValue(statement: ts.Statement): ts.Expression | undefined {
  if (ts.isExpressionStatement(statement)) return statement.expression
  return ts.isVariableStatement(statement) ? statement.declarationList.declarations.at(-1)?.initializer : undefined
}

function isConsoleLog(node: ts.Expression): node is ts.CallExpression {
  return ts.isCallExpression(node) && node.expression.getText() === 'console.log'
}

/** `import` becomes a call, because the snippet runs as the body of a function; `export` goes. */
function moduleEdits(statement: ts.Statement): Edit[] {
  if (ts.isImportDeclaration(statement)) {
    const text = importCall(statement)
    return [{ start: statement.getStart(), end: statement.getEnd(), text }]
  }
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
  return (modifiers ?? [])
    .filter((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
    .map((modifier) => ({ start: modifier.getStart(), end: modifier.getEnd(), text: '' }))
}

function importCall({ importClause, moduleSpecifier }: ts.ImportDeclaration): string {
  if (importClause?.isTypeOnly) return ''
  const call = `await $import(${moduleSpecifier.getText()})`
  const bindings = importClause?.namedBindings
  if (bindings && ts.isNamespaceImport(bindings)) return `var ${bindings.name.text} = ${call}`
  const names = bindings
    ? bindings.elements.filter((e) => !e.isTypeOnly).map(({ name, propertyName }) => ({ name, propertyName }))
    : []
  const fields = names.map(({ name, propertyName }) => `${(propertyName ?? name).text}: ${name.text}`)
  if (importClause?.name) fields.push(`default: ${importClause.name.text}`)
  return `var { ${fields.join(', ')} } = ${call}`
}

function wrap(node: ts.Node, before: string, after: string): Edit[] {
  const [start, end] = [node.getStart(), node.getEnd()]
  return [
    { start, end: start, text: before },
    { start: end, end, text: after },
  ]
}

function applyEdits(code: string, edits: readonly Edit[]): string {
  const ordered = [...edits].sort((a, b) => b.start - a.start)
  return ordered.reduce(
    (text, { start, end, text: inserted }) => text.slice(0, start) + inserted + text.slice(end),
    code,
  )
}
