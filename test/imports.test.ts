/**
 * Imports point one way: kernels ← autograd engine ← tensor ← operations ← transforms ← { layers, optim, data } ← training ←
 * { io, inspect } ← cli, and index, with the other entries of the package, above all. Types count for the directions; circles of values are forbidden, circles of types
 * only stay among neighbours.
 */
import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import test from 'ava'
import { entries } from '../scripts/entries.mjs'
import { circlesIn, filesBelow, type Import, importsOf, loadedBy, partOf, root } from './source.js'

/** The floors of the house: a part may import itself and what is below, not what is on the same floor. */
const floors: readonly (readonly string[])[] = [
  ['base'],
  ['kernels', 'engine'],
  ['tensor'],
  ['operations'],
  ['transforms'],
  ['layers', 'optim', 'data'],
  ['training'],
  ['io', 'inspect'],
  ['cli'],
  ['index'],
]
const floorOf = (part: string) => floors.findIndex((floor) => floor.includes(part))

/** The one file that imports each package. */
const packages: Record<string, string> = {
  mathjs: 'src/kernels/formula/mathjs.ts',
  'd3-dsv': 'src/data/csv/records.ts',
  'idb-keyval': 'src/io/targets.ts',
  'pure-rand': 'src/kernels/random.ts',
  'gpu.js/dist/gpu-browser.min.js': 'src/kernels/gpu/adapter.ts',
}

const isFile = (target: string) => target.endsWith('.ts')
/** `mathjs/number` → `mathjs`. */
const packageOf = (target: string) =>
  Object.keys(packages).find((name) => `${target}/`.startsWith(`${name}/`)) ?? target

/** What is wrong with an import, or nothing. */
function objection({ from, to }: Import): string | undefined {
  if (!isFile(to)) {
    if (packages[packageOf(to)] === from) return undefined
    return `${from} imports ${to}, which is the business of ${packages[packageOf(to)] ?? 'no file'}`
  }
  const [a, b] = [partOf(from), partOf(to)]
  if (!a || !b) return `${from} imports ${to}, which does not belong to a part of src/`
  return a === b || floorOf(b) < floorOf(a) ? undefined : `${from} imports ${to}: ${a} must not import ${b}`
}

/** Whether all files of a circle are in one folder, or in one and folders directly inside it. */
function areNeighbours(circle: readonly string[]): boolean {
  const folders = circle.map((file) => posix.dirname(file)).sort((a, b) => a.length - b.length)
  return folders.every((folder) => folder === folders[0] || posix.dirname(folder) === folders[0])
}

const files = filesBelow('src', '.ts')
const imports = files.flatMap((file) => importsOf(file))
const values = imports.filter((i) => i.kind === 'value')

test('every file under src/ belongs to a part of the design', (t) => {
  t.true(files.length > 50)
  t.deepEqual(
    files.filter((file) => !partOf(file)),
    [],
  )
})

test('imports point one way, stay inside src/, and one file knows each package', (t) => {
  t.true(imports.length > 100)
  t.deepEqual(imports.map(objection).filter(Boolean), [])
})

test('every imported file exists', (t) => {
  t.deepEqual(
    imports.filter(({ to }) => isFile(to) && !existsSync(root + to)),
    [],
  )
})

test('no file imports itself, not even through others', (t) => {
  t.deepEqual(circlesIn(values), [])
})

test('types import each other among neighbours only', (t) => {
  t.deepEqual(
    circlesIn(imports).filter((circle) => !areNeighbours(circle)),
    [],
  )
})

test('importing nabla loads nothing that only other entries need', (t) => {
  const loaded = loadedBy('src/index.ts', values)
  const others = Object.values(entries).filter((file) => file !== 'src/index.ts')
  t.true(others.length > 0)
  for (const file of others) {
    t.false(loaded.has(file), file)
    t.true(
      loadedBy(file, values).has('src/index.ts'),
      `${file} begins with import './index.js', which gives tensors their methods`,
    )
  }
})

test('importing nabla does not load the GPU back end', (t) => {
  const loaded = loadedBy('src/index.ts', values)
  t.true(loaded.has('src/tensor/tensor.ts'))
  t.true(loaded.has('mathjs/number'))
  t.deepEqual(
    [...loaded].filter((file) => /gpu/.test(file)),
    ['src/kernels/gpu/load.ts'],
  )
})

test('the GPU back end, a file of its own in the package, takes a second copy of formulas and of small functions without state only', (t) => {
  const isGpu = (file: string) => file.startsWith('src/kernels/gpu/') && file !== 'src/kernels/gpu/load.ts'
  const taken = values.filter(({ from, to }) => isGpu(from) && isFile(to) && !isGpu(to)).map(({ to }) => to)
  t.true(taken.includes('src/kernels/formula/ast.ts'))
  t.deepEqual(
    taken.filter((file) => !/^src\/kernels\/(formula\/|erf|sizes|strides|buffers-in)/.test(file)),
    [],
  )
})

test('folders have no index.ts', (t) => {
  t.deepEqual(
    files.filter((file) => file.endsWith('index.ts')),
    ['src/index.ts'],
  )
})

test('these checks see a wrong direction, a foreign package and a circle', (t) => {
  const value = (from: string, to: string): Import => ({ from, to, kind: 'value' })
  for (const wrong of [
    value('src/kernels/a.ts', 'src/tensor/b.ts'),
    value('src/layers/a.ts', 'src/optim/b.ts'),
    value('src/optim/a.ts', 'src/layers/b.ts'),
    value('src/tensor/a.ts', 'src/autograd/transforms/grad.ts'),
    value('src/tensor/a.ts', 'examples/b.ts'),
    value('src/tensor/a.ts', 'mathjs/number'),
    value('src/data/a.ts', 'node:fs'),
    value('src/optim/a.ts', 'src/training/b.ts'),
    value('src/kernels/a.ts', 'src/autograd/engine.ts'),
    value('src/nowhere/a.ts', 'src/errors.ts'),
  ])
    t.truthy(objection(wrong), `${wrong.from} → ${wrong.to}`)
  t.is(objection(value('src/training/a.ts', 'src/data/b.ts')), undefined)
  t.deepEqual(circlesIn([value('a', 'b'), value('b', 'c'), value('c', 'd'), value('d', 'b')]), [['b', 'c', 'd']])
  t.true(areNeighbours(['src/a/b.ts', 'src/a/c/d.ts']))
  t.false(areNeighbours(['src/a/b/c.ts', 'src/a/d/e.ts']))
})

test('imports are read from every form that they are written in', (t) => {
  const text = `
    import a, { type A } from './a.js'
    import { type B, type C } from '../b.js'
    import type { D } from './d.js'
    import './e.js'
    export { f } from './f.js'
    export type { G } from 'g'
    const h: import('./h.js').H = await import('i')`
  t.deepEqual(
    importsOf('src/x/y.ts', text).map(({ to, kind }) => `${kind} ${to}`),
    [
      'value src/x/a.ts',
      'type src/b.ts',
      'type src/x/d.ts',
      'value src/x/e.ts',
      'value src/x/f.ts',
      'type g',
      'type src/x/h.ts',
      'dynamic i',
    ],
  )
})
