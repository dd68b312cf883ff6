/**
 * The kernels of layer and RMS normalization over the rows of a matrix, for one dtype. A row is read several times, for its mean, its
 * variance and its result, but from the cache: memory sees it once. As in `softmax-kernel.ts`, rows are read and written in whole
 * vectors: what is read too much at the end of a row counts as 0, and what is written too much belongs to the next row, or lies behind
 * the last one, where there has to be room for it.
 */
import {
  type Code,
  exported,
  type FunctionCode,
  localsSet,
  type ModuleCode,
  type Operand,
  variables,
} from '../wasm/code.js'
import { get, set, when } from '../wasm/control.js'
import { numbersOf } from '../wasm/dtypes.js'
import { f32, type f32x4, f64, type f64x2, i32, i32x4, i64x2, v128 } from '../wasm/instructions.js'
import { advance, countTo, repeatWhile, times, whileRoom } from '../wasm/loops.js'
import { hasFma } from '../wasm/module.js'

/** Rows whose gradients of the weights are added up in the dtype of the numbers; those sums are then added up as `reduce` does. */
export const blockRows = 64

/** The code for numbers of one dtype. */
interface Lanes {
  readonly vector: typeof f32x4 | typeof f64x2
  readonly bytes: number
  /** A mask of the first `columns` mod 4 (or 2) lanes. */
  readonly mask: Code
  readonly fromFloat64: (x: Code) => Code
  readonly toFloat64: (x: Code) => Code
}

const lanesOf: Record<'float32' | 'float64', Lanes> = {
  float32: {
    ...numbersOf.float32,
    mask: i32x4.lt_s(i32x4.const(0, 1, 2, 3), i32x4.splat(i32.and('columns', 3))),
    fromFloat64: f32.demote_f64,
    toFloat64: f64.promote_f32,
  },
  float64: { ...numbersOf.float64, mask: i64x2.const(-1n, 0n), fromFloat64: (x) => x, toFloat64: (x) => x },
}

/** A module that exports `forward` and `backward`. `centered`: the mean is subtracted, and there is an offset. */
export function normalizeModule(dtype: 'float32' | 'float64', centered: boolean): ModuleCode {
  return { functions: [forward(lanesOf[dtype], centered), backward(lanesOf[dtype], centered)] }
}

/** y = (x − mean) · scale · weight + offset, for each row. */
function forward(lanes: Lanes, centered: boolean): FunctionCode {
  const at = (i: number) => fromMean(lanes, centered, v128.load('p', 16 * i))
  const result = (i: number) => {
    const scaled = lanes.vector.mul(at(i), 'scale')
    const weight = v128.load('w', 16 * i)
    return centered ? madd(lanes, scaled, weight, v128.load('o', 16 * i)) : lanes.vector.mul(scaled, weight)
  }
  const row = [
    statistics(lanes, centered),
    ...[set('q', 'y'), set('w', 'weight'), set('o', 'offset')],
    overRow(['p', 'q', 'w', 'o'], (i) => v128.store('q', result(i), 16 * i)),
    ...[advance('x', 'width'), advance('y', 'width')],
  ]
  return func(
    'forward',
    'x weight offset y rows columns',
    countTo('r', 'rows', [set('end', i32.add('x', 'width')), row]),
    lanes,
  )
}

/**
 * dx = scale · (g · weight − mean of it − normalized · mean of (g · weight · normalized)), for each row of each block; for each block the
 * sums of g · normalized and of g are written to `sums`, in whole vectors.
 */
function backward(lanes: Lanes, centered: boolean): FunctionCode {
  const { vector } = lanes
  const load = (i: number) => [
    set('d', fromMean(lanes, centered, v128.load('p', 16 * i))),
    set('v', v128.load('h', 16 * i)),
  ]
  const addTo = (address: string, i: number, value: Code) =>
    v128.store(address, vector.add(v128.load(address, 16 * i), value), 16 * i)
  const row = [
    set('end', i32.add('x', 'width')),
    statistics(lanes, centered),
    clear(lanes),
    ...[set('h', 'g'), set('w', 'weight')],
    overRow(['p', 'h', 'w'], (i, masked) => [
      load(i),
      set('v', masked(vector.mul('v', v128.load('w', 16 * i)))),
      set(`a${i}`, vector.add(`a${i}`, 'v')),
      set(`b${i}`, madd(lanes, 'v', 'd', `b${i}`)),
    ]),
    centered ? set('first', splat(lanes, mean(lanes, 'a'))) : [],
    set('second', vector.mul(splat(lanes, mean(lanes, 'b')), 'scale')),
    ...[set('h', 'g'), set('w', 'weight'), set('q', 'y'), set('s', 'sums'), set('o', i32.add('sums', 'padded'))],
    overRow(['p', 'h', 'w', 'q', 's', 'o'], (i) => [
      load(i),
      set('d', vector.mul('d', 'scale')),
      addTo('s', i, vector.mul('v', 'd')),
      centered ? addTo('o', i, get('v')) : [],
      set('v', vector.mul('v', v128.load('w', 16 * i))),
      centered ? set('v', vector.sub('v', 'first')) : [],
      v128.store('q', vector.mul(nmadd(lanes, 'd', 'second', 'v'), 'scale'), 16 * i),
    ]),
    ...[advance('x', 'width'), advance('g', 'width'), advance('y', 'width')],
  ]
  const sums = i32.mul('padded', centered ? 2 : 1)
  const block = [
    ...[set('s', 'sums'), set('end', i32.add('sums', sums))],
    repeatWhile(i32.lt_u('s', 'end'), [v128.store('s', vector.const(0)), advance('s', 16)]),
    set('height', 'rows'),
    when(i32.ge_u('rows', blockRows), set('height', blockRows)),
    countTo('r', 'height', row),
    ...[set('rows', i32.sub('rows', 'height')), advance('sums', sums)],
  ]
  const whole = set('padded', i32.and(i32.add('width', 15), -16))
  return func('backward', 'x weight g y sums blocks rows columns', [whole, countTo('k', 'blocks', block)], lanes)
}

