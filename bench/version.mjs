/** The version of a package as it is installed here. */
import { readFileSync } from 'node:fs'

/** From the package's manifest, which `exports` need not show. */
export const installedVersion = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version
