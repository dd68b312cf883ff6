/**
 * Documentation cannot rot: every block of code in README, CONTRIBUTING and docs/, and every `@example` in src/, is run against the
 * built package, and the values behind `// =>` are compared. How to write such blocks is in CONTRIBUTING.md.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { entries } from '../scripts/entries.mjs'
import { exampleSnippets, markdownFiles, markdownSnippets, type Snippet, wideLines } from './docs/blocks.js'
import { mismatch } from './docs/compare.js'
import { checkSnippet, runSnippet } from './docs/run.js'
import { filesBelow, read, root } from './source.js'

/** How many blocks there are: when one comes or goes, `RECORD_BLOCKS=1 npx ava test/docs.test.ts` writes the numbers. */
const record = 'test/golden/blocks.json'
const parts = ['README.md', 'CONTRIBUTING.md', 'docs/', 'src/']

const built = Object.entries(JSON.parse(read('package.json')).exports as Record<string, { default: string }>)
  .map(([path, target]) => [`nabla${path.slice(1)}`, root + target.default] as const)
  .filter(([name]) => name in entries)
if (built.some(([, file]) => !existsSync(file)))
  throw new Error('docs.test: dist/ is missing. Run npm run build first.')
const modules: Record<string, Record<string, unknown>> = Object.fromEntries(
  await Promise.all(built.map(async ([name, file]) => [name, await import(pathToFileURL(file).href)])),
)
/** What `@example`s have in scope: all that the entries export. */
const nabla = Object.assign({}, ...Object.values(modules))
const importModule = (name: string) =>
  name in entries ? Promise.resolve(withUnknownNames(name, modules[name])) : import(name)

/** The package, which refuses names that it does not have: `const { oops } = …` would give undefined. */
function withUnknownNames(entry: string, module: Record<string, unknown>): Record<string, unknown> {
  return new Proxy(module, {
    get(target, name) {
      if (name in target || typeof name === 'symbol' || name === 'then') return Reflect.get(target, name)
      throw new Error(`${entry} has no export ${name}`)
    },
  })
}

const ofMarkdown = markdownFiles().flatMap((file) => markdownSnippets(file))
const ofSources = filesBelow('src', '.ts').flatMap((file) => exampleSnippets(file))

for (const { where, code, browserOnly } of ofMarkdown)
  test.serial(`the code at ${where} ${browserOnly ? 'compiles' : 'runs'}`, async (t) => {
    await t.notThrowsAsync(() => (browserOnly ? checkSnippet(code) : runSnippet(code, importModule)))
  })

for (const { where, code } of ofSources)
  test.serial(`the example at ${where} runs`, async (t) => {
    await t.notThrowsAsync(() => runSnippet(code, importModule, nabla))
  })

test('there are as many blocks as recorded', (t) => {
  const count = (snippets: Snippet[], start: string) =>
    snippets.filter(({ where }) => where.startsWith(start)).reduce((sum, { blocks }) => sum + blocks, 0)
  const all = [...ofMarkdown, ...ofSources]
  const counts = Object.fromEntries(parts.map((start) => [start, count(all, start)]))
  if (process.env.RECORD_BLOCKS) writeFileSync(root + record, `${JSON.stringify(counts, null, 2)}\n`)
  t.deepEqual(counts, JSON.parse(read(record)), 'if this is wanted: RECORD_BLOCKS=1 npx ava test/docs.test.ts')
})

test('code of pages is at most 80 columns wide, so that it fits beside the menu', (t) => {
  t.deepEqual(wideLines(80), [])
})

test('Node finds the package under its own name', (t) => {
  const program = "import { tensor } from 'nabla'; console.log(tensor([1, 2, 3]).sum().item())"
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '' },
    encoding: 'utf8',
  })
  t.is(output, '6\n')
})

