import test from 'ava'
import { fromPixels, type Pixels, toPixels } from '../../src/data/images.js'
import { DTypeError, OptionError, ShapeError, tensor } from '../../src/index.js'
import { bundle, openBrowser } from '../gpu/browser.js'

const two: Pixels = { width: 2, height: 1, data: new Uint8ClampedArray([255, 0, 51, 255, 10, 20, 30, 128]) }
const close = (x: number, y: number) => Math.abs(x - y) < 1e-6

test('pixels become numbers from 0 to 1, in 1, 3 or 4 channels', (t) => {
  t.deepEqual(fromPixels(two).shape, [1, 2, 3])
  const expected = [255, 0, 51, 10, 20, 30].map((v) => v / 255)
  t.true([...fromPixels(two).dataSync()].every((v, i) => close(v, expected[i])))
  t.true(close(fromPixels(two, { channels: 4 }).dataSync()[7], 128 / 255))
  const grey = fromPixels(two, { channels: 1 })
  t.deepEqual(grey.shape, [1, 2, 1])
  t.true(close(grey.dataSync()[0], (0.299 * 255 + 0.114 * 51) / 255))
})

test('pixels and back are the same pixels, with 3 and 4 channels', (t) => {
  const opaque = { ...two, data: two.data.map((v, i) => (i % 4 === 3 ? 255 : v)) }
  t.deepEqual(toPixels(fromPixels(opaque)), opaque)
  t.deepEqual(toPixels(fromPixels(two, { channels: 4 })), two)
})

test('grey, integers, and numbers outside of the range', (t) => {
  t.deepEqual([...toPixels(tensor([[-1, 2]])).data], [0, 0, 0, 255, 255, 255, 255, 255])
  t.deepEqual([...toPixels(tensor([[[7]]], { dtype: 'int32' })).data], [7, 7, 7, 255])
})

test('what is not a picture is an error', (t) => {
  for (const x of [null, undefined, 3, 'a.png', [], {}, { width: 2, height: 2, data: new Uint8ClampedArray(3) }])
    t.throws(() => fromPixels(x as never), { instanceOf: OptionError }, String(x))
  t.throws(() => fromPixels(two, { channels: 2 as never }), { instanceOf: OptionError, message: /1, 3 or 4/ })
  for (const shape of [[2], [2, 2, 2], [1, 2, 2, 3], [0, 2], []])
    t.throws(() => toPixels(tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape })), {
      instanceOf: ShapeError,
    })
  t.throws(() => toPixels([[1]] as never), { instanceOf: OptionError })
  t.throws(() => toPixels(tensor([[true]])), { instanceOf: DTypeError })
})

test('a canvas, an image and a bitmap of a page, and back to a canvas', async (t) => {
  const browser = await openBrowser()
  if ('reason' in browser) return t.fail(browser.reason)
  const page = await browser.open(await bundle({ text: inPage }))
  await page.waitForFunction('globalThis.results')
  const { pixels, notLoaded } = (await page.evaluate('globalThis.results')) as { pixels: number[][]; notLoaded: string }
  await browser.close()
  t.is(pixels.length, 5)
  for (const values of pixels) t.deepEqual(values, [255, 0, 51, 255, 0, 0, 0, 0])
  t.regex(notLoaded, /^fromPixels: .*await image\.decode\(\)/)
})

const inPage = `
  import { fromPixels, toPixels } from './src/data/images.ts'
  const canvas = new OffscreenCanvas(2, 1)
  const context = canvas.getContext('2d')
  context.fillStyle = 'rgb(255, 0, 51)'
  context.fillRect(0, 0, 1, 1)
  const image = new Image()
  let notLoaded = ''
  try { fromPixels(image) } catch (error) { notLoaded = error.message }
  image.src = URL.createObjectURL(await canvas.convertToBlob())
  await image.decode()
  const sources = [canvas, await createImageBitmap(canvas), image, context.getImageData(0, 0, 2, 1)]
  const tensors = sources.map((source) => fromPixels(source, { channels: 4 }))
  context.putImageData(toPixels(tensors[2]), 0, 0)
  const pixels = [...tensors, fromPixels(canvas, { channels: 4 })].map((x) => [...toPixels(x).data])
  globalThis.results = { pixels, notLoaded }`
