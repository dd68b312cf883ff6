/**
 * The WebAssembly of pooling and of convolutions in which each channel has a kernel of its own: loops over images, windows and
 * channels, with the channels as vectors.
 */
import { type Code, exported, type ModuleCode, type Operand, variables } from '../wasm/code.js'
import { set, when } from '../wasm/control.js'
import { numbersOf } from '../wasm/dtypes.js'
import { f32, f32x4, f64, f64x2, i32, i32x4, v128 } from '../wasm/instructions.js'
import { advance, countDown, whileRoom } from '../wasm/loops.js'
import { hasFma } from '../wasm/module.js'
import { entryWords, headWords, word } from './window-table.js'

/** Names of the kernels. */
export type WindowKind =
  | 'maxPool'
  | 'maxPoolGradient'
  | 'maxPoolPick'
  | 'averagePool'
  | 'averagePoolGradient'
  | 'depthwise'
  | 'depthwiseInput'
  | 'depthwiseKernel'

/** Works on some images: addresses of what has the shape of the images, of the results, and of the kernels; 0 for what is not used. */
export type WindowKernel = (
  image: number,
  /** A second array of the shape of the images. */
  other: number,
  result: number,
  weights: number,
  bias: number,
  /** 1 to end with `max(sum, 0)`. */
  relu: number,
  images: number,
  table: number,
) => void

/** Code for one part of the channels of a window: some vectors, or one number in a vector. */
interface Part {
  readonly indices: readonly number[]
  load(address: string, i: number): Code
  store(address: string, i: number, value: Operand): Code
}

type Vector = (typeof numbersOf)['float32' | 'float64']['vector']

/** Treats one part of a window's channels; `s0`, `s1`, … are locals that live as long as the window. */
interface Body {
  before?(part: Part, vector: Vector): Code
  /** Another round over the window before `each`. */
  first?(part: Part, vector: Vector): Code
  /** For each number of the window: at `image`, `other`, `weight` in the arrays of that name. */
  each(part: Part, vector: Vector): Code
  after?(part: Part, vector: Vector): Code
}

const all = (part: Part, code: (i: number) => Code): Code => part.indices.map(code)

const clear = (part: Part): Code => all(part, (i) => set(`s${i}`, i32x4.const(0)))
const loadResult = (part: Part): Code => all(part, (i) => set(`s${i}`, part.load('to', i)))
const storeResult = (part: Part): Code => all(part, (i) => part.store('to', i, `s${i}`))

/** NaN counts as the largest. */
const largest = {
  before: (part: Part): Code => all(part, (i) => set(`m${i}`, part.load('corner', i))),
  first: (part: Part, vector: Vector): Code => all(part, (i) => set(`m${i}`, vector.max(`m${i}`, part.load('at', i)))),
}

/** Sets `hit`: where a number is the first largest of its window; `f0`, `f1`, … where it was not found yet. */
const findLargest = (part: Part, vector: Vector, i: number): Code => [
  set('x', part.load('at', i)),
  set('hit', v128.and(v128.or(vector.eq('x', `m${i}`), vector.ne('x', 'x')), `f${i}`)),
  set(`f${i}`, v128.andnot(`f${i}`, 'hit')),
]
const noneFound = (part: Part): Code => all(part, (i) => set(`f${i}`, i32x4.const(-1)))

const addTo = (part: Part, vector: Vector, address: string, i: number, value: Operand): Code =>
  part.store(address, i, vector.add(part.load(address, i), value))

const bodies: Readonly<Record<WindowKind, Body>> = {
  maxPool: {
    before: largest.before,
    each: largest.first,
    after: (part) => all(part, (i) => part.store('to', i, `m${i}`)),
  },
  maxPoolGradient: {
    before: (part) => [largest.before(part), noneFound(part), loadResult(part)],
    first: largest.first,
    each: (part, vector) =>
      all(part, (i) => [findLargest(part, vector, i), addTo(part, vector, 'partner', i, v128.and(`s${i}`, 'hit'))]),
  },
  maxPoolPick: {
    before: (part) => [largest.before(part), noneFound(part), clear(part)],
    first: largest.first,
    each: (part, vector) =>
      all(part, (i) => [
        findLargest(part, vector, i),
        set(`s${i}`, v128.or(`s${i}`, v128.and(part.load('partner', i), 'hit'))),
      ]),
    after: storeResult,
  },
  averagePool: {
    before: clear,
    each: (part, vector) => all(part, (i) => set(`s${i}`, vector.add(`s${i}`, part.load('at', i)))),
    after: (part, vector) => all(part, (i) => part.store('to', i, vector.div(`s${i}`, 'count'))),
  },
  averagePoolGradient: {
    before: (part, vector) => all(part, (i) => set(`s${i}`, vector.div(part.load('to', i), 'count'))),
    each: (part, vector) => all(part, (i) => addTo(part, vector, 'at', i, `s${i}`)),
  },
  depthwise: {
    before: (part) => [
      when(
        'bias',
        all(part, (i) => set(`s${i}`, part.load('b', i))),
        clear(part),
      ),
    ],
    each: (part, vector) =>
      all(part, (i) => set(`s${i}`, multiplyAdd(vector, part.load('at', i), part.load('weight', i), `s${i}`))),
    after: (part, vector) => [
      when(
        'relu',
        all(part, (i) => set(`s${i}`, vector.pmax(`s${i}`, i32x4.const(0)))),
      ),
      storeResult(part),
    ],
  },
  depthwiseInput: {
    before: loadResult,
    each: (part, vector) =>
      all(part, (i) => part.store('at', i, multiplyAdd(vector, `s${i}`, part.load('weight', i), part.load('at', i)))),
  },
  depthwiseKernel: {
    before: loadResult,
    each: (part, vector) =>
      all(part, (i) =>
        part.store('weight', i, multiplyAdd(vector, `s${i}`, part.load('at', i), part.load('weight', i))),
      ),
  },
}

