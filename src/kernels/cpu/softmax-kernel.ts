/**
 * The WebAssembly text of softmax and cross-entropy over the rows of a matrix, for one dtype. Every row takes two or three
 * passes: its largest number, the sum of exp(x − largest) (kept in float64), and the result. The last, incomplete vector of a
 * row is filled up with −∞, which adds nothing. NaN need not be seen by the first pass, because it makes the sum NaN.
 */
import { declare } from './math/declare.js'
import { f32Functions } from './math/f32.js'
import { f64Functions } from './math/f64.js'
import { advance, countTo, get, int, locals, params, pass, set, times, whileRoom } from './wat.js'

/** How numbers of one dtype are computed with. */
interface Lanes {
  readonly type: 'f32' | 'f64'
  readonly vector: 'f32x4' | 'f64x2'
  readonly bytes: 4 | 8
}

const lanesOf = {
  float32: { type: 'f32', vector: 'f32x4', bytes: 4 },
  float64: { type: 'f64', vector: 'f64x2', bytes: 8 },
} as const

/** The fields of a module that exports `softmax`, `logSoftmax`, `crossEntropy` and `gradient`. */
export function softmaxModule(dtype: 'float32' | 'float64'): string {
  const lanes = lanesOf[dtype]
  const functions = declare(dtype === 'float32' ? f32Functions : f64Functions, ['Math_log', 'exp'])
  const passes = [loadTail(lanes), storeTail(lanes), largest(lanes), sumOfExp(lanes), storeExp(lanes)]
  return [functions, ...passes, softmax(lanes), logSoftmax(lanes), crossEntropy(lanes), gradient(lanes)].join('\n')
}

const infinity = ({ vector, type }: Lanes) => `(${vector}.splat (${type}.const -inf))`

/** The 1 … 15 bytes from `x` to `end` as a vector. */
const loadTail = (lanes: Lanes) => {
  const load = `v128.load${8 * lanes.bytes}_lane`
  return `(func $loadTail ${params('x end')} (result v128) ${locals('v', 'v128')}
    ${set('v', `(${load} 0 ${get('x')} ${infinity(lanes)})`)}
    ${laterLanes(lanes, 'x', (lane, offset) => set('v', `(${load} offset=${offset} ${lane} ${pass('x v')})`))}
    ${get('v')})`
}

/** Stores the lanes of a vector that there is room for from `y` to `end`. */
const storeTail = (lanes: Lanes) => {
  const store = `v128.store${8 * lanes.bytes}_lane`
  return `(func $storeTail ${params('y end')} ${params('v', 'v128')}
    (${store} 0 ${pass('y v')})
    ${laterLanes(lanes, 'y', (lane, offset) => `(${store} offset=${offset} ${lane} ${pass('y v')})`)})`
}

/** What to do for the second and third lane, if there are bytes left for them. */
const laterLanes = ({ bytes }: Lanes, address: string, text: (lane: number, offset: number) => string) =>
  times(
    16 / bytes - 2,
    (i) =>
      `(if (i32.gt_u (i32.sub ${pass(`end ${address}`)}) ${int((i + 1) * bytes)}) (then ${text(i + 1, (i + 1) * bytes)}))`,
  )

/** Does something with every vector `v` from `x` to `end`. */
const overRow = (compute: string) => `
  ${whileRoom('x', 'end', 16, `${set('v', `(v128.load ${get('x')})`)} ${compute} ${advance('x', 16)}`)}
  (if (i32.lt_u ${pass('x end')}) (then ${set('v', `(call $loadTail ${pass('x end')})`)} ${compute}))`

/** Does something with every vector `v` from `x` to `end`, and writes a result for each from `y` on. */
const mapRow = (compute: string, result: string) => `
  ${whileRoom(
    'x',
    'end',
    16,
    `${set('v', `(v128.load ${get('x')})`)} ${compute}
    (v128.store ${get('y')} ${result}) ${advance('x', 16)} ${advance('y', 16)}`,
  )}
  (if (i32.lt_u ${pass('x end')}) (then
    ${set('v', `(call $loadTail ${pass('x end')})`)} ${compute}
    (call $storeTail ${get('y')} (i32.add ${get('y')} (i32.sub ${pass('end x')})) ${result})))`

/** The largest number of a row, in every lane. */
function largest(lanes: Lanes): string {
  const { vector, bytes } = lanes
  const larger = (order: string) => set('m', `(${vector}.pmax ${get('m')} (i8x16.shuffle ${order} ${pass('m m')}))`)
  return `(func $largest ${params('x end')} (result v128) ${locals('v m', 'v128')}
    ${set('m', infinity(lanes))}
    ${overRow(set('m', `(${vector}.pmax ${pass('m v')})`))}
    ${larger('8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7')}
    ${bytes === 4 ? larger('4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11') : ''}
    ${get('m')})`
}

const halves = '8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15'

/** `v = exp(v − m)`, added to the float64 sums `a` and `b`. */
const addExp = ({ vector, bytes }: Lanes) => `${set('v', `(call $exp (${vector}.sub ${pass('v m')}))`)}
  ${
    bytes === 8
      ? set('a', `(f64x2.add ${pass('a v')})`)
      : `${set('a', `(f64x2.add ${get('a')} (f64x2.promote_low_f32x4 ${get('v')}))`)}
        ${set('b', `(f64x2.add ${get('b')} (f64x2.promote_low_f32x4 (i8x16.shuffle ${halves} ${pass('v v')})))`)}`
  }`

