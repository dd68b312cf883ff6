/** Threads in a page: Web Workers where it is cross-origin isolated, one thread where it is not. */
import test from 'ava'
import { bundle, openBrowser } from '../../../gpu/browser.js'

/** Waits until two workers take part, multiplies on one thread and on two, and tells what there was. */
const text = `
import { getBackend, getThreads, randomNormal, setThreads } from './src/index.ts'
import { threadsFor } from './src/kernels/cpu/threads/pool.ts'

globalThis.compare = async () => {
  const [a, b] = [randomNormal([300, 200], { seed: 1 }), randomNormal([200, 250], { seed: 2 })]
  const product = () => Array.from(a.matmul(b).dataSync())
  const results = [1, 2].map(() => [])
  setThreads(2)
  for (let i = 0; i < 400 && getThreads() > 1 && threadsFor(1e9) < 2; i++) await new Promise((done) => setTimeout(done, 10))
  const ready = threadsFor(1e9)
  const { detail } = getBackend()
  const two = product()
  setThreads(1)
  const one = product()
  return { ready, detail, isolated: crossOriginIsolated, same: one.every((x, i) => x === two[i]), count: one.length }
}
globalThis.isLoaded = true
`

interface Comparison {
  ready: number
  detail: string
  isolated: boolean
  same: boolean
  count: number
}

/** The comparison in a page, or why there is no browser. */
async function compareIn(isolated: boolean): Promise<Comparison | { reason: string }> {
  const browser = await openBrowser(isolated)
  if ('reason' in browser) return browser
  try {
    const page = await browser.open(await bundle({ text }))
    await page.waitForFunction('globalThis.isLoaded')
    return (await page.evaluate('compare()')) as Comparison
  } finally {
    await browser.close()
  }
}

const [apart, plain] = [await compareIn(true), await compareIn(false)]
const missing = [apart, plain].find((result) => 'reason' in result)
const inBrowser = missing ? test.skip : test
if (missing) test.skip(`needs a browser: ${(missing as { reason: string }).reason}`, () => {})

inBrowser('a cross-origin isolated page computes the same bits on two threads as on one', (t) => {
  const { ready, detail, isolated, same, count } = apart as Comparison
  t.true(isolated)
  t.is(ready, 2)
  t.regex(detail, /2 threads/)
  t.is(count, 300 * 250)
  t.true(same)
})

inBrowser('any other page computes on one thread, and says why', (t) => {
  const { ready, detail, isolated, same } = plain as Comparison
  t.false(isolated)
  t.is(ready, 1)
  t.regex(detail, /1 thread \(.*(isolated|SharedArrayBuffer)/)
  t.true(same)
})
