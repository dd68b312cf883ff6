/**
 * The rows of a matrix product, in tiles. Tiles read A in place, or from copies in which the numbers of a step of k lie side by
 * side.
 */
import type { MatmulKernels, Panels, Product, Slice } from './cache-blocks.js'
import type { Tile } from './matmul-kernel.js'
import { panelBytes, type TileShape } from './tile-shape.js'

/** Copying a transposed A pays if it is used for this many panels. */
const copyPanels = 4

/** The most panels of A that are copied at once. */
export const copiedPanels = 16

/** Bytes between packed panels: without them the same row of all panels would compete for one set of cache lines. */
const panelGap = 64

/** Bytes from one packed panel to the next, of so many steps of k. */
export const packedPanel = (depth: number) => depth * panelBytes + panelGap

/** Computes all rows in the columns of these panels, in tiles of nearly equal height. */
export function multiplyRows(p: Product, slice: Slice, panels: Panels): void {
  const { width } = p.kernels
  const { rows } = p.kernels.candidate
  const copies = panels.count >= copyPanels && p.size.transposeA
  const tiles = Math.ceil(p.m / (copies ? Math.min(rows, width) : rows))
  const height = Math.ceil(p.m / tiles)
  const tall = p.m - tiles * (height - 1)
  const multiply = copies ? multiplyCopies : multiplyInPlace
  multiply(p, slice, panels, height, 0, tall)
  if (tall < tiles) multiply(p, slice, panels, height - 1, tall * height, tiles - tall)
}

/** Tiles of one height, from a row on. */
function multiplyInPlace(p: Product, slice: Slice, panels: Panels, height: number, row: number, tiles: number): void {
  const { aRow, aStep, size } = p
  const { cRow } = panels
  const a = { at: slice.a + row * aRow, step: size.transposeA ? aStep : aRow, tile: height * aRow }
  const c = { at: panels.c + row * cRow, tile: height * cRow }
  const { transposeA: transposed } = size
  runTiles(tileOf(p.kernels, { height, transposed, packed: panels.packed && !transposed }), slice, panels, a, c, tiles)
}

/** The same, with rows of A copied to panels, each of which has room for one or more tiles. */
function multiplyCopies(p: Product, slice: Slice, panels: Panels, height: number, row: number, tiles: number): void {
  const { bytes, width } = p.kernels
  const { cRow } = panels
  const tile = tileOf(p.kernels, { height, transposed: true, packed: panels.packed })
  const rows = height * Math.floor(width / height)
  const end = row + tiles * height
  for (let r = row, copied = 0; r < end; r += copied * rows) {
    copied = copyRows(p, slice, r, rows, Math.ceil((end - r) / rows))
    for (let first = r; first < Math.min(r + rows, end); first += height) {
      const a = { at: p.packedA + (first - r) * bytes, step: panelBytes, tile: packedPanel(slice.depth) }
      const c = { at: panels.c + first * cRow, tile: rows * cRow }
      runTiles(tile, slice, panels, a, c, Math.min(copied, Math.ceil((end - first) / rows)))
    }
  }
}

/** Copies up to `wanted` panels, each of so many rows of A, from a row on, and returns how many. */
function copyRows(p: Product, slice: Slice, row: number, rows: number, wanted: number): number {
  const { aRow, aStep, packedA, size } = p
  const { bytes, width, pack, packTransposed, plane } = p.kernels
  const { depth } = slice
  const from = slice.a + row * aRow
  const left = p.m - row
  // A packed panel is read as `width` rows, also the last one.
  const packed = Math.min(wanted, copiedPanels, Math.floor((left - width) / rows) + 1)
  if (packed < 1) plane(from, packedA, depth, Math.min(rows, left), aStep, aRow, panelBytes, bytes)
  else if (size.transposeA) pack(from, aStep, rows * bytes, packedA, packedPanel(depth), depth, packed)
  else packTransposed(from, aRow, rows * aRow, packedA, packedPanel(depth), depth, packed)
  return Math.max(1, packed)
}

/** Addresses of the rows of tiles: the first one's address, and bytes from tile to tile. */
interface Rows {
  readonly at: number
  readonly tile: number
}

function runTiles(
  tile: Tile,
  { depth, flags }: Slice,
  { b, bStep, bPanel, cRow, count, bias }: Panels,
  a: Rows & { readonly step: number },
  c: Rows,
  tiles: number,
): void {
  tile(a.at, a.step, a.tile, b, bStep, bPanel, c.at, cRow, c.tile, depth, count, tiles, bias, flags)
}

/** The kernel for tiles of this shape. */
export function tileOf({ tiles, makeTile }: MatmulKernels, shape: TileShape): Tile {
  const { height, transposed, packed } = shape
  const key = height * 4 + (transposed ? 2 : 0) + (packed ? 1 : 0)
  tiles[key] ??= makeTile(shape)
  return tiles[key]
}
