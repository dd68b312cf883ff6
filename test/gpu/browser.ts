/**
 * A headless browser with WebGL2 and WebGPU, both computed in software, and a page on localhost that has the suite loaded. An
 * installed Chrome or Chromium comes first, then the one that npm brought.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'
import { root } from '../source.js'

/** A page with the suite, and how to close it. */
export interface Opened {
  readonly page: Page
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
 * Opens the page.
 * @returns the page, or why no browser can be started
 */
export async function openPage(): Promise<Opened | { reason: string }> {
  const browser = await launch()
  if ('reason' in browser) return browser
  const server = await serve(await bundle())
  const page = await browser.newPage()
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`)
  await page.waitForFunction('typeof runChecks === "function"')
  return {
    page,
    close: async () => {
      await browser.close()
      server.close()
    },
  }
}

async function launch(): Promise<Browser | { reason: string }> {
  const reasons: string[] = []
  for (const start of [installed, brought]) {
    try {
      return await start()
    } catch (error) {
      reasons.push(String((error as Error).message).split('\n')[0])
    }
  }
  return { reason: reasons.join('; ') }
}

const installed = () => chromium.launch({ channel: 'chrome', args: flags })

async function brought(): Promise<Browser> {
  const { default: packed } = await import('@sparticuz/chromium')
  return chromium.launch({ executablePath: await packed.executablePath(), args: [...packed.args, ...flags] })
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['test/gpu/page.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
  })
  return outputFiles[0].text
}

function serve(script: string): Promise<Server> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/suite.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(
      isScript ? script : '<!doctype html><title>nabla</title><script type="module" src="suite.js"></script>',
    )
  })
  return new Promise((resolve) => server.listen(0, 'localhost', () => resolve(server)))
}
