/**
 * The kernels of everything that moves numbers without looking at them, for numbers of 1, 4 or 8 bytes. All strides are in bytes.
 * `move.ts` brings views into this form.
 */
import {
  type Code,
  exported,
  type FunctionCode,
  internal,
  type ModuleCode,
  type Operand,
  variables,
} from '../wasm/code.js'
import { call, leave, memoryCopy, select, set, when } from '../wasm/control.js'
import { i8x16, i32, i32x4, i64, i64x2, v128 } from '../wasm/instructions.js'
import { advance, countTo, pick, repeatWhile, times, whileRoom } from '../wasm/loops.js'

/** Bytes per number. */
export type Bytes = 1 | 4 | 8

const loads = { 1: i32.load8_u, 4: i32.load, 8: i64.load }
const stores = { 1: i32.store8, 4: i32.store, 8: i64.store }
const splats = { 1: i8x16.splat, 4: i32x4.splat, 8: i64x2.splat }
const laneStores = { 1: v128.store8_lane, 4: v128.store32_lane, 8: v128.store64_lane }

/** Rows of a transposed plane that are written side by side, so that whole cache lines of the source are read. */
const stripRows = 16

/** Runs of at least this many bytes are worth a call of the engine's own copy. */
const longRun = 512

/** A module that exports `plane`, `walk`, `fill` and `gather`. */
export function moveModule(bytes: Bytes): ModuleCode {
  const transposed = bytes === 1 ? [] : [transpose(bytes)]
  return { functions: [copyBytes(bytes), fill(bytes), scattered(bytes), ...transposed, plane(bytes), walk(), gather()] }
}

/** Copies one contiguous run. */
const copyBytes = (bytes: Bytes): FunctionCode =>
  internal('copyBytes', variables('from to bytes'), variables('end'), [
    when(i32.ge_u('bytes', longRun), [memoryCopy('to', 'from', 'bytes'), leave]),
    set('end', i32.add('from', 'bytes')),
    whileRoom('from', 'end', 16, [v128.store('to', v128.load('from')), advance('from', 16), advance('to', 16)]),
    whileRoom('from', 'end', bytes, [
      stores[bytes]('to', loads[bytes]('from')),
      advance('from', bytes),
      advance('to', bytes),
    ]),
  ])

/** Repeats the number at `from` over a contiguous run. */
const fill = (bytes: Bytes): FunctionCode =>
  exported(
    'fill',
    variables('from to bytes'),
    [...variables('end'), ...variables('v', 'v128')],
    [
      set('v', splats[bytes](loads[bytes]('from'))),
      set('end', i32.add('to', 'bytes')),
      whileRoom('to', 'end', 16, [v128.store('to', 'v'), advance('to', 16)]),
      whileRoom('to', 'end', bytes, [laneStores[bytes]('to', 'v'), advance('to', bytes)]),
    ],
  )

const planeParams = 'from to rows columns fromRow fromColumn toRow toColumn'

/** A plane one number at a time. */
const scattered = (bytes: Bytes): FunctionCode =>
  internal('scattered', variables(planeParams), variables('r c x y'), [
    countTo('r', 'rows', [
      set('x', 'from'),
      set('y', 'to'),
      countTo('c', 'columns', [
        stores[bytes]('y', loads[bytes]('x')),
        advance('x', 'fromColumn'),
        advance('y', 'toColumn'),
      ]),
      advance('from', 'fromRow'),
      advance('to', 'toRow'),
    ]),
  ])

/** Copies a plane of any strides by the fastest way that they allow. */
function plane(bytes: Bytes): FunctionCode {
  const row = when('fromColumn', call('copyBytes', 'from', 'to', 'bytes'), call('fill', 'from', 'to', 'bytes'))
  const byRows = [
    set('bytes', i32.mul('columns', bytes)),
    countTo('r', 'rows', [row, advance('from', 'fromRow'), advance('to', 'toRow')]),
    leave,
  ]
  const byTiles = [call('transpose', ...'from to rows columns fromColumn toRow'.split(' ')), leave]
  return exported('plane', variables(planeParams), variables('r bytes'), [
    when(i32.eq('toColumn', bytes), [
      when(i32.or(i32.eq('fromColumn', bytes), i32.eqz('fromColumn')), byRows),
      bytes > 1 ? when(i32.eq('fromRow', bytes), byTiles) : [],
    ]),
    call('scattered', ...planeParams.split(' ')),
  ])
}

