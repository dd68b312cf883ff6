/**
 * The WebAssembly text that rearranges parts of B into panels: for each k, two vectors of columns, panel after panel. Columns that
 * B does not have are zero. Works on 32-bit words, so that one text serves every dtype: a number is one word or two.
 */
import { add, bump, get, int, locals, mul, panelBytes, parameters, repeat, set } from './matmul-kernel.js'

/** Packs whole panels of B, stored as [k, n]; the steps are bytes. */
export type Pack = (b: number, bStep: number, target: number, k: number, panels: number) => void

/** Packs one panel of `columns` columns of B, stored as [k, n]. */
export type PackTail = (b: number, bStep: number, target: number, k: number, columns: number) => void

/** Packs `columns` columns of B, stored as [n, k], into panels. */
export type PackTransposed = (b: number, bStep: number, target: number, k: number, columns: number) => void

/** Copies the first `columns` columns of a panel of `rows` rows to C. */
export type CopyTail = (panel: number, c: number, cStep: number, rows: number, columns: number) => void

/** The functions `pack`, `packTail`, `packTransposed` and `copyTail` for numbers of `bytes` bytes. */
export function packText(bytes: 4 | 8): string {
  return [pack, packTail(bytes), packTransposed(bytes), copyTail(bytes)].join('\n')
}

const pack = `(func (export "pack") ${parameters('b bStep target k panels')} ${locals('i bk')}
  ${repeat(
    'panels',
    `${set('bk', get('b'))} ${set('i', get('k'))}
    ${repeat(
      'i',
      `(v128.store ${get('target')} (v128.load ${get('bk')})) (v128.store offset=16 ${get('target')} (v128.load offset=16 ${get('bk')}))
      ${bump('bk', get('bStep'))} ${bump('target', int(panelBytes))}`,
    )}
    ${bump('b', int(panelBytes))}`,
  )})`

/** Copies `columns` numbers from `from` to `to`, word by word, and leaves both behind them. */
const copyNumbers = (bytes: number, from: string, to: string) => `${set('j', mul(get('columns'), int(bytes / 4)))}
  ${repeat('j', `(i32.store ${get(to)} (i32.load ${get(from)})) ${bump(from, int(4))} ${bump(to, int(4))}`)}`

const clearRow = `(v128.store ${get('target')} (v128.const i32x4 0 0 0 0)) (v128.store offset=16 ${get('target')} (v128.const i32x4 0 0 0 0))`

const packTail = (
  bytes: number,
) => `(func (export "packTail") ${parameters('b bStep target k columns')} ${locals('j from to')}
  ${repeat(
    'k',
    `${clearRow} ${set('from', get('b'))} ${set('to', get('target'))}
    ${copyNumbers(bytes, 'from', 'to')}
    ${bump('b', get('bStep'))} ${bump('target', int(panelBytes))}`,
  )})`

const packTransposed = (bytes: number) =>
  `(func (export "packTransposed") ${parameters('b bStep target k columns')}
  ${locals('i j from to width')}
  (block $end (loop $panel
    (br_if $end (i32.eqz ${get('columns')}))
    ${set('width', `(select ${get('columns')} ${int(panelBytes / bytes)} (i32.lt_u ${get('columns')} ${int(panelBytes / bytes)}))`)}
    ${set('i', int(0))}
    (block $done2 (loop $next
      (br_if $done2 (i32.ge_u ${get('i')} ${get('k')}))
      ${clearRow}
      ${set('from', add(get('b'), mul(get('i'), int(bytes))))} ${set('to', get('target'))} ${set('j', get('width'))}
      ${repeat(
        'j',
        `${bytes === 4 ? `(i32.store ${get('to')} (i32.load ${get('from')}))` : `(i64.store ${get('to')} (i64.load ${get('from')}))`}
        ${bump('from', get('bStep'))} ${bump('to', int(bytes))}`,
      )}
      ${bump('target', int(panelBytes))} ${bump('i', int(1))}
      (br $next)))
    ${bump('b', mul(get('width'), get('bStep')))}
    (local.set $columns (i32.sub ${get('columns')} ${get('width')}))
    (br $panel)))`.concat(')')

const copyTail = (
  bytes: number,
) => `(func (export "copyTail") ${parameters('panel c cStep rows columns')} ${locals('j from to')}
  ${repeat(
    'rows',
    `${set('from', get('panel'))} ${set('to', get('c'))}
    ${copyNumbers(bytes, 'from', 'to')}
    ${bump('panel', int(panelBytes))} ${bump('c', get('cStep'))}`,
  )})`
