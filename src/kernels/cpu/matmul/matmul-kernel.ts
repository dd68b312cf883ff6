/**
 * The WebAssembly text of the inner loops of matrix multiplication. A product is computed in tiles of one to six rows by two vectors
 * of columns (a panel), whose sums stay in registers while k runs. Every sum adds its terms in the order of k, so a result does not
 * depend on the tile that computes it. `matmul-blocks.ts` and `matmul-rows.ts` cut products into tiles.
 */
import { advance, countDown, get, int, load, locals, params, set, store } from '../wasm/wat.js'

/** How numbers of one dtype are loaded and computed with. */
export interface Lanes {
  /** The vector type, which is the prefix of its instructions. */
  readonly vector: 'f32x4' | 'f64x2' | 'i32x4'
  /** Bytes per number. */
  readonly bytes: 4 | 8
  /** The instruction that gives the larger of two vectors. */
  readonly max: 'pmax' | 'max_s'
  /** Whether to use fused multiply-add. */
  readonly fused: boolean
}

/** Bytes of one row of a panel: two vectors. */
export const panelBytes = 32

/**
 * The most rows of a tile. V8 has fifteen vector registers on x64. With fused multiply-add 12 sums, two vectors of B and a number of A
 * fill them. Without, older versions of V8 load all that a step of k needs before they multiply: 8 sums, two vectors of B, four
 * numbers of A and a product. A row more, and registers are put aside in every step: a fifth slower, on Node 20.
 */
export const tileRows = ({ fused }: Lanes) => (fused ? 6 : 4)

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

/** The function `tile` for tiles of this many rows. `transposed`: A is stored as [k, rows], not as [rows, k]. */
export function tileText(lanes: Lanes, height: number, transposed: boolean): string {
  const rows = Array.from({ length: height }, (_, r) => r)
  const a = transposed ? ['a0'] : rows.map((r) => `a${r}`)
  const sums = rows.flatMap((r) => [`s${r}0`, `s${r}1`])
  const nextRow = (_: string, i: number) => set(a[i + 1], `(i32.add ${get(a[i])} ${get('aStep')})`)
  return `(func (export "tile") ${params(tileParameters)}
    ${locals(`${a.join(' ')} bj bk cj cr i j p`)} ${locals(`${sums.join(' ')} x y0 y1`, 'v128')}
    ${countDown(
      'tiles',
      `${set('bj', get('b'))} ${set('cj', get('c'))} ${set('p', get('bias'))} ${set('j', get('panels'))}
      ${countDown(
        'j',
        `${sums.map((sum) => set(sum, zero)).join(' ')}
        ${set('a0', get('a'))} ${a.slice(1).map(nextRow).join(' ')}
        ${set('bk', get('bj'))} ${set('i', get('k'))}
        ${countDown('i', stepText(lanes, rows, transposed))}
        ${endText(lanes, rows, sums)}
        ${advance('bj', get('bPanel'))} ${advance('cj', panelBytes)}`,
      )}
      ${advance('a', get('aTile'))} ${advance('c', get('cTile'))}`,
    )})`
}

const zero = '(v128.const i32x4 0 0 0 0)'

/** One step of k: a column of A times a row of the panel. */
function stepText(lanes: Lanes, rows: readonly number[], transposed: boolean): string {
  const { bytes } = lanes
  const splat = (pointer: string, offset = 0) => `(v128.load${bytes * 8}_splat offset=${offset} ${get(pointer)})`
  const row = (r: number) => `${set('x', transposed ? splat('a0', r * bytes) : splat(`a${r}`))}
    ${multiplyAdd(lanes, `s${r}0`, 'y0')} ${multiplyAdd(lanes, `s${r}1`, 'y1')}
    ${transposed ? '' : advance(`a${r}`, bytes)}`
  return `${set('y0', load('bk'))} ${set('y1', load('bk', 16))} ${advance('bk', get('bStep'))}
    ${rows.map(row).join('\n')} ${transposed ? advance('a0', get('aStep')) : ''}`
}

function multiplyAdd({ vector, fused }: Lanes, sum: string, y: string): string {
  if (fused) return set(sum, `(${vector}.relaxed_madd ${get('x')} ${get(y)} ${get(sum)})`)
  return set(sum, `(${vector}.add (${vector}.mul ${get('x')} ${get(y)}) ${get(sum)})`)
}

/**
 * What is in C, bias, relu, and the stores. Slices of k are summed on their own and added to those before: one long chain of additions would
 * lose more digits.
 */
function endText({ vector, max }: Lanes, rows: readonly number[], sums: readonly string[]): string {
  const plus = (sum: string) => set(sum, `(${vector}.add ${get(sum)} ${get(`y${sum.slice(-1)}`)})`)
  const positive = (sum: string) => set(sum, `(${vector}.${max} ${get(sum)} ${get('x')})`)
  const write = (r: number) => `${store('cr', get(`s${r}0`))} ${store('cr', get(`s${r}1`), 16)}`
  const biased = `${set('y0', load('p'))} ${set('y1', load('p', 16))} ${advance('p', panelBytes)} ${sums.map(plus).join(' ')}`
  const addTo = (sum: string, offset: number) => set(sum, `(${vector}.add ${load('cr', offset)} ${get(sum)})`)
  const addRow = (r: number) => `${addTo(`s${r}0`, 0)} ${addTo(`s${r}1`, 16)}`
  return `(if ${flag(accumulate)} (then ${set('cr', get('cj'))} ${rows.map(addRow).join(advance('cr', get('cRow')))}))
    (if ${get('bias')} (then ${biased}))
    (if ${flag(relu)} (then ${set('x', zero)} ${sums.map(positive).join(' ')}))
    ${set('cr', get('cj'))} ${rows.map(write).join(advance('cr', get('cRow')))}`
}

const flag = (bit: number) => `(i32.and ${get('flags')} ${int(bit)})`
