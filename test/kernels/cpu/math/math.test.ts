import test from 'ava'
import { declare, prefixed, type VectorFunctions } from '../../../../src/kernels/cpu/math/define.js'
import { float32Functions } from '../../../../src/kernels/cpu/math/functions-float32.js'
import { float64Functions, float64Prefix } from '../../../../src/kernels/cpu/math/functions-float64.js'
import { hoistConstants } from '../../../../src/kernels/cpu/math/hoist-constants.js'
import { begin, reserve } from '../../../../src/kernels/cpu/memory/memory.js'
import { type Code, exported, renameLocals, type Variable, variables } from '../../../../src/kernels/cpu/wasm/code.js'
import { block, call, set } from '../../../../src/kernels/cpu/wasm/control.js'
import { v128 } from '../../../../src/kernels/cpu/wasm/instructions.js'
import { advance, whileRoom } from '../../../../src/kernels/cpu/wasm/loops.js'
import { instantiate, memory } from '../../../../src/kernels/cpu/wasm/module.js'
import { type Reference, references } from '../references.js'

type Loop = (x: number, y: number, out: number, end: number) => void

const special = [
  ...[
    0,
    1,
    Infinity,
    NaN,
    0.5,
    2,
    3,
    4,
    1.5,
    0.75,
    1e-45,
    1e-40,
    2 ** -126,
    1.1754942e-38,
    2 ** -24,
    2 ** -12,
    3.4028235e38,
  ],
  ...[
    88.72283, 88.72284, 89.4159, 89.416, 87.33655, 103.27893, 103.97207, 103.97208, 17.32868, 9.01, 9.02, 3.9192059,
    4.1,
  ],
  ...[
    1e6,
    1000000.06,
    1e7,
    16777215,
    16777216,
    16777217,
    33554433,
    1e20,
    1e30,
    Math.PI,
    Math.PI / 2,
    Math.SQRT2,
    Math.SQRT1_2,
  ],
].flatMap((x) => [x, -x])

const fresh = 2 ** 20
const dense = 2 ** 17

const loop = (name: string, value: Code, locals: readonly Variable[] = [], prologue: Code = []) =>
  exported(
    name,
    variables('x y out end'),
    [...variables('v.x v.y', 'v128'), ...locals],
    [
      prologue,
      whileRoom('x', 'end', 16, [
        set('v.x', v128.load('x')),
        set('v.y', v128.load('y')),
        v128.store('out', value),
        ...['x', 'y', 'out'].map((pointer) => advance(pointer, 16)),
      ]),
    ],
  )

/** A function in a loop: called, and written in place. */
function loops(table: VectorFunctions, name: string): { called: Loop; inPlace: Loop } {
  const { params, locals: own, body } = table[name]
  const rename = (local: string) => `in.${local}`
  const inPlace = block(
    '',
    [params.map((param) => set(rename(param), `v.${param}`)), renameLocals(body, rename)],
    'v128',
  )
  const { code, locals: constants, prologue } = hoistConstants(inPlace)
  const locals = [...variables([...params, ...own].map(rename).join(' '), 'v128'), ...constants]
  const { imports, functions } = declare(table, [name])
  const called = loop('called', call(name, ...params.map((param) => `v.${param}`)))
  return instantiate({ imports, functions: [...functions, called, loop('inPlace', code, locals, prologue)] })
}

/** Spreads i over all bit patterns. */
const scatter = (i: number) => Math.imul(i, 0x9e3779b1)

/** x and y: bit patterns of all kinds, dense intervals, and every pair of special values. */
function inputs({ dense: intervals }: Reference): [Float32Array, Float32Array] {
  const size = fresh + intervals.length * dense + special.length ** 2
  const bits = [new Int32Array(size), new Int32Array(size)]
  const [x, y] = bits.map((array) => new Float32Array(array.buffer))
  for (let i = 0; i < fresh; i++) {
    bits[0][i] = scatter(i)
    if (i % 2) bits[1][i] = scatter(i * 7919 + 1)
    else y[i] = ((i % 401) - 200) / 16
  }
  intervals.forEach(([low, high], k) => {
    for (let i = 0; i < dense; i++) {
      const at = fresh + k * dense + i
      x[at] = low + ((high - low) * (scatter(i) >>> 0)) / 2 ** 32
      y[at] = low + ((high - low) * (scatter(i * 31 + 7) >>> 0)) / 2 ** 32
    }
  })
  special.forEach((a, i) => {
    x.fill(a, size - special.length * (i + 1), size - special.length * i)
    y.set(special, size - special.length * (i + 1))
  })
  return [x, y]
}

