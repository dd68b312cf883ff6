/**
 * The pages of `docs/playground/`, which run nabla in the visitor's browser: copied as they are, together with the package.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Application, RendererEvent } from 'typedoc'

const root = join(import.meta.dirname, '../..')
const source = join(root, 'docs/playground')
const dist = 'dist/'
const needed = ['nabla.min.js', 'chunks/gpu.js']

/** True if a file of the repository is a page, or part of one. */
export const isPlayground = (path: string): boolean => path.startsWith('docs/playground/')

/** Copies the pages when the site is written. */
export function copyPlayground(app: Application): void {
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    const target = join(outputDirectory, 'playground')
    for (const file of needed) copyBuilt(file, join(target, file))
    for (const file of readdirSync(source)) {
      const text = readFileSync(join(source, file), 'utf8')
      writeFileSync(join(target, file), text.replaceAll(`../../${dist}`, './'))
      rmSync(join(outputDirectory, 'media', file), { force: true }) // TypeDoc's copy
    }
  })
}

function copyBuilt(file: string, target: string): void {
  const built = join(root, dist, file)
  if (!existsSync(built)) throw new Error(`The playground needs ${dist}${file}: run npm run build first.`)
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(built, target)
}
