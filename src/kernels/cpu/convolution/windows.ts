/**
 * Pooling on the CPU, and convolutions in which each channel has a kernel of its own: the primitives over `window-kernel.ts`.
 */
import type { Convolution, DataBuffer, MatmulEpilogue, Windows } from '../../backend.js'
import { heap } from '../memory/heap.js'
import { begin, discard, pointer, reserve, result, workingSpace } from '../memory/memory.js'
import { sumRows } from '../reduce/reduce.js'
import { threadsFor } from '../threads/pool.js'
import { callInRanges } from '../threads/ranges.js'
import { bytes as bytesOf } from '../wasm/dtypes.js'
import { instantiate } from '../wasm/module.js'
import { type WindowKernel, type WindowKind, windowModule } from './window-kernel.js'
import { windowTable } from './window-table.js'

type FloatType = 'float32' | 'float64'

/** Approximate nanoseconds for each number of each window, to decide about threads. */
const nanoseconds = 0.3

const kernels: Record<FloatType, Partial<Record<WindowKind, WindowKernel>>> = { float32: {}, float64: {} }

function kernelFor(kind: WindowKind, dtype: FloatType): WindowKernel {
  const ofDtype = kernels[dtype]
  ofDtype[kind] ??= instantiate<{ run: WindowKernel }>(windowModule(kind, dtype)).run
  return ofDtype[kind]
}

/** Addresses of the arrays of a kernel; 0 for those that it does not use. */
interface Arrays {
  readonly image: number
  readonly other?: number
  readonly result?: number
  readonly weights?: number
  readonly bias?: number
  readonly relu?: number
}

/** Calls a kernel for all images, on several threads if it is worth it. */
function run(kind: WindowKind, dtype: FloatType, size: Windows, arrays: Arrays, weightsPerImage = false): void {
  const { image, other = 0, result = 0, weights = 0, bias = 0, relu = 0 } = arrays
  const { batch, input, output, window, channels } = size
  const working = workingSpace()
  const bytes = bytesOf[dtype]
  const table = windowTable(size, bytes, weightsPerImage)
  const at = reserve('int32', table.length)
  heap('int32').set(table, at / 4)
  const kernel = kernelFor(kind, dtype)
  const args = [image, other, result, weights, bias, relu, batch, at]
  const results = output[0] * output[1] * channels
  const threads = batch > 1 ? threadsFor(batch * results * window[0] * window[1] * nanoseconds) : 1
  if (threads > 1) {
    const imageBytes = input[0] * input[1] * channels * bytes
    const weightBytes = weightsPerImage ? window[0] * window[1] * channels * bytes : 0
    const steps = [imageBytes, imageBytes, results * bytes, weightBytes, 0, 0, 0, 0]
    callInRanges(kernel, { args, count: 6, steps, unit: 1 }, threads)
  } else kernel(...(args as Parameters<WindowKernel>))
  discard(working)
}

const imagesOf = ({ batch, input, channels }: Windows) => batch * input[0] * input[1] * channels
const resultsOf = ({ batch, output, channels }: Windows) => batch * output[0] * output[1] * channels

/** Space for numbers that a kernel adds to. */
function zeros(dtype: FloatType, size: number): number {
  const address = reserve(dtype, size)
  const from = address / bytesOf[dtype]
  heap(dtype).fill(0, from, from + size)
  return address
}

/** See `Backend.maxPool`. */
export const maxPool = (x: DataBuffer, size: Windows): DataBuffer => pool('maxPool', x, size)

/** See `Backend.averagePool`. */
export const averagePool = (x: DataBuffer, size: Windows): DataBuffer => pool('averagePool', x, size)

function pool(kind: WindowKind, x: DataBuffer, size: Windows): DataBuffer {
  begin()
  const image = pointer(x)
  const out = reserve(x.dtype, resultsOf(size))
  run(kind, x.dtype as FloatType, size, { image, result: out })
  return result(out, x.dtype, resultsOf(size))
}

/** See `Backend.maxPoolPick`. */
export function maxPoolPick(h: DataBuffer, x: DataBuffer, size: Windows): DataBuffer {
  begin()
  const [image, other] = [pointer(x), pointer(h)]
  const out = reserve(x.dtype, resultsOf(size))
  run('maxPoolPick', x.dtype as FloatType, size, { image, other, result: out })
  return result(out, x.dtype, resultsOf(size))
}

/** See `Backend.maxPoolGradient`. */
export function maxPoolGradient(g: DataBuffer, x: DataBuffer, size: Windows): DataBuffer {
  begin()
  const [image, gradient] = [pointer(x), pointer(g)]
  const other = zeros(x.dtype as FloatType, imagesOf(size))
  run('maxPoolGradient', x.dtype as FloatType, size, { image, other, result: gradient })
  return result(other, x.dtype, imagesOf(size))
}

/** See `Backend.averagePoolGradient`. */
export function averagePoolGradient(g: DataBuffer, size: Windows): DataBuffer {
  begin()
  const gradient = pointer(g)
  const image = zeros(g.dtype as FloatType, imagesOf(size))
  run('averagePoolGradient', g.dtype as FloatType, size, { image, result: gradient })
  return result(image, g.dtype, imagesOf(size))
}

/** True if each channel has one kernel of its own. */
export const isDepthwise = ({ groups, channels, filters }: Convolution): boolean =>
  groups > 1 && groups === channels && filters === channels

/** `convolve` with a kernel for each channel. */
export function depthwise(x: DataBuffer, kernel: DataBuffer, size: Convolution, epilogue?: MatmulEpilogue): DataBuffer {
  begin()
  const arrays = { image: pointer(x), weights: pointer(kernel), bias: epilogue?.bias ? pointer(epilogue.bias) : 0 }
  const out = reserve(x.dtype, resultsOf(size))
  run('depthwise', x.dtype as FloatType, size, { ...arrays, result: out, relu: epilogue?.relu ? 1 : 0 })
  return result(out, x.dtype, resultsOf(size))
}

/** `convolveInput` with a kernel for each channel. */
export function depthwiseInput(g: DataBuffer, kernel: DataBuffer, size: Convolution): DataBuffer {
  begin()
  const [gradient, weights] = [pointer(g), pointer(kernel)]
  const image = zeros(g.dtype as FloatType, imagesOf(size))
  run('depthwiseInput', g.dtype as FloatType, size, { image, result: gradient, weights })
  return result(image, g.dtype, imagesOf(size))
}

/** `convolveKernel` with a kernel for each channel: one gradient for each image, and their sum. */
export function depthwiseKernel(x: DataBuffer, g: DataBuffer, size: Convolution): DataBuffer {
  begin()
  const dtype = x.dtype as FloatType
  const [image, gradient] = [pointer(x), pointer(g)]
  const count = size.window[0] * size.window[1] * size.channels
  const out = zeros(dtype, count)
  const working = workingSpace()
  const weights = zeros(dtype, size.batch * count)
  run('depthwiseKernel', dtype, size, { image, result: gradient, weights }, true)
  if (size.batch > 0) sumRows(dtype, weights, out, size.batch, count)
  discard(working)
  return result(out, dtype, count)
}
