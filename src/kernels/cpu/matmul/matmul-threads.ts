/**
 * Matrix products on several threads: a batch is cut into ranges of products, a single product into strips of rows or of columns, never
 * along k, so that every sum is the same as on one thread.
 */

import { inRanges } from '../threads/ranges.js'
import { join, recorded } from '../threads/tasks.js'
import { type MatmulCall, type MatmulKernels, multiplyRange, prepare } from './cache-blocks.js'
import { tileOf } from './tiles.js'

/** MatmulKernels that are recorded as tasks instead of called. */
const recording = new Map<MatmulKernels, MatmulKernels>()

/** Computes the products on this many threads. */
export function multiplyInParts(products: MatmulCall, threads: number): void {
  const call = { ...products, kernels: recordingOf(products.kernels) }
  const { m, n, batch } = call.size
  const { candidate, width } = call.kernels
  if (batch >= threads) {
    inRanges(batch, 1, threads, (from, to) => multiplyRange(prepare(call), call.a, call.b, call.c, from, to))
  } else {
    for (let i = 0; i < batch; i++) {
      if (m >= n) inRanges(m, candidate.rows, threads, (from, to) => strip(call, i, from, to, 0, n))
      else inRanges(n, width, threads, (from, to) => strip(call, i, 0, m, from, to))
    }
  }
  join()
}

/** Some rows and columns of one product of the batch. */
function strip(call: MatmulCall, index: number, row: number, rows: number, column: number, columns: number): void {
  const offset = column * call.kernels.bytes
  const bias = call.bias && call.bias + offset
  const product = prepare({ ...call, bias }, rows - row, columns - column)
  const { aRow, bColumn, cRow } = product
  const c = call.c + row * cRow + offset
  multiplyRange(product, call.a + row * aRow, call.b + column * bColumn, c, index, index + 1)
}

/** The kernels, recorded as tasks instead of called. */
export function recordingOf(kernels: MatmulKernels): MatmulKernels {
  let twin = recording.get(kernels)
  if (!twin) {
    twin = {
      ...kernels,
      tiles: [],
      makeTile: (shape) => recorded(tileOf(kernels, shape)),
      pack: recorded(kernels.pack),
      packTransposed: recorded(kernels.packTransposed),
      clear: recorded(kernels.clear),
      plane: recorded(kernels.plane),
    }
    recording.set(kernels, twin)
  }
  return twin
}
