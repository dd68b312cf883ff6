/**
 * Matrix multiplication on the CPU: the primitive, and the kernels of each dtype. `cache-blocks.ts` cuts a product into blocks,
 * `tiles.ts` those into tiles, which `matmul-kernel.ts` computes.
 */
import type { DataBuffer, DType, MatmulEpilogue, MatmulSize } from '../../backend.js'
import { begin, discard, pointer, reserve, result, workingSpace } from '../memory/memory.js'
import { planeOf } from '../move/move.js'
import { rowsTimesVector } from '../reduce/reduce.js'
import { threadsFor } from '../threads/pool.js'
import { f32x4, f64x2, i32x4 } from '../wasm/instructions.js'
import { hasFma, instantiate } from '../wasm/module.js'
import { type MatmulCall, type MatmulKernels, multiplyRange, prepare } from './cache-blocks.js'
import { type Candidate, candidateFor } from './candidates.js'
import { relu, type Tile, tileModule } from './matmul-kernel.js'
import { multiplyInParts } from './matmul-threads.js'
import { packModule } from './pack-kernel.js'
import { type Lanes, panelBytes } from './tile-shape.js'

const lanes: Partial<Record<DType, Lanes>> = {
  float32: { vector: f32x4, bytes: 4, max: f32x4.pmax },
  float64: { vector: f64x2, bytes: 8, max: f64x2.pmax },
  int32: { vector: i32x4, bytes: 4, max: i32x4.max_s },
}

/** Multiplications and additions in a nanosecond, about, for the decision about threads. */
export const speed = 20

const compiled: Partial<Record<DType, MatmulKernels>> = {}

/**
 * `out[b] = relu?(op(a[b]) · op(b[b]) + bias?)` for float32, float64 and int32 (which wraps around); see `MatmulSize` and
 * `MatmulEpilogue`. When k is 0 the product is zero.
 */
export function matmul(a: DataBuffer, b: DataBuffer, size: MatmulSize, epilogue?: MatmulEpilogue): DataBuffer {
  begin()
  const count = size.m * size.n * size.batch
  const [aStart, bStart] = [pointer(a), pointer(b)]
  const bias = epilogue?.bias ? pointer(epilogue.bias) : 0
  const c = reserve(a.dtype, count)
  if (count > 0) {
    const working = workingSpace()
    const flag = epilogue?.relu ? relu : 0
    multiply({ kernels: kernelsFor(a.dtype), size, a: aStart, b: bStart, c, bias, relu: flag }, count)
    discard(working)
  }
  return result(c, a.dtype, count)
}

/** A product of matrices at these addresses, in a kernel call that has begun. */
export function multiplyAt(dtype: DType, size: MatmulSize, a: number, b: number, c: number): void {
  const working = workingSpace()
  multiply({ kernels: kernelsFor(dtype), size, a, b, c, bias: 0, relu: 0 }, size.m * size.n * size.batch)
  discard(working)
}

/** Longer rows than this are not multiplied with a vector in tiles, which would add up their products one after another. */
const longRow = 64

function multiply(call: MatmulCall, count: number): void {
  const { size, a, b, c, kernels, bias, relu } = call
  const { m, n, k, transposeA, transposeB, aStep, bStep } = size
  if (kernels.dtype === 'float32' && k > longRow && !bias && !relu) {
    if (n === 1 && (m === 1 || !transposeA)) return void vectorProducts(call, a, aStep, b, bStep, m)
    if (m === 1 && transposeB) return void vectorProducts(call, b, bStep, a, aStep, n)
  }
  const threads = threadsFor((count * k) / speed)
  if (threads > 1) multiplyInParts(call, threads)
  else multiplyRange(prepare(call), a, b, c, 0, size.batch)
}

/** `outer` rows times a vector, for each of the batch. */
function vectorProducts(
  { kernels: { dtype, bytes }, size: { k, batch }, c }: MatmulCall,
  rows: number,
  rowsStep: number,
  vector: number,
  vectorStep: number,
  outer: number,
): void {
  for (let i = 0; i < batch; i++) {
    const at = [rows + i * rowsStep * bytes, vector + i * vectorStep * bytes, c + i * outer * bytes] as const
    rowsTimesVector(dtype, ...at, outer, k)
  }
}

/** The kernels for a dtype. */
export function kernelsFor(dtype: DType): MatmulKernels {
  compiled[dtype] ??= kernelsOf(dtype, candidateFor(hasFma && dtype !== 'int32'))
  return compiled[dtype]
}

/** The kernels for a dtype, with tiles of this candidate. */
export function kernelsOf(dtype: DType, candidate: Candidate): MatmulKernels {
  const ofType = lanes[dtype] as Lanes
  const { bytes } = ofType
  return {
    ...{ dtype, bytes, candidate },
    width: panelBytes / bytes,
    tiles: [],
    makeTile: (shape) => instantiate<{ tile: Tile }>(tileModule(ofType, candidate, shape)).tile,
    ...instantiate<Pick<MatmulKernels, 'pack' | 'packTransposed' | 'clear'>>(packModule(bytes)),
    plane: planeOf(bytes),
  }
}
