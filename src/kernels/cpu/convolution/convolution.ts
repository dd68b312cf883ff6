/**
 * Convolutions on the CPU: the primitives. `patch-products.ts` has the products that they are; where a kernel has one number for each
 * channel, `depthwise.ts` computes them without any.
 */
import type { Convolution, DataBuffer, MatmulEpilogue } from '../../backend.js'
import { kernelsFor, matmul, speed } from '../matmul/matmul.js'
import { relu } from '../matmul/matmul-kernel.js'
import { recordingOf } from '../matmul/matmul-threads.js'
import { begin, discard, pointer, reserve, result, workingSpace } from '../memory/memory.js'
import { threadsFor } from '../threads/pool.js'
import { inRanges } from '../threads/ranges.js'
import { join, recorded } from '../threads/tasks.js'
import { instantiate } from '../wasm/module.js'
import { type PatchKernels, patchModule } from './patch-kernel.js'
import {
  addPatches,
  type ConvolutionKernels,
  type Group,
  groupsOf,
  multiplyPatches,
  multiplyTransposedPatches,
  type Operands,
  packTransposedWeights,
  packWeights,
  tablesOf,
} from './patch-products.js'
import { depthwise, depthwiseInput, depthwiseKernel, isDepthwise } from './windows.js'

type FloatType = 'float32' | 'float64'

/** See `Backend.convolve`. */
export function convolve(x: DataBuffer, kernel: DataBuffer, size: Convolution, epilogue?: MatmulEpilogue): DataBuffer {
  if (isProduct(size)) return matmul(x, kernel, matrices(pixelsOf(size), size.filters, size.channels), epilogue)
  if (isDepthwise(size)) return depthwise(x, kernel, size, epilogue)
  begin()
  const operands = { size, image: pointer(x), weights: pointer(kernel), bias: 0, relu: epilogue?.relu ? relu : 0 }
  if (epilogue?.bias) operands.bias = pointer(epilogue.bias)
  const count = pixelsOf(size) * size.filters
  const rows = reserve(x.dtype, count)
  compute(x.dtype as FloatType, { ...operands, rows }, (group, kernels) => {
    const weights = packWeights(kernels.matmul, group)
    const tables = tablesOf(size, kernels.matmul.bytes, weights.slices)
    return {
      unit: 1,
      total: pixelsOf(size),
      part: (own, from, to) => multiplyPatches(own, group, weights, tables, from, to),
    }
  })
  return result(rows, x.dtype, count)
}

/** See `Backend.convolveInput`. */
export function convolveInput(g: DataBuffer, kernel: DataBuffer, size: Convolution): DataBuffer {
  if (isProduct(size)) {
    return matmul(g, kernel, { ...matrices(pixelsOf(size), size.channels, size.filters), transposeB: true })
  }
  if (isDepthwise(size)) return depthwiseInput(g, kernel, size)
  begin()
  const operands = { size, rows: pointer(g), weights: pointer(kernel), bias: 0, relu: 0 }
  const count = size.batch * size.input[0] * size.input[1] * size.channels
  const image = reserve(g.dtype, count)
  clear(g.dtype, image, count)
  const pixels = size.output[0] * size.output[1]
  compute(g.dtype as FloatType, { ...operands, image }, (group, kernels) => {
    const weights = packTransposedWeights(kernels.matmul, group)
    const [table] = tablesOf(size, kernels.matmul.bytes, [{ from: 0, depth: group.depth }])
    return {
      unit: pixels,
      total: size.batch * pixels,
      part: (own, from, to) => addPatches(own, group, weights, table, from, to),
    }
  })
  return result(image, g.dtype, count)
}

/** See `Backend.convolveKernel`. */
export function convolveKernel(x: DataBuffer, g: DataBuffer, size: Convolution): DataBuffer {
  if (isProduct(size)) {
    return matmul(x, g, { ...matrices(size.channels, size.filters, pixelsOf(size)), transposeA: true })
  }
  if (isDepthwise(size)) return depthwiseKernel(x, g, size)
  begin()
  const operands = { size, image: pointer(x), rows: pointer(g), bias: 0, relu: 0 }
  const count = (size.window[0] * size.window[1] * size.channels * size.filters) / size.groups
  const weights = reserve(x.dtype, count)
  if (pixelsOf(size) === 0) clear(x.dtype, weights, count)
  compute(x.dtype as FloatType, { ...operands, weights }, (group, { matmul: { bytes } }) => ({
    unit: 1,
    total: size.batch === 0 ? 0 : group.depth,
    part: (own, from, to) => {
      const [table] = tablesOf(size, bytes, [{ from, depth: to - from }])
      multiplyTransposedPatches(own, group, table, from, to)
    },
  }))
  return result(weights, x.dtype, count)
}

/** Work that can be cut into ranges, multiples of `unit`. */
interface Work {
  readonly total: number
  readonly unit: number
  readonly part: (kernels: ConvolutionKernels, from: number, to: number) => void
}

/** Computes every group, on as many threads as it is worth. */
function compute(
  dtype: FloatType,
  operands: Operands,
  workOf: (group: Group, kernels: ConvolutionKernels) => Work,
): void {
  if (pixelsOf(operands.size) === 0) return
  const own = { matmul: kernelsFor(dtype), patches: patchesFor(dtype) }
  for (const group of groupsOf(operands, own.matmul.bytes)) {
    const working = workingSpace()
    const { total, unit, part } = workOf(group, own)
    const threads = threadsFor((pixelsOf(operands.size) * group.depth * group.filters) / speed)
    if (threads > 1) {
      const kernels = { matmul: recordingOf(own.matmul), patches: recordedPatches(own.patches) }
      inRanges(total, unit, threads, (from, to) => part(kernels, from, to))
      join()
    } else part(own, 0, total)
    discard(working)
  }
}

const kernels: Partial<Record<FloatType, PatchKernels>> = {}

function patchesFor(dtype: FloatType): PatchKernels {
  kernels[dtype] ??= instantiate<PatchKernels>(patchModule(dtype))
  return kernels[dtype]
}

const recordedPatches = ({ read, add }: PatchKernels): PatchKernels => ({ read: recorded(read), add: recorded(add) })

function clear(dtype: DataBuffer['dtype'], address: number, count: number): void {
  const { clear, bytes } = kernelsFor(dtype)
  clear(address, count * bytes)
}

const pixelsOf = ({ batch, output }: Convolution): number => batch * output[0] * output[1]

/** True if each patch is one pixel, in order: the convolution then is a product of matrices as they lie. */
function isProduct({ window, strides, padding, groups, input, output }: Convolution): boolean {
  const isSame = [0, 1].every((axis) => input[axis] === output[axis] && padding[axis] === 0 && strides[axis] === 1)
  return window[0] * window[1] === 1 && groups === 1 && isSame
}

const matrices = (m: number, n: number, k: number) => ({
  ...{ m, n, k, transposeA: false, transposeB: false },
  ...{ batch: 1, aStep: 0, bStep: 0 },
})
