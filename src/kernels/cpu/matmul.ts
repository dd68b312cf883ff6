/**
 * Matrix multiplication on the CPU: cuts a product into blocks that fit the caches and hands them to WebAssembly
 * (`matmul-kernel.ts`). B is packed into panels where that pays; A is read where it lies. Columns that do not fill a panel
 * are computed beside C and copied into it.
 */
import type { DataBuffer, DType, MatmulEpilogue, MatmulSize } from '../backend.js'
import { accumulate, type Lanes, type Product, panelBytes, productText, relu } from './matmul-kernel.js'
import { type CopyTail, type Pack, type PackTail, type PackTransposed, packText } from './matmul-pack.js'
import { mark, pointer, release, reserve } from './memory.js'
import { hasFma, instantiate } from './module.js'

interface Kernels {
  readonly bytes: number
  readonly rows: Product
  readonly columns: Product
  readonly pack: Pack
  readonly packTail: PackTail
  readonly packTransposed: PackTransposed
  readonly copyTail: CopyTail
}

const lanes: Partial<Record<DType, Lanes>> = {
  float32: { vector: 'f32x4', bytes: 4, max: 'pmax', fused: hasFma },
  float64: { vector: 'f64x2', bytes: 8, max: 'pmax', fused: hasFma },
  int32: { vector: 'i32x4', bytes: 4, max: 'max_s', fused: false },
}

const compiled: Partial<Record<DType, Kernels>> = {}

function kernelsFor(dtype: DType): Kernels {
  compiled[dtype] ??= compileFor(lanes[dtype] as Lanes)
  return compiled[dtype]
}

function compileFor(lanes: Lanes): Kernels {
  const kernels = instantiate<Omit<Kernels, 'bytes'>>(`${productText(lanes)}\n${packText(lanes.bytes)}`)
  return { bytes: lanes.bytes, ...kernels }
}

/** Most steps of k in a block: a panel of B and six rows of A then fit the first-level cache. */
const blockK = 512

/** Most panels in a block: with `blockK` they fill half of the second-level cache. */
const blockPanels = 64

/**
 * `out[b] = relu?(op(a[b]) · op(b[b]) + bias?)` for float32, float64 and int32 (which wraps around); see `MatmulSize` and
 * `MatmulEpilogue`. When k is 0 the product is zero.
 */
export function matmul(a: DataBuffer, b: DataBuffer, size: MatmulSize, epilogue?: MatmulEpilogue): DataBuffer {
  const kernels = kernelsFor(a.dtype)
  const { bytes } = kernels
  const start = mark()
  const product = size.m * size.n
  const aStart = pointer(a)
  const bStart = pointer(b)
  const bias = epilogue?.bias ? pointer(epilogue.bias) : 0
  const out = reserve(a.dtype, product * size.batch)
  if (product > 0) {
    const work = reserve(a.dtype, workSize(size, panelBytes / bytes))
    const flags = epilogue?.relu ? relu : 0
    for (let i = 0; i < size.batch; i++) {
      const [aAt, bAt] = [aStart + i * size.aStep * bytes, bStart + i * size.bStep * bytes]
      multiply(kernels, size, aAt, bAt, out + i * product * bytes, bias, flags, work)
    }
  }
  return release(start, out, a.dtype, product * size.batch)
}

/** How many numbers the packed panels of a block take, together with the panel of results for the last few columns. */
function workSize({ m, n, k }: MatmulSize, width: number): number {
  return (Math.min(k, blockK) * Math.min(Math.ceil(n / width), blockPanels) + m) * width
}

/** One product, block by block: those of k outside, so that each adds to the results of the one before. */
function multiply(
  kernels: Kernels,
  size: MatmulSize,
  a: number,
  b: number,
  out: number,
  bias: number,
  flags: number,
  work: number,
): void {
  const { m, n, k } = size
  const { bytes } = kernels
  const product = size.transposeA ? kernels.columns : kernels.rows
  const width = panelBytes / bytes
  const panels = Math.floor(n / width)
  const tail = n - panels * width
  const aStep = (size.transposeA ? m : k) * bytes
  const bStep = (size.transposeB ? k : n) * bytes
  const aNext = size.transposeA ? aStep : bytes
  const bNext = size.transposeB ? bytes : bStep
  const panelStep = width * (size.transposeB ? bStep : bytes)
  const packed = size.transposeB || m > 24
  const packedTail = work + m * panelBytes
  let done = 0
  do {
    const depth = Math.min(blockK, k - done)
    const last = done + depth === k
    const now = (done > 0 ? accumulate : 0) | (last ? flags : 0)
    const aAt = a + done * aNext
    const bAt = b + done * bNext
    for (let j = 0; j < panels; j += blockPanels) {
      const count = Math.min(blockPanels, panels - j)
      const from = bAt + j * panelStep
      const to = out + j * panelBytes
      const add = last && bias ? bias + j * panelBytes : 0
      if (packed) {
        if (size.transposeB) kernels.packTransposed(from, bStep, packedTail, depth, count * width)
        else kernels.pack(from, bStep, packedTail, depth, count)
        product(aAt, aStep, packedTail, panelBytes, depth * panelBytes, to, n * bytes, m, depth, count, add, now)
      } else product(aAt, aStep, from, bStep, panelBytes, to, n * bytes, m, depth, count, add, now)
    }
    if (tail) {
      const from = bAt + panels * panelStep
      const add = last && bias ? bias + panels * panelBytes : 0
      if (size.transposeB) kernels.packTransposed(from, bStep, packedTail, depth, tail)
      else kernels.packTail(from, bStep, packedTail, depth, tail)
      product(aAt, aStep, packedTail, panelBytes, 0, work, panelBytes, m, depth, 1, add, now)
    }
    done += depth
  } while (done < k)
  if (tail) kernels.copyTail(work, out + panels * panelBytes, n * bytes, m, tail)
}