type Floats = Float32ArrayConstructor | Float64ArrayConstructor

/** Runs a loop over arrays. */
function run<A extends Float32Array | Float64Array>(kernel: Loop, x: A, y: A): A {
  const dtype = x instanceof Float32Array ? 'float32' : 'float64'
  begin()
  const [a, b, out] = [0, 0, 0].map(() => reserve(dtype, x.length))
  const view = (address: number) => new (x.constructor as Floats)(memory.buffer, address, x.length) as A
  view(a).set(x)
  view(b).set(y)
  kernel(a, b, out, a + 16 * Math.ceil((x.length * x.BYTES_PER_ELEMENT) / 16))
  const result = view(out).slice() as A
  return result
}

const float = new Float32Array(1)
const pattern = new Int32Array(float.buffer)

/** The place of a float32 among all of them, from −∞ to ∞; both zeros are 0. */
function order(x: number): number {
  float[0] = x
  return pattern[0] < 0 ? -(pattern[0] & 0x7fffffff) : pattern[0]
}

/** How many float32 lie between two; Infinity where one of them is NaN or they are different zeros. */
function distance(a: number, b: number): number {
  if (Object.is(a, b)) return 0
  return Number.isNaN(a) || Number.isNaN(b) || (a === 0 && b === 0) ? Infinity : Math.abs(order(a) - order(b))
}

/** Where float32 results are furthest from the truth, rounded. */
function worst({ f }: Reference, x: Float32Array, y: Float32Array, results: Float32Array) {
  let [ulp, index] = [0, 0]
  for (let i = 0; i < x.length; i++) {
    const d = distance(results[i], Math.fround(f(x[i], y[i])))
    if (d > ulp) [ulp, index] = [d, i]
  }
  return { ulp, at: [x[index], y[index]], got: results[index], wanted: f(x[index], y[index]) }
}

const bytes = (array: Float32Array) => Buffer.from(array.buffer)

const helpers = ['mod64', 'sinHuge', 'cosHuge', 'tanHuge', 'fmod', 'power']

test('every vector function has a reference, in float32 and in float64', (t) => {
  const names = Object.keys(references).sort()
  for (const table of [float32Functions, float64Functions]) {
    const own = Object.keys(table).filter((name) => !helpers.includes(name))
    t.deepEqual(own.sort(), names)
  }
})

for (const [name, reference] of Object.entries(references)) {
  test(`${name} in float32 is within ${reference.ulp} ulp everywhere, called or in place`, (t) => {
    const [x, y] = inputs(reference)
    const { called, inPlace } = loops(float32Functions, name)
    const results = run(called, x, y)
    const { ulp, at, got, wanted } = worst(reference, x, y, results)
    t.true(ulp <= reference.ulp, `${ulp} ulp at ${at}: ${got}, not ${wanted}`)
    t.true(bytes(run(inPlace, x, y)).equals(bytes(results)), 'in place')
    t.log(`${ulp} ulp`)
  })
}

const doubles = Float64Array.from(special.flatMap((x) => special.map(() => x)))
const others = Float64Array.from(special.flatMap(() => special))

for (const [name, reference] of Object.entries(references)) {
  test(`${name} in float64 is Math's or as good`, (t) => {
    const { f } = reference
    const results = run(loops(prefixed(float64Prefix, float64Functions), float64Prefix + name).called, doubles, others)
    for (let i = 0; i < doubles.length; i++) {
      const [x, y] = [doubles[i], others[i]]
      const close = Math.abs(results[i] - f(x, y)) <= 4e-15 * Math.abs(f(x, y))
      if (!close && !Object.is(results[i], f(x, y))) t.fail(`${name}(${x}, ${y}) is ${results[i]}, not ${f(x, y)}`)
    }
    t.pass()
  })
}
