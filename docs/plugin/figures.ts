/**
 * Figures become part of the pages that show them, so that their text has the colours of the page, light or dark.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Application, PageEvent } from 'typedoc'

const folder = join(import.meta.dirname, '../figures')

/** Installs it. */
export function inlineFigures(app: Application): void {
  app.renderer.on(PageEvent.END, (page: PageEvent) => {
    page.contents = page.contents?.replace(/<img src="[^"]*?([\w-]+\.svg)" alt="([^"]*)"\s*\/?>/g, inlined)
  })
}

function inlined(image: string, name: string, alt: string): string {
  const file = join(folder, name)
  if (!existsSync(file)) return image
  const svg = readFileSync(file, 'utf8').trim().replaceAll('\n', '')
  return `<span class="figure">${svg.replace('role="img"', `role="img" aria-label="${alt}"`)}</span>`
}
