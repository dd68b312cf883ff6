/**
 * The WebAssembly text of softmax and cross-entropy over the rows of a matrix, for one dtype. Every row takes two or three
 * passes: its largest number, the sum of exp(x − largest) (kept in float64), and the result. Rows are read and written in
 * whole vectors: in the last, incomplete one of a row −∞ takes the place of what is read too much, and what is written too much
 * belongs to the next row, or lies behind the last one, where there has to be room for it. NaN need not be seen by the first
 * pass, because it makes the sum NaN.
 */
import { hoistConstants } from '../math/constants.js'
import { declare } from '../math/declare.js'
import { expOfR, power, reduce } from '../math/exponential.js'
import { f64Functions } from '../math/f64.js'
import { andNot, set as assign, atLeast, define, less, mul } from '../math/text.js'
import { lnWide } from '../math/wide.js'
import { numbersOf } from '../wasm/numbers.js'
import { advance, countTo, get, int, locals, params, pass, repeatWhile, set } from '../wasm/wat.js'

/** What computing with numbers of one dtype takes. */
interface Lanes {
  readonly type: 'f32' | 'f64'
  readonly vector: 'f32x4' | 'f64x2'
  readonly bytes: 4 | 8
  /** A mask of the first `columns` mod 4 (or 2) lanes. */
  readonly mask: string
  /** The lanes of the local `m`, moved around so that two of them are compared with the two others; enough of these steps. */
  readonly turns: readonly string[]
  /** Statements that replace the local `v` by exp(v). */
  readonly exp: string
  /** Statements that replace the two equal lanes of the local `sum` by their logarithm. */
  readonly log: string
  /** Statements that add the lanes of the local `v` to the float64 sums `sum` and `sum2`. */
  readonly addUp: string
  readonly number: (float64: string) => string
  readonly float64: (number: string) => string
}

const swapHalves = '8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7'
const swapNeighbours = '4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11'
const addTo = (sum: string, v: string) => set(sum, `(f64x2.add ${get(sum)} ${v})`)
const upperHalf = `(i8x16.shuffle ${swapHalves} ${pass('v v')})`

const float32 = (): Lanes => ({
  ...numbersOf.float32,
  mask: `(i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (i32.and ${get('columns')} ${int(3)})))`,
  turns: [swapHalves, swapNeighbours],
  exp: set('v', `(block (result v128) ${renamed(expOfNegative().body)})`),
  // The logarithm of NaN is NaN, which is all that lnWide cannot do.
  log: `${set('nan', `(f64x2.sub ${pass('sum sum')})`)} ${renamed(lnWide('$sum').join('\n'))} ${addTo('sum', get('nan'))}`,
  addUp: `${addTo('sum', `(f64x2.promote_low_f32x4 ${get('v')})`)} ${addTo('sum2', `(f64x2.promote_low_f32x4 ${upperHalf})`)}`,
  number: (float64) => `(f32.demote_f64 ${float64})`,
  float64: (number) => `(f64.promote_f32 ${number})`,
})

const float64 = (): Lanes => ({
  ...numbersOf.float64,
  mask: '(v128.const i64x2 -1 0)',
  turns: [swapHalves],
  exp: set('v', `(call $exp ${get('v')})`),
  log: set('sum', `(f64x2.splat (call $Math_log (f64x2.extract_lane 0 ${get('sum')})))`),
  addUp: addTo('sum', get('v')),
  number: (float64) => float64,
  float64: (number) => number,
})

/** Below this, exp is not a normal number any more, which processors are slow with: 0 takes its place. */
const smallest = -87

/** exp of four float32 that are not positive. */
const expOfNegative = () =>
  define('$x', () => [
    assign('$a', atLeast('$x', smallest)),
    ...reduce('$a'),
    assign('$y', mul(expOfR(), power())),
    andNot('$y', less('$x', smallest)),
  ])

