/**
 * The kernels of softmax and cross-entropy over the rows of a matrix, for one dtype. Every row takes two or three
 * passes: its largest number, the sum of exp(x − largest) (kept in float64), and the result. Rows are read and written in
 * whole vectors: in the last, incomplete one of a row −∞ takes the place of what is read too much, and what is written too much
 * belongs to the next row, or lies behind the last one, where there has to be room for it. NaN need not be seen by the first
 * pass, because it makes the sum NaN.
 */
import { declare, prefixed } from '../math/define.js'
import { expOfR, power, splitExponent } from '../math/exponential.js'
import { andNot, set as assign, atLeast, less, mul } from '../math/float32.js'
import { float64Functions, float64Prefix } from '../math/functions-float64.js'
import { hoistConstants } from '../math/hoist-constants.js'
import { lnWide } from '../math/log-exp-float64.js'
import {
  type Code,
  exported,
  type FunctionCode,
  localsSet,
  type ModuleCode,
  type Operand,
  renameLocals,
  variables,
} from '../wasm/code.js'
import { call, get, set, when } from '../wasm/control.js'
import { numbersOf } from '../wasm/dtypes.js'
import { f32, f64, f64x2, i32, i32x4, i64x2, v128 } from '../wasm/instructions.js'
import { advance, countTo, pick, repeatWhile, whileRoom } from '../wasm/loops.js'

/** The code for numbers of one dtype. */
type Lanes = (typeof numbersOf)['float32' | 'float64'] & {
  /** A mask of the first `columns` mod 4 (or 2) lanes. */
  readonly mask: Code
  /** The lanes of the local `m`, moved around so that two of them are compared with the two others; enough of these steps. */
  readonly turns: readonly Code[]
  /** Statements that replace the local `v` by exp(v). */
  readonly exp: Code
  /** Statements that replace the two equal lanes of the local `sum` by their logarithm. */
  readonly log: Code
  /** Statements that add the lanes of the local `v` to the float64 sums `sum` and `sum2`. */
  readonly addUp: Code
  readonly fromFloat64: (x: Code) => Code
  readonly toFloat64: (x: Code) => Code
  /** The functions that these call. */
  readonly called: ModuleCode
}

const halvesSwapped = (name: string) => pick(8, [1, 0], name, name)
const neighboursSwapped = (name: string) => pick(4, [1, 0, 3, 2], name, name)
const addTo = (sum: string, v: Operand) => set(sum, f64x2.add(sum, v))
const low = f64x2.promote_low_f32x4

const float32 = (): Lanes => ({
  ...numbersOf.float32,
  mask: i32x4.lt_s(i32x4.const(0, 1, 2, 3), i32x4.splat(i32.and('columns', 3))),
  turns: [halvesSwapped('m'), neighboursSwapped('m')],
  exp: expOfNegative(),
  // The logarithm of NaN is NaN, which is all that lnWide cannot do.
  log: [set('nan', f64x2.sub('sum', 'sum')), apart(lnWide('sum')), addTo('sum', get('nan'))],
  addUp: [addTo('sum', low('v')), addTo('sum2', low(halvesSwapped('v')))],
  fromFloat64: f32.demote_f64,
  toFloat64: f64.promote_f32,
  called: { functions: [] },
})

const float64 = (): Lanes => ({
  ...numbersOf.float64,
  mask: i64x2.const(-1n, 0n),
  turns: [halvesSwapped('m')],
  exp: set('v', call(`${float64Prefix}exp`, 'v')),
  log: set('sum', f64x2.splat(call('Math.log', f64x2.extract_lane(0, 'sum')))),
  addUp: addTo('sum', 'v'),
  fromFloat64: (x) => x,
  toFloat64: (x) => x,
  called: declare(prefixed(float64Prefix, float64Functions), ['Math.log', `${float64Prefix}exp`]),
})

/** Below this, exp is not a normal number any more, which processors are slow with: 0 takes its place. */
const smallest = -87

/** exp of four float32 that are not positive. */
const expOfNegative = (): Code =>
  apart([
    assign('a', atLeast('v', smallest)),
    splitExponent('a'),
    assign('y', mul(expOfR(), power())),
    assign('v', andNot('y', less('v', smallest))),
  ])