const multiplyAdd = (vector: Vector, a: Operand, b: Operand, sum: Operand): Code =>
  hasFma ? vector.relaxed_madd(a, b, sum) : vector.add(vector.mul(a, b), sum)

/** Most vectors of channels at a time. */
const vectors = 4

/** The locals of vectors: `${name}0`, `${name}1`, … for each letter, and three more. */
const vectorLocals = variables(
  `x hit count ${[...'smf'].flatMap((name) => Array.from({ length: vectors }, (_, i) => name + i)).join(' ')}`,
  'v128',
)

/** A module that exports `run`. */
export function windowModule(kind: WindowKind, dtype: 'float32' | 'float64'): ModuleCode {
  const { vector, bytes } = numbersOf[dtype]
  const body = bodies[kind]
  const channels = [
    whileRoom('corner', 'end', 16 * vectors, channelsOfWindow(body, vector, wholeVectors(vectors), 16 * vectors)),
    whileRoom('corner', 'end', 16, channelsOfWindow(body, vector, wholeVectors(1), 16)),
    whileRoom('corner', 'end', bytes, channelsOfWindow(body, vector, oneNumber(bytes), bytes)),
  ]
  const countNumbers = kind.startsWith('average') ? set('count', countOf(dtype)) : []
  const locals = variables(
    'delta i j rowAt columnAt height width corner end to w b down wDown y column at partner weight',
  )
  return {
    functions: [
      exported(
        'run',
        variables('image other result weights bias relu images table'),
        [...locals, ...vectorLocals],
        [
          ...[set('delta', i32.sub('other', 'image')), set('to', 'result')],
          countDown('images', eachWindow([countNumbers, channels])),
        ],
      ),
    ],
  }
}

const wholeVectors = (n: number): Part => ({
  indices: Array.from({ length: n }, (_, i) => i),
  load: (address, i) => v128.load(address, 16 * i),
  store: (address, i, value) => v128.store(address, value, 16 * i),
})

const oneNumber = (bytes: 4 | 8): Part => ({
  indices: [0],
  load: (address) => (bytes === 4 ? v128.load32_zero(address) : v128.load64_zero(address)),
  store: (address, _, value) => (bytes === 4 ? v128.store32_lane(address, value) : v128.store64_lane(address, value)),
})

/** The count of a window's numbers in every lane. */
function countOf(dtype: 'float32' | 'float64'): Code {
  const count = f64.convert_i32_u(i32.mul('height', 'width'))
  return dtype === 'float64' ? f64x2.splat(count) : f32x4.splat(f32.demote_f64(count))
}

const head = (name: keyof typeof word) => i32.load('table', 4 * word[name])

/** Runs the body for every window of an image, with `corner` and `w` at the first of its numbers and weights. */
function eachWindow(body: Code): Code {
  const rows = i32.add('table', 4 * headWords)
  const columns = i32.add(rows, i32.mul(head('outputHeight'), 4 * entryWords))
  const both = (offset: number) => i32.add(i32.load('rowAt', offset), i32.load('columnAt', offset))
  const eachColumn = [
    set('width', i32.load('columnAt', 8)),
    ...[set('corner', i32.add('image', both(0))), set('w', i32.add('weights', both(4))), set('b', 'bias')],
    set('end', i32.add('corner', head('pixelBytes'))),
    body,
    advance('columnAt', 4 * entryWords),
  ]
  const eachRow = [
    ...[set('height', i32.load('rowAt', 8)), set('columnAt', columns), set('j', head('outputWidth'))],
    countDown('j', eachColumn),
    advance('rowAt', 4 * entryWords),
  ]
  return [
    ...[set('rowAt', rows), set('i', head('outputHeight'))],
    countDown('i', eachRow),
    ...[advance('image', head('imageBytes')), advance('weights', head('weightBytes'))],
  ]
}

/** Computes one part of a window's channels, and goes on to the next. */
function channelsOfWindow({ before, first, each, after }: Body, vector: Vector, part: Part, bytes: number): Code {
  return [
    before ? before(part, vector) : [],
    first ? eachNumber(first(part, vector)) : [],
    eachNumber(each(part, vector)),
    after ? after(part, vector) : [],
    ['corner', 'to', 'w', 'b'].map((address) => advance(address, bytes)),
  ]
}

/** Runs the body for each number of a window. */
const eachNumber = (body: Code): Code => [
  ...[set('down', 'corner'), set('wDown', 'w'), set('y', 'height')],
  countDown('y', [
    ...[set('at', 'down'), set('weight', 'wDown'), set('column', 'width')],
    countDown('column', [
      ...[set('partner', i32.add('at', 'delta')), body],
      ...[advance('at', head('rightBytes')), advance('weight', head('pixelBytes'))],
    ]),
    ...[advance('down', head('downBytes')), advance('wDown', head('weightRowBytes'))],
  ]),
]
