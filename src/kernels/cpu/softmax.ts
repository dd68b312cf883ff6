/**
 * Softmax and cross-entropy on the CPU, over the rows of a matrix of float32 or float64.
 */
import type { DataBuffer } from '../backend.js'
import { mark, pointer, release, reserve } from './memory.js'
import { instantiate } from './module.js'
import { softmaxModule } from './softmax-kernel.js'

type FloatType = 'float32' | 'float64'

interface SoftmaxKernels {
  softmax(x: number, out: number, rows: number, columns: number): void
  logSoftmax(x: number, out: number, rows: number, columns: number): void
  crossEntropy(logits: number, labels: number, out: number, rows: number, columns: number): void
  gradient(g: number, logits: number, labels: number, out: number, rows: number, columns: number): void
}

/** Room for so many more numbers is needed behind a result, because rows are written in whole vectors. */
const vector = 4

const kernels: Partial<Record<FloatType, SoftmaxKernels>> = {}

function kernelsFor(dtype: FloatType): SoftmaxKernels {
  kernels[dtype] ??= instantiate<SoftmaxKernels>(softmaxModule(dtype))
  return kernels[dtype]
}

/** softmax or log-softmax of each row of [rows, columns], stable. A row with +∞, NaN or nothing but −∞ gives NaN. */
export function softmax(kind: 'softmax' | 'logSoftmax', x: DataBuffer, rows: number, columns: number): DataBuffer {
  const dtype = x.dtype as FloatType
  const start = mark()
  const from = pointer(x)
  const out = reserve(dtype, x.size + vector)
  const kernel = kernelsFor(dtype)
  if (kind === 'softmax') kernel.softmax(from, out, rows, columns)
  else kernel.logSoftmax(from, out, rows, columns)
  return release(start, out, dtype, x.size)
}

/** −log softmax(logits)[label] of each row of [rows, columns]; labels are int32 in 0 … columns − 1. */
export function crossEntropy(logits: DataBuffer, labels: DataBuffer, rows: number, columns: number): DataBuffer {
  const dtype = logits.dtype as FloatType
  const start = mark()
  const x = pointer(logits)
  const label = pointer(labels)
  const out = reserve(dtype, rows)
  kernelsFor(dtype).crossEntropy(x, label, out, rows, columns)
  return release(start, out, dtype, rows)
}

/** The gradient of `crossEntropy`: g[row] · (softmax(logits) − onehot(label)). */
export function crossEntropyGradient(
  g: DataBuffer,
  logits: DataBuffer,
  labels: DataBuffer,
  rows: number,
  columns: number,
): DataBuffer {
  const dtype = logits.dtype as FloatType
  const start = mark()
  const gradient = pointer(g)
  const x = pointer(logits)
  const label = pointer(labels)
  const out = reserve(dtype, logits.size + vector)
  kernelsFor(dtype).gradient(gradient, x, label, out, rows, columns)
  return release(start, out, dtype, logits.size)
}