/** Statements of functions, whose locals get names of their own here, except `v` and `sum`. */
const apart = (code: Code): Code =>
  renameLocals(code, (name) => (name === 'v' || name === 'sum' ? name : `function.${name}`))

/** A module that exports one of `softmax`, `logSoftmax`, `softmaxGradient`, `crossEntropy` and `gradient`. */
export function softmaxModule(dtype: 'float32' | 'float64', name: string): ModuleCode {
  const lanes = dtype === 'float32' ? float32() : float64()
  const { imports, functions } = lanes.called
  return { imports, functions: [...functions, kernels[name](lanes)] }
}

/** A function over rows: `row` is done for each, with its addresses `x` to `end` and its largest number in every lane of `m`. */
function overRows(lanes: Lanes, name: string, pointers: string, row: Code): FunctionCode {
  const { code, locals, prologue } = hoistConstants([
    set('width', i32.mul('columns', lanes.bytes)),
    set('mask', lanes.mask),
    countTo('r', 'rows', [set('end', i32.add('x', 'width')), largest(lanes), row, set('x', 'end')]),
  ])
  const vectors = [
    'v m m1 m2 m3 sum sum2 mask scale nan',
    ...localsSet(code).filter((local) => local.startsWith('function.')),
  ]
  const own = [...variables('r p q end width'), ...variables('chosen', 'f64'), ...variables(vectors.join(' '), 'v128')]
  return exported(name, variables(`${pointers} rows columns`), [...own, ...locals], [prologue, code])
}

/** Does something with every vector `v` of the row, and with a result writes one for each from `y` on. */
const overRow = (lanes: Lanes, compute: Code, result?: Operand): Code => [
  set('p', 'x'),
  result ? set('q', 'y') : [],
  toEndOfRow(lanes, compute, result),
]

/** The same from `p` on, with results from `q` on. */
function toEndOfRow(lanes: Lanes, compute: Code, result?: Operand): Code {
  const vector = [
    set('v', v128.load('p')),
    when(i32.lt_u(i32.sub('end', 'p'), 16), set('v', v128.bitselect('v', lanes.vector.const(-Infinity), 'mask'))),
    compute,
    result ? [v128.store('q', result), advance('q', 16)] : [],
    advance('p', 16),
  ]
  return repeatWhile(i32.lt_u('p', 'end'), vector)
}

/** Four vectors at a time, whose maxima do not wait for each other. */
const largest = (lanes: Lanes): Code => {
  const { vector, turns } = lanes
  const maxima = ['m', 'm1', 'm2', 'm3']
  const join = (m: string, other: Operand) => set(m, vector.pmax(m, other))
  return [
    maxima.map((m) => set(m, vector.const(-Infinity))),
    set('p', 'x'),
    whileRoom('p', 'end', 64, [maxima.map((m, i) => join(m, v128.load('p', 16 * i))), advance('p', 64)]),
    toEndOfRow(lanes, join('m', 'v')),
    maxima.slice(1).map((m) => join('m', m)),
    turns.map((turned) => join('m', turned)),
  ]
}

/** Σ exp(x − m) in both lanes of `sum`; with a result, exp(x − m) is written from `y` on. */
const sumOfExp = (lanes: Lanes, result?: Operand): Code => [
  set('sum', f64x2.const(0)),
  set('sum2', f64x2.const(0)),
  overRow(lanes, [set('v', lanes.vector.sub('v', 'm')), lanes.exp, lanes.addUp], result),
  addTo('sum', 'sum2'),
  addTo('sum', halvesSwapped('sum')),
]

const firstOfSum = (): Code => f64x2.extract_lane(0, 'sum')
const everyLane = (lanes: Lanes, value: Code): Code => lanes.vector.splat(lanes.fromFloat64(value))
const loadNumber = (lanes: Lanes, address: Operand): Code => lanes.toFloat64(lanes.load(address))

/** Multiplies the row at `y` by `scale`, and goes on to the next. */
const scaleResult = ({ vector }: Lanes): Code => [
  set('q', i32.add('y', 'width')),
  set('p', 'y'),
  repeatWhile(i32.lt_u('p', 'q'), [v128.store('p', vector.mul(v128.load('p'), 'scale')), advance('p', 16)]),
  set('y', 'q'),
]

