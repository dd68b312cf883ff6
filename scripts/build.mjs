/**
 * `npm run build`: from `src/` to `dist/`.
 *
 * - `nabla.js`, the core: everything that `import 'nabla'` loads in Node and in bundlers. The dependencies are inside, because mathjs's
 *   parser takes ten times as long to load from the hundreds of files it is published as.
 * - `index.js`, `data.js` …, the entries of the package. All take what the core has from `nabla.js`, so that there is one class `Tensor`,
 *   and hold the rest; what several of them need and the core does not is in `shared-….js`. `optimizers.js` is built as they are.
 * - `nabla.min.js`, all of it in one file and minified, for `<script type="module">` without a build step. Next to it, `chunks/gpu.js` is
 *   needed for the GPU only.
 * - `*.d.ts`, the declarations.
 * - `LICENSES.txt`, the licences of the packages that are inside.
 *
 * The GPU back end and gpu.js, which are loaded when a GPU is asked for, go to `chunks/gpu.js`, so that nobody else pays for them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { minifySync } from 'vite'
import { exporting, filesOfCore, standOn } from './core.mjs'
import { entries } from './entries.mjs'

const root = new URL('..', import.meta.url).pathname
const gpu = { entry: 'src/kernels/gpu/backend.ts', chunk: './chunks/gpu.js' }

/** Both bundles load the GPU back end from its chunk. */
const leaveGpuOut = {
  name: 'gpu',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/backend\.js$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: gpu.chunk, external: true } : undefined,
    ),
}

/** What stands under mathjs's parser for the sake of all of mathjs: dependencies that are looked up by name, lists of formulas. */
const underParser = {
  'mathjs/lib/esm/utils/factory.js': 'export const factory = (_name, _dependencies, create) => create',
  'mathjs/lib/esm/utils/collection.js': 'export const deepMap = undefined',
  '@babel/runtime/helpers/esm/extends.js': 'export default Object.assign',
}

/** mathjs has no entry for its parser alone, and its list of all functions keeps some that nobody asks for. */
const mathjsParser = {
  name: 'mathjs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^mathjs\/number$/ }, () => ({ path: 'parser', namespace: 'mathjs' }))
    onLoad({ filter: /./, namespace: 'mathjs' }, () => ({
      resolveDir: root,
      contents: `export { createParse } from './node_modules/mathjs/lib/esm/expression/parse.js'
        export { createNumber } from './node_modules/mathjs/lib/esm/type/number.js'`,
    }))
    for (const [file, contents] of Object.entries(underParser)) {
      onLoad({ filter: new RegExp(`${file}$`) }, () => ({ contents }))
    }
  },
}

/** The classes that users can name, among others. */
const published = new Set(
  Object.values(entries).flatMap((file) => readFileSync(root + file, 'utf8').match(/\b[A-Z]\w+/g) ?? []),
)

/**
 * Configurations, paths of weights and messages name classes (`Adam`, `dense_1`, `ShapeError`), but whoever minifies renames them. A
 * getter of the name stays, and unlike a call it keeps no bundler from leaving out a class that nobody uses. (A static field does not do:
 * compilers that assign fields, such as Next's, fail at the read-only name of a function.)
 */
const classNames = {
  name: 'names',
  setup: ({ onLoad }) =>
    onLoad({ filter: /src\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /^export (?:abstract )?class (\w+)(?:[^{]|\{[^{}]*\}(?=>))*?\{(?![^{}]*\}>)/gm,
        (start, name) => (published.has(name) ? `${start} static get name() { return '${name}' }` : start),
      ),
      loader: 'ts',
    })),
}

/** The GPU's chunk throws the errors of the bundle that loads it, or its `FormulaError` would not be a `NablaError` there. */
const sharedErrors = {
  name: 'errors',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/errors\.js$/ }, () => ({ path: `${root}src/kernels/gpu/cpu-services.ts` })),
}

const inside = [leaveGpuOut, mathjsParser, classNames]

/** The namespace `optimizers` names all of them. In a file of its own it is left out by bundlers where nobody uses it. */
const optimizersApart = {
  name: 'optimizers',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/optim\/catalog\.js$/ }, () => ({ path: './optimizers.js', external: true })),
}

/** What makes optimizers and metrics known by their names is in a file of its own, too, which bundlers leave out (`sideEffects` in package.json). */
const namesApart = {
  name: 'known names',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/names\.js$/ }, () => ({ path: './names.js', external: true, sideEffects: true })),
}

const ofCore = [namesApart, optimizersApart, ...inside]

/** Packages that are already inside the file that another one publishes. */
const packedIn = { 'node_modules/gpu.js': ['acorn', 'gpu-mock.js'] }

/** `npm start` and `npm test` build in passing. */
const inPassing = process.env.npm_config_loglevel === 'silent'