const sumOfLanes = `${set('a', `(f64x2.add ${pass('a b')})`)}
  (f64.add (f64x2.extract_lane 0 ${get('a')}) (f64x2.extract_lane 1 ${get('a')}))`

/** Σ exp(x − m) of a row. */
const sumOfExp = (
  lanes: Lanes,
) => `(func $sumOfExp ${params('x end')} ${params('m', 'v128')} (result f64) ${locals('v a b', 'v128')}
  ${overRow(addExp(lanes))} ${sumOfLanes})`

/** The same, which also writes exp(x − m) from `y` on. */
const storeExp = (
  lanes: Lanes,
) => `(func $storeExp ${params('x end y')} ${params('m', 'v128')} (result f64) ${locals('v a b', 'v128')}
  ${mapRow(addExp(lanes), get('v'))} ${sumOfLanes})`

/** Does something with each of `rows` rows, from `x` to `end`, with `m` its largest number. */
const overRows = ({ bytes }: Lanes, body: string) => `${set('width', `(i32.mul ${get('columns')} ${int(bytes)})`)}
  ${countTo(
    'r',
    'rows',
    `${set('end', `(i32.add ${pass('x width')})`)}
    ${set('m', `(call $largest ${pass('x end')})`)}
    ${body}
    ${set('x', get('end'))}`,
  )}`

/** A float64 as one of the numbers, and as one in every lane. */
const rounded = ({ type }: Lanes, value: string) => (type === 'f32' ? `(f32.demote_f64 ${value})` : value)
const everyLane = (lanes: Lanes, value: string) => `(${lanes.vector}.splat ${rounded(lanes, value)})`
const widened = ({ type }: Lanes, value: string) => (type === 'f32' ? `(f64.promote_f32 ${value})` : value)
const load = (lanes: Lanes, address: string) => widened(lanes, `(${lanes.type}.load ${address})`)

const rowLocals = `${locals('r width end start')} ${locals('m v c', 'v128')} ${locals('s', 'f64')}`

/** Multiplies the numbers from `x` to `end` by `c`, in place. */
const scale = ({ vector }: Lanes) => `${set('y', get('x'))} ${mapRow('', `(${vector}.mul ${pass('v c')})`)}`

const softmax = (
  lanes: Lanes,
) => `(func $scale ${params('x end')} ${params('c', 'v128')} ${locals('y')} ${locals('v', 'v128')}
  ${scale(lanes)})
(func (export "softmax") ${params('x y rows columns')} ${rowLocals}
  ${overRows(
    lanes,
    `${set('s', `(call $storeExp ${pass('x end y m')})`)}
    (call $scale ${get('y')} (i32.add ${pass('y width')}) ${everyLane(lanes, `(f64.div (f64.const 1) ${get('s')})`)})
    ${advance('y', get('width'))}`,
  )})`

const logSoftmax = (lanes: Lanes) => `(func (export "logSoftmax") ${params('x y rows columns')} ${rowLocals}
  ${overRows(
    lanes,
    `${set('c', everyLane(lanes, `(call $Math_log (call $sumOfExp ${pass('x end m')}))`))}
    ${set('start', `(i32.add ${pass('y width')})`)}
    ${mapRow('', `(${lanes.vector}.sub (${lanes.vector}.sub ${pass('v m')}) ${get('c')})`)}
    ${set('y', get('start'))}`,
  )})`

/** The address of the number of this row that the label chooses. */
const chosen = ({ bytes }: Lanes, row: string) =>
  `(i32.add ${get(row)} (i32.mul (i32.load ${get('labels')}) ${int(bytes)}))`
const firstLane = (lanes: Lanes) => widened(lanes, `(${lanes.vector}.extract_lane 0 ${get('m')})`)

const crossEntropy = (lanes: Lanes) => `(func (export "crossEntropy") ${params('x labels y rows columns')} ${rowLocals}
  ${overRows(
    lanes,
    `(${lanes.type}.store ${get('y')} ${rounded(
      lanes,
      `(f64.add (call $Math_log (call $sumOfExp ${pass('x end m')})) (f64.sub ${firstLane(lanes)} ${load(lanes, chosen(lanes, 'x'))}))`,
    )})
    ${advance('y', lanes.bytes)} ${advance('labels', 4)}`,
  )})`

const gradient = (
  lanes: Lanes,
) => `(func (export "gradient") ${params('g x labels y rows columns')} ${rowLocals} ${locals('p')} ${locals('q', 'f64')}
  ${overRows(
    lanes,
    `${set('s', `(f64.div (f64.const 1) (call $storeExp ${pass('x end y m')}))`)}
    ${set('p', chosen(lanes, 'y'))}
    ${set('q', `(f64.sub (f64.mul ${load(lanes, get('p'))} ${get('s')}) (f64.const 1))`)}
    (call $scale ${get('y')} (i32.add ${pass('y width')}) ${everyLane(lanes, `(f64.mul ${get('s')} ${load(lanes, get('g'))})`)})
    (${lanes.type}.store ${get('p')} ${rounded(lanes, `(f64.mul ${get('q')} ${load(lanes, get('g'))})`)})
    ${advance('y', get('width'))} ${advance('g', lanes.bytes)} ${advance('labels', 4)}`,
  )})`
