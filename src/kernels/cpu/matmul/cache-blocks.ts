/**
 * Cuts a matrix product into blocks that fit the caches: slices of k, and some panels of columns at a time, whose rows are then computed
 * in tiles (`tiles.ts`). The panels of B are packed (`pack-kernel.ts`) where that pays, and are otherwise read in place.
 * Columns that do not fill a panel are computed in a place of their own and copied into C.
 */
import type { DType, MatmulSize } from '../../backend.js'
import { reserve } from '../memory/memory.js'
import type { Plane } from '../move/move.js'
import type { Candidate } from './candidates.js'
import { accumulate, type Tile } from './matmul-kernel.js'
import type { Clear, Pack } from './pack-kernel.js'
import { panelBytes, type TileShape } from './tile-shape.js'
import { copiedPanels, multiplyRows, packedPanel } from './tiles.js'

/** Most steps of k in a block: one panel of B and one tile of A then fit the first-level cache. */
const blockK = 512

/**
 * Most panels in a block: with `blockK` steps of k they are 1 MiB, which is the second-level cache of one core on many processors. They are
 * read from one end to the other, well ahead of their use; half as many are two to four per cent slower.
 */
const blockPanels = 64

/** Packing B pays from this many rows on, if it has more than so many bytes. */
const packRows = 24
const packBytes = 1 << 13

/** The kernels for one dtype. Tiles are compiled when they are first used. */
export interface MatmulKernels {
  readonly dtype: DType
  readonly bytes: number
  /** Columns of a panel. */
  readonly width: number
  readonly candidate: Candidate
  /** Made so far; see `tileOf`. */
  readonly tiles: (Tile | undefined)[]
  readonly makeTile: (shape: TileShape) => Tile
  readonly pack: Pack
  readonly packTransposed: Pack
  readonly clear: Clear
  readonly plane: Plane
}

/** A call of `matmul`: its operands in memory. */
export interface MatmulCall {
  readonly kernels: MatmulKernels
  readonly size: MatmulSize
  readonly a: number
  readonly b: number
  readonly c: number
  readonly bias: number
  /** The flag `relu`, or 0. */
  readonly relu: number
}

/** One product, or the part of it that gives m rows of n columns, and its scratch space. Steps are bytes. */
export interface Product {
  readonly kernels: MatmulKernels
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
  readonly packedB: number
  /** For copied panels of A. */
  readonly packedA: number
  /** For the results in the last columns. */
  readonly edge: number
}

/** The data that all products of a call, or their parts of m rows and n columns, share. Reserves scratch space. */
export function prepare({ kernels, size, bias, relu }: MatmulCall, m = size.m, n = size.n): Product {
  const { dtype, bytes, width } = kernels
  const { k } = size
  const panel = packedPanel(Math.min(k, blockK)) / bytes
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
    packedB: reserve(dtype, panel * Math.min(Math.ceil(n / width), blockPanels)),
    packedA: reserve(dtype, panel * copiedPanels),
    edge: reserve(dtype, m * width),
  }
}

/** A range of k: its part of A and B, and what happens to C. */
export interface Slice {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly depth: number
  readonly bias: number
  readonly flags: number
}

/** Panels of a slice of B, ready for the tiles, and the columns of C that they give. */
export interface Panels {
  readonly b: number
  readonly bStep: number
  readonly bPanel: number
  readonly c: number
  readonly cRow: number
  readonly count: number
  readonly bias: number
  /** False if they are as B lies. */
  readonly packed: boolean
}

/** Some products of a batch, whose first one's operands are at these addresses. */
export function multiplyRange(p: Product, a: number, b: number, c: number, from: number, to: number): void {
  const { size, kernels, cRow } = p
  const { bytes } = kernels
  for (let i = from; i < to; i++)
    multiply(p, a + i * size.aStep * bytes, b + i * size.bStep * bytes, c + i * size.m * cRow)
}

/** One product, in slices of k of nearly equal depth, each added to the ones before. */
function multiply(p: Product, a: number, b: number, c: number): void {
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
export function wholePanels(p: Product, slice: Slice, first: number, count: number): Panels {
  const { kernels, m, n, cRow, bStep, bColumn, packedB } = p
  const { depth } = slice
  const done = first * panelBytes
  const b = slice.b + first * kernels.width * bColumn
  const columns = { c: slice.c + done, cRow, count, bias: slice.bias && slice.bias + done }
  if (!p.size.transposeB && (m < packRows || depth * n * kernels.bytes <= packBytes))
    return { b, bStep, bPanel: panelBytes, packed: false, ...columns }
  const bPanel = packedPanel(depth)
  if (p.size.transposeB) kernels.packTransposed(b, bColumn, kernels.width * bColumn, packedB, bPanel, depth, count)
  else kernels.pack(b, bStep, panelBytes, packedB, bPanel, depth, count)
  return { b: packedB, bStep: panelBytes, bPanel, packed: true, ...columns }
}

/** The columns that do not fill a panel: padded with zeros, and with a place of their own for the results. */
export function edgePanel(p: Product, slice: Slice, whole: number): Panels {
  const { kernels, packedB, bStep, bColumn, edge } = p
  const { bytes, width, clear, plane } = kernels
  const columns = p.n - whole * width
  clear(packedB, slice.depth * panelBytes)
  plane(slice.b + whole * width * bColumn, packedB, slice.depth, columns, bStep, bColumn, panelBytes, bytes)
  const bias = slice.bias && slice.bias + whole * panelBytes
  return { b: packedB, bStep: panelBytes, bPanel: 0, c: edge, cRow: panelBytes, count: 1, bias, packed: true }
}

/** Moves the results in those columns to C. */
export function copyEdge({ kernels, m, n, cRow, edge }: Product, c: number): void {
  const { bytes, width, plane } = kernels
  const columns = n % width
  if (columns) plane(edge, c + (n - columns) * bytes, m, columns, panelBytes, bytes, cRow, bytes)
}