/** Text written in place: `$x` is our `$v`, `$sum` our sum, other locals get names of their own. */
const renamed = (text: string) =>
  text.replace(
    /(?<=\(local\.(?:get|set|tee) )\$\w+/g,
    (name) => ({ $x: '$v', $sum: '$sum' })[name] ?? `$f.${name.slice(1)}`,
  )

const localsOf = (text: string) => [...new Set(text.match(/(?<=\(local\.set \$)f\.\w+/g))]

/** The fields of a module that exports `softmax`, `logSoftmax`, `crossEntropy` and `gradient`. */
export function softmaxModule(dtype: 'float32' | 'float64'): string {
  const lanes = dtype === 'float32' ? float32() : float64()
  const functions = dtype === 'float32' ? '' : declare(f64Functions, ['Math_log', 'exp'])
  return [functions, softmax(lanes), logSoftmax(lanes), crossEntropy(lanes), gradient(lanes)].join('\n')
}

/** A function over rows: `row` is done for each, with its addresses `x` to `end` and its largest number in every lane of `m`. */
function overRows(lanes: Lanes, name: string, pointers: string, row: string): string {
  const body = `${set('width', `(i32.mul ${get('columns')} ${int(lanes.bytes)})`)} ${set('mask', lanes.mask)}
    ${countTo('r', 'rows', `${set('end', `(i32.add ${pass('x width')})`)} ${largest(lanes)} ${row} ${set('x', get('end'))}`)}`
  const { text, locals: constants, prologue } = hoistConstants(body)
  const vectors = ['v m sum sum2 mask scale nan', ...localsOf(text)].join(' ')
  return `(func (export "${name}") ${params(`${pointers} rows columns`)}
    ${locals('r p q end width')} ${locals('chosen', 'f64')} ${locals(vectors, 'v128')} ${constants}
    ${prologue} ${text})`
}

/** Does something with every vector `v` of the row, and with a result writes one for each from `y` on. */
const overRow = (lanes: Lanes, compute: string, result = '') => `${set('p', get('x'))} ${result && set('q', get('y'))}
  ${repeatWhile(
    `(i32.lt_u ${pass('p end')})`,
    `${set('v', `(v128.load ${get('p')})`)}
    (if (i32.lt_u (i32.sub ${pass('end p')}) ${int(16)}) (then
      ${set('v', `(v128.bitselect ${get('v')} ${minusInfinity(lanes)} ${get('mask')})`)}))
    ${compute}
    ${result && `(v128.store ${get('q')} ${result}) ${advance('q', 16)}`}
    ${advance('p', 16)}`,
  )}`

const minusInfinity = ({ vector, bytes }: Lanes) => `(v128.const ${vector}${' -inf'.repeat(16 / bytes)})`

const largest = (lanes: Lanes) => `${set('m', minusInfinity(lanes))}
  ${overRow(lanes, set('m', `(${lanes.vector}.pmax ${pass('m v')})`))}
  ${lanes.turns.map((turn) => set('m', `(${lanes.vector}.pmax ${get('m')} (i8x16.shuffle ${turn} ${pass('m m')}))`)).join(' ')}`

/** Σ exp(x − m) in both lanes of `sum`; with a result, exp(x − m) is written from `y` on. */
const sumOfExp = (lanes: Lanes, result = '') => `
  ${set('sum', '(v128.const f64x2 0 0)')} ${set('sum2', '(v128.const f64x2 0 0)')}
  ${overRow(lanes, `${set('v', `(${lanes.vector}.sub ${pass('v m')})`)} ${lanes.exp} ${lanes.addUp}`, result)}
  ${addTo('sum', get('sum2'))}
  ${addTo('sum', `(i8x16.shuffle ${swapHalves} ${pass('sum sum')})`)}`

const firstOf = (sum: string) => `(f64x2.extract_lane 0 ${get(sum)})`
const everyLane = (lanes: Lanes, value: string) => `(${lanes.vector}.splat ${lanes.number(value)})`
const loadNumber = ({ type, float64 }: Lanes, address: string) => float64(`(${type}.load ${address})`)

/** Multiplies the row at `y` by `scale`, and goes on to the next. */
const scaleResult = ({ vector }: Lanes) => `${set('q', `(i32.add ${pass('y width')})`)} ${set('p', get('y'))}
  ${repeatWhile(
    `(i32.lt_u ${pass('p q')})`,
    `(v128.store ${get('p')} (${vector}.mul (v128.load ${get('p')}) ${get('scale')})) ${advance('p', 16)}`,
  )}
  ${set('y', get('q'))}`

const softmax = (lanes: Lanes) =>
  overRows(
    lanes,
    'softmax',
    'x y',
    `${sumOfExp(lanes, get('v'))}
    ${set('scale', everyLane(lanes, `(f64.div (f64.const 1) ${firstOf('sum')})`))}
    ${scaleResult(lanes)}`,
  )

const logSoftmax = (lanes: Lanes) =>
  overRows(
    lanes,
    'logSoftmax',
    'x y',
    `${sumOfExp(lanes)} ${lanes.log}
    ${set('scale', everyLane(lanes, firstOf('sum')))}
    ${overRow(lanes, '', `(${lanes.vector}.sub (${lanes.vector}.sub ${pass('v m')}) ${get('scale')})`)}
    ${advance('y', get('width'))}`,
  )

/** The address of the number that the label chooses of the row at `x` or `y`. */
const chosen = ({ bytes }: Lanes, row: string) =>
  `(i32.add ${get(row)} (i32.mul (i32.load ${get('labels')}) ${int(bytes)}))`

const crossEntropy = (lanes: Lanes) => {
  const first = lanes.float64(`(${lanes.vector}.extract_lane 0 ${get('m')})`)
  const loss = `(f64.add ${firstOf('sum')} (f64.sub ${first} ${loadNumber(lanes, chosen(lanes, 'x'))}))`
  return overRows(
    lanes,
    'crossEntropy',
    'x labels y',
    `${sumOfExp(lanes)} ${lanes.log}
    (${lanes.type}.store ${get('y')} ${lanes.number(loss)})
    ${advance('y', lanes.bytes)} ${advance('labels', 4)}`,
  )
}

/** g · (exp(x − m) / sum − onehot); the number at the label is computed apart, and put in when its row is done. */
const gradient = (lanes: Lanes) => {
  const g = loadNumber(lanes, get('g'))
  const probability = `(f64.div ${loadNumber(lanes, chosen(lanes, 'y'))} ${firstOf('sum')})`
  return overRows(
    lanes,
    'gradient',
    'g x labels y',
    `${sumOfExp(lanes, get('v'))}
    ${set('chosen', `(f64.mul ${g} (f64.sub ${probability} (f64.const 1)))`)}
    ${set('scale', everyLane(lanes, `(f64.div ${g} ${firstOf('sum')})`))}
    ${scaleResult(lanes)}
    (${lanes.type}.store (i32.sub ${chosen(lanes, 'y')} ${get('width')}) ${lanes.number(get('chosen'))})
    ${advance('g', lanes.bytes)} ${advance('labels', 4)}`,
  )
}