const softmax = (lanes: Lanes): FunctionCode =>
  overRows(lanes, 'softmax', 'x y', [
    sumOfExp(lanes, 'v'),
    set('scale', everyLane(lanes, f64.div(1, firstOfSum()))),
    scaleResult(lanes),
  ])

const logSoftmax = (lanes: Lanes): FunctionCode =>
  overRows(lanes, 'logSoftmax', 'x y', [
    sumOfExp(lanes),
    lanes.log,
    set('scale', everyLane(lanes, firstOfSum())),
    overRow(lanes, [], lanes.vector.sub(lanes.vector.sub('v', 'm'), 'scale')),
    advance('y', 'width'),
  ])

/** y · (g − Σ g · y) for each row, where the row of y, the softmax, is at `x`. */
const softmaxGradient = (lanes: Lanes): FunctionCode => {
  const { vector } = lanes
  const eachVector = (compute: Code) => [
    ...[set('p', 'x'), set('q', 'g')],
    repeatWhile(i32.lt_u('p', 'end'), [compute, advance('p', 16), advance('q', 16)]),
  ]
  const params = variables('g x y rows columns')
  const product = set('v', vector.mul(v128.load('p'), v128.load('q')))
  const masked = when(i32.lt_u(i32.sub('end', 'p'), 16), set('v', v128.and('v', 'mask')))
  const row = [
    ...[set('end', i32.add('x', 'width')), set('sum', f64x2.const(0)), set('sum2', f64x2.const(0))],
    eachVector([product, masked, lanes.addUp]),
    ...[addTo('sum', 'sum2'), addTo('sum', halvesSwapped('sum')), set('scale', everyLane(lanes, firstOfSum()))],
    set('to', 'y'),
    eachVector([v128.store('to', vector.mul(v128.load('p'), vector.sub(v128.load('q'), 'scale'))), advance('to', 16)]),
    ...[set('x', 'end'), advance('g', 'width'), advance('y', 'width')],
  ]
  const body = [set('width', i32.mul('columns', lanes.bytes)), set('mask', lanes.mask), countTo('r', 'rows', row)]
  const own = [...variables('r p q to end width'), ...variables('v sum sum2 mask scale', 'v128')]
  return exported('softmaxGradient', params, own, body)
}

/** The address of the number that the label chooses of the row at `x` or `y`. */
const chosen = ({ bytes }: Lanes, row: string): Code => i32.add(row, i32.mul(i32.load('labels'), bytes))

function crossEntropy(lanes: Lanes): FunctionCode {
  const first = lanes.toFloat64(lanes.vector.extract_lane(0, 'm'))
  const loss = f64.add(firstOfSum(), f64.sub(first, loadNumber(lanes, chosen(lanes, 'x'))))
  return overRows(lanes, 'crossEntropy', 'x labels y', [
    sumOfExp(lanes),
    lanes.log,
    lanes.store('y', lanes.fromFloat64(loss)),
    ...[advance('y', lanes.bytes), advance('labels', 4)],
  ])
}

/** g · (exp(x − m) / sum − onehot); the number at the label is computed apart, and put in when its row is done. */
function gradient(lanes: Lanes): FunctionCode {
  const g = loadNumber(lanes, 'g')
  const probability = f64.div(loadNumber(lanes, chosen(lanes, 'y')), firstOfSum())
  return overRows(lanes, 'gradient', 'g x labels y', [
    sumOfExp(lanes, 'v'),
    set('chosen', f64.mul(g, f64.sub(probability, 1))),
    set('scale', everyLane(lanes, f64.div(g, firstOfSum()))),
    scaleResult(lanes),
    lanes.store(i32.sub(chosen(lanes, 'y'), 'width'), lanes.fromFloat64(get('chosen'))),
    ...[advance('g', lanes.bytes), advance('labels', 4)],
  ])
}

const kernels: Record<string, (lanes: Lanes) => FunctionCode> = {
  softmax,
  logSoftmax,
  softmaxGradient,
  crossEntropy,
  gradient,
}
