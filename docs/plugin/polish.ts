/**
 * Small changes to the pages: the style sheet of the formulas, tables that scroll instead of widening the page, and links to what
 * the build makes (`site:llms.txt`).
 */
import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Application, PageEvent, RendererEvent } from 'typedoc'

const temml = dirname(createRequire(import.meta.url).resolve('temml'))
const styles = /(<link rel="stylesheet" href="([^"]*)assets\/style\.css[^>]*>)/

/** Installs them. */
export function polish(app: Application): void {
  app.renderer.on(RendererEvent.END, ({ outputDirectory }: RendererEvent) => {
    for (const file of ['Temml.woff2', 'Temml-Local.css'])
      copyFileSync(join(temml, file), join(outputDirectory, 'assets', file))
  })
  app.renderer.on(PageEvent.END, (page: PageEvent) => {
    const up = '../'.repeat(page.url.split('/').length - 1)
    page.contents = page.contents
      ?.replace(styles, '$1<link rel="stylesheet" href="$2assets/Temml-Local.css"/>')
      .replaceAll('<table>', '<div class="table"><table>')
      .replaceAll('href="site:', `href="${up}`)
      .replaceAll('</table>', '</table></div>')
  })
}
