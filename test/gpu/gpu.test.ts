/**
 * The GPU back end: in Node through gpu.js's JavaScript mode, in a headless browser through WebGL2 and WebGPU.
 */
import { readFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { build as viteBuild } from 'vite'
import { loadDigits } from '../../examples/mnist-data.js'
import type { Api } from '../../src/kernels/gpu/device.js'
import { root } from '../source.js'
import { bundle, openBrowser } from './browser.js'
import type { mnistEpoch } from './mnist-epoch.js'
import { type Data, type Outcome, type RowOutcome, runChecks, walkTable } from './suite.js'

const data: Data = {
  golden: JSON.parse(readFileSync(`${root}test/golden/keras-optimizers.json`, 'utf8')),
  digits: digits(300),
}

function digits(count: number): Data['digits'] {
  const { images, labels } = loadDigits({ testCount: count }).test
  return { x: Array.from(labels, (_, i) => [...images.subarray(784 * i, 784 * (i + 1))]), y: [...labels] }
}

const opened = await openBrowser()
const page = 'reason' in opened ? null : await opened.open(await bundle({ path: 'test/gpu/page.ts' }))
await page?.waitForFunction('typeof runChecks === "function"')

/**
 * How many digits the epoch has. A software renderer takes about a second for a batch of 64, so the test is content with 16 batches; all 125:
 * `NABLA_DIGITS=8000 npx ava test/gpu/gpu.test.ts --match='*MNIST*'`.
 */
const epochSize = Number(process.env.NABLA_DIGITS ?? 1024)

function judge(t: ExecutionContext, outcomes: readonly Outcome[]): void {
  t.true(outcomes.length > 25)
  for (const { name, milliseconds } of outcomes) t.log(`${name} (${Math.round(milliseconds)} ms)`)
  const failed = outcomes.filter(({ error }) => error)
  t.deepEqual(
    failed.map(({ name, error }) => `${name}: ${error}`),
    [],
  )
}

function judgeTable(t: ExecutionContext, table: { detail: string; rows: RowOutcome[] }): void {
  t.log(table.detail)
  t.true(table.rows.length > 100)
  for (const { name, forward, backward, error } of table.rows) {
    t.is(error, null, name)
    t.true(forward <= 1e-5, `${name} forward: ${forward}`)
    t.true(backward === null || backward <= 1e-5, `${name} backward: ${backward}`)
  }
}

test.serial('JavaScript: every operation, forward and backward', async (t) => {
  judgeTable(t, await walkTable('javascript', true))
})

test.serial('JavaScript: numbers, memory and training', async (t) => {
  judge(t, await runChecks('javascript', data))
})

if ('reason' in opened || !page) {
  const reason = 'reason' in opened ? opened.reason : ''
  test.skip(`in a browser: none can be started (${reason})`, () => {})
} else {
  test.after.always(() => opened.close())
  test.serial('a minified bundle trains on the GPU, and loads gpu.js only when asked', async (t) => {
    const files = await bundle({ text: program }, true)
    const trainer = await opened.open(files)
    await trainer.waitForFunction('typeof train === "function"')
    for (const api of ['webgl2', 'webgpu']) {
      const { detail, loss, before, after } = await trainer.evaluate<Trained>(`train('${api}')`)
      t.regex(detail.toLowerCase(), new RegExp(api))
      t.true(loss < 0.1, `${api}: loss ${loss}`)
      if (api === 'webgl2') t.true(after.length > before.length, String(after))
      t.true(after.some((path) => files[path].length > 300_000 && /webgl2/i.test(files[path])))
    }
  })
  test.serial('an example, as Vite bundles it for a website, trains on the GPU', async (t) => {
    const files = await site('examples/browser')
    t.true(Object.keys(files).length >= 3, Object.keys(files).join())
    for (const api of ['webgl2', 'webgpu']) {
      const example = await opened.open(files, `?software&api=${api}`)
      await example.waitForFunction('/Done|Error/.test(document.body.textContent)')
      const text = (await example.textContent('#log')) ?? ''
      t.regex(text, new RegExp(`^Training on: ${api}`, 'i'))
      t.regex(text, /epoch 40: loss 0\.0\d+, accuracy (1\.000|0\.9\d+)\nDone\.\n$/)
    }
    const plain = await opened.open(files)
    await plain.waitForFunction('/Done|Error/.test(document.body.textContent)')
    t.regex(
      (await plain.textContent('#log')) ?? '',
      /no GPU can be used.*software renderer.*\nTraining on: WebAssembly/,
    )
  })
  for (const api of ['webgl2', 'webgpu'] as const) {
    test.serial(`${api}: an epoch of MNIST has the losses of the CPU within 1e-3, batch by batch`, async (t) => {
      const { train } = loadDigits({ testCount: 10_000 - epochSize })
      const bytes = Uint8Array.from(train.images, (pixel) => Math.round(pixel * 255))
      const input = { images: Buffer.from(bytes).toString('base64'), labels: [...train.labels] }
      const run = ([name, images]: [Api, typeof input]) => (globalThis as unknown as Suite).mnistEpoch(name, images)
      const { cpu, gpu } = await page.evaluate(run, [api, input] as [Api, typeof input])
      t.log(`${gpu.detail}: ${gpu.seconds.toFixed(1)} s, ${cpu.detail}: ${cpu.seconds.toFixed(1)} s`)
      t.is(cpu.losses.length, Math.ceil(train.count / 64))
      const differences = cpu.losses.map((loss, i) => Math.abs(loss - gpu.losses[i]))
      t.true(Math.max(...differences) < 1e-3, `losses differ by ${Math.max(...differences)}`)
      t.true(gpu.losses[0] > 2 && (gpu.losses.at(-1) as number) < 1.5, `${gpu.losses}`)
    })
    test.serial(`${api}: every operation, forward and backward`, async (t) => {
      judgeTable(t, await page.evaluate((name) => (globalThis as unknown as Suite).walkTable(name, false), api))
    })
    test.serial(`${api}: numbers, memory and training`, async (t) => {
      const run = ([name, input]: [Api, Data]) => (globalThis as unknown as Suite).runChecks(name, input)
      judge(t, await page.evaluate(run, [api, data] as [Api, Data]))
    })
  }
}

/** The production bundle of a page, by path: minified, as `npx vite build` writes it. */
async function site(folder: string): Promise<Record<string, string>> {
  const result = await viteBuild({
    root: `${root}${folder}`,
    configFile: false,
    logLevel: 'warn',
    build: { write: false },
  })
  const [{ output }] = [result].flat() as {
    output: ({ fileName: string } & ({ code: string } | { source: string }))[]
  }[]
  return Object.fromEntries(output.map((file) => [`/${file.fileName}`, 'code' in file ? file.code : file.source]))
}

/** Trains XOR on the GPU, and tells which files were loaded before it was asked for. */
const program = `
  import { Adam, Dense, getBackend, Sequential, setBackend, setSeed, tensor } from './dist/index.js'
  const loaded = () => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)
  globalThis.train = async (api) => {
    const before = loaded()
    await setBackend('gpu', { api, allowSoftware: true })
    setSeed(1)
    const model = new Sequential([new Dense(8, { activation: 'tanh' }), new Dense(1)])
    model.compile({ optimizer: new Adam({ learningRate: 0.05 }), loss: 'binaryCrossentropy' })
    const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
    const { history } = await model.fit(x, tensor([[0], [1], [1], [0]]), { epochs: 150 })
    return { detail: getBackend().detail, loss: history.loss.at(-1), before, after: loaded() }
  }`

interface Trained {
  detail: string
  loss: number
  /** Paths of the files loaded before the GPU was asked for, and after. */
  before: string[]
  after: string[]
}

interface Suite {
  mnistEpoch: typeof mnistEpoch
  runChecks: typeof runChecks
  walkTable: typeof walkTable
}
