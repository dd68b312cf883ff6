/**
 * `node scripts/structure.mjs`: how many rooms the code has, and how many of them a reader walks through. Counts files, lines, exports and
 * circles of imports, and follows a warm training step and a warm `a.add(b)` through a copy of `src/` in which every function reports
 * that it was called. `--files` lists the calls of each file, `--changes` the changes of folder.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build } from 'esbuild'
import ts from 'typescript'

process.env.NABLA_THREADS = '1' // threads run a part of the calls elsewhere

const root = new URL('../src/', import.meta.url).pathname
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const text = (file) => readFileSync(join(root, file), 'utf8')
const parse = (file) => ts.createSourceFile(file, text(file), ts.ScriptTarget.Latest, true)

/** The files whose values or, if `types`, types a file imports. */
function importsOf(file, types) {
  return parse(file).statements.flatMap((statement) => {
    const from = statement.moduleSpecifier?.text
    if (!from?.startsWith('.') || (!types && isTypeOnly(statement))) return []
    return relative(root, join(root, dirname(file), from.replace(/\.js$/, '.ts')))
  })
}

function isTypeOnly(statement) {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly
  const clause = statement.importClause
  const named = clause?.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : null
  return Boolean(clause?.isTypeOnly || (named?.every((element) => element.isTypeOnly) && !clause.name))
}

/** Sets of files that all import each other, by Tarjan's algorithm. */
function circles(types) {
  const [numbers, lows, stack, found] = [new Map(), new Map(), [], []]
  const visit = (file) => {
    numbers.set(file, numbers.size)
    lows.set(file, numbers.get(file))
    stack.push(file)
    for (const next of importsOf(file, types)) {
      if (!numbers.has(next)) visit(next)
      if (stack.includes(next)) lows.set(file, Math.min(lows.get(file), lows.get(next)))
    }
    if (lows.get(file) !== numbers.get(file)) return
    const circle = stack.splice(stack.indexOf(file))
    if (circle.length > 1) found.push(circle)
  }
  for (const file of files) if (!numbers.has(file)) visit(file)
  return found
}

const exportsOf = (file) =>
  parse(file).statements.filter((s) => s.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)).length

/** The file with `__called(n)` at the start of every function. */
function instrumented(path) {
  const n = files.indexOf(relative(root, path))
  const { factory } = ts
  const call = () =>
    factory.createCallExpression(factory.createIdentifier('__called'), [], [factory.createNumericLiteral(n)])
  const withCall = (context) => {
    const visit = (node) => {
      const seen = ts.visitEachChild(node, visit, context)
      if (!ts.isFunctionLike(seen) || !seen.body) return seen
      const body = ts.isBlock(seen.body)
        ? factory.updateBlock(seen.body, [factory.createExpressionStatement(call()), ...seen.body.statements])
        : factory.createParenthesizedExpression(factory.createComma(call(), seen.body))
      return replaceBody(factory, seen, body)
    }
    return (source) => ts.visitNode(source, visit)
  }
  const { transformed } = ts.transform(parse(relative(root, path)), [withCall])
  return ts.createPrinter().printFile(transformed[0])
}

function replaceBody(f, node, body) {
  const { modifiers, name, typeParameters, parameters, type, asteriskToken, questionToken } = node
  if (ts.isArrowFunction(node))
    return f.updateArrowFunction(node, modifiers, typeParameters, parameters, type, node.equalsGreaterThanToken, body)
  if (ts.isFunctionDeclaration(node))
    return f.updateFunctionDeclaration(node, modifiers, asteriskToken, name, typeParameters, parameters, type, body)
  if (ts.isFunctionExpression(node))
    return f.updateFunctionExpression(node, modifiers, asteriskToken, name, typeParameters, parameters, type, body)
  if (ts.isMethodDeclaration(node))
    return f.updateMethodDeclaration(
      node,
      modifiers,
      asteriskToken,
      name,
      questionToken,
      typeParameters,
      parameters,
      type,
      body,
    )
  if (ts.isConstructorDeclaration(node)) return f.updateConstructorDeclaration(node, modifiers, parameters, body)
  if (ts.isGetAccessor(node)) return f.updateGetAccessorDeclaration(node, modifiers, name, parameters, type, body)
  return f.updateSetAccessorDeclaration(node, modifiers, name, parameters, body)
}

/** nabla, instrumented. */
async function tracedLibrary() {
  const plugin = {
    name: 'trace',
    setup: ({ onLoad }) =>
      onLoad({ filter: /src\/.*\.ts$/ }, ({ path }) => ({ contents: instrumented(path), loader: 'ts' })),
  }
  const options = {
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    external: ['gpu.js'],
    plugins: [plugin],
  }
  const { outputFiles } = await build({ ...options, entryPoints: [join(root, 'index.ts')], logLevel: 'error' })
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)
}

let calls = []
globalThis.__called = (n) => calls.push(n)

function walk(what, run) {
  for (let i = 0; i < 20; i++) run()
  calls = []
  run()
  const folders = calls.map((n) => dirname(files[n]))
  const changes = folders.filter((folder, i) => i > 0 && folder !== folders[i - 1]).length
  console.log(`${what}: ${calls.length} calls in ${new Set(calls).size} files, ${changes} changes of folder`)
  if (process.argv.includes('--files')) printCounts(calls.map((n) => files[n]))
  if (process.argv.includes('--changes'))
    printCounts(
      calls.flatMap((n, i) => (i > 0 && folders[i] !== folders[i - 1] ? `${folders[i - 1]} → ${files[n]}` : [])),
    )
}

/** How often each of them comes, the most frequent first. */
function printCounts(names) {
  const counts = new Map()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  for (const [name, count] of [...counts].sort((a, b) => b[1] - a[1])) console.log(`  ${count}  ${name}`)
}

const lines = files.map((file) => text(file).split('\n').length - 1)
console.log(`${files.length} files, ${lines.reduce((sum, n) => sum + n, 0)} lines`)
for (const folder of [...new Set(files.map(dirname))].sort()) {
  const inside = files.filter((file) => dirname(file) === folder)
  console.log(`  ${folder}: ${inside.length} files, ${inside.reduce((sum, file) => sum + exportsOf(file), 0)} exports`)
}
console.log(`circles of values: ${circles(false).length}; of values or types: ${circles(true).length}`)
for (const circle of circles(false)) console.log(`  ${circle.join(' ↔ ')}`)

const { Dense, Sequential, SGD, tensor } = await tracedLibrary()
const model = new Sequential([new Dense(8, { activation: 'tanh' }), new Dense(1)])
model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'meanSquaredError' })
const [x, y] = [
  tensor([
    [0, 1],
    [1, 0],
  ]),
  tensor([[1], [0]]),
]
walk('trainOnBatch of a 2-8-1 MLP', () => model.trainOnBatch(x, y))
const [a, b] = [tensor([1, 2]), tensor([3, 4])]
walk('a.add(b)', () => a.add(b))
