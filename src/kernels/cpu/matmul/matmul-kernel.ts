/**
 * The WebAssembly of the inner loops of matrix multiplication. A product is computed in tiles of a few rows by two vectors
 * of columns (a panel), whose sums stay in registers while k runs. Every sum adds its terms in the order of k, so a result does not
 * depend on the tile that computes it, nor on the candidate (`candidates.ts`) that the tile is made by. `cache-blocks.ts` and
 * `tiles.ts` cut products into tiles.
 */
import { type Code, exported, type ModuleCode, variables } from '../wasm/code.js'
import { set, when } from '../wasm/control.js'
import { i32, i32x4, v128 } from '../wasm/instructions.js'
import { advance, countDown } from '../wasm/loops.js'
import type { Candidate } from './candidates.js'
import { innerLoop, pointers, start } from './inner-loop.js'
import { type Lanes, panelBytes, type TileShape } from './tile-shape.js'

/** Bits of `flags`: add the sums to the numbers in C; end with `max(sum, 0)`. */
export const accumulate = 1
export const relu = 2

/** `c[rows, columns] (+)= a[rows, k] · b[k, columns]` for `tiles` tiles below one another, each over `panels` panels. */
export type Tile = (
  a: number,
  /** From row to row of A, or from k to k of a transposed A, in bytes, as all steps here. */
  aStep: number,
  /** From tile to tile of A. */
  aTile: number,
  b: number,
  /** From k to k of B. */
  bStep: number,
  /** From panel to panel of B. */
  bPanel: number,
  c: number,
  cRow: number,
  /** From tile to tile of C. */
  cTile: number,
  k: number,
  panels: number,
  tiles: number,
  /** The address of numbers that are added to each row in the end, or 0. */
  bias: number,
  flags: number,
) => void

/** The parameters of `Tile`, in its order. */
const tileParameters = 'a aStep aTile b bStep bPanel c cRow cTile k panels tiles bias flags'

/** A module that exports `tile` for tiles of this shape. */
export function tileModule(lanes: Lanes, candidate: Candidate, shape: TileShape): ModuleCode {
  const rows = Array.from({ length: shape.height }, (_, r) => r)
  const sums = rows.flatMap((r) => [`s${r}0`, `s${r}1`])
  const panel = [
    sums.map((sum) => set(sum, i32x4.const(0))),
    ...[start(lanes, shape), innerLoop({ ...shape, lanes, candidate }), finish(lanes, rows, sums)],
    ...[advance('bj', 'bPanel'), advance('cj', panelBytes)],
  ]
  const tiles = countDown('tiles', [
    ...[set('bj', 'b'), set('cj', 'c'), set('p', 'bias'), set('j', 'panels')],
    countDown('j', panel),
    ...[advance('a', 'aTile'), advance('c', 'cTile')],
  ])
  const locals = [
    ...variables(`${pointers(shape).join(' ')} bj bk cj cr i j p`),
    ...variables(`${sums.join(' ')} x y0 y1`, 'v128'),
  ]
  return { functions: [exported('tile', variables(tileParameters), locals, tiles)] }
}

/**
 * Adds what is in C and the bias, applies relu, and stores. Slices of k are summed on their own and added to those before: one long chain of additions would
 * lose more digits.
 */
function finish({ vector, max }: Lanes, rows: readonly number[], sums: readonly string[]): Code {
  const inRows = (row: (r: number) => Code) => [
    set('cr', 'cj'),
    rows.map((r) => [r > 0 ? advance('cr', 'cRow') : [], row(r)]),
  ]
  const addTo = (sum: string, offset: number) => set(sum, vector.add(v128.load('cr', offset), sum))
  const bias = [
    ...[set('y0', v128.load('p')), set('y1', v128.load('p', 16)), advance('p', panelBytes)],
    sums.map((sum) => set(sum, vector.add(sum, `y${sum.slice(-1)}`))),
  ]
  return [
    when(
      i32.and('flags', accumulate),
      inRows((r) => [addTo(`s${r}0`, 0), addTo(`s${r}1`, 16)]),
    ),
    when('bias', bias),
    when(i32.and('flags', relu), [set('x', i32x4.const(0)), sums.map((sum) => set(sum, max(sum, 'x')))]),
    inRows((r) => [v128.store('cr', `s${r}0`), v128.store('cr', `s${r}1`, 16)]),
  ]
}
