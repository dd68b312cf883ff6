/**
 * Pages of the source as part of the reference, so that "Source: …" works without a network: nabla is made to be read.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, extname, join, posix } from 'node:path'
import { type Application, PageEvent, RendererEvent } from 'typedoc'

const languages: Readonly<Record<string, string>> = { '.ts': 'ts', '.mjs': 'js', '.json': 'json' }
const root = join(import.meta.dirname, '../..')

/** Turns `source:src/errors.ts#L3` into links to pages, and writes those. */
export function linkSources(app: Application): void {
  const wanted = new Set<string>()
  app.renderer.on(PageEvent.END, (page: PageEvent) => {
    const up = '../'.repeat(page.url.split('/').length - 1)
    page.contents = page.contents?.replaceAll(/href="source:([^"#]+)(#[^"]*)?"/g, (_, path: string, anchor = '') => {
      wanted.add(path)
      return `href="${up}source/${path}.html${anchor}"`
    })
  })
  // The highlighter gives up on a line after a while, which at first it spends on getting ready
  let isReady = false
  app.renderer.on(PageEvent.BEGIN, () => {
    for (let i = 0; i < 3 && !isReady; i++) highlight(app, 'src/optim/adamw.ts')
    isReady = true
  })
  app.renderer.on(RendererEvent.END, ({ outputDirectory }: RendererEvent) => {
    for (const path of wanted) {
      writePage(app, outputDirectory, path)
      rmSync(join(outputDirectory, 'media', posix.basename(path)), { force: true }) // TypeDoc's copy
    }
  })
}

function highlight(app: Application, path: string): string {
  const text = `${readFileSync(join(root, path), 'utf8').trimEnd()}\n`
  return app.renderer.markedPlugin.getHighlighted(text, languages[extname(path)])
}

function writePage(app: Application, folder: string, path: string): void {
  if (!languages[extname(path)] || !existsSync(join(root, path))) {
    throw new Error(`The site links to ${path}, which cannot be shown.`)
  }
  const target = join(folder, 'source', `${path}.html`)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, page(path, numbered(highlight(app, path))))
}

/** Each line with an anchor: `L1`, `L2`, … */
function numbered(highlighted: string): string {
  return highlighted
    .split(/\n|<br\/>/)
    .map((line, i) => `<span class="line" id="L${i + 1}"><a href="#L${i + 1}">${i + 1}</a>${line}</span>`)
    .join('')
}

function page(path: string, code: string): string {
  const up = '../'.repeat(path.split('/').length)
  const style = (name: string) => `<link rel="stylesheet" href="${up}assets/${name}.css"/>`
  return `<!DOCTYPE html>
<html class="default" lang="en">
<head><meta charset="utf-8"/><title>${path} | nabla</title><meta name="viewport" content="width=device-width, initial-scale=1"/>
${style('style')}${style('highlight')}${style('custom')}<link rel="icon" href="${up}assets/favicon.svg" type="image/svg+xml"/></head>
<body><script>document.documentElement.dataset.theme = localStorage.getItem("tsd-theme") || "os"</script>
<header class="tsd-page-toolbar"><div class="tsd-toolbar-contents container"><a href="${up}index.html" class="title">nabla</a></div></header>
<main class="source container"><p class="path">${posix.dirname(path)}/</p><h1>${posix.basename(path)}</h1><pre><code>${code}</code></pre></main>
</body></html>
`
}
