/**
 * The entries of the package: what users import, and the file of `src/` that each is made from. The list is `exports` in package.json; an
 * entry is a line there and a file next to `src/index.ts`, and the build, the tests and the documentation follow.
 */
import { readFileSync } from 'node:fs'

const { name, exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** `{ nabla: 'src/index.ts', 'nabla/data': 'src/data.ts', … }` */
export const entries = Object.fromEntries(
  Object.entries(exports)
    .filter(([, { types }]) => types)
    .map(([path, { types }]) => [name + path.slice(1), types.replace('./dist/', 'src/').replace('.d.ts', '.ts')]),
)
