/**
 * The kernels of reductions, for one kind and one dtype. Numbers lie in [outer, n, inner] and n goes: `rows` is for inner = 1 and works
 * along the row, `columns` is for the rest and works across the columns. Sums, products and sums of squares of float32 add up blocks of
 * a few dozen numbers in float32 and the blocks in float64.
 */
import type { DType } from '../../backend.js'
import { type Code, exported, type FunctionCode, internal, type ModuleCode, variables } from '../wasm/code.js'
import { call, get, select, set, when } from '../wasm/control.js'
import { f32x4, f64x2, i32, i64x2, v128 } from '../wasm/instructions.js'
import { advance, countTo, pick, repeatWhile, times, whileRoom } from '../wasm/loops.js'
import { type KernelKind, type Reducer, reducer } from './reduce-kinds.js'

/** The number of vectors of a row that one float32 accumulator adds up before it goes to float64. */
const rowBlock = 32

/** The number of rows that one float32 accumulator of a column adds up before it goes to float64. */
export const columnBlock = 64

/** A module that exports `rows` and, except for products, `columns`. */
export function reduceModule(kind: KernelKind, dtype: DType): ModuleCode {
  const code = reducer(kind, dtype)
  if (code.isProduct) return { functions: [rows(code)] }
  return { functions: [rows(code), finishVector(code), finishScalar(code), columns(code)] }
}

const low = f64x2.promote_low_f32x4
const high = (name: string) => low(pick(8, [1, 1], name, name))

/** Adds the source vector in a local to the total vector `w`. */
const absorb = (code: Reducer, name: string) =>
  set('w', code.wide ? code.joinTotal(code.joinTotal('w', low(name)), high(name)) : code.join('w', name))

/** Joins the vector at an address with the one in `a…`, and notes in the mask `u…` where it is NaN. */
function accumulate(code: Reducer, i: number, mask: number, address: string): Code {
  const load = set('v', v128.load(address, 16 * i))
  if (!code.blind) return [load, set(`a${i}`, code.join(`a${i}`, code.prepared('v', 16 * i)))]
  const notNumbers = code.source.vector.ne('v', 'v')
  return [load, set(`a${i}`, code.joinFast(`a${i}`, 'v')), set(`u${mask}`, v128.or(`u${mask}`, notNumbers))]
}

const clearMasks = (code: Reducer, n: number): Code =>
  code.blind ? times(n, (i) => set(`u${i}`, i64x2.const(0n))) : []
/** A mask that is set is a NaN, too. */
const applyMask = (code: Reducer, i: number, mask: number): Code =>
  code.blind ? set(`a${i}`, v128.or(`a${i}`, `u${mask}`)) : []

const takeItem = (code: Reducer, value: Code): Code => [
  set('item', value),
  set('total', code.joinScalar('total', code.preparedScalar('item'))),
]

/** Reduces each of `outer` rows of `n` ≥ 1 numbers; for products there is one more row of them at `other`. */
function rows(code: Reducer): FunctionCode {
  const { source, total } = code
  const params = [...variables('x out outer n'), ...variables('divisor', 'f64')]
  const locals = [
    ...variables('r end limit y'),
    ...variables('a0 a1 a2 a3 u0 v w', 'v128'),
    ...variables('total item', total.type),
  ]
  const row = [
    set('end', i32.add('x', i32.mul('n', source.bytes))),
    code.isProduct ? set('y', i32.sub('other', 'x')) : [],
    set('total', code.identity),
    when(i32.ge_u('n', 16 / source.bytes), vectorsOfRow(code)),
    whileRoom('x', 'end', source.bytes, [takeItem(code, code.loadScalar('x')), advance('x', source.bytes)]),
    code.storeScalar('out', code.divided(get('total'))),
    advance('out', source.bytes),
  ]
  const all = code.isProduct ? [...params, ...variables('other')] : params
  return exported('rows', all, locals, countTo('r', 'outer', row))
}

/** Adds up the whole vectors of a row, four at a time, then one at a time, then the lanes. */
function vectorsOfRow(code: Reducer): Code {
  const left = i32.sub('end', 'x')
  const block = 64 * rowBlock
  return [
    set('w', code.identityTotal),
    whileRoom('x', 'end', 64, [
      set('limit', code.wide ? i32.add('x', select(left, block, i32.lt_u(left, block))) : 'end'),
      times(4, (i) => set(`a${i}`, code.identityVector)),
      clearMasks(code, 1),
      whileRoom('x', 'limit', 64, [times(4, (i) => accumulate(code, i, 0, 'x')), advance('x', 64)]),
      applyMask(code, 0, 0),
      set('a0', code.join(code.join('a0', 'a1'), code.join('a2', 'a3'))),
      absorb(code, 'a0'),
    ]),
    whileRoom('x', 'end', 16, [
      set('v', v128.load('x')),
      set('v', code.prepared('v')),
      absorb(code, 'v'),
      advance('x', 16),
    ]),
    times(16 / code.total.bytes, (i) => [
      set('item', code.lane(i, 'w')),
      set('total', code.joinScalar('total', 'item')),
    ]),
  ]
}