/** A plane whose source is contiguous down the columns and whose target is contiguous along the rows: square tiles, then the margins. */
function transpose(bytes: 4 | 8): FunctionCode {
  const side = 16 / bytes
  const whole = (name: string) => i32.and(name, -side)
  const rest = (name: string) => i32.sub(name, whole(name))
  const margin = (r: Operand, c: Operand, rows: Operand, columns: Operand) =>
    call(
      'scattered',
      i32.add(i32.add('from', i32.mul(r, bytes)), i32.mul(c, 'fromColumn')),
      i32.add(i32.add('to', i32.mul(r, 'toRow')), i32.mul(c, bytes)),
      ...[rows, columns, bytes, 'fromColumn', 'toRow', bytes],
    )
  const [locals, tile] = bytes === 4 ? ['a0 a1 a2 a3 b0 b1 b2 b3', tile4] : ['a0 a1', tile8]
  const tilesDown = repeatWhile(i32.lt_u('r', 'strip'), [
    set('s', i32.add('x', i32.mul('r', bytes))),
    tile(),
    advance('r', side),
  ])
  const strip = repeatWhile(i32.lt_u('c', 'columns'), [
    set('r', 0),
    set('t', 'y'),
    tilesDown,
    advance('c', side),
    times(side, () => advance('x', 'fromColumn')),
    advance('y', 16),
  ])
  return internal(
    'transpose',
    variables('from to rows columns fromColumn toRow'),
    [...variables('r c x y s t strip'), ...variables(locals, 'v128')],
    [
      margin(0, whole('columns'), whole('rows'), rest('columns')),
      margin(whole('rows'), 0, rest('rows'), 'columns'),
      set('rows', whole('rows')),
      set('columns', whole('columns')),
      repeatWhile('rows', [
        set('strip', select('rows', stripRows, i32.lt_u('rows', stripRows))),
        set('c', 0),
        set('x', 'from'),
        set('y', 'to'),
        strip,
        set('rows', i32.sub('rows', 'strip')),
        advance('from', i32.mul('strip', bytes)),
        advance('to', i32.mul('strip', 'toRow')),
      ]),
    ],
  )
}

const loadTile = (side: number) => times(side, (i) => [set(`a${i}`, v128.load('s')), advance('s', 'fromColumn')])
const storeTile = (rows: readonly Code[]) => rows.map((row) => [v128.store('t', row), advance('t', 'toRow')])

const tile8 = (): Code => [loadTile(2), storeTile([pick(8, [0, 2], 'a0', 'a1'), pick(8, [1, 3], 'a0', 'a1')])]

const tile4 = (): Code => [
  loadTile(4),
  set('b0', pick(4, [0, 4, 1, 5], 'a0', 'a1')),
  set('b1', pick(4, [2, 6, 3, 7], 'a0', 'a1')),
  set('b2', pick(4, [0, 4, 1, 5], 'a2', 'a3')),
  set('b3', pick(4, [2, 6, 3, 7], 'a2', 'a3')),
  storeTile([
    pick(4, [0, 1, 4, 5], 'b0', 'b2'),
    pick(4, [2, 3, 6, 7], 'b0', 'b2'),
    pick(4, [0, 1, 4, 5], 'b1', 'b3'),
    pick(4, [2, 3, 6, 7], 'b1', 'b3'),
  ]),
]

const dimension = (at: number) => i32.load('dims', 4 * at)

/** Copies `axes` ≥ 2 axes; `dims` points at their (size, from stride, to stride), outermost first. */
const walk = (): FunctionCode =>
  exported('walk', variables('from to dims axes'), variables('i n'), [
    when(i32.eq('axes', 2), [call('plane', 'from', 'to', ...[0, 3, 1, 4, 2, 5].map(dimension)), leave]),
    set('n', dimension(0)),
    countTo('i', 'n', [
      call('walk', 'from', 'to', i32.add('dims', 12), i32.sub('axes', 1)),
      advance('from', dimension(1)),
      advance('to', dimension(2)),
    ]),
  ])

/** Copies the chosen rows of `row` bytes out of each of `outer` blocks of `block` bytes. */
function gather(): FunctionCode {
  const chosen = i32.add('x', i32.mul(i32.load(i32.add('indices', i32.shl('i', 2))), 'row'))
  return exported('gather', variables('x indices count out outer block row'), variables('o i'), [
    countTo('o', 'outer', [
      countTo('i', 'count', [call('copyBytes', chosen, 'out', 'row'), advance('out', 'row')]),
      advance('x', 'block'),
    ]),
  ])
}
