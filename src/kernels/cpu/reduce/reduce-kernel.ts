/**
 * The WebAssembly text of reductions, for one kind and one dtype. Numbers lie in [outer, n, inner] and n goes: `rows` is for
 * inner = 1 and works along the row, `columns` is for the rest and works across the columns. Sums, products and sums of
 * squares of float32 add up blocks of a few dozen numbers in float32 and the blocks in float64.
 */
import type { DType } from '../../backend.js'
import { advance, countTo, get, int, locals, params, pass, repeatWhile, set, times, whileRoom } from '../wasm/wat.js'
import { type KernelKind, type Reducer, reducer } from './reduce-kinds.js'

/** How many vectors of a row one float32 accumulator adds up before it goes to float64. */
const rowBlock = 32

/** How many rows one float32 accumulator of a column adds up before it goes to float64. */
export const columnBlock = 64

/** The fields of a module that exports `rows` and `columns`. */
export function reduceModule(kind: KernelKind, dtype: DType): string {
  const code = reducer(kind, dtype)
  return code.isProduct ? rows(code) : [rows(code), finishVector(code), finishScalar(code), columns(code)].join('\n')
}

const low = (vector: string) => `(f64x2.promote_low_f32x4 ${vector})`
const high = (name: string) =>
  low(`(i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 ${pass(`${name} ${name}`)})`)

/** Adds the source vector in a local to the total vector `w`. */
const absorb = (code: Reducer, name: string) =>
  set(
    'w',
    code.wide ? code.joinTotal(code.joinTotal(get('w'), low(get(name))), high(name)) : code.join(get('w'), get(name)),
  )

/** Joins the vector at an address with the one in `a…`, and notes in the mask `u…` where it is NaN. */
const accumulate = (code: Reducer, i: number, mask: number, address: string) => {
  const load = set('v', `(v128.load offset=${16 * i} ${get(address)})`)
  if (!code.blind) return `${load} ${set(`a${i}`, code.join(get(`a${i}`), code.prepared('v', 16 * i)))}`
  return `${load} ${set(`a${i}`, code.joinFast(get(`a${i}`), get('v')))}
    ${set(`u${mask}`, `(v128.or ${get(`u${mask}`)} (${code.source.vector}.ne ${pass('v v')}))`)}`
}

const clearMasks = (code: Reducer, n: number) =>
  code.blind ? times(n, (i) => set(`u${i}`, '(v128.const i64x2 0 0)')) : ''
/** A mask that is set is a NaN, too. */
const applyMask = (code: Reducer, i: number, mask: number) =>
  code.blind ? set(`a${i}`, `(v128.or ${pass(`a${i} u${mask}`)})`) : ''

const takeItem = (code: Reducer, value: string) =>
  `${set('item', value)} ${set('total', code.joinScalar(get('total'), code.preparedScalar('item')))}`

/** Reduces each of `outer` rows of `n` ≥ 1 numbers; for products there is one more row of them at `other`. */
function rows(code: Reducer): string {
  const { source, total } = code
  const block = `(i32.sub ${pass('end x')})`
  return `(func (export "rows") ${params('x out outer n')} ${params('divisor', 'f64')} ${code.isProduct ? params('other') : ''}
    ${locals('r end limit y')} ${locals('a0 a1 a2 a3 u0 v w', 'v128')} ${locals('total item', total.type)}
    ${countTo(
      'r',
      'outer',
      `${set('end', `(i32.add ${get('x')} (i32.mul ${get('n')} ${int(source.bytes)}))`)}
      ${code.isProduct ? set('y', `(i32.sub ${pass('other x')})`) : ''}
      ${set('total', code.identity)}
      (if (i32.ge_u ${get('n')} ${int(16 / source.bytes)}) (then
        ${set('w', code.identityTotal)}
        ${whileRoom(
          'x',
          'end',
          64,
          `${set('limit', code.wide ? `(i32.add ${get('x')} (select ${block} ${int(64 * rowBlock)} (i32.lt_u ${block} ${int(64 * rowBlock)})))` : get('end'))}
          ${times(4, (i) => set(`a${i}`, code.identityVector))} ${clearMasks(code, 1)}
          ${whileRoom('x', 'limit', 64, `${times(4, (i) => accumulate(code, i, 0, 'x'))} ${advance('x', 64)}`)}
          ${applyMask(code, 0, 0)}
          ${set('a0', code.join(code.join(get('a0'), get('a1')), code.join(get('a2'), get('a3'))))}
          ${absorb(code, 'a0')}`,
        )}
        ${whileRoom('x', 'end', 16, `${set('v', `(v128.load ${get('x')})`)} ${set('v', code.prepared('v'))} ${absorb(code, 'v')} ${advance('x', 16)}`)}
        ${times(16 / total.bytes, (i) => `${set('item', `(${code.lane} ${i} ${get('w')})`)} ${set('total', code.joinScalar(get('total'), get('item')))}`)}))
      ${whileRoom('x', 'end', source.bytes, `${takeItem(code, code.loadScalar(get('x')))} ${advance('x', source.bytes)}`)}
      ${code.storeScalar(get('out'), code.divided(get('total')))}
      ${advance('out', source.bytes)}`,
    )})`
}

