/**
 * The WebAssembly text that lays out operands of matrix multiplication for the inner loops (`matmul-kernel.ts`) as panels, in which
 * each k has two vectors of numbers side by side: columns of B, or rows of A.
 */
import { panelBytes } from './matmul-kernel.js'
import { add, load, range, repeat, store } from './matmul-text.js'
import { advance, get, int, locals, params, set } from './wat.js'

/**
 * Packs whole panels of a matrix. Steps are bytes: `row` from one of the stored rows to the next, `panel` from where a panel starts to
 * where the next one does. `pack` takes rows that are steps of k, `packTransposed` rows that go along k.
 */
export type Pack = (
  from: number,
  row: number,
  panel: number,
  target: number,
  targetPanel: number,
  k: number,
  panels: number,
) => void

/** Copies `rows` rows of `columns` numbers, each `fromColumn` from the next, to where they lie side by side. */
export type CopyBlock = (
  from: number,
  fromRow: number,
  fromColumn: number,
  to: number,
  toRow: number,
  rows: number,
  columns: number,
) => void

/** Fills bytes with zero. */
export type Clear = (address: number, bytes: number) => void

/** The functions `pack`, `packTransposed`, `copyBlock` and `clear` for numbers of this many bytes. */
export function packText(bytes: 4 | 8): string {
  return [pack, packTransposed(bytes), copyBlock(bytes), clear].join('\n')
}

const packParameters = params('from row panel target targetPanel k panels')

/** Reads row by row. */
const pack = `(func (export "pack") ${packParameters} ${locals('j at to')}
  ${repeat(
    'k',
    `${set('at', get('from'))} ${set('to', get('target'))} ${set('j', get('panels'))}
    ${repeat(
      'j',
      `${store('to', load('at'))} ${store('to', load('at', 16), 16)}
      ${advance('at', get('panel'))} ${advance('to', get('targetPanel'))}`,
    )}
    ${advance('from', get('row'))} ${advance('target', panelBytes)}`,
  )})`

/** Moves as many steps of k at a time as a vector holds; those left over, number by number. */
function packTransposed(bytes: 4 | 8): string {
  const width = 16 / bytes
  const rows = range(2 * width)
  return `(func (export "packTransposed") ${packParameters}
  ${locals(`i to ${rows.map((r) => `r${r}`).join(' ')}`)} ${locals(rows.map((r) => `v${r} u${r}`).join(' '), 'v128')}
  ${repeat(
    'panels',
    `${set('r0', get('from'))} ${rows
      .slice(1)
      .map((r) => set(`r${r}`, add(get(`r${r - 1}`), get('row'))))
      .join(' ')}
    ${set('to', get('target'))} ${set('i', get('k'))}
    ${repeat(
      'i',
      `${rows.map((r) => `${set(`v${r}`, load(`r${r}`))} ${advance(`r${r}`, 16)}`).join(' ')}
      ${range(2)
        .map((half) => transpose(bytes, rows.slice(half * width, (half + 1) * width), half * 16))
        .join('\n')}
      ${advance('to', int(panelBytes * width))}`,
      width,
    )}
    ${repeat(
      'i',
      `${rows.map((r) => `${copyNumber(bytes, 'to', r * bytes, `r${r}`)} ${advance(`r${r}`, bytes)}`).join(' ')}
      ${advance('to', panelBytes)}`,
    )}
    ${advance('from', get('panel'))} ${advance('target', get('targetPanel'))}`,
  )})`
}

const copyNumber = (bytes: 4 | 8, to: string, offset: number, from: string) =>
  `(i${bytes * 8}.store offset=${offset} ${get(to)} (i${bytes * 8}.load ${get(from)}))`

/** Stores the vectors `v` of the rows, transposed, in the half of the panel's rows that starts at `offset`. */
function transpose(bytes: 4 | 8, rows: readonly number[], offset: number): string {
  const put = (step: number, value: string) => store('to', value, step * panelBytes + offset)
  const v = rows.map((r) => get(`v${r}`))
  if (bytes === 8) return `${put(0, interleave(8, 0, v[0], v[1]))} ${put(1, interleave(8, 1, v[0], v[1]))}`
  const u = rows.map((r) => get(`u${r}`))
  const pairs = [
    interleave(4, 0, v[0], v[1]),
    interleave(4, 0, v[2], v[3]),
    interleave(4, 1, v[0], v[1]),
    interleave(4, 1, v[2], v[3]),
  ]
  return `${pairs.map((pair, i) => set(`u${rows[i]}`, pair)).join(' ')}
    ${range(4)
      .map((step) => put(step, interleave(8, step % 2, u[step & 2], u[(step & 2) + 1])))
      .join(' ')}`
}

/** The lower (half 0) or upper (half 1) numbers of two vectors in turn: a0 b0 a1 b1 …, for numbers of this many bytes. */
function interleave(bytes: 4 | 8, half: number, a: string, b: string): string {
  const order = range(16).map((i) => half * 8 + Math.floor(i / bytes / 2) * bytes + (i % bytes) + (i & bytes ? 16 : 0))
  return `(i8x16.shuffle ${order.join(' ')} ${a} ${b})`
}

/** Rows of neighbouring numbers that are at least a vector long are copied in vectors, the last of which may overlap the one before. */
const copyBlock = (
  bytes: 4 | 8,
) => `(func (export "copyBlock") ${params('from fromRow fromColumn to toRow rows columns')}
  ${locals('j f t')}
  ${repeat(
    'rows',
    `${set('f', get('from'))} ${set('t', get('to'))} ${set('j', get('columns'))}
    ${repeat('j', `${copyNumber(bytes, 't', 0, 'f')} ${advance('f', get('fromColumn'))} ${advance('t', bytes)}`)}
    ${advance('from', get('fromRow'))} ${advance('to', get('toRow'))}`,
  )})`

const clear = `(func (export "clear") ${params('address bytes')}
  (memory.fill ${get('address')} ${int(0)} ${get('bytes')}))`
