/**
 * The recipes of CONTRIBUTING.md, followed to the letter in a copy of the sources: the changes are made, the types are checked, the
 * examples of new files are run, and so are the tests that the recipes name.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { read, root } from '../source.js'
import { exampleSnippets } from './blocks.js'
import { type Change, changed, fileChanges, recipesIn } from './recipes.js'
import { runSnippet } from './run.js'

const text = read('CONTRIBUTING.md')
const recipes = recipesIn(text)
const copy = mkdtempSync(join(tmpdir(), 'nabla-recipes-'))
test.after.always(() => rmSync(copy, { recursive: true, force: true }))

const commands = recipes.flatMap((recipe) => recipe.commands)
const testFiles = commands.map((command) => /^npx ava (test\/\S+\.test\.ts)$/.exec(command)?.[1] ?? command)

test.before(() => {
  const skipped = /^(docs\/(site|figures|measured)|dist)\b/
  for (const name of ['src', 'test', 'docs', 'scripts', 'package.json', 'tsconfig.json', 'biome.json'])
    cpSync(root + name, join(copy, name), {
      recursive: true,
      filter: (source) => !skipped.test(source.slice(root.length)),
    })
  symlinkSync(`${root}node_modules`, join(copy, 'node_modules'))
  for (const change of recipes.flatMap((recipe) => recipe.changes)) apply(change)
})

function apply(change: Change): void {
  const file = join(copy, change.file)
  writeFileSync(file, change.isNew ? change.text : changed(readFileSync(file, 'utf8'), change))
}

/** Runs a program of node_modules in the copy; what it prints is the message where it fails. */
async function succeeds(t: ExecutionContext, program: string, ...args: string[]): Promise<void> {
  const env = { ...process.env, FORCE_COLOR: '0' }
  const run = promisify(execFile)(process.execPath, [join(root, 'node_modules', program), ...args], { cwd: copy, env })
  const failure = await run.then(
    () => null,
    (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
  )
  t.is(failure, null)
}

test('there are recipes for a layer, an optimizer, an operation, a function of formulas and a loss', (t) => {
  t.deepEqual(
    recipes.map(({ title }) => title),
    ['A layer', 'An optimizer', 'An operation', 'A function of the formula language', 'A loss'],
  )
  for (const { title, changes, commands } of recipes) {
    t.true(changes.length >= 2, title)
    t.is(commands.length, 1, title)
  }
})

test.serial('what the recipes make has the right types', async (t) => {
  const config = { extends: './tsconfig.json', include: ['src', 'docs/equivalents.ts', ...testFiles] }
  writeFileSync(join(copy, 'tsconfig.recipes.json'), JSON.stringify(config))
  await succeeds(t, 'typescript/bin/tsc', '--project', 'tsconfig.recipes.json')
})

test.serial('what the recipes make is in the style of the rest', async (t) => {
  const files = recipes.flatMap(({ changes }) => changes.filter(({ isNew }) => isNew).map(({ file }) => file))
  t.true(files.length >= 2)
  await succeeds(t, '@biomejs/biome/bin/biome', 'check', '--vcs-enabled=false', ...files)
})

test.serial('the tests that the recipes name pass, and see what the recipes have made', async (t) => {
  const made = ['Scale*', 'Signum*', '*gaussian*', '*versin*', '*softMargin*', 'every*']
  await succeeds(t, 'ava/entrypoints/cli.mjs', ...testFiles, ...made.map((pattern) => `--match=${pattern}`))
})

test.serial('the examples of what the recipes make give what they promise', async (t) => {
  const nabla = await import(pathToFileURL(join(copy, 'src/index.ts')).href)
  const importModule = (name: string) => (name === 'nabla' ? Promise.resolve(nabla) : import(name))
  const snippets = recipes.flatMap(({ changes }) =>
    changes.flatMap(({ file, text }) => exampleSnippets(file, text.replaceAll(/^\+/gm, ''))),
  )
  t.is(snippets.length, recipes.length - 1, 'a function of formulas has no documentation of its own')
  for (const { where, code } of snippets)
    await t.notThrowsAsync(async () => t.true((await runSnippet(code, importModule, nabla)) > 0, where))
})

test('a change is made where its context is, once', (t) => {
  const [change] = fileChanges('```diff a.ts\n one\n+two\n-three\n four\n```\n')
  t.is(changed('zero\none\nthree\nfour\n', change), 'zero\none\ntwo\nfour\n')
  t.throws(() => changed('zero\none\nfour\n', change), { message: /a\.ts has no lines/ })
  t.throws(() => changed('\none\nthree\nfour\n\none\nthree\nfour\n', change), {
    message: /a\.ts has the lines 2 times/,
  })
})
