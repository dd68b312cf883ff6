/**
 * `npm run build`: from `src/index.ts` to `dist/`.
 *
 * - `index.js`, what `import 'nabla'` loads in Node and in bundlers. The dependencies are inside, because mathjs's parser
 *   takes ten times as long to load from the hundreds of files it is published as.
 * - `nabla.min.js`, the same minified, for `<script type="module">` without a build step.
 * - `*.d.ts`, the declarations.
 * - `LICENSES.txt`, the licences of the packages that are inside.
 *
 * The GPU back end and gpu.js, which are loaded when a GPU is asked for, go to `chunks/gpu.js`, so that nobody else pays for them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = new URL('..', import.meta.url).pathname
const outputs = ['index.js', 'nabla.min.js']
const gpu = { entry: 'src/kernels/gpu/backend.ts', chunk: './chunks/gpu.js' }

/** Both bundles load the GPU back end from its chunk. */
const leaveGpuOut = {
  name: 'gpu',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/backend\.js$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: gpu.chunk, external: true } : undefined,
    ),
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
  },
}

/** `npm start` and `npm test` build in passing. */
const inPassing = process.env.npm_config_loglevel === 'silent'

if (inPassing) console.log('Building dist/ …')
rmSync(`${root}dist`, { recursive: true, force: true })
const [{ metafile }, gpuChunk] = await Promise.all([
  bundle('index.js', 'src/index.ts', false),
  bundle(gpu.chunk, gpu.entry, true),
  bundle('nabla.min.js', 'src/index.ts', true),
])
licenses([...Object.keys(metafile.inputs), ...Object.keys(gpuChunk.metafile.inputs)])
declarations()
if (!inPassing) for (const name of outputs) console.log(`dist/${name}: ${size(name)}`)

function bundle(name, entry, minify) {
  return build({
    absWorkingDir: root,
    entryPoints: [{ in: entry, out: name.replace(/\.js$/, '') }],
    outdir: 'dist',
    bundle: true,
    minify,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    sourcemap: entry !== gpu.entry,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: entry === gpu.entry ? [] : [leaveGpuOut, mathjsParser],
  })
}

/** The licences of the packages that these files are from. */
function licenses(files) {
  const packages = new Set(files.flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))
  const texts = [...packages].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'))
    const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt'].map((n) => `${root}${folder}/${n}`).find(existsSync)
    return `${name} ${version} (${license})\n\n${file ? readFileSync(file, 'utf8').trim() : ''}\n`
  })
  writeFileSync(`${root}dist/LICENSES.txt`, texts.join(`\n${'-'.repeat(80)}\n\n`))
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