function func(name: string, pointers: string, body: Code, lanes: Lanes): FunctionCode {
  const params = [...variables(pointers), ...variables('epsilon', 'f64')]
  const code = [set('width', i32.mul('columns', lanes.bytes)), set('mask', lanes.mask), body]
  const own = localsSet(code).filter((local) => !params.some(({ name }) => name === local))
  const isNumber = (local: string) => local === 'variance' || local === 'shift'
  const isVector = (local: string) => /^[ab]\d$|^(v|d|m|mask|scale|first|second)$/.test(local)
  const typed = own.map((local) => variables(local, isNumber(local) ? 'f64' : isVector(local) ? 'v128' : 'i32')[0])
  return exported(name, params, typed, code)
}

/** Sets `scale`, and for centered rows the mean `m`: first about, then with what was lost in rounding. */
function statistics(lanes: Lanes, centered: boolean): Code {
  const { vector } = lanes
  const square = (i: number) => set(`a${i}`, madd(lanes, 'v', 'v', `a${i}`))
  const scale = set('scale', splat(lanes, f64.div(1, f64.sqrt(f64.add('variance', 'epsilon')))))
  const load = (i: number) => v128.load('p', 16 * i)
  if (!centered) {
    const squares = overRow(['p'], (i, masked) => [set('v', masked(load(i))), square(i)])
    return [clear(lanes), squares, set('variance', mean(lanes, 'a')), scale]
  }
  return [
    clear(lanes),
    overRow(['p'], (i, masked) => set(`a${i}`, vector.add(`a${i}`, masked(load(i))))),
    set('m', splat(lanes, mean(lanes, 'a'))),
    clear(lanes),
    overRow(['p'], (i, masked) => [
      set('v', masked(vector.sub(load(i), 'm'))),
      set(`b${i}`, vector.add(`b${i}`, 'v')),
      square(i),
    ]),
    set('shift', mean(lanes, 'b')),
    set('variance', f64.sub(mean(lanes, 'a'), f64.mul('shift', 'shift'))),
    set('m', vector.add('m', splat(lanes, get('shift')))),
    scale,
  ]
}

/** Does something with every vector of the row from `x` to `end`: four at a time, one at a time, and what is left of one. */
function overRow(cursors: readonly string[], vector: (i: number, masked: (v: Code) => Code) => Code): Code {
  const on = (by: number) => cursors.map((cursor) => advance(cursor, by))
  return [
    set('p', 'x'),
    whileRoom('p', 'end', 64, [times(4, (i) => vector(i, (v) => v)), on(64)]),
    whileRoom('p', 'end', 16, [vector(0, (v) => v), on(16)]),
    when(
      i32.lt_u('p', 'end'),
      vector(0, (v) => v128.and(v, 'mask')),
    ),
  ]
}

const clear = ({ vector }: Lanes): Code =>
  times(4, (i) => [set(`a${i}`, vector.const(0)), set(`b${i}`, vector.const(0))])

/** The mean of a row as a float64, given its sum in four vectors. */
function mean({ vector, bytes, toFloat64 }: Lanes, name: string): Code {
  const sum = vector.add(vector.add(`${name}0`, `${name}1`), vector.add(`${name}2`, `${name}3`))
  const lane = (i: number) => toFloat64(vector.extract_lane(i, `${name}0`))
  const total = times(16 / bytes, lane).reduce((a, b) => f64.add(a, b))
  return [set(`${name}0`, sum), f64.div(total, f64.convert_i32_s('columns'))]
}

const splat = ({ vector, fromFloat64 }: Lanes, x: Code): Code => vector.splat(fromFloat64(x))

/** x − m where rows are centered. */
const fromMean = ({ vector }: Lanes, centered: boolean, x: Code): Code => (centered ? vector.sub(x, 'm') : x)

/** a · b + c, and c − a · b. */
const madd = ({ vector }: Lanes, a: Operand, b: Operand, c: Operand): Code =>
  hasFma ? vector.relaxed_madd(a, b, c) : vector.add(vector.mul(a, b), c)
const nmadd = ({ vector }: Lanes, a: Operand, b: Operand, c: Operand): Code =>
  hasFma ? vector.relaxed_nmadd(a, b, c) : vector.sub(c, vector.mul(a, b))
