import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { build } from 'esbuild'
import { BackendError, OptionError } from '../../src/index.js'
import { read, write } from '../../src/io/targets.js'
import { bundle, openBrowser } from '../gpu/browser.js'
import { root } from '../source.js'

const bytes = Uint8Array.from([1, 2, 3])

function folder(t: { teardown(f: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'nabla-io-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('a path, also as a URL: written as a whole, over what was there, and nothing else remains', async (t) => {
  const dir = folder(t)
  for (const name of ['a.bin', 'b c ü#.bin']) {
    const path = join(dir, name)
    writeFileSync(path, 'before')
    await write('save', path, bytes)
    t.deepEqual(new Uint8Array(await read('load', path)), bytes)
    await write('save', pathToFileURL(path), bytes.slice(0, 1))
    t.deepEqual([...(await read('load', pathToFileURL(path).href))], [1])
  }
  t.deepEqual(readdirSync(dir).sort(), ['a.bin', 'b c ü#.bin'])
})

test('many writers of one file at once leave one of their files', async (t) => {
  const path = join(folder(t), 'a.bin')
  await Promise.all(Array.from({ length: 20 }, (_, i) => write('save', path, new Uint8Array(1000).fill(i))))
  const values = new Set(await read('load', path))
  t.is(values.size, 1)
})

test('a folder that is missing, a folder in its place, no name: nothing is written', async (t) => {
  const dir = folder(t)
  mkdirSync(join(dir, 'sub'))
  await t.throwsAsync(write('save', join(dir, 'none', 'a.bin'), bytes), {
    instanceOf: BackendError,
    message: /the folder does not exist. Make it first. Nothing was changed/,
  })
  await t.throwsAsync(write('save', join(dir, 'sub'), bytes), { instanceOf: BackendError })
  await t.throwsAsync(write('save', '', bytes), { instanceOf: OptionError, message: /has no name/ })
  await t.throwsAsync(read('load', join(dir, 'none')), { instanceOf: OptionError, message: /ENOENT/ })
  t.deepEqual(readdirSync(dir), ['sub'])
})

const isRoot = process.getuid?.() === 0
;(isRoot ? test.skip : test)('a folder that cannot be written to', async (t) => {
  const dir = folder(t)
  chmodSync(dir, 0o500)
  await t.throwsAsync(write('save', join(dir, 'a.bin'), bytes), { message: /you may not write there/ })
  chmodSync(dir, 0o700)
})

test('a disk that is full is reported, and the file is as it was', async (t) => {
  const { promises } = process.getBuiltinModule('node:fs')
  const path = join(folder(t), 'a.bin')
  writeFileSync(path, 'before')
  const open = promises.open
  promises.open = (async (...given: Parameters<typeof open>) => {
    const handle = await open(...given)
    handle.writeFile = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
    return handle
  }) as typeof open
  try {
    await t.throwsAsync(write('save', path, bytes), { message: /the disk is full. Free some space/ })
  } finally {
    promises.open = open
  }
  t.is(readFileSync(path, 'utf8'), 'before')
  t.deepEqual(readdirSync(join(path, '..')), ['a.bin'])
})

test('the web, bytes, files and responses are read; other things are an error', async (t) => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/model' ? 200 : 404
    response.end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const address = `http://localhost:${(server.address() as AddressInfo).port}`
  t.deepEqual(await read('load', `${address}/model`), bytes)
  await t.throwsAsync(read('load', `${address}/none`), { message: /gave 404/ })
  await t.throwsAsync(write('save', `${address}/model`, bytes), { message: /cannot write to http/ })
  server.close()
  for (const source of [bytes, bytes.buffer, new Blob([bytes]), new Response(bytes)])
    t.deepEqual(await read('load', source), bytes)
  for (const place of [null, undefined, 5, {}, [], Promise.resolve('x')]) {
    await t.throwsAsync(read('load', place as never), { instanceOf: OptionError })
    await t.throwsAsync(write('save', place as never, bytes), { instanceOf: OptionError })
  }
  for (const place of ['indexeddb://a', 'downloads://a'])
    await t.throwsAsync(write('save', place, bytes), { instanceOf: BackendError })
})

/** Set to 200 for the long run. */
const kills = Number(process.env.KILLS ?? 5)

test('a writer that is killed leaves the old file or the new one', async (t) => {
  const dir = folder(t)
  const path = join(dir, 'a.bin')
  const size = 4 << 20
  writeFileSync(path, new Uint8Array(size))
  const program = join(dir, 'writer.mjs')
  await build({
    stdin: {
      resolveDir: root,
      contents: `
        import { write } from './src/io/targets.ts'
        for (let i = 1; ; i++) {
          await write('save', ${JSON.stringify(path)}, new Uint8Array(${size}).fill(i))
          if (i === 1) process.stdout.write('ready')
        }`,
    },
    bundle: true,
    format: 'esm',
    outfile: program,
    logLevel: 'error',
  })
  for (let kill = 0; kill < kills; kill++) {
    const child = spawn(process.execPath, [program])
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await new Promise((resolve) => setTimeout(resolve, (kill * 7) % 40))
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    const left = readFileSync(path)
    t.is(left.length, size)
    t.true(left.equals(Buffer.alloc(size, left[0])), 'all bytes are of one writing')
  }
})

test('in a page: IndexedDB, a download, the handle of a file picker', async (t) => {
  const browser = await openBrowser()
  if ('reason' in browser) return t.fail(browser.reason)
  const page = await browser.open(await bundle({ text: inPage }))
  const download = page.waitForEvent('download')
  await page.waitForFunction('globalThis.results')
  t.deepEqual(await page.evaluate('globalThis.results'), {
    stored: [1, 2, 3],
    handle: [7, 8],
    missing: 'load: indexeddb://other is not there. Save it first, from a page of the same origin.',
  })
  const file = await download
  t.is(file.suggestedFilename(), 'digits.safetensors')
  const path = (await file.path()) as string
  t.true(existsSync(path))
  t.deepEqual([...readFileSync(path)], [4, 5])
  await browser.close()
})

const inPage = `
  import { read, write } from './src/io/targets.ts'
  await write('save', 'indexeddb://digits', Uint8Array.of(1, 2, 3))
  const stored = [...(await read('load', 'indexeddb://digits'))]
  const missing = await read('load', 'indexeddb://other').catch(({ message }) => message)
  const folder = await navigator.storage.getDirectory()
  const handle = await folder.getFileHandle('weights', { create: true })
  await write('save', handle, Uint8Array.of(7, 8))
  await write('save', 'downloads://digits.safetensors', Uint8Array.of(4, 5))
  globalThis.results = { stored, missing, handle: [...(await read('load', handle))] }`
