/**
 * `npm run bench:gpu`: the GPU against the CPU, on a machine that has a GPU: opens `docs/playground/backends.html` in an installed Chrome, measures, and
 * prints a table to paste. Large sizes: matrix products of 1024 and 2048, a chain of elementwise operations, training 784-2048-2048-10 in batches of 1024.
 *
 *     npm run build && npm run bench:gpu -- webgpu usual
 */
import { createReadStream, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { chromium } from 'playwright-core'

const root = join(import.meta.dirname, '..')
const [api = '', sizes = 'large', ...more] = process.argv.slice(2)
const types = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript' }

const server = createServer((request, response) => {
  const file = join(root, decodeURIComponent(new URL(request.url, 'http://localhost').pathname))
  if (!existsSync(file)) response.statusCode = 404
  response.setHeader('content-type', types[extname(file)] ?? 'text/plain')
  // Isolated pages may use threads, which is what the CPU is to be compared with
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.setHeader('cross-origin-embedder-policy', 'require-corp')
  if (existsSync(file)) createReadStream(file).pipe(response)
  else response.end()
})
await new Promise((resolve) => server.listen(0, 'localhost', resolve))

const software = more.includes('software')
const flags = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--ignore-gpu-blocklist', '--no-sandbox']
const browser = await start(
  software ? [...flags, '--use-webgpu-adapter=swiftshader', '--enable-unsafe-swiftshader'] : flags,
)
const page = await browser.newPage()
const query = new URLSearchParams({ sizes, run: '', ...(api && { api }), ...(software && { software: '' }) })
await page.goto(`http://localhost:${server.address().port}/docs/playground/backends.html?${query}`)
const status = page.locator('#status[data-state=done], #status[data-state=error]')
await status.waitFor({ timeout: 600_000 })
console.log(await status.textContent())
console.log((await page.locator('#machine').innerText()).replaceAll('\n', ' '))
for (const section of await page.locator('section').all()) {
  console.log(`\n## ${await section.locator('h2').innerText()}: ${await section.locator('p').first().innerText()}\n`)
  const rows = await section.locator('tr').allInnerTexts()
  const cells = rows.map((row) => `| ${row.split('\t').join(' | ')} |`)
  console.log([cells[0], '|---|---|---|---|', ...cells.slice(1)].join('\n'))
}
await browser.close()
server.close()

async function start(args) {
  try {
    return await chromium.launch({ channel: 'chrome', args })
  } catch {
    const { default: packed } = await import('@sparticuz/chromium')
    return chromium.launch({ executablePath: await packed.executablePath(), args })
  }
}