test('blocks are found in Markdown, with the ones that continue them', (t) => {
  const text = '# A\n```ts\na\n```\n```sh\nno\n```\n```ts continue\nb\n```\n  ```js browser\n  c\n  ```\n'
  t.deepEqual(markdownSnippets('x.md', text), [
    { where: 'x.md:3', code: 'a\n\nb\n', blocks: 2, browserOnly: false },
    { where: 'x.md:12', code: 'c\n', blocks: 1, browserOnly: true },
  ])
})

test('examples are found in doc comments, fenced or not', (t) => {
  const text = `
/**
 * What it does.
 * @example
 * a()
 * b()
 * @see elsewhere
 */
/**
 * @example
 * Some words.
 * \`\`\`ts
 * c()
 * \`\`\`
 */`
  t.deepEqual(
    exampleSnippets('x.ts', text).map(({ where, code }) => [where, code.trim()]),
    [
      ['x.ts:5', 'a()\nb()'],
      ['x.ts:13', 'c()'],
    ],
  )
})

const equal: [unknown, string][] = [
  [6, '6'],
  [1 / 3, '0.333'],
  [0.4567, '0.456…'],
  [1.26e-7, '1.3e-7'],
  ['loss 0.69314', 'loss 0.693'],
  ['a', "'a'"],
  ["it's \\alpha", "'it\\'s \\\\alpha'"],
  [1000.69317, '1000.6931'],
  [[1, [2.5]], '[1, [2.5]]'],
  [new Float32Array([0.1, 2]), '[0.1, 2]'],
  [new Float32Array([0.1, 2]), 'Float32Array [0.1, 2]'],
  [{ loss: 0.25, name: 'x' }, "{ loss: 0.25, name: 'x' }"],
  [{ toArray: () => [1, 2], toString: () => 'Tensor [2]\n[1, 2]' }, '[1, 2]'],
  [{ toArray: () => [1, 2], toString: () => 'Tensor [2]\n[1, 2]' }, 'Tensor [2]\n [1, 2]'],
  ['matmul: inner sizes differ, [2] and [3]', 'matmul: inner sizes differ…'],
  [undefined, 'undefined'],
]
const unequal: [unknown, string][] = [
  [6.0000005, '6'],
  [0.3344, '0.333'],
  [-0.5, '0.5'],
  ['ab', 'a'],
  [[1, 2, 3], '[1, 2]'],
  [[1], '[1, 2]'],
  [{ loss: 0.25 }, '{ loss: 0.26 }'],
]

test('values agree with what is written, to the digits written', (t) => {
  for (const [value, text] of equal) t.is(mismatch(value, text), undefined)
  for (const [value, text] of unequal) t.truthy(mismatch(value, text), text)
})

test('a snippet is run, and its promises are checked', async (t) => {
  const run = (code: string) => runSnippet(code, importModule)
  t.is(
    await run(
      "import { tensor as t, type Tensor } from 'nabla'\nconst x: Tensor = t([1, 2])\nx.toArray() // => [1, 2]",
    ),
    1,
  )
  t.is(await run('const y = 1 + 1 // => 2\nconsole.log(y, 3)\n// => 2 3'), 2)
  t.is(await run("console.log('a\\nb')\n// => a\n//    b"), 1)
  t.is(await run('await Promise.resolve(3) // => 3'), 1)
  t.is(
    await run(
      "null.x // throws Cannot read properties of null…\nthrowing() // throws a: b\nfunction throwing() { throw new Error('a: b') }",
    ),
    2,
  )
  await t.throwsAsync(() => run('1 + 1 // => 3'), { message: /is\s2\sinstead of\s3/ })
  await t.throwsAsync(() => run('if (Math.PI < 3) {\n  1 // => 1\n}'), { message: /never reached/ })
  await t.throwsAsync(() => run('1 // throws a'), { message: /is missing/ })
  await t.throwsAsync(() => run('// => 3'), { message: /no value stands before/ })
  await t.throwsAsync(() => run("import { oops } from 'nabla'"), { message: /no export oops/ })
  await t.throwsAsync(() => run('tensor([1])'), { message: /tensor is not defined/ })
})
