/**
 * The built package as its users meet it: types, tree shaking, the file for the browser.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { build } from 'esbuild'
import ts from 'typescript'
import { entries } from '../scripts/entries.mjs'
import { filesBelow, importsOf, read, root } from './source.js'

const project = mkdtempSync(join(tmpdir(), 'nabla-user-'))
mkdirSync(join(project, 'node_modules'))
symlinkSync(root, join(project, 'node_modules/nabla'), 'junction')
test.after.always(() => rmSync(project, { recursive: true }))

/** Writes a file of a project that has nabla installed. */
function write(name: string, text: string): string {
  const path = join(project, name)
  writeFileSync(path, text)
  return path
}

test('a strict TypeScript project without Node’s types gets tensors with all of their methods', (t) => {
  const path = write(
    'user.mts',
    `import { Sequential, Dense, tensor, type Tensor } from 'nabla'
     const y: Tensor = tensor([[1, 2]]).matmul([[3], [4]]).relu().reshape([1])
     const n: number = y.sum().item()
     // @ts-expect-error there is no such method
     tensor([1]).nonsense()
     // @ts-expect-error units is a number
     export const model = new Sequential([new Dense('1')]), m = n`,
  )
  const program = ts.createProgram([path], {
    strict: true,
    noEmit: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
  })
  const problems = ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, '\n'))
  t.deepEqual(problems, [])
})

test('require() loads it, too', (t) => {
  const { tensor } = createRequire(join(project, 'main.cjs'))('nabla')
  t.is(tensor([1, 2]).sum().item(), 3)
})

test('an editor shows what a class is for where it is made: over `new AdamW(`', (t) => {
  const path = write('hover.mts', "import * as nabla from 'nabla'")
  const service = ts.createLanguageService({
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    realpath: ts.sys.realpath,
    directoryExists: ts.sys.directoryExists,
    getScriptFileNames: () => [path],
    getScriptVersion: () => String(text.length),
    getScriptSnapshot: (file) => ts.ScriptSnapshot.fromString((file === path ? text : ts.sys.readFile(file)) ?? ''),
    getCurrentDirectory: () => project,
    getCompilationSettings: () => ({ module: ts.ModuleKind.NodeNext, types: [], lib: ['lib.es2022.d.ts'] }),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  })
  let text = readFileSync(path, 'utf8')
  const classes = exportedClasses(service.getProgram()!, path)
  t.true(classes.length > 50)
  text = classes.map((name) => `import { ${name} } from 'nabla'; new ${name}()`).join('\n')
  const shown = (name: string) => service.getQuickInfoAtPosition(path, text.indexOf(`new ${name}()`) + 4)?.documentation
  t.regex(ts.displayPartsToString(shown('AdamW')), /^Adam with weight decay/)
  t.deepEqual(
    classes.filter((name) => !ts.displayPartsToString(shown(name))),
    [],
    'a comment of a constructor begins with a sentence; a constructor that others inherit has no comment',
  )
})

/** The classes of the modules that a file imports. */
function exportedClasses(program: ts.Program, path: string): string[] {
  const checker = program.getTypeChecker()
  const [{ moduleSpecifier }] = program.getSourceFile(path)!.statements as unknown as ts.ImportDeclaration[]
  const original = (s: ts.Symbol) => (s.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s)
  return checker
    .getExportsOfModule(checker.getSymbolAtLocation(moduleSpecifier)!)
    .filter((s) => original(s).flags & ts.SymbolFlags.Class)
    .map(({ name }) => name)
}

test('a bundler keeps the methods of tensors when it drops what is not used', async (t) => {
  const entry = write(
    'user.mjs',
    "import { tensor } from 'nabla'\nexport const sum = tensor([1, 2]).add(1).sum().item()",
  )
  const outfile = join(project, 'bundle.mjs')
  await build({ entryPoints: [entry], bundle: true, format: 'esm', platform: 'neutral', outfile, logLevel: 'error' })
  t.is((await import(pathToFileURL(outfile).href)).sum, 5)
})

/** What a bundler makes of a program, minified; the GPU's file aside. */
async function minified(name: string, text: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [write(name, text)],
    bundle: true,
    minify: true,
    external: ['./chunks/gpu.js'],
    write: false,
    format: 'esm',
    platform: 'neutral',
    logLevel: 'error',
  })
  return outputFiles[0].text
}

