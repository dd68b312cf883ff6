/**
 * Small changes to the pages: the style sheet and the font of the formulas (without a font that has tables for mathematics, a browser
 * sets exponents too high), tables and formulas that scroll instead of widening the page, cells that know the name of their column (a
 * phone shows it, see the style sheet), and links to what the build makes (`site:llms.txt`).
 */
import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Application, PageEvent, RendererEvent } from 'typedoc'

const { resolve } = createRequire(import.meta.url)

/** Files below `assets/`, and where they come from. The style sheet asks for the font by this name. */
const assets: Readonly<Record<string, string>> = {
  'Temml-STIX2.css': join(dirname(resolve('temml')), 'Temml-STIX2.css'),
  'STIXTwoMath.woff2': resolve('@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff2'),
  'STIXTwoMath-LICENSE.txt': resolve('@fontsource/stix-two-math/LICENSE'),
}
const styles = /(<link rel="stylesheet" href="([^"]*)assets\/style\.css[^>]*>)/

/** Installs them. */
export function polish(app: Application): void {
  app.renderer.on(RendererEvent.END, ({ outputDirectory }: RendererEvent) => {
    for (const [name, file] of Object.entries(assets)) copyFileSync(file, join(outputDirectory, 'assets', name))
  })
  app.renderer.on(PageEvent.END, (page: PageEvent) => {
    const up = '../'.repeat(page.url.split('/').length - 1)
    page.contents = page.contents
      ?.replace(styles, '$1<link rel="stylesheet" href="$2assets/Temml-STIX2.css"/>')
      .replace(/<table>.*?<\/table>/gs, (table) => `<div class="table">${withColumns(table)}</div>`)
      .replace(/<math display="block".*?<\/math>/gs, (math) => `<div class="formula">${statements(math)}</div>`)
      .replaceAll('href="site:', `href="${up}`)
  })
}

/** The statements of a formula that wide spaces stand between, as a formula each: where the page is narrow, lines break there. */
function statements(math: string): string {
  const [start] = /^<math[^>]*><mrow>/.exec(math) ?? ['']
  let depth = 0
  return math.replace(/(<mspace width="2em"><\/mspace>)+|<[^>]*>/g, (tag, space) => {
    if (space) return depth === 2 ? `</mrow></math>${start}` : tag
    depth += tag.startsWith('</') ? -1 : 1
    return tag
  })
}

/** The table, each cell with the name of its column where several have names. */
function withColumns(table: string): string {
  const columns = [...table.matchAll(/<th[^>]*>(.*?)<\/th>/gs)].map(([, title]) => title.replace(/<[^>]*>/g, '').trim())
  if (columns.filter(Boolean).length < 2) return table
  return table.replace(/<tr>.*?<\/tr>/gs, (row) => {
    let i = 0
    return row.replace(/<td/g, () => {
      const title = columns[i++]
      return title ? `<td data-column="${title.replaceAll('"', '&quot;')}"` : '<td'
    })
  })
}
