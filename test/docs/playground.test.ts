/**
 * The page that compares the CPU with the GPU, opened from the repository in a browser with an imitated GPU, at small sizes.
 */
import test from 'ava'
import { launch } from '../gpu/browser.js'
import { root } from '../source.js'
import { serve } from './browser.js'

test('the page measures every operation on both and says when the GPU pays', async (t) => {
  const browser = await launch()
  if ('reason' in browser) {
    t.log(`no browser can be started: ${browser.reason}`)
    t.pass()
    return
  }
  const site = await serve(root)
  const complaints: string[] = []
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  try {
    await page.goto(`${site.url}docs/playground/backends.html?sizes=small&api=webgl2`)
    await page.click('button')
    await page.waitForSelector('#status[data-state=error]')
    t.regex((await page.textContent('#status')) ?? '', /no GPU can be used: .*software renderer/)
    await page.goto(`${site.url}docs/playground/backends.html?sizes=small&api=webgl2&software&run`)
    await page.waitForSelector('#status[data-state=done]', { timeout: 120_000 })
    t.is(await page.locator('section').count(), 6)
    t.is(await page.locator('polyline').count(), 12)
    t.regex((await page.textContent('#machine')) ?? '', /CPU.*WebAssembly.*GPU.*WebGL2/)
    for (const verdict of await page.locator('.verdict').allTextContents()) {
      t.regex(
        verdict,
        /the CPU is faster: there \S+ times as fast\.$|the GPU pays: at n = \S+ it is \S+ times as fast\.$/,
      )
    }
    for (const cell of await page.locator('td:nth-child(2), td:nth-child(3)').allTextContents()) {
      t.regex(cell, /^\d+(\.\d+)?(e-?\d+)? ms$/)
    }
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    t.true((overflow as number) <= 0, `${overflow} px too wide for a phone`)
    t.deepEqual(complaints, [])
  } finally {
    await browser.close()
    site.server.close()
  }
})