test('a bundler leaves out the optimizers that are not used', async (t) => {
  const bundles = {
    tensors: await minified('tensors.mjs', "import { tensor } from 'nabla'\nconsole.log(String(tensor([1])))"),
    training: await minified(
      'training.mjs',
      "import { Adam, Dense, Sequential } from 'nabla'\nconsole.log(new Sequential([new Dense(1)]), new Adam())",
    ),
    optimizers: await minified('all.mjs', "import { optimizers } from 'nabla'\nconsole.log(optimizers.get('lamb'))"),
  }
  const kilobytes = Object.entries(bundles).map(([name, text]) => [name, gzipSync(text).length / 1000] as const)
  const limits = { tensors: 99.5, training: 150.5, optimizers: 132.5 }
  for (const [name, size] of kilobytes)
    t.true(size <= limits[name as keyof typeof limits], `${name}: ${size} kB gzipped`)
  t.deepEqual(
    Object.values(bundles).map((text) => text.includes('Lookahead')),
    [false, false, true],
  )
})

test('names and configurations are the same when an application is minified', async (t) => {
  const text = await minified(
    'names.mjs',
    `import { Dense, ExponentialDecay, Lookahead, SGD, ShapeError, optimizers, sin, squaredDifference } from 'nabla'
     const schedule = new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 })
     const config = optimizers.serialize(new Lookahead(new SGD({ learningRate: schedule })))
     const copy = Lookahead.fromConfig(config.config)
     export const names = [copy, config.class_name, new Dense(2, { activation: sin }), new ShapeError('').name, squaredDifference.name].map(String)`,
  )
  const path = write('names.bundle.mjs', text)
  const { names } = await import(pathToFileURL(path).href)
  t.deepEqual(names.slice(1), ['Lookahead', 'Dense(2, sin)', 'ShapeError', 'squaredDifference'])
  t.regex(names[0], /^Lookahead\(SGD\(learningRate: ExponentialDecay\(/)
})

/** What a built file imports. */
const builtImports = (file: string) =>
  importsOf(file, readFileSync(root + file, 'utf8')).map(({ to }) => to.replace(/\.ts$/, '.js'))
/** The built programs, without those in folders. */
const programs = filesBelow('dist', '.js').filter((file) => file.split('/').length === 2)

test('the package imports nothing, nor do its declarations', (t) => {
  t.true(programs.length > 4)
  const outside = (file: string) => builtImports(file).filter((to) => !to.startsWith('dist/'))
  t.deepEqual([...programs, ...filesBelow('dist', '.d.ts')].flatMap(outside), [])
})

test('import nabla loads its core and names, and what only other entries need is in none of them', (t) => {
  const loaded = new Set(['dist/index.js'])
  for (const file of loaded) for (const to of builtImports(file)) loaded.add(to)
  const names = [...loaded].filter((name) => !/shared-\w+\.js$/.test(name)) // ten lines of esbuild's
  t.deepEqual(names, ['dist/index.js', 'dist/nabla.js', 'dist/names.js', 'dist/chunks/gpu.js', 'dist/optimizers.js'])
  for (const file of loaded) t.false(read(file).includes('dsvFormat'), file)
})

test('every entry of the package is there, for Node and for types, and shares the classes and methods of nabla', async (t) => {
  t.true(Object.keys(entries).length > 1)
  const { index, ...others } = Object.fromEntries(
    Object.values(entries).map((file) => [file.slice('src/'.length, -'.ts'.length), file]),
  )
  for (const name of Object.keys(others)) {
    t.true(builtImports(`dist/${name}.js`).includes('dist/index.js'), name)
    t.true(existsSync(`${root}dist/${name}.d.ts`), name)
  }
  const [{ Tensor, tensor }, data] = await Promise.all(
    ['index', 'data'].map((name) => import(pathToFileURL(`${root}dist/${name}.js`).href)),
  )
  const [[x]] = [...data.batches(tensor([1]), [2])]
  t.true(x instanceof Tensor)
  for (const file of programs.filter((name) => !/nabla\.(min\.)?js$/.test(name)))
    t.notRegex(read(file), /class Tensor\b|class NablaError\b/, file)
})

test('an entry alone is enough: tensors have their methods', async (t) => {
  const text = `import { batches } from 'nabla/data'
    export const sums = [...batches([[1, 2], [3, 4]], [0, 1], { shuffle: false })].map(([x]) => x.sum().item())`
  const path = write('entry.bundle.mjs', await minified('entry.mjs', text))
  t.deepEqual((await import(pathToFileURL(path).href)).sums, [10])
})

test('the file for the browser has the same exports', async (t) => {
  const exportsOf = async (file: string) => Object.keys(await import(pathToFileURL(root + file).href)).sort()
  t.deepEqual(await exportsOf('dist/nabla.min.js'), await exportsOf('dist/index.js'))
})

test('the file for the browser reads formulas, and complains about them, in the same words', async (t) => {
  const [built, source] = await Promise.all([
    import(pathToFileURL(`${root}dist/nabla.min.js`).href),
    import('../src/index.js'),
  ])
  const outcome = ({ formula }: typeof source, text: string) => {
    try {
      const { inputs, toTeX } = formula(text)
      return [...inputs, toTeX()]
    } catch (error) {
      return String(error)
    }
  }
  const texts = [
    '0x1F * x^2 / (1 + sqrt(x))',
    's = sin(x)\ns^2 + 1e-3',
    '1 < x <= 2 ? x : -x',
    'a +* 2',
    '[1, x]',
    '0b2',
  ]
  for (const text of texts) t.deepEqual(outcome(built, text), outcome(source, text), text)
  t.true(Array.isArray(outcome(built, texts[0])))
})

test('the file for the browser stays small, and leaves the GPU to another', (t) => {
  const text = readFileSync(`${root}dist/nabla.min.js`, 'utf8')
  const kilobytes = gzipSync(text).length / 1000
  t.true(kilobytes <= 193, `${kilobytes} kB gzipped. See what grew with esbuild's metafile.`)
  t.regex(text, /import\(["`]\.\/chunks\/gpu\.js["`]\)/)
  t.false(/createKernel|typed-function|toTex/.test(text))
})

test('the licences of all that is inside are there, also of what gpu.js has packed into its file, and notices', (t) => {
  const text = readFileSync(join(root, 'dist/LICENSES.txt'), 'utf8')
  for (const name of ['acorn', 'd3-dsv', 'gpu-mock.js', 'gpu.js', 'mathjs', 'pure-rand'])
    t.regex(text, new RegExp(`^${name.replace('.', '\\.')} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC|Apache-2\\.0)\\)$`, 'm'))
  t.regex(text, /Copyright \(C\) 2013-\d+ Jos de Jong/)
  const core = readFileSync(join(root, 'node_modules/gpu.js/package.json'), 'utf8')
  const { webgpu, ...packed } = JSON.parse(core).dependencies
  t.deepEqual(
    Object.keys(packed).sort(),
    ['acorn', 'gpu-mock.js'],
    'a new dependency of gpu.js may need its licence here',
  )
  t.truthy(webgpu)
})

test('the file for the browser loads the GPU from chunks/gpu.js next to it, and says so where that is missing', async (t) => {
  const folder = mkdtempSync(join(project, 'page-'))
  for (const name of ['nabla.min.js', 'chunks/gpu.js']) {
    const file = join(folder, name)
    mkdirSync(join(file, '..'), { recursive: true })
    if (name === 'chunks/gpu.js') {
      const alone = await import(`${pathToFileURL(join(folder, 'nabla.min.js')).href}?alone`)
      const error = await t.throwsAsync(() => alone.setBackend('gpu'), { instanceOf: alone.BackendError })
      t.regex(String(error?.message), /chunks\/gpu\.js.*copy it to chunks\/gpu\.js next to nabla\.min\.js/)
    }
    copyFileSync(join(root, 'dist', name), file)
  }
  // Node remembers that the file was missing, but not in another folder
  cpSync(folder, `${folder}-whole`, { recursive: true })
  const whole = await import(pathToFileURL(join(`${folder}-whole`, 'nabla.min.js')).href)
  await whole.setBackend('gpu', { allowSoftware: true, api: 'javascript' })
  t.deepEqual(whole.tensor([1, 2]).mul(2).toArray(), [2, 4])
})

test('classes have their names by getters: compilers that assign static fields would fail at the name of a function', (t) => {
  for (const file of programs) t.notRegex(read(file), /static ["']?name["']?\s*=/, file)
  for (const name of ['nabla.js', 'nabla.min.js']) t.regex(read(`dist/${name}`), /static get name\(\)/, name)
})

test('errors of the GPU’s file are those of the file that loads it', async (t) => {
  for (const name of ['index.js', 'nabla.min.js']) {
    const nabla = await import(pathToFileURL(join(root, 'dist', name)).href)
    await t.throwsAsync(() => nabla.setBackend('gpu'), { instanceOf: nabla.BackendError })
  }
  const text = readFileSync(join(root, 'dist/chunks/gpu.js'), 'utf8')
  t.notRegex(text, /name=new\.target\.name/, 'no class of errors of its own')
  t.regex(text, /import\(\/\* webpackIgnore: true \*\/\/\* @vite-ignore \*\/\w+\)/, 'no bundler looks for webgpu')
  t.is(text.match(/\bimport\(\w+\)[;,]/), null)
})
