/**
 * Cuts a matrix product into blocks that fit the caches and hands their tiles to WebAssembly (`matmul-kernel.ts`). The panels of B are
 * packed (`matmul-pack.ts`) where that pays; otherwise both operands are read where they lie. Columns that do not fill a panel are
 * computed beside C and copied into it.
 */
import type { DType, MatmulSize } from '../backend.js'
import { accumulate, type Lanes, panelBytes, type Tile } from './matmul-kernel.js'
import type { Clear, CopyBlock, Pack } from './matmul-pack.js'
import { reserve } from './memory.js'

/** Most steps of k in a block: one panel of B and one tile of A then fit the first-level cache. */
const blockK = 512

/** Most panels in a block: with `blockK` steps of k they fill half of the second-level cache. */
const blockPanels = 64

/** Packing B pays from this many rows on, if it has more than so many bytes. */
const packRows = 24
const packBytes = 1 << 15

/**
 * Copying tiles of A pays if they are used for this many panels, and with fused multiply-add only if A is transposed. Without it,
 * a pointer for each row costs more than the copy.
 */
const copyPanels = 4

/** The most panels of A that are copied at once. */
const copiedPanels = 16

/** Bytes between packed panels: without them the same row of all panels would compete for one set of cache lines. */
const panelGap = 64

/** The kernels for one dtype. Tiles are compiled by height and layout, when they are first used. */
export interface Kernels {
  readonly lanes: Lanes
  readonly bytes: number
  /** Columns of a panel. */
  readonly width: number
  /** The most rows of a tile. */
  readonly rows: number
  /** For A as it lies, and for a transposed A. */
  readonly tiles: readonly [(Tile | undefined)[], (Tile | undefined)[]]
  readonly makeTile: (height: number, transposed: boolean) => Tile
  readonly pack: Pack
  readonly packTransposed: Pack
  readonly copyBlock: CopyBlock
  readonly clear: Clear
}

/** One product, or the part of it that gives m rows of n columns: its operands and scratch space in memory. Steps are bytes. */
export interface Product {
  readonly kernels: Kernels
  readonly size: MatmulSize
  readonly m: number
  readonly n: number
  readonly aRow: number
  readonly aStep: number
  readonly bStep: number
  readonly bColumn: number
  readonly cRow: number
  readonly bias: number
  readonly relu: number
  /** For the packed panels of a block of B. */
  readonly panels: number
  /** For copied panels of A. */
  readonly tile: number
  /** For the results in the last columns. */
  readonly edge: number
}

/** What all products of a call, or their parts of m rows and n columns, share. Reserves scratch space. */
export function prepare(
  kernels: Kernels,
  dtype: DType,
  size: MatmulSize,
  bias: number,
  relu: number,
  m = size.m,
  n = size.n,
): Product {
  const { bytes, width } = kernels
  const { k } = size
  const depth = Math.min(k, blockK)
  return {
    kernels,
    size,
    m,
    n,
    aRow: size.transposeA ? bytes : k * bytes,
    aStep: size.transposeA ? size.m * bytes : bytes,
    bStep: size.transposeB ? bytes : size.n * bytes,
    bColumn: size.transposeB ? k * bytes : bytes,
    cRow: size.n * bytes,
    bias,
    relu,
    panels: reserve(dtype, (depth * width + panelGap) * Math.min(Math.ceil(n / width), blockPanels)),
    tile: reserve(dtype, (depth * width + panelGap) * copiedPanels),
    edge: reserve(dtype, m * width),
  }
}

/** A range of k: its part of A and B, and what happens to C. */
interface Slice {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly depth: number
  readonly bias: number
  readonly flags: number
}

/** Panels of a slice, ready for the tiles. */
interface Panels {
  readonly b: number
  readonly bStep: number
  readonly bPanel: number
  readonly c: number
  readonly cRow: number
  readonly count: number
  readonly bias: number
}

/** One product, in slices of k of nearly equal depth, each added to the ones before. */
export function multiply(p: Product, a: number, b: number, c: number): void {
  const { k } = p.size
  const slices = Math.max(1, Math.ceil(k / blockK))
  for (let i = 0; i < slices; i++) {
    const from = Math.floor((i * k) / slices)
    const depth = Math.floor(((i + 1) * k) / slices) - from
    const last = i === slices - 1
    const flags = (i > 0 ? accumulate : 0) | (last ? p.relu : 0)
    multiplySlice(p, { a: a + from * p.aStep, b: b + from * p.bStep, c, depth, bias: last ? p.bias : 0, flags })
  }
  copyEdge(p, c)
}

/** All columns, block by block. */
function multiplySlice(p: Product, slice: Slice): void {
  const { n } = p
  const { width } = p.kernels
  const whole = Math.floor(n / width)
  for (let j = 0; j < whole; j += blockPanels)
    multiplyRows(p, slice, wholePanels(p, slice, j, Math.min(blockPanels, whole - j)))
  if (whole * width < n) multiplyRows(p, slice, edgePanel(p, slice, whole))
}

