/**
 * The WebAssembly text of everything that moves numbers without looking at them, for numbers of 1, 4 or 8 bytes.
 * All strides are in bytes. `move.ts` brings views into this form.
 */
import {
  advance,
  countTo,
  get,
  int,
  locals,
  params,
  pass,
  pick,
  repeatWhile,
  set,
  times,
  whileRoom,
} from '../wasm/wat.js'

/** Bytes per number. */
export type Bytes = 1 | 4 | 8

const loads = { 1: 'i32.load8_u', 4: 'i32.load', 8: 'i64.load' }
const stores = { 1: 'i32.store8', 4: 'i32.store', 8: 'i64.store' }
const splats = { 1: 'i8x16.splat', 4: 'i32x4.splat', 8: 'i64x2.splat' }

/** Rows of a transposed plane that are written side by side, so that whole cache lines of the source are read. */
const stripRows = 16

/** Runs of at least this many bytes are worth a call of the engine's own copy. */
const longRun = 512

/** The fields of a module that exports `plane`, `walk`, `fill` and `gather`. */
export function moveModule(bytes: Bytes): string {
  return [
    run(bytes),
    fill(bytes),
    scattered(bytes),
    bytes === 1 ? '' : transpose(bytes),
    plane(bytes),
    walk,
    gather,
  ].join('\n')
}

const stride = (name: string, by: string) => advance(name, get(by))
const equal = (name: string, value: number) => `(i32.eq ${get(name)} ${int(value)})`

/** Copies one contiguous run. */
const run = (bytes: Bytes) => `(func $run ${params('from to bytes')} ${locals('end')}
  (if (i32.ge_u ${get('bytes')} ${int(longRun)}) (then (memory.copy ${pass('to from bytes')}) (return)))
  ${set('end', `(i32.add ${pass('from bytes')})`)}
  ${whileRoom('from', 'end', 16, `(v128.store ${get('to')} (v128.load ${get('from')})) ${advance('from', 16)} ${advance('to', 16)}`)}
  ${whileRoom('from', 'end', bytes, `(${stores[bytes]} ${get('to')} (${loads[bytes]} ${get('from')})) ${advance('from', bytes)} ${advance('to', bytes)}`)})`

/** Repeats the number at `from` over a contiguous run. */
const fill = (
  bytes: Bytes,
) => `(func $fill (export "fill") ${params('from to bytes')} ${locals('end')} ${locals('v', 'v128')}
  ${set('v', `(${splats[bytes]} (${loads[bytes]} ${get('from')}))`)}
  ${set('end', `(i32.add ${pass('to bytes')})`)}
  ${whileRoom('to', 'end', 16, `(v128.store ${get('to')} ${get('v')}) ${advance('to', 16)}`)}
  ${whileRoom('to', 'end', bytes, `(v128.store${8 * bytes}_lane 0 ${get('to')} ${get('v')}) ${advance('to', bytes)}`)})`

const planeParams = 'from to rows columns fromRow fromColumn toRow toColumn'

/** A plane one number at a time. */
const scattered = (bytes: Bytes) => `(func $scattered ${params(planeParams)} ${locals('r c x y')}
  ${countTo(
    'r',
    'rows',
    `${set('x', get('from'))} ${set('y', get('to'))}
    ${countTo('c', 'columns', `(${stores[bytes]} ${get('y')} (${loads[bytes]} ${get('x')})) ${stride('x', 'fromColumn')} ${stride('y', 'toColumn')}`)}
    ${stride('from', 'fromRow')} ${stride('to', 'toRow')}`,
  )})`

/** Copies a plane of any strides by the fastest way that they allow. */
const plane = (bytes: Bytes) => `(func $plane (export "plane") ${params(planeParams)} ${locals('r bytes')}
  (if ${equal('toColumn', bytes)} (then
    (if (i32.or ${equal('fromColumn', bytes)} (i32.eqz ${get('fromColumn')})) (then
      ${set('bytes', `(i32.mul ${get('columns')} ${int(bytes)})`)}
      ${countTo(
        'r',
        'rows',
        `(if ${get('fromColumn')} (then (call $run ${pass('from to bytes')})) (else (call $fill ${pass('from to bytes')})))
        ${stride('from', 'fromRow')} ${stride('to', 'toRow')}`,
      )}
      (return)))
    ${bytes > 1 ? `(if ${equal('fromRow', bytes)} (then (call $transpose ${pass('from to rows columns fromColumn toRow')}) (return)))` : ''}))
  (call $scattered ${pass(planeParams)}))`

