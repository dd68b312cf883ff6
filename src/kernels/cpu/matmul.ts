/**
 * Matrix multiplication on the CPU: the primitive, and the kernels of each dtype. `matmul-blocks.ts` cuts a product into blocks,
 * `matmul-kernel.ts` computes them.
 */
import type { DataBuffer, DType, MatmulEpilogue, MatmulSize } from '../backend.js'
import { type Kernels, multiply, type Product, prepare } from './matmul-blocks.js'
import { type Lanes, panelBytes, relu, type Tile, tileRows, tileText } from './matmul-kernel.js'
import { packText } from './matmul-pack.js'
import { multiplyInParts } from './matmul-parts.js'
import { begin, discard, pointer, reserve, result, workingSpace } from './memory.js'
import { hasFma, instantiate } from './module.js'
import { threadsFor } from './threads/pool.js'

const lanes: Partial<Record<DType, Lanes>> = {
  float32: { vector: 'f32x4', bytes: 4, max: 'pmax', fused: hasFma },
  float64: { vector: 'f64x2', bytes: 8, max: 'pmax', fused: hasFma },
  int32: { vector: 'i32x4', bytes: 4, max: 'max_s', fused: false },
}

/** Multiplications and additions in a nanosecond, about, for the decision about threads. */
const speed = 20

const compiled: Partial<Record<DType, Kernels>> = {}

/**
 * `out[b] = relu?(op(a[b]) · op(b[b]) + bias?)` for float32, float64 and int32 (which wraps around); see `MatmulSize` and
 * `MatmulEpilogue`. When k is 0 the product is zero.
 */
export function matmul(a: DataBuffer, b: DataBuffer, size: MatmulSize, epilogue?: MatmulEpilogue): DataBuffer {
  begin()
  const count = size.m * size.n * size.batch
  const aStart = pointer(a)
  const bStart = pointer(b)
  const bias = epilogue?.bias ? pointer(epilogue.bias) : 0
  const out = reserve(a.dtype, count)
  if (count > 0) {
    const working = workingSpace()
    const kernels = kernelsFor(a.dtype)
    const flags = epilogue?.relu ? relu : 0
    const threads = threadsFor((count * size.k) / speed)
    if (threads > 1) multiplyInParts({ kernels, dtype: a.dtype, size, aStart, bStart, out, bias, flags }, threads)
    else multiplyBatch(prepare(kernels, a.dtype, size, bias, flags), aStart, bStart, out)
    discard(working)
  }
  return result(out, a.dtype, count)
}

function multiplyBatch(product: Product, a: number, b: number, c: number): void {
  const { kernels, size, cRow } = product
  const [aStep, bStep, cStep] = [size.aStep * kernels.bytes, size.bStep * kernels.bytes, size.m * cRow]
  for (let i = 0; i < size.batch; i++) multiply(product, a + i * aStep, b + i * bStep, c + i * cStep)
}

function kernelsFor(dtype: DType): Kernels {
  compiled[dtype] ??= compileFor(lanes[dtype] as Lanes)
  return compiled[dtype]
}

function compileFor(lanes: Lanes): Kernels {
  const packing = instantiate<Pick<Kernels, 'pack' | 'packTransposed' | 'copyBlock' | 'clear'>>(packText(lanes.bytes))
  const makeTile = (height: number, transposed: boolean) =>
    instantiate<{ tile: Tile }>(tileText(lanes, height, transposed)).tile
  return {
    lanes,
    bytes: lanes.bytes,
    width: panelBytes / lanes.bytes,
    rows: tileRows(lanes),
    tiles: [[], []],
    makeTile,
    ...packing,
  }
}
