/**
 * The WebAssembly text that lays out the operands of matrix multiplication for its inner loops (`matmul-kernel.ts`): as panels, in
 * which each step of k has two vectors of numbers side by side, columns of B or rows of A.
 */

import {
  advance,
  countDown,
  get,
  int,
  load,
  locals,
  params,
  pick,
  repeatWhile,
  set,
  store,
  times,
} from '../wasm/wat.js'
import { panelBytes } from './matmul-kernel.js'

/**
 * Packs whole panels of a matrix. Steps are bytes: `row` from one of the stored rows to the next, `panelStep` from where a panel starts
 * to where the next one does. `pack` takes rows that are steps of k, `packTransposed` rows that go along k.
 */
export type Pack = (
  from: number,
  row: number,
  panelStep: number,
  target: number,
  targetPanel: number,
  k: number,
  panels: number,
) => void

/** The parameters of `Pack`, in its order. */
const packParameters = params('from row panelStep target targetPanel k panels')

/** Fills bytes with zero. */
export type Clear = (address: number, bytes: number) => void

/** The functions `pack`, `packTransposed` and `clear` for numbers of this many bytes. */
export const packText = (bytes: 4 | 8) => [pack, packTransposed(bytes), clear].join('\n')

/** Reads row by row. */
const pack = `(func (export "pack") ${packParameters} ${locals('j at to')}
  ${countDown(
    'k',
    `${set('at', get('from'))} ${set('to', get('target'))} ${set('j', get('panels'))}
    ${countDown(
      'j',
      `${store('to', load('at'))} ${store('to', load('at', 16), 16)}
      ${advance('at', get('panelStep'))} ${advance('to', get('targetPanel'))}`,
    )}
    ${advance('from', get('row'))} ${advance('target', panelBytes)}`,
  )})`

/** Moves as many steps of k at a time as a vector holds; those left over, number by number. */
function packTransposed(bytes: 4 | 8): string {
  const lanes = 16 / bytes
  const rows = Array.from({ length: 2 * lanes }, (_, r) => r)
  const number = `i${bytes * 8}`
  const readVector = (r: number) => `${set(`v${r}`, load(`r${r}`))} ${advance(`r${r}`, 16)}`
  const moveNumber = (r: number) =>
    `(${number}.store offset=${r * bytes} ${get('to')} (${number}.load ${get(`r${r}`)}))`
  return `(func (export "packTransposed") ${packParameters}
  ${locals(`i to ${rows.map((r) => `r${r}`).join(' ')}`)} ${locals(rows.map((r) => `v${r} u${r}`).join(' '), 'v128')}
  ${countDown(
    'panels',
    `${set('r0', get('from'))} ${set('to', get('target'))}
    ${rows
      .slice(1)
      .map((r) => set(`r${r}`, `(i32.add ${get(`r${r - 1}`)} ${get('row')})`))
      .join(' ')}
    ${set('i', get('k'))}
    ${repeatWhile(
      `(i32.ge_u ${get('i')} ${int(lanes)})`,
      `${rows.map(readVector).join(' ')}
      ${times(2, (half) => transpose(bytes, rows.slice(half * lanes, (half + 1) * lanes), half * 16))}
      ${advance('to', panelBytes * lanes)} ${advance('i', -lanes)}`,
    )}
    ${countDown('i', `${rows.map((r) => `${moveNumber(r)} ${advance(`r${r}`, bytes)}`).join(' ')} ${advance('to', panelBytes)}`)}
    ${advance('from', get('panelStep'))} ${advance('target', get('targetPanel'))}`,
  )})`
}

/** Stores the vectors `v` of the rows, transposed, in the half of the panel's rows that starts at `offset`. */
function transpose(bytes: 4 | 8, rows: readonly number[], offset: number): string {
  const put = (step: number, value: string) => store('to', value, step * panelBytes + offset)
  const [v, u] = ['v', 'u'].map((name) => rows.map((r) => get(`${name}${r}`)))
  if (bytes === 8) return `${put(0, pick(8, [0, 2], v[0], v[1]))} ${put(1, pick(8, [1, 3], v[0], v[1]))}`
  const pair = (i: number) => pick(4, i < 2 ? [0, 4, 1, 5] : [2, 6, 3, 7], v[2 * (i % 2)], v[2 * (i % 2) + 1])
  const step = (i: number) => pick(8, i % 2 ? [1, 3] : [0, 2], u[i & 2], u[(i & 2) + 1])
  return `${times(4, (i) => set(`u${rows[i]}`, pair(i)))} ${times(4, (i) => put(i, step(i)))}`
}

const clear = `(func (export "clear") ${params('address bytes')}
  (memory.fill ${get('address')} ${int(0)} ${get('bytes')}))`
