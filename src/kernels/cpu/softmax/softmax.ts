/**
 * Softmax and cross-entropy on the CPU, over the rows of a matrix of float32 or float64.
 */
import type { DataBuffer } from '../../backend.js'
import { begin, pointer, reserve, result } from '../memory/memory.js'
import { threadsFor } from '../threads/pool.js'
import { callInRanges } from '../threads/ranges.js'
import { bytes } from '../wasm/dtypes.js'
import { instantiate } from '../wasm/module.js'
import { softmaxModule } from './softmax-kernel.js'

/** Approximate nanoseconds for each number, to decide about threads. */
const nanoseconds = 1

type FloatType = 'float32' | 'float64'

interface SoftmaxKernels {
  softmax(x: number, out: number, rows: number, columns: number): void
  logSoftmax(x: number, out: number, rows: number, columns: number): void
  softmaxGradient(g: number, y: number, out: number, rows: number, columns: number): void
  crossEntropy(logits: number, labels: number, out: number, rows: number, columns: number): void
  gradient(g: number, logits: number, labels: number, out: number, rows: number, columns: number): void
}

/** Room for so many more numbers is needed behind a result, because rows are written in whole vectors. */
const vector = 4

const kernels: Record<FloatType, Partial<SoftmaxKernels>> = { float32: {}, float64: {} }

function kernelFor<Name extends keyof SoftmaxKernels>(dtype: FloatType, name: Name): SoftmaxKernels[Name] {
  const own: Partial<SoftmaxKernels> = kernels[dtype]
  const kernel = own[name] ?? instantiate<SoftmaxKernels>(softmaxModule(dtype, name))[name]
  own[name] = kernel
  return kernel
}

/** softmax or log-softmax of each row of [rows, columns], stable. A row with +∞, NaN or nothing but −∞ gives NaN. */
export function softmax(kind: 'softmax' | 'logSoftmax', x: DataBuffer, rows: number, columns: number): DataBuffer {
  const dtype = x.dtype as FloatType
  begin()
  const from = pointer(x)
  const out = reserve(dtype, x.size + vector)
  const kernel = kernelFor(dtype, kind)
  const threads = threadsForRows(rows, columns)
  if (threads > 1) {
    const row = columns * bytes[dtype]
    callInRanges(kernel, { args: [from, out, rows, columns], count: 2, steps: [row, row, 0, 0], unit: 1 }, threads)
  } else kernel(from, out, rows, columns)
  return result(out, dtype, x.size)
}

/** The gradient of softmax, given its result y: y · (g − Σ g · y) for each row of [rows, columns]. */
export function softmaxGradient(g: DataBuffer, y: DataBuffer, rows: number, columns: number): DataBuffer {
  const dtype = y.dtype as FloatType
  begin()
  const [gradient, from] = [pointer(g), pointer(y)]
  const out = reserve(dtype, y.size + vector)
  const kernel = kernelFor(dtype, 'softmaxGradient')
  const threads = threadsForRows(rows, columns)
  if (threads > 1) {
    const row = columns * bytes[dtype]
    const args = [gradient, from, out, rows, columns]
    callInRanges(kernel, { args, count: 3, steps: [row, row, row, 0, 0], unit: 1 }, threads)
  } else kernel(gradient, from, out, rows, columns)
  return result(out, dtype, y.size)
}

/** −log softmax(logits)[label] of each row of [rows, columns]; labels are int32 in 0 … columns − 1. */
export function crossEntropy(logits: DataBuffer, labels: DataBuffer, rows: number, columns: number): DataBuffer {
  const dtype = logits.dtype as FloatType
  begin()
  const x = pointer(logits)
  const label = pointer(labels)
  const out = reserve(dtype, rows)
  const kernel = kernelFor(dtype, 'crossEntropy')
  const threads = threadsForRows(rows, columns)
  if (threads > 1) {
    const steps = [columns * bytes[dtype], bytes.int32, bytes[dtype], 0, 0]
    callInRanges(kernel, { args: [x, label, out, rows, columns], count: 3, steps, unit: 1 }, threads)
  } else kernel(x, label, out, rows, columns)
  return result(out, dtype, rows)
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
  begin()
  const gradient = pointer(g)
  const x = pointer(logits)
  const label = pointer(labels)
  const out = reserve(dtype, logits.size + vector)
  const kernel = kernelFor(dtype, 'gradient')
  const threads = threadsForRows(rows, columns)
  if (threads > 1) {
    const row = columns * bytes[dtype]
    const steps = [bytes[dtype], row, bytes.int32, row, 0, 0]
    callInRanges(kernel, { args: [gradient, x, label, out, rows, columns], count: 4, steps, unit: 1 }, threads)
  } else kernel(gradient, x, label, out, rows, columns)
  return result(out, dtype, logits.size)
}

/** Threads do not share a vector of the result, so that rows have to be whole vectors. */
function threadsForRows(rows: number, columns: number): number {
  return columns % vector === 0 ? threadsFor(rows * columns * nanoseconds) : 1
}
