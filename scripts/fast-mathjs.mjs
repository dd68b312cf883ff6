/**
 * `--import=./scripts/fast-mathjs.mjs`, for tests: loads mathjs from one file instead of the hundreds that it is published as, which
 * takes a second less per process. The files are bundled once, and kept in `node_modules/.cache/`.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import module from 'node:module'
import { isMainThread } from 'node:worker_threads'

const root = new URL('../', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('node_modules/mathjs/package.json', root), 'utf8'))

/** Each entry of the package, and the file that it is bundled into. */
const files = new Map(
  ['mathjs', 'mathjs/number'].map((name) => [
    name,
    new URL(`node_modules/.cache/nabla/${name.replace('/', '-')}-${version}.mjs`, root),
  ]),
)

/** A hook for Node's module loader. */
export function resolve(specifier, context, next) {
  const file = files.get(specifier)
  return file ? { url: file.href, format: 'module', shortCircuit: true } : next(specifier, context)
}

async function bundle(name, file) {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    stdin: { contents: `export * from '${name}'`, resolveDir: root.pathname },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'error',
  })
  mkdirSync(new URL('.', file), { recursive: true })
  // Several processes may do this at the same time
  const own = new URL(`${file.href}.${process.pid}`)
  writeFileSync(own, outputFiles[0].text)
  renameSync(own, file)
}

// Node 20 runs hooks in a thread, which loads this file again
if (isMainThread) {
  for (const [name, file] of files) if (!existsSync(file)) await bundle(name, file)
  if (module.registerHooks) module.registerHooks({ resolve })
  else module.register(import.meta.url)
}
