/**
 * Matrix products on several threads: a batch is cut into ranges of products, a single product into strips of rows or of columns, never
 * along k, so that every sum is the same as on one thread.
 */
import type { DType, MatmulSize } from '../backend.js'
import { type Kernels, multiply, type Product, prepare, tileOf } from './matmul-blocks.js'
import { inRanges } from './threads/ranges.js'
import { join, recorded } from './threads/tasks.js'

/** A call of `matmul`: its operands in memory. */
interface Call {
  readonly kernels: Kernels
  readonly dtype: DType
  readonly size: MatmulSize
  readonly aStart: number
  readonly bStart: number
  readonly out: number
  readonly bias: number
  readonly flags: number
}

/** Kernels that are recorded as tasks instead of called. */
const recording = new Map<Kernels, Kernels>()

/** Computes the products on this many threads. */
export function multiplyInParts(call: Call, threads: number): void {
  const { m, n, batch } = call.size
  const { rows, width } = call.kernels
  if (batch >= threads) inRanges(batch, 1, threads, (from, to) => products(call, from, to))
  else
    for (let i = 0; i < batch; i++) {
      if (m >= n) inRanges(m, rows, threads, (from, to) => strip(call, i, from, to, 0, n))
      else inRanges(n, width, threads, (from, to) => strip(call, i, 0, m, from, to))
    }
  join()
}

/** Whole products of the batch. */
function products({ kernels, dtype, size, aStart, bStart, out, bias, flags }: Call, from: number, to: number): void {
  const product = prepare(recordingOf(kernels), dtype, size, bias, flags)
  for (let i = from; i < to; i++) multiplyOne(product, i, aStart, bStart, out)
}

/** Some rows and columns of one product of the batch. */
function strip(call: Call, index: number, row: number, rows: number, column: number, columns: number): void {
  const { kernels, dtype, size, aStart, bStart, out, bias, flags } = call
  const offset = column * kernels.bytes
  const from = bias && bias + offset
  const product = prepare(recordingOf(kernels), dtype, size, from, flags, rows - row, columns - column)
  const { aRow, bColumn, cRow } = product
  multiplyOne(product, index, aStart + row * aRow, bStart + column * bColumn, out + row * cRow + offset)
}

function multiplyOne(product: Product, index: number, a: number, b: number, c: number): void {
  const { size, kernels, cRow } = product
  const { bytes } = kernels
  multiply(product, a + index * size.aStep * bytes, b + index * size.bStep * bytes, c + index * size.m * cRow)
}

function recordingOf(kernels: Kernels): Kernels {
  let twin = recording.get(kernels)
  if (!twin) {
    const { pack, packTransposed, copyBlock, clear } = kernels
    twin = {
      ...kernels,
      tiles: [[], []],
      makeTile: (height, transposed) => recorded(tileOf(kernels, height, transposed)),
      pack: recorded(pack),
      packTransposed: recorded(packTransposed),
      copyBlock: recorded(copyBlock),
      clear: recorded(clear),
    }
    recording.set(kernels, twin)
  }
  return twin
}