const finishParams = `${params('out sums first last')} ${params('divisor', 'f64')}`

/** Joins one vector of a block of rows with the blocks before it, and writes it to the sums or, after the last block, to the result. */
function finishVector(code: Reducer): string {
  if (!code.wide) {
    return `(func $finishVector ${params('v', 'v128')} ${finishParams}
      (if (i32.eqz ${get('first')}) (then ${set('v', code.join(get('v'), `(v128.load ${get('out')})`))}))
      (v128.store ${get('out')} (if (result v128) ${get('last')} (then ${code.dividedVector(get('v'))}) (else ${get('v')}))))`
  }
  const lowHalf = (v: string) => `(f32x4.demote_f64x2_zero ${v})`
  return `(func $finishVector ${params('v', 'v128')} ${finishParams} ${locals('a b', 'v128')}
    ${set('a', low(get('v')))} ${set('b', high('v'))}
    (if (i32.eqz ${get('first')}) (then
      ${set('a', code.joinTotal(get('a'), `(v128.load ${get('sums')})`))}
      ${set('b', code.joinTotal(get('b'), `(v128.load offset=16 ${get('sums')})`))}))
    (if ${get('last')}
      (then (v128.store ${get('out')} (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        ${lowHalf(code.dividedVector(get('a')))} ${lowHalf(code.dividedVector(get('b')))})))
      (else (v128.store ${get('sums')} ${get('a')}) (v128.store offset=16 ${get('sums')} ${get('b')}))))`
}

/** The same for one number. */
function finishScalar(code: Reducer): string {
  const { total } = code
  const at = get(code.wide ? 'sums' : 'out')
  return `(func $finishScalar ${params('total', total.type)} ${finishParams} ${locals('item', total.type)}
    (if (i32.eqz ${get('first')}) (then
      ${set('item', `(${total.load} ${at})`)} ${set('total', code.joinScalar(get('total'), get('item')))}))
    (if ${get('last')}
      (then ${code.storeScalar(get('out'), code.divided(get('total')))})
      (else (${total.store} ${at} ${get('total')}))))`
}

/**
 * Reduces n ≥ 1 rows of `inner` columns, for each of `outer`. Rows are taken in blocks; between blocks the results so far
 * wait in the result itself or (float64) in `sums`, scratch space for `inner` numbers that is needed for more than one block.
 */
function columns(code: Reducer): string {
  const { source, total } = code
  const rest = `(i32.sub ${pass('n row')})`
  return `(func (export "columns") ${params('x out outer n inner')} ${params('divisor', 'f64')} ${params('sums')}
    ${locals('o row height width first last end cx co cs p r')} ${locals('a0 a1 a2 a3 u0 u1 u2 u3 v', 'v128')} ${locals('total item', total.type)}
    ${set('width', `(i32.mul ${get('inner')} ${int(source.bytes)})`)}
    ${countTo(
      'o',
      'outer',
      `${set('row', int(0))}
      ${repeatWhile(
        `(i32.lt_u ${pass('row n')})`,
        `${set('height', `(select ${rest} ${int(columnBlock)} (i32.lt_u ${rest} ${int(columnBlock)}))`)}
        ${set('first', `(i32.eqz ${get('row')})`)}
        ${advance('row', get('height'))}
        ${set('last', `(i32.eq ${pass('row n')})`)}
        ${set('cx', get('x'))} ${set('co', get('out'))} ${set('cs', get('sums'))} ${set('end', `(i32.add ${pass('x width')})`)}
        ${whileRoom('cx', 'end', 64, strip(code, 4))}
        ${whileRoom('cx', 'end', 16, strip(code, 1))}
        ${whileRoom('cx', 'end', source.bytes, column(code))}
        ${advance('x', `(i32.mul ${pass('height width')})`)}`,
      )}
      ${advance('out', get('width'))}`,
    )})`
}

const down = (body: string) =>
  `${set('p', get('cx'))} ${countTo('r', 'height', `${body} ${advance('p', get('width'))}`)}`

/** `vectors` vectors of columns down one block of rows. */
function strip(code: Reducer, vectors: number): string {
  const { source, total } = code
  return `${times(vectors, (i) => set(`a${i}`, code.identityVector))} ${clearMasks(code, vectors)}
    ${down(times(vectors, (i) => accumulate(code, i, i, 'p')))}
    ${times(
      vectors,
      (i) => `${applyMask(code, i, i)}
      (call $finishVector ${pass(`a${i} co cs first last divisor`)})
      ${advance('co', 16)} ${advance('cs', (16 * total.bytes) / source.bytes)}`,
    )}
    ${advance('cx', 16 * vectors)}`
}

/** One column down one block of rows. */
function column(code: Reducer): string {
  const { source, total } = code
  return `${set('total', code.identity)}
    ${down(takeItem(code, code.loadScalar(get('p'))))}
    (call $finishScalar ${pass('total co cs first last divisor')})
    ${advance('cx', source.bytes)} ${advance('co', source.bytes)} ${advance('cs', total.bytes)}`
}
