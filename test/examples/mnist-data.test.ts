import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { type Digits, imageOf, loadDigits, readPixels } from '../../examples/mnist-data.js'

const { train, test: held } = loadDigits()
const images = (digits: Digits) => Array.from({ length: digits.count }, (_, i) => imageOf(digits, i))
const key = (image: Float32Array) => String.fromCharCode(...Array.from(image, (v) => Math.round(255 * v)))

test('8,000 digits are there to train with, and 2,000 to test', (t) => {
  t.deepEqual([train.count, held.count], [8000, 2000])
  t.is(train.images.length, 8000 * 784)
  t.is(held.labels.length, 2000)
})

test('no image comes twice, in one part or in both', (t) => {
  t.is(new Set([...images(train), ...images(held)].map(key)).size, 10_000)
})

test('pixels are parts of 255 from 0 to 1, with ink in every image', (t) => {
  t.true(train.images.every((v) => v >= 0 && v <= 1 && Math.abs(v * 255 - Math.round(v * 255)) < 1e-4))
  t.true(images(held).every((image) => image.some((v) => v > 0.9)))
})

test('each digit comes about as often in both parts', (t) => {
  const share = ({ labels, count }: Digits, digit: number) => labels.filter((label) => label === digit).length / count
  for (let digit = 0; digit < 10; digit++) {
    t.true(share(train, digit) > 0.08)
    t.true(Math.abs(share(train, digit) - share(held, digit)) < 0.03)
  }
})

test('images keep their labels: a nearest-mean classifier is right four times in five', (t) => {
  const means = Array.from({ length: 10 }, (_, digit) =>
    mean(images(train).filter((_, i) => train.labels[i] === digit)),
  )
  const distance = (a: Float32Array, b: Float64Array) => {
    let sum = 0
    for (let i = 0; i < 784; i++) sum += (a[i] - b[i]) ** 2
    return sum
  }
  const nearest = (image: Float32Array) => {
    const distances = means.map((m) => distance(image, m))
    return distances.indexOf(Math.min(...distances))
  }
  const right = images(held).filter((image, i) => nearest(image) === held.labels[i]).length
  t.true(right / held.count > 0.78, String(right / held.count))
})

test('the seed says which digits are held out', (t) => {
  t.deepEqual(loadDigits({ seed: 1 }).test.labels, held.labels)
  t.notDeepEqual(loadDigits({ seed: 2 }).test.labels, held.labels)
  t.is(loadDigits({ testCount: 500 }).train.count, 9500)
})

test('an incomplete file is named', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'digits-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, '7.json')
  const read = (text: string) => {
    writeFileSync(path, text)
    return () => readPixels(path)
  }
  const numbers = (count: number) => JSON.stringify({ data: new Array(count).fill(0.2) })
  t.is(read(numbers(2 * 784))().length, 2 * 784)
  t.throws(read(numbers(784 + 5)), {
    message: `readPixels: ${path} holds 789 numbers, which is not a multiple of 784, so it is incomplete. Reinstall the package mnist.`,
  })
  for (const text of ['', '{"data":[0,0.1', '{}', 'null'])
    t.throws(read(text), {
      message: `readPixels: ${path} holds invalid JSON, so it is incomplete. Reinstall the package mnist.`,
    })
})

function mean(rows: Float32Array[]): Float64Array {
  const sum = new Float64Array(784)
  for (const row of rows) for (let i = 0; i < 784; i++) sum[i] += row[i] / rows.length
  return sum
}
