/**
 * Softmax and cross-entropy on the GPU, made of reductions over the rows and one pass over the elements.
 */
import type { DataBuffer } from '../backend.js'
import type { Buffers } from './buffers.js'
import { kernelSource } from './kernel-source.js'
import { reduce } from './reduce.js'

/** See `Backend.softmax`. */
export function softmax(
  buffers: Buffers,
  kind: 'softmax' | 'logSoftmax',
  x: DataBuffer,
  rows: number,
  columns: number,
): DataBuffer {
  const { largest, sums } = statistics(buffers, x, rows, columns)
  return buffers.compute(
    kind === 'softmax' ? probabilities : logProbabilities,
    x.size,
    [x, largest, sums],
    [columns],
    'float32',
  )
}

/** See `Backend.crossEntropy`. */
export function crossEntropy(
  buffers: Buffers,
  logits: DataBuffer,
  labels: DataBuffer,
  rows: number,
  columns: number,
): DataBuffer {
  const { largest, sums } = statistics(buffers, logits, rows, columns)
  return buffers.compute(loss, rows, [logits, largest, sums, labels], [columns], 'float32')
}

/** See `Backend.crossEntropyGradient`. */
export function crossEntropyGradient(
  buffers: Buffers,
  g: DataBuffer,
  logits: DataBuffer,
  labels: DataBuffer,
  rows: number,
  columns: number,
): DataBuffer {
  const { largest, sums } = statistics(buffers, logits, rows, columns)
  return buffers.compute(lossGradient, logits.size, [logits, largest, sums, labels, g], [columns], 'float32')
}

/** The largest number of each row, and Σ exp(x − largest). */
function statistics(buffers: Buffers, x: DataBuffer, rows: number, columns: number) {
  const largest = reduce(buffers, 'max', x, [rows, columns], [1])
  const shifted = buffers.compute(exponentials, x.size, [x, largest], [columns], 'float32')
  return { largest, sums: reduce(buffers, 'sum', shifted, [rows, columns], [1]) }
}

const rowOf = 'const row = quotient(i, columns);'

const exponentials = kernelSource(2, ['columns'], `${rowOf} return exponentialOf(a0[i] - a1[row]);`)

const probabilities = kernelSource(3, ['columns'], `${rowOf} return exponentialOf(a0[i] - a1[row]) / a2[row];`)

const logProbabilities = kernelSource(3, ['columns'], `${rowOf} return a0[i] - a1[row] - logarithmOf(a2[row]);`)

// A label that does not exist gives NaN
const loss = kernelSource(
  4,
  ['columns'],
  `const label = a3[i];
    let y = Math.sqrt(-1 - Math.abs(label));
    if (label >= 0 && label < columns) { y = logarithmOf(a2[i]) - (a0[i * columns + label] - a1[i]); }
    return y;`,
)

const lossGradient = kernelSource(
  5,
  ['columns'],
  `${rowOf}
    let p = exponentialOf(a0[i] - a1[row]) / a2[row];
    if (i - row * columns === a3[row]) { p = p - 1; }
    return a4[row] * p;`,
)