/** Panels of B from the first on, packed or as they lie. */
function wholePanels(p: Product, slice: Slice, first: number, count: number): Panels {
  const { kernels, m, n, cRow, bStep, bColumn } = p
  const { width } = kernels
  const { transposeB } = p.size
  const { depth } = slice
  const done = first * panelBytes
  const b = slice.b + first * width * bColumn
  const c = slice.c + done
  const bias = slice.bias && slice.bias + done
  if (!transposeB && (m < packRows || depth * n * kernels.bytes <= packBytes))
    return { b, bStep, bPanel: panelBytes, c, cRow, count, bias }
  const bPanel = depth * panelBytes + panelGap
  if (transposeB) kernels.packTransposed(b, bColumn, width * bColumn, p.panels, bPanel, depth, count)
  else kernels.pack(b, bStep, panelBytes, p.panels, bPanel, depth, count)
  return { b: p.panels, bStep: panelBytes, bPanel, c, cRow, count, bias }
}

/** The columns that do not fill a panel: packed with zeros beside them, and with a place of their own for the results. */
function edgePanel(p: Product, slice: Slice, whole: number): Panels {
  const { kernels, panels, bStep, bColumn, edge } = p
  const columns = p.n - whole * kernels.width
  kernels.clear(panels, slice.depth * panelBytes)
  kernels.copyBlock(slice.b + whole * kernels.width * bColumn, bStep, bColumn, panels, panelBytes, slice.depth, columns)
  const bias = slice.bias && slice.bias + whole * panelBytes
  return { b: panels, bStep: panelBytes, bPanel: 0, c: edge, cRow: panelBytes, count: 1, bias }
}

/** Moves the results in those columns to C. */
function copyEdge(p: Product, c: number): void {
  const { bytes, width, copyBlock } = p.kernels
  const columns = p.n % width
  if (columns) copyBlock(p.edge, panelBytes, bytes, c + (p.n - columns) * bytes, p.cRow, p.m, columns)
}

/** All rows, in tiles of nearly equal height. */
function multiplyRows(p: Product, slice: Slice, panels: Panels): void {
  const { m } = p
  const { transposeA } = p.size
  const tiles = Math.ceil(m / p.kernels.rows)
  const height = Math.ceil(m / tiles)
  const high = m - tiles * (height - 1)
  const copies = transposeA || !p.kernels.lanes.fused
  const compute = copies && panels.count >= copyPanels ? copyAndMultiply : multiplyTiles
  compute(p, slice, panels, height, 0, high)
  if (high < tiles) compute(p, slice, panels, height - 1, high * height, tiles - high)
}

/** Tiles of one height, from a row on. */
function multiplyTiles(p: Product, slice: Slice, panels: Panels, height: number, row: number, count: number): void {
  const { aRow, aStep, size } = p
  const c = panels.c + row * panels.cRow
  const tile = tileOf(p.kernels, height, size.transposeA)
  const step = size.transposeA ? aStep : aRow
  run(tile, slice, panels, slice.a + row * aRow, step, height * aRow, c, height * panels.cRow, count)
}

/** The same, with rows of A copied to panels, each of which has room for one or more tiles. */
function copyAndMultiply(p: Product, slice: Slice, panels: Panels, height: number, row: number, count: number): void {
  const { bytes, width } = p.kernels
  const { cRow } = panels
  const tile = tileOf(p.kernels, height, true)
  const together = Math.max(1, Math.floor(width / height))
  const rows = together * height
  const step = rows > width ? 2 * panelBytes : panelBytes
  const panel = slice.depth * step + panelGap
  const end = row + count * height
  for (let r = row, copied = 0; r < end; r += copied * rows) {
    copied = copyRows(p, slice.a + r * p.aRow, slice.depth, rows, step, panel, Math.ceil((end - r) / rows), p.m - r)
    for (let first = r; first < Math.min(r + rows, end); first += height) {
      const tiles = Math.min(copied, Math.ceil((end - first) / rows))
      run(tile, slice, panels, p.tile + (first - r) * bytes, step, panel, panels.c + first * cRow, rows * cRow, tiles)
    }
  }
}

/** Copies up to `count` panels of so many rows of A, of which `left` are stored from here on, and returns how many panels. */
function copyRows(
  p: Product,
  a: number,
  depth: number,
  rows: number,
  step: number,
  panel: number,
  count: number,
  left: number,
): number {
  const { bytes, width, pack, packTransposed, copyBlock } = p.kernels
  const { aRow, aStep } = p
  const whole = rows > width ? 0 : Math.min(count, copiedPanels, Math.floor((left - width) / rows) + 1)
  if (whole < 1) copyBlock(a, aStep, aRow, p.tile, step, depth, Math.min(rows, left))
  else if (p.size.transposeA) pack(a, aStep, rows * bytes, p.tile, panel, depth, whole)
  else packTransposed(a, aRow, rows * aRow, p.tile, panel, depth, whole)
  return Math.max(1, whole)
}

function run(
  tile: Tile,
  { depth, flags }: Slice,
  { b, bStep, bPanel, cRow, count, bias }: Panels,
  a: number,
  aStep: number,
  aTile: number,
  c: number,
  cTile: number,
  tiles: number,
): void {
  tile(a, aStep, aTile, b, bStep, bPanel, c, cRow, cTile, depth, count, tiles, bias, flags)
}

/** The kernel for tiles of this height. */
export function tileOf({ tiles, makeTile }: Kernels, height: number, transposed: boolean): Tile {
  const made = tiles[transposed ? 1 : 0]
  made[height] ??= makeTile(height, transposed)
  return made[height]
}
