/**
 * A headless browser and the site, served below a path as it will be on the web.
 */
import { createReadStream, existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** An installed Chrome or Chromium, else the one that npm brought. */
export async function launch(): Promise<Browser> {
  try {
    return await chromium.launch({ channel: 'chrome', args: ['--no-sandbox'] })
  } catch {
    const { default: packed } = await import('@sparticuz/chromium')
    const args = packed.args.filter((flag) => flag !== '--single-process') // with it, closing a page closes the browser
    return chromium.launch({ executablePath: await packed.executablePath(), args })
  }
}

/** Serves a folder below `/nabla/docs/`, and nothing else. */
export async function serve(folder: string): Promise<{ url: string; server: Server }> {
  const start = '/nabla/docs/'
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = join(folder, decodeURIComponent(pathname.slice(start.length)))
    if (!pathname.startsWith(start) || !existsSync(file)) {
      response.statusCode = 404
      response.end()
      return
    }
    response.setHeader('content-type', types[extname(file)] ?? 'text/plain')
    createReadStream(file).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return { url: `http://localhost:${(server.address() as AddressInfo).port}${start}`, server }
}
