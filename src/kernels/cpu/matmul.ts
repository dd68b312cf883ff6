/**
 * Matrix multiplication on the CPU: cuts a product into blocks that fit the caches and hands their tiles to WebAssembly
 * (`matmul-kernel.ts`). The panels of B are packed (`matmul-pack.ts`) where that pays; otherwise both operands are read where they
 * lie. Columns that do not fill a panel are computed beside C and copied into it.
 */
import type { DataBuffer, DType, MatmulEpilogue, MatmulSize } from '../backend.js'
import { accumulate, type Lanes, panelBytes, relu, type Tile, tileRows, tileText } from './matmul-kernel.js'
import { type Clear, type CopyBlock, type Pack, packText } from './matmul-pack.js'
import { mark, pointer, release, reserve } from './memory.js'
import { hasFma, instantiate } from './module.js'

/** Most steps of k in a block: one panel of B and one tile of A then fit the first-level cache. */
const blockK = 512

/** Most panels in a block: with `blockK` steps of k they fill half of the second-level cache. */
const blockPanels = 64

/** From this many rows on, packing B pays. */
const packRows = 24

/** From this many panels on, copying each tile of a transposed A pays. */
const copyPanels = 4

/** Numbers from one step of k to the next in a copied tile of A. */
const copiedRow = 8

/** The kernels for one dtype. Tiles are compiled by height, when they are first used. */
interface Kernels {
  readonly lanes: Lanes
  readonly bytes: number
  /** Columns of a panel. */
  readonly width: number
  readonly tiles: (Tile | undefined)[]
  readonly pack: Pack
  readonly packTransposed: Pack
  readonly copyBlock: CopyBlock
  readonly clear: Clear
}

/** One product: its operands and scratch space in memory. Steps are bytes. */
interface Product {
  readonly kernels: Kernels
  readonly size: MatmulSize
  readonly aRow: number
  readonly aStep: number
  readonly bStep: number
  readonly bColumn: number
  readonly cRow: number
  readonly bias: number
  readonly relu: number
  /** For the packed panels of a block of B. */
  readonly panels: number
  /** For a copied tile of A. */
  readonly tile: number
  /** For the results in the last columns. */
  readonly edge: number
}

const lanes: Partial<Record<DType, Lanes>> = {
  float32: { vector: 'f32x4', bytes: 4, max: 'pmax', fused: hasFma },
  float64: { vector: 'f64x2', bytes: 8, max: 'pmax', fused: hasFma },
  int32: { vector: 'i32x4', bytes: 4, max: 'max_s', fused: false },
}

const compiled: Partial<Record<DType, Kernels>> = {}

/**
 * `out[b] = relu?(op(a[b]) · op(b[b]) + bias?)` for float32, float64 and int32 (which wraps around); see `MatmulSize` and
 * `MatmulEpilogue`. When k is 0 the product is zero.
 */
export function matmul(a: DataBuffer, b: DataBuffer, size: MatmulSize, epilogue?: MatmulEpilogue): DataBuffer {
  const start = mark()
  const count = size.m * size.n * size.batch
  const aStart = pointer(a)
  const bStart = pointer(b)
  const bias = epilogue?.bias ? pointer(epilogue.bias) : 0
  const out = reserve(a.dtype, count)
  if (count > 0) {
    const product = prepare(a.dtype, size, bias, epilogue?.relu ? relu : 0)
    const { bytes } = product.kernels
    for (let i = 0; i < size.batch; i++)
      multiply(
        product,
        aStart + i * size.aStep * bytes,
        bStart + i * size.bStep * bytes,
        out + i * size.m * product.cRow,
      )
  }
  return release(start, out, a.dtype, count)
}

function prepare(dtype: DType, size: MatmulSize, bias: number, relu: number): Product {
  const kernels = kernelsFor(dtype)
  const { bytes, width } = kernels
  const { m, n, k } = size
  const depth = Math.min(k, blockK)
  return {
    kernels,
    size,
    aRow: size.transposeA ? bytes : k * bytes,
    aStep: size.transposeA ? m * bytes : bytes,
    bStep: size.transposeB ? bytes : n * bytes,
    bColumn: size.transposeB ? k * bytes : bytes,
    cRow: n * bytes,
    bias,
    relu,
    panels: reserve(dtype, depth * Math.min(n + width, blockPanels * width)),
    tile: reserve(dtype, depth * copiedRow),
    edge: reserve(dtype, m * width),
  }
}

function kernelsFor(dtype: DType): Kernels {
  compiled[dtype] ??= compileFor(lanes[dtype] as Lanes)
  return compiled[dtype]
}

function compileFor(lanes: Lanes): Kernels {
  const packing = instantiate<Pick<Kernels, 'pack' | 'packTransposed' | 'copyBlock' | 'clear'>>(packText(lanes.bytes))
  return { lanes, bytes: lanes.bytes, width: panelBytes / lanes.bytes, tiles: [], ...packing }
}

function tileOf(kernels: Kernels, height: number): Tile {
  kernels.tiles[height] ??= instantiate<{ tile: Tile }>(tileText(kernels.lanes, height)).tile
  return kernels.tiles[height]
}