const finishParams = [...variables('out sums first last'), ...variables('divisor', 'f64')]

/** Joins one vector of a block of rows with the blocks before it, and writes it to the sums or, after the last block, to the result. */
function finishVector(code: Reducer): FunctionCode {
  const params = [...variables('v', 'v128'), ...finishParams]
  if (!code.wide) {
    return internal(
      'finishVector',
      params,
      [],
      [
        when(i32.eqz('first'), set('v', code.join('v', v128.load('out')))),
        v128.store('out', when('last', code.dividedVector(get('v')), get('v'), 'v128')),
      ],
    )
  }
  const narrow = (v: string) => f32x4.demote_f64x2_zero(code.dividedVector(get(v)))
  return internal('finishVector', params, variables('a b', 'v128'), [
    set('a', low('v')),
    set('b', high('v')),
    when(i32.eqz('first'), [
      set('a', code.joinTotal('a', v128.load('sums'))),
      set('b', code.joinTotal('b', v128.load('sums', 16))),
    ]),
    when('last', v128.store('out', pick(8, [0, 2], narrow('a'), narrow('b'))), [
      v128.store('sums', 'a'),
      v128.store('sums', 'b', 16),
    ]),
  ])
}

/** The same for one number. */
function finishScalar(code: Reducer): FunctionCode {
  const { total } = code
  const at = code.wide ? 'sums' : 'out'
  const params = [...variables('total', total.type), ...finishParams]
  return internal('finishScalar', params, variables('item', total.type), [
    when(i32.eqz('first'), [set('item', total.load(at)), set('total', code.joinScalar('total', 'item'))]),
    when('last', code.storeScalar('out', code.divided(get('total'))), total.store(at, 'total')),
  ])
}

/**
 * Reduces n ≥ 1 rows of `inner` columns, for each of `outer`. Rows are taken in blocks; between blocks the results so far
 * wait in the result itself or (float64) in `sums`, scratch space for `inner` numbers that is needed for more than one block.
 */
function columns(code: Reducer): FunctionCode {
  const { source, total } = code
  const left = i32.sub('n', 'row')
  const block = [
    set('height', select(left, columnBlock, i32.lt_u(left, columnBlock))),
    set('first', i32.eqz('row')),
    advance('row', 'height'),
    set('last', i32.eq('row', 'n')),
    ...[set('cx', 'x'), set('co', 'out'), set('cs', 'sums'), set('end', i32.add('x', 'width'))],
    whileRoom('cx', 'end', 64, strip(code, 4)),
    whileRoom('cx', 'end', 16, strip(code, 1)),
    whileRoom('cx', 'end', source.bytes, column(code)),
    advance('x', i32.mul('height', 'width')),
  ]
  const params = [...variables('x out outer n inner'), ...variables('divisor', 'f64'), ...variables('sums')]
  const locals = [
    ...variables('o row height width first last end cx co cs p r'),
    ...variables('a0 a1 a2 a3 u0 u1 u2 u3 v', 'v128'),
    ...variables('total item', total.type),
  ]
  return exported('columns', params, locals, [
    set('width', i32.mul('inner', source.bytes)),
    countTo('o', 'outer', [set('row', 0), repeatWhile(i32.lt_u('row', 'n'), block), advance('out', 'width')]),
  ])
}

const down = (body: Code): Code => [set('p', 'cx'), countTo('r', 'height', [body, advance('p', 'width')])]

/** `vectors` vectors of columns down one block of rows. */
function strip(code: Reducer, vectors: number): Code {
  const { source, total } = code
  return [
    times(vectors, (i) => set(`a${i}`, code.identityVector)),
    clearMasks(code, vectors),
    down(times(vectors, (i) => accumulate(code, i, i, 'p'))),
    times(vectors, (i) => [
      applyMask(code, i, i),
      call('finishVector', `a${i}`, 'co', 'cs', 'first', 'last', 'divisor'),
      advance('co', 16),
      advance('cs', (16 * total.bytes) / source.bytes),
    ]),
    advance('cx', 16 * vectors),
  ]
}

/** One column down one block of rows. */
function column(code: Reducer): Code {
  const { source, total } = code
  return [
    set('total', code.identity),
    down(takeItem(code, code.loadScalar('p'))),
    call('finishScalar', 'total', 'co', 'cs', 'first', 'last', 'divisor'),
    ...[advance('cx', source.bytes), advance('co', source.bytes), advance('cs', total.bytes)],
  ]
}
