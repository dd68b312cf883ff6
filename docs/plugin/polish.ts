/**
 * Small changes to the pages: the style sheet of the formulas, and tables that scroll instead of widening the page.
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
    page.contents = page.contents
      ?.replace(styles, '$1<link rel="stylesheet" href="$2assets/Temml-Local.css"/>')
      .replaceAll('<table>', '<div class="table"><table>')
      .replaceAll('</table>', '</table></div>')
  })
}
