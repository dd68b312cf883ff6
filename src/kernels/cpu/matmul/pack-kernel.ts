/**
 * The WebAssembly that lays out the operands of matrix multiplication for its inner loops (`matmul-kernel.ts`): as panels, in
 * which each step of k has two vectors of numbers side by side, columns of B or rows of A.
 */
import { type Code, exported, type FunctionCode, type ModuleCode, variables } from '../wasm/code.js'
import { memoryFill, set } from '../wasm/control.js'
import { i32, i64, v128 } from '../wasm/instructions.js'
import { advance, countDown, pick, repeatWhile, times } from '../wasm/loops.js'
import { panelBytes } from './tile-shape.js'

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
const packParameters = variables('from row panelStep target targetPanel k panels')

/** Fills bytes with zero. */
export type Clear = (address: number, bytes: number) => void

/** A module that exports `pack`, `packTransposed` and `clear` for numbers of this many bytes. */
export const packModule = (bytes: 4 | 8): ModuleCode => ({ functions: [pack(), packTransposed(bytes), clear()] })

/** Reads row by row. */
function pack(): FunctionCode {
  const panel = [
    ...[v128.store('to', v128.load('at')), v128.store('to', v128.load('at', 16), 16)],
    ...[advance('at', 'panelStep'), advance('to', 'targetPanel')],
  ]
  return exported('pack', packParameters, variables('j at to'), [
    countDown('k', [
      ...[set('at', 'from'), set('to', 'target'), set('j', 'panels')],
      countDown('j', panel),
      ...[advance('from', 'row'), advance('target', panelBytes)],
    ]),
  ])
}

/** Moves as many steps of k at a time as a vector holds; those left over, number by number. */
function packTransposed(bytes: 4 | 8): FunctionCode {
  const lanes = 16 / bytes
  const rows = Array.from({ length: 2 * lanes }, (_, r) => r)
  const number = bytes === 4 ? i32 : i64
  const readVector = (r: number) => [set(`v${r}`, v128.load(`r${r}`)), advance(`r${r}`, 16)]
  const moveNumber = (r: number) => [number.store('to', number.load(`r${r}`), r * bytes), advance(`r${r}`, bytes)]
  const halves = times(2, (half) => transpose(bytes, rows.slice(half * lanes, (half + 1) * lanes), half * 16))
  const panel = [
    ...[set('r0', 'from'), set('to', 'target')],
    rows.slice(1).map((r) => set(`r${r}`, i32.add(`r${r - 1}`, 'row'))),
    set('i', 'k'),
    repeatWhile(i32.ge_u('i', lanes), [
      rows.map(readVector),
      halves,
      ...[advance('to', panelBytes * lanes), advance('i', -lanes)],
    ]),
    countDown('i', [rows.map(moveNumber), advance('to', panelBytes)]),
    ...[advance('from', 'panelStep'), advance('target', 'targetPanel')],
  ]
  const locals = [
    ...variables(`i to ${rows.map((r) => `r${r}`).join(' ')}`),
    ...variables(rows.map((r) => `v${r} u${r}`).join(' '), 'v128'),
  ]
  return exported('packTransposed', packParameters, locals, countDown('panels', panel))
}

/** Stores the vectors `v` of the rows, transposed, in the half of the panel's rows that starts at `offset`. */
function transpose(bytes: 4 | 8, rows: readonly number[], offset: number): Code {
  const put = (step: number, value: Code) => v128.store('to', value, step * panelBytes + offset)
  const [v, u] = ['v', 'u'].map((name) => rows.map((r) => `${name}${r}`))
  if (bytes === 8) return [put(0, pick(8, [0, 2], v[0], v[1])), put(1, pick(8, [1, 3], v[0], v[1]))]
  const pair = (i: number) => pick(4, i < 2 ? [0, 4, 1, 5] : [2, 6, 3, 7], v[2 * (i % 2)], v[2 * (i % 2) + 1])
  const step = (i: number) => pick(8, i % 2 ? [1, 3] : [0, 2], u[i & 2], u[(i & 2) + 1])
  return [times(4, (i) => set(u[i], pair(i))), times(4, (i) => put(i, step(i)))]
}

const clear = (): FunctionCode => exported('clear', variables('address bytes'), [], memoryFill('address', 0, 'bytes'))
