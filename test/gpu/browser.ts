/**
 * A headless browser with WebGL2 and WebGPU, both computed in software, and pages on localhost (WebGPU wants that). An installed
 * Chrome comes first, then the browser that npm brought, which needs no system packages.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'
import { root } from '../source.js'

/** A browser, and pages in it. */
export interface Opened {
  /**
   * Opens a page that loads these modules, by path; the first is the one that starts, unless there is an `/index.html`.
   * @param query what comes after the address, such as `?software`
   */
  open(modules: Readonly<Record<string, string>>, query?: string): Promise<Page>
  close(): Promise<void>
}

/** Without these, WebGPU hides on machines without a GPU. */
const flags = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-unsafe-swiftshader',
  '--no-sandbox',
]

/**
 * Starts a browser.
 * @param isolated whether its pages are cross-origin isolated, so that they may share memory with workers
 * @returns it, or why none can be started
 */
export async function openBrowser(isolated = false): Promise<Opened | { reason: string }> {
  const browser = await launch(isolated)
  if ('reason' in browser) return browser
  const servers: Server[] = []
  return {
    async open(modules, query = '') {
      const server = await serve(modules, isolated)
      servers.push(server)
      const page = await browser.newPage()
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/${query}`)
      return page
    },
    async close() {
      await browser.close()
      for (const server of servers) server.close()
    },
  }
}

/** Starts a browser, or tells why none can be started. */
export async function launch(isolated = false): Promise<Browser | { reason: string }> {
  const reasons: string[] = []
  for (const start of [installed, brought]) {
    try {
      return await start(isolated)
    } catch (error) {
      reasons.push(String((error as Error).message).split('\n')[0])
    }
  }
  return { reason: reasons.join('; ') }
}

const installed = () => chromium.launch({ channel: 'chrome', args: flags })

/** The flags it comes with make it one process, in which no page is isolated. */
async function brought(isolated: boolean): Promise<Browser> {
  const { default: packed } = await import('@sparticuz/chromium')
  const args = isolated ? flags : [...packed.args, ...flags]
  return chromium.launch({ executablePath: await packed.executablePath(), args })
}

/** Bundles an entry for the browser: the text of each file by its path, the entry first. */
export async function bundle(
  entry: { path: string } | { text: string },
  minify = false,
): Promise<Record<string, string>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    ...('path' in entry ? { entryPoints: [entry.path] } : { stdin: { contents: entry.text, resolveDir: root } }),
    bundle: true,
    splitting: true,
    minify,
    write: false,
    outdir: '/',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
    tsconfigRaw: {},
  })
  return Object.fromEntries(outputFiles.map(({ path, text }) => [path, text]))
}

function serve(modules: Readonly<Record<string, string>>, isolated: boolean): Promise<Server> {
  const [entry] = Object.keys(modules)
  const html =
    modules['/index.html'] ?? `<!doctype html><title>nabla</title><script type="module" src="${entry}"></script>`
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]
    const script = path.endsWith('.html') ? undefined : modules[path]
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript')
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin')
      response.setHeader('cross-origin-embedder-policy', 'require-corp')
    }
    response.end(script ?? html)
  })
  return new Promise((resolve) => server.listen(0, 'localhost', () => resolve(server)))
}
