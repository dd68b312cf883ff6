/**
 * Layer and RMS normalization on the CPU, over the rows of a matrix of float32 or float64.
 */
import type { DataBuffer, NormalizeSize } from '../../backend.js'
import { begin, pointer, reserve, result } from '../memory/memory.js'
import { copy } from '../move/move.js'
import { reduce } from '../reduce/reduce.js'
import { threadsFor } from '../threads/pool.js'
import { callInRanges, type Loop } from '../threads/ranges.js'
import { bytes } from '../wasm/dtypes.js'
import { instantiate, type KernelFunction } from '../wasm/module.js'
import { blockRows, normalizeModule } from './normalize-kernel.js'

/** Approximate nanoseconds for each number, to decide about threads. */
const nanoseconds = 0.6

type FloatType = 'float32' | 'float64'

interface NormalizeKernels {
  forward(...args: number[]): void
  backward(...args: number[]): void
}

/** Room for so many more numbers is needed behind a result, because rows are written in whole vectors. */
const vector = 4

const kernels: Record<string, NormalizeKernels> = {}

function kernelsFor(dtype: FloatType, centered: boolean): NormalizeKernels {
  const key = `${dtype} ${centered}`
  kernels[key] ??= instantiate<NormalizeKernels>(normalizeModule(dtype, centered))
  return kernels[key]
}

/** See `Backend.normalize`. */
export function normalize(
  x: DataBuffer,
  weight: DataBuffer,
  offset: DataBuffer | null,
  { rows, columns, epsilon }: NormalizeSize,
): DataBuffer {
  const dtype = x.dtype as FloatType
  begin()
  const [from, scale] = [pointer(x), pointer(weight)]
  const shift = offset ? pointer(offset) : scale
  const out = reserve(dtype, x.size + vector)
  const row = columns * bytes[dtype]
  const args = [from, scale, shift, out, rows, columns, epsilon]
  run(kernelsFor(dtype, offset !== null).forward, { args, count: 4, steps: [row, 0, 0, row, 0, 0, 0] }, rows, columns)
  return result(out, dtype, x.size)
}

/** See `Backend.normalizeGradient`. */
export function normalizeGradient(
  g: DataBuffer,
  x: DataBuffer,
  weight: DataBuffer,
  centered: boolean,
  { rows, columns, epsilon }: NormalizeSize,
): DataBuffer[] {
  const dtype = x.dtype as FloatType
  begin()
  const [gradient, from, scale] = [pointer(g), pointer(x), pointer(weight)]
  const out = reserve(dtype, x.size + vector)
  const width = Math.ceil((columns * bytes[dtype]) / 16) * (16 / bytes[dtype])
  const blocks = Math.ceil(rows / blockRows)
  const parts = centered ? 2 : 1
  const sums = reserve(dtype, blocks * parts * width)
  const block = blockRows * columns * bytes[dtype]
  const args = [from, scale, gradient, out, sums, blocks, rows, columns, epsilon]
  const steps = [block, 0, block, block, parts * width * bytes[dtype], 0, -blockRows, 0, 0]
  run(kernelsFor(dtype, centered).backward, { args, count: 5, steps }, rows, columns)
  const dx = result(out, dtype, x.size)
  const total = reduce('sum', result(sums, dtype, blocks * parts * width), [blocks, parts * width], [0])
  const part = (offset: number) => copy(total, { shape: [columns], strides: [1], offset })
  return centered ? [dx, part(0), part(width)] : [dx, part(0)]
}

/** Runs a kernel on as many threads as it is worth; they do not share a vector of the result, so that rows have to be whole vectors. */
function run(kernel: KernelFunction, loop: Omit<Loop, 'unit'>, rows: number, columns: number): void {
  const threads = columns % vector === 0 ? threadsFor(rows * columns * nanoseconds) : 1
  if (threads > 1) callInRanges(kernel, { ...loop, unit: 1 }, threads)
  else kernel(...loop.args)
}