/** One product, in blocks of k of nearly equal depth. */
function multiply(p: Product, a: number, b: number, c: number): void {
  const { k } = p.size
  const blocks = Math.max(1, Math.ceil(k / blockK))
  for (let i = 0; i < blocks; i++) {
    const from = Math.floor((i * k) / blocks)
    const depth = Math.floor(((i + 1) * k) / blocks) - from
    const last = i === blocks - 1
    const flags = (i > 0 ? accumulate : 0) | (last ? p.relu : 0)
    multiplyDepth(p, a + from * p.aStep, b + from * p.bStep, c, depth, last ? p.bias : 0, flags)
  }
  copyEdge(p, c)
}

/** A block of k for all columns. */
function multiplyDepth(p: Product, a: number, b: number, c: number, depth: number, bias: number, flags: number): void {
  const { kernels } = p
  const whole = Math.floor(p.size.n / kernels.width)
  for (let j = 0; j < whole; j += blockPanels) {
    const panels = Math.min(blockPanels, whole - j)
    const done = j * panelBytes
    multiplyPanels(p, a, b + j * kernels.width * p.bColumn, c + done, depth, panels, bias && bias + done, flags)
  }
  if (p.size.n > whole * kernels.width) {
    const done = whole * panelBytes
    packEdge(p, b + whole * kernels.width * p.bColumn, depth, p.size.n - whole * kernels.width)
    multiplyRows(p, a, p.panels, panelBytes, 0, p.edge, panelBytes, depth, 1, bias && bias + done, flags)
  }
}

/** A block of k for some whole panels. */
function multiplyPanels(
  p: Product,
  a: number,
  b: number,
  c: number,
  depth: number,
  panels: number,
  bias: number,
  flags: number,
): void {
  const { transposeB, m } = p.size
  if (!transposeB && m < packRows) multiplyRows(p, a, b, p.bStep, panelBytes, c, p.cRow, depth, panels, bias, flags)
  else {
    const step = depth * panelBytes
    if (transposeB) p.kernels.packTransposed(b, p.bColumn, p.panels, step, depth, panels)
    else p.kernels.pack(b, p.bStep, p.panels, step, depth, panels)
    multiplyRows(p, a, p.panels, panelBytes, step, c, p.cRow, depth, panels, bias, flags)
  }
}

/** Packs the columns that do not fill a panel; the others of that panel are zero. */
function packEdge(p: Product, b: number, depth: number, columns: number): void {
  p.kernels.clear(p.panels, depth * panelBytes)
  p.kernels.copyBlock(b, p.bStep, p.bColumn, p.panels, panelBytes, depth, columns)
}

/** Moves the results in those columns to their place. */
function copyEdge(p: Product, c: number): void {
  const { bytes, width } = p.kernels
  const columns = p.size.n % width
  if (columns) p.kernels.copyBlock(p.edge, panelBytes, bytes, c + p.cRow - columns * bytes, p.cRow, p.size.m, columns)
}

/** All rows, in tiles of nearly equal height. */
function multiplyRows(
  p: Product,
  a: number,
  b: number,
  bStep: number,
  bPanel: number,
  c: number,
  cRow: number,
  depth: number,
  panels: number,
  bias: number,
  flags: number,
): void {
  const { m } = p.size
  const tiles = Math.ceil(m / tileRows)
  const height = Math.ceil(m / tiles)
  const high = m - tiles * (height - 1)
  const copy = p.size.transposeA && panels >= copyPanels
  const run = copy ? copyAndMultiply : multiplyTiles
  run(p, height, 0, high, a, b, bStep, bPanel, c, cRow, depth, panels, bias, flags)
  if (high < tiles)
    run(p, height - 1, high * height, tiles - high, a, b, bStep, bPanel, c, cRow, depth, panels, bias, flags)
}

/** Tiles of one height, from a row on. */
function multiplyTiles(
  p: Product,
  height: number,
  row: number,
  tiles: number,
  a: number,
  b: number,
  bStep: number,
  bPanel: number,
  c: number,
  cRow: number,
  depth: number,
  panels: number,
  bias: number,
  flags: number,
): void {
  const tile = tileOf(p.kernels, height)
  tile(a + row * p.aRow, p.aRow, p.aStep, b, bStep, bPanel, c + row * cRow, cRow, depth, panels, tiles, bias, flags)
}

/** The same, with each tile of A copied to where its columns lie close together. */
function copyAndMultiply(
  p: Product,
  height: number,
  row: number,
  tiles: number,
  a: number,
  b: number,
  bStep: number,
  bPanel: number,
  c: number,
  cRow: number,
  depth: number,
  panels: number,
  bias: number,
  flags: number,
): void {
  const { bytes, width, pack, copyBlock } = p.kernels
  const tile = tileOf(p.kernels, height)
  const step = copiedRow * bytes
  for (let i = 0, r = row; i < tiles; i++, r += height) {
    if (height <= width && r + width <= p.size.m) pack(a + r * bytes, p.aStep, p.tile, 0, depth, 1)
    else copyBlock(a + r * bytes, p.aStep, bytes, p.tile, step, depth, height)
    tile(p.tile, bytes, step, b, bStep, bPanel, c + r * cRow, cRow, depth, panels, 1, bias, flags)
  }
}