/** A plane whose source is contiguous down the columns and whose target is contiguous along the rows: square tiles, then the margins. */
function transpose(bytes: 4 | 8): string {
  const side = 16 / bytes
  const whole = (name: string) => `(i32.and ${get(name)} ${int(-side)})`
  const rest = (name: string) => `(i32.sub ${get(name)} ${whole(name)})`
  const margin = (r: string, c: string, rows: string, columns: string) => `(call $scattered
    (i32.add (i32.add ${get('from')} (i32.mul ${r} ${int(bytes)})) (i32.mul ${c} ${get('fromColumn')}))
    (i32.add (i32.add ${get('to')} (i32.mul ${r} ${get('toRow')})) (i32.mul ${c} ${int(bytes)}))
    ${rows} ${columns} ${int(bytes)} ${get('fromColumn')} ${get('toRow')} ${int(bytes)})`
  return `(func $transpose ${params('from to rows columns fromColumn toRow')} ${locals('r c x y s t strip')} ${tileLocals(bytes)}
    ${margin(int(0), whole('columns'), whole('rows'), rest('columns'))}
    ${margin(whole('rows'), int(0), rest('rows'), get('columns'))}
    ${set('rows', whole('rows'))} ${set('columns', whole('columns'))}
    ${repeatWhile(
      get('rows'),
      `${set('strip', `(select ${get('rows')} ${int(stripRows)} (i32.lt_u ${get('rows')} ${int(stripRows)}))`)}
      ${set('c', int(0))} ${set('x', get('from'))} ${set('y', get('to'))}
      ${repeatWhile(
        `(i32.lt_u ${pass('c columns')})`,
        `${set('r', int(0))} ${set('t', get('y'))}
        ${repeatWhile(
          `(i32.lt_u ${pass('r strip')})`,
          `${set('s', `(i32.add ${get('x')} (i32.mul ${get('r')} ${int(bytes)}))`)}
          ${bytes === 4 ? tile4 : tile8}
          ${advance('r', side)}`,
        )}
        ${advance('c', side)} ${times(side, () => stride('x', 'fromColumn'))} ${advance('y', 16)}`,
      )}
      ${set('rows', `(i32.sub ${pass('rows strip')})`)}
      ${advance('from', `(i32.mul ${get('strip')} ${int(bytes)})`)} ${advance('to', `(i32.mul ${pass('strip toRow')})`)}`,
    )})`
}

const tileLocals = (bytes: 4 | 8) => locals(bytes === 4 ? 'a0 a1 a2 a3 b0 b1 b2 b3' : 'a0 a1', 'v128')
const interleave = (bytes: 4 | 8, numbers: readonly number[], a: string, b: string) =>
  pick(bytes, numbers, get(a), get(b))
const loadTile = (side: number) =>
  times(side, (i) => `${set(`a${i}`, `(v128.load ${get('s')})`)} ${stride('s', 'fromColumn')}`)
const storeTile = (rows: readonly string[]) =>
  rows.map((row) => `(v128.store ${get('t')} ${row}) ${stride('t', 'toRow')}`).join(' ')

const tile8 = `${loadTile(2)} ${storeTile([interleave(8, [0, 2], 'a0', 'a1'), interleave(8, [1, 3], 'a0', 'a1')])}`
const tile4 = `${loadTile(4)}
  ${set('b0', interleave(4, [0, 4, 1, 5], 'a0', 'a1'))} ${set('b1', interleave(4, [2, 6, 3, 7], 'a0', 'a1'))}
  ${set('b2', interleave(4, [0, 4, 1, 5], 'a2', 'a3'))} ${set('b3', interleave(4, [2, 6, 3, 7], 'a2', 'a3'))}
  ${storeTile([
    interleave(4, [0, 1, 4, 5], 'b0', 'b2'),
    interleave(4, [2, 3, 6, 7], 'b0', 'b2'),
    interleave(4, [0, 1, 4, 5], 'b1', 'b3'),
    interleave(4, [2, 3, 6, 7], 'b1', 'b3'),
  ])}`

const dimension = (at: number) => `(i32.load offset=${4 * at} ${get('dims')})`

/** Copies `axes` ≥ 2 axes; `dims` points at their (size, from stride, to stride), outermost first. */
const walk = `(func $walk (export "walk") ${params('from to dims axes')} ${locals('i n')}
  (if ${equal('axes', 2)} (then
    (call $plane ${pass('from to')} ${[0, 3, 1, 4, 2, 5].map(dimension).join(' ')}) (return)))
  ${set('n', dimension(0))}
  ${countTo(
    'i',
    'n',
    `(call $walk ${pass('from to')} (i32.add ${get('dims')} ${int(12)}) (i32.sub ${get('axes')} ${int(1)}))
    ${advance('from', dimension(1))} ${advance('to', dimension(2))}`,
  )})`

/** Copies the chosen rows of `row` bytes out of each of `outer` blocks of `block` bytes. */
const gather = `(func (export "gather") ${params('x indices count out outer block row')} ${locals('o i')}
  ${countTo(
    'o',
    'outer',
    `${countTo(
      'i',
      'count',
      `(call $run
        (i32.add ${get('x')} (i32.mul (i32.load (i32.add ${get('indices')} (i32.shl ${get('i')} ${int(2)}))) ${get('row')}))
        ${pass('out row')})
      ${stride('out', 'row')}`,
    )}
    ${stride('x', 'block')}`,
  )})`
