/**
 * The core of the package, `dist/nabla.js`: all that `import 'nabla'` loads, which the entries share. Plugins for esbuild: with `standOn`,
 * an entry takes from `nabla.js` what is in the core and holds the rest itself; `exporting` makes `nabla.js`, with what was taken.
 */
import { join, relative } from 'node:path'
import { entries } from './entries.mjs'

const root = new URL('..', import.meta.url).pathname

/** The files of the core, and the names that each exports. `bundle` runs esbuild. */
export async function filesOfCore(bundle) {
  const whole = await bundle([entries.nabla], { write: false })
  const files = Object.keys(whole.metafile.inputs).filter((file) => file.startsWith('src/') && file !== entries.nabla)
  const { metafile } = await bundle(files, { bundle: false, write: false, plugins: [] })
  const outputs = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint)
  return new Map(outputs.map(({ entryPoint, exports }) => [entryPoint, exports]))
}

/** Where an entry imports a file of the core, it takes the names from `nabla.js`; `src/index.ts` is `index.js`. */
export function standOn(core) {
  return {
    name: 'core',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./, namespace: 'file' }, ({ path, resolveDir, importer, kind }) => {
        if (kind === 'entry-point') return undefined
        const file = relative(root, join(resolveDir, path)).replace(/\.js$/, '.ts')
        if (file === entries.nabla) return { path: './index.js', external: true }
        const suffix = `?for=${relative(root, importer)}` // without it, esbuild would share the file among entries
        return core.has(file) ? { path: file, suffix, namespace: 'core', sideEffects: false } : undefined
      })
      onResolve({ filter: /./, namespace: 'core' }, ({ path }) => ({ path, external: true, sideEffects: false }))
      onLoad({ filter: /./, namespace: 'core' }, ({ path }) => ({
        contents: lines(core.get(path), (name) => `export { ${nameInCore(path, name)} as ${name} } from './nabla.js'`),
      }))
    },
  }
}

/** Makes the entry point `core` of what the built entries take. */
export function exporting(core, builtEntries) {
  const taken = new Set(builtEntries.flatMap(takenFromCore))
  const contents = lines([...core], ([file, names]) =>
    lines(
      names.filter((name) => taken.has(nameInCore(file, name))),
      (name) => `export { ${name} as ${nameInCore(file, name)} } from './${file}'`,
    ),
  )
  return {
    name: 'core',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^core$/ }, ({ path }) => ({ path, namespace: 'core' }))
      onLoad({ filter: /./, namespace: 'core' }, () => ({ contents, resolveDir: root }))
    },
  }
}

/** `add` of `src/tensor/operations/arithmetic.ts` → `tensor_operations_arithmetic$add`: two files may export the same name. */
function nameInCore(file, name) {
  return `${file.slice('src/'.length, -'.ts'.length).replace(/\W/g, '_')}$${name}`
}

function takenFromCore(code) {
  const imports = [...code.matchAll(/\bimport \{([^}]*)\} from "\.\/nabla\.js"/g)]
  return imports.flatMap(([, names]) => names.match(/\w+\$\w+/g) ?? [])
}

const lines = (items, text) => items.map(text).filter(Boolean).join('\n')