if (inPassing) console.log('Building dist/ …')
rmSync(`${root}dist`, { recursive: true, force: true })
const bundles = await Promise.all([
  entriesAndCore(),
  bundle({ 'chunks/gpu': gpu.entry }, { minify: true, sourcemap: false, plugins: [sharedErrors] }),
  bundle({ 'nabla.min': 'src/index.ts' }, {}),
])
for (const name of readdirSync(`${root}dist`)) if (name.endsWith('.js')) leaveOutNamespaces(name)
shrink('nabla.min.js')
leaveToNode('chunks/gpu.js')
licenses(bundles.flat().flatMap(({ metafile }) => Object.keys(metafile.inputs)))
declarations()
const programs = readdirSync(`${root}dist`).filter((name) => name.endsWith('.js'))
if (!inPassing) for (const name of programs) console.log(`dist/${name}: ${size(name)}`)

/** The entries, and the core with what they take from it. */
async function entriesAndCore() {
  const core = await filesOfCore((points, options) => bundle(points, { plugins: ofCore, ...options }))
  const points = Object.values(entries).map((file) => [file.slice('src/'.length, -'.ts'.length), file])
  const built = await bundle(
    { ...Object.fromEntries(points), optimizers: 'src/optim/catalog.ts', names: 'src/names.ts' },
    { splitting: true, chunkNames: 'shared-[hash]', plugins: [namesApart, optimizersApart, standOn(core), ...inside] },
  )
  const outputs = Object.keys(built.metafile.outputs).filter((name) => name.endsWith('.js'))
  const texts = outputs.map((name) => readFileSync(root + name, 'utf8'))
  return [built, await bundle({ nabla: 'core' }, { plugins: [exporting(core, texts), ...ofCore] })]
}

/**
 * esbuild fills the object of `import * as layers` by a call, so that bundlers keep it and all that it names. As the value of a call that is
 * marked as pure, they keep it only where somebody uses it. (Lines stay where they are, for source maps.)
 */
function leaveOutNamespaces(name) {
  const text = readFileSync(`${root}dist/${name}`, 'utf8')
  const pure = text.replace(
    /^var (\w+_exports) = \{\};\n__export\(\1, \{/gm,
    'var $1 = /* @__PURE__ */ __exported({},\n{',
  )
  if (pure === text) return
  const helper = 'function __exported(target, all) { __export(target, all); return target }\n'
  writeFileSync(`${root}dist/${name}`, pure.replace(/(?=\/\/# sourceMappingURL)/, helper))
}

function bundle(entryPoints, { plugins = inside, ...options }) {
  return build({
    absWorkingDir: root,
    entryPoints,
    outdir: 'dist',
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    sourcemap: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins,
    ...options,
  })
}

/** Vite's minifier leaves 3 % less than esbuild's. */
function shrink(name) {
  const file = `${root}dist/${name}`
  const inputMap = JSON.parse(readFileSync(`${file}.map`, 'utf8'))
  const options = { module: true, compress: { target: 'es2022' }, sourcemap: true, inputMap }
  const { code, map, errors } = minifySync(name, readFileSync(file, 'utf8'), options)
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  writeFileSync(file, `${code}\n//# sourceMappingURL=${name}.map\n`)
  writeFileSync(`${file}.map`, JSON.stringify(map))
}

/**
 * esbuild drops the comments that keep webpack and Vite from looking for the package `webgpu`, which only Node may load, by a name that
 * they take for an expression.
 */
function leaveToNode(name) {
  const file = `${root}dist/${name}`
  const imports = /\bimport\((?=\w+\)[;,])/g
  const code = readFileSync(file, 'utf8')
  if (code.match(imports)?.length !== 1) throw new Error(`${name}: import(webgpu) is not where it was`)
  writeFileSync(file, code.replace(imports, 'import(/* webpackIgnore: true *//* @vite-ignore */'))
}

/** The licences and notices of the packages that these files are from. */
function licenses(files) {
  const packages = new Set(files.flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))
  const inner = [...packages].flatMap((folder) => (packedIn[folder] ?? []).map((name) => installed(folder, name)))
  const texts = [...packages, ...inner].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'))
    const terms = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'NOTICE']
      .map((n) => `${root}${folder}/${n}`)
      .filter(existsSync)
    return `${[`${name} ${version} (${license})`, ...terms.map((file) => readFileSync(file, 'utf8').trim())].join('\n\n')}\n`
  })
  writeFileSync(`${root}dist/LICENSES.txt`, texts.join(`\n${'-'.repeat(80)}\n\n`))
}

/** Where a package's own dependency lies. */
function installed(folder, name) {
  const own = `${folder}/node_modules/${name}`
  return existsSync(`${root}${own}`) ? own : `node_modules/${name}`
}

/** The compiler runs as a program of its own, which prints what is wrong. */
function declarations() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

function size(name) {
  const bytes = readFileSync(`${root}dist/${name}`)
  const kilobytes = (n) => `${(n / 1000).toFixed(0)} kB`
  return `${kilobytes(bytes.length)}, ${kilobytes(gzipSync(bytes).length)} gzipped`
}
