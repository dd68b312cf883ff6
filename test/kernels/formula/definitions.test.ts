/**
 * The functions of the language that are formulas themselves, and the kernels that came with them: values from closed forms, `Math`
 * and (to 17 digits) mpmath; in float64 and in float32; close to 0 and at the edges.
 */
import test from 'ava'
import { formula, grads, type Tensor, tensor } from '../../../src/index.js'
import { numberAlgebra } from '../../../src/kernels/formula/algebra.js'
import { type FunctionName, isDefined, rows } from '../../../src/kernels/formula/functions.js'

type Floats = 'float32' | 'float64'

const names = [
  ...(Object.keys(rows) as FunctionName[]).filter(isDefined),
  ...(['log2', 'log10', 'cbrt', 'erfc'] as const),
]

const textOf = (fn: FunctionName) => (rows[fn].arity === 2 ? `${fn}(a, b)` : `${fn}(x)`)

/** The function at these points (one list for each argument), on the CPU's kernels. */
const compute = (fn: FunctionName, dtype: Floats, ...points: number[][]) => [
  ...formula<Tensor>(textOf(fn))(...points.map((p) => tensor(p, { dtype }))).dataSync(),
]

/** The gradient of the sum with respect to the argument at `k`. */
const slopes = (fn: FunctionName, dtype: Floats, k: number, ...points: number[][]) => {
  const f = formula<Tensor>(textOf(fn))
  return [...grads((...xs: Tensor[]) => f(...xs).sum())(...points.map((p) => tensor(p, { dtype })))[k].dataSync()]
}

const exact: [fn: FunctionName, points: number[][], values: number[]][] = [
  ['trunc', [[-1.5, -0.5, 0.5, 2.7, -0]], [-1, -0, 0, 2, -0]],
  ['frac', [[-1.5, 0.25, 3]], [-0.5, 0.25, 0]],
  ['exp2', [[-1074, -3, 0, 0.5, 10]], [5e-324, 0.125, 1, Math.SQRT2, 1024]],
  ['heaviside', [[-1, 0, -0, 2, NaN, Infinity], Array(6).fill(0.5)], [0, 0.5, 0.5, 1, NaN, 1]],
  [
    'copysign',
    [
      [3, -3, 3, 0, Infinity],
      [-0, 0, -2, -1, -1],
    ],
    [-3, 3, -3, -0, -Infinity],
  ],
  [
    'hypot',
    [
      [3, 5, 0, -1e300, 1e-300, Infinity, NaN, NaN],
      [4, 12, 0, 1e300, 1e-300, NaN, -Infinity, 1],
    ],
    [5, 13, 0, Math.SQRT2 * 1e300, Math.SQRT2 * 1e-300, Infinity, Infinity, NaN],
  ],
  ['sinc', [[0, -0, 1, -2, 1e6, 0.5, 0.25]], [1, 1, 0, -0, 0, 2 / Math.PI, Math.sin(Math.PI / 4) / (Math.PI / 4)]],
  [
    'log1mexp',
    [[0, 1e-300, Math.LN2, 50, Infinity, -1]],
    [-Infinity, Math.log(1e-300), -Math.LN2, -Math.exp(-50), -0, NaN],
  ],
  [
    'logaddexp',
    [
      [0, 1000, -Infinity, Infinity, Infinity, -800, NaN],
      [0, 1000, -Infinity, Infinity, -Infinity, 0, 1],
    ],
    [Math.LN2, 1000 + Math.LN2, -Infinity, Infinity, Infinity, Math.exp(-800), NaN],
  ],
  [
    'xlogy',
    [
      [0, 0, 0, 2, NaN, 0, 2],
      [0, -1, Infinity, 3, 1, NaN, 0],
    ],
    [0, 0, 0, 2 * Math.log(3), NaN, NaN, -Infinity],
  ],
  ['logit', [[0, 1, 0.5, 2, -1, 1e-20]], [-Infinity, Infinity, 0, NaN, NaN, Math.log(1e-20)]],
  ['erfinv', [[0, -0, 1, -1, 1.5, 1e-12]], [0, -0, Infinity, -Infinity, NaN, (1e-12 * Math.sqrt(Math.PI)) / 2]],
  [
    'erfinv',
    [[0.5, -0.9, 1 - 2 ** -53, 0.999999]],
    [0.4769362762044699, -1.1630871536766743, 5.863584748755168, 3.4589107372754988],
  ],
  [
    'erfc',
    [[0, 0.5, 3, 10, 26, -2, -40, 40, NaN]],
    [
      1,
      0.4795001221869535,
      2.2090496998585441e-5,
      2.088487583762545e-45,
      5.663192408856143e-296,
      1.9953222650189526,
      2,
      0,
      NaN,
    ],
  ],
  ['cbrt', [[27, -8, 0, -0, 1e-300, -Infinity, NaN]], [3, -2, 0, -0, 1e-100, -Infinity, NaN]],
]

for (const [fn, points, values] of exact) {
  test(`${fn} of ${points.map((p) => `[${p}]`).join(' and ')} is right in float64`, (t) => {
    const results = [
      compute(fn, 'float64', ...points),
      values.map((_, i) => (numberAlgebra[fn] as (...args: number[]) => number)(...points.map((p) => p[i]))),
    ]
    for (const got of results) {
      for (const [i, value] of values.entries()) {
        const isClose = Math.abs(got[i] - value) <= 1e-15 * Math.abs(value)
        t.true(Object.is(got[i], value) || isClose || (value === 0 && got[i] === 0), `${got[i]}, not ${value}`)
      }
    }
  })
}

const small = [0, 1e-7, -1e-7, 1e-4, -1e-4, 0.3, -0.3, 0.49, 0.51, -1.7, 2.3].map(Math.fround)

/** Where a function of one argument is looked at, or the first argument of one of two. */
const pointsOf = (fn: FunctionName) => {
  if (/^(log|logit)/.test(fn) && rows[fn].arity === 1) return [1e-7, 1e-4, 0.3, 0.5, 0.6, 0.999].map(Math.fround)
  if (fn === 'erfinv') return small.slice(0, -2)
  return fn === 'cbrt' ? small.slice(1) : small
}

const second = [0.7, 2.5].map(Math.fround)

for (const fn of names) {
  test(`${fn} and its gradient in float32 are what they are in float64, close to 0, too`, (t) => {
    const first = pointsOf(fn)
    const points = rows[fn].arity === 1 ? [first] : [first.flatMap((x) => [x, x]), first.flatMap(() => second)]
    const pairs = [
      [compute(fn, 'float32', ...points), compute(fn, 'float64', ...points)],
      ...points.map((_, k) => [slopes(fn, 'float32', k, ...points), slopes(fn, 'float64', k, ...points)]),
    ]
    for (const [[single, double], k] of pairs.map((pair, k) => [pair, k] as const)) {
      for (const [i, wanted] of double.entries()) {
        const isClose = Math.abs(single[i] - wanted) <= 1.5e-6 * Math.abs(wanted)
        t.true(
          isClose || single[i] === Math.fround(wanted),
          `${k} at ${points.map((p) => p[i])}: ${single[i]}, not ${wanted}`,
        )
      }
    }
  })
}

test('log2 and log10 are exact at powers: 254 of two in float32, 2098 in float64, 76 and 617 of ten', (t) => {
  const range = (low: number, high: number) => Array.from({ length: high - low + 1 }, (_, i) => low + i)
  const powers = (base: 2 | 10, low: number, high: number) =>
    range(low, high).map((n) => (base === 2 ? 2 ** n : Number(`1e${n}`)))
  t.deepEqual(compute('log2', 'float32', powers(2, -149, 127)), range(-149, 127))
  t.deepEqual(compute('log2', 'float64', powers(2, -1074, 1023)), range(-1074, 1023))
  t.deepEqual(compute('log10', 'float32', powers(10, -37, 38)), range(-37, 38))
  t.deepEqual(compute('log10', 'float64', powers(10, -308, 308)), range(-308, 308))
  t.deepEqual(
    range(-308, 308).map((n) => numberAlgebra.log10(Number(`1e${n}`))),
    range(-308, 308),
  )
  t.deepEqual(
    ['log10(1000)', 'log2(8192)', 'log(1000, 10)', 'log(8192, 2)'].map((text) => formula<Tensor>(text)().item()),
    [3, 13, 3, 13],
  )
})

test('derivatives at the edges are those of PyTorch, or 0 for its NaN', (t) => {
  t.deepEqual(slopes('hypot', 'float64', 0, [0, 3], [0, -4]), [0, 0.6])
  t.deepEqual(slopes('xlogy', 'float64', 0, [0, 0, 2], [0, 2, 1]), [0, Math.log(2), 0])
  t.deepEqual(slopes('xlogy', 'float64', 1, [0, 0, 2], [0, 2, 4]), [0, 0, 0.5])
  t.deepEqual(slopes('copysign', 'float64', 0, [0, 3, 3], [-1, -1, 1]), [-0, -1, 1])
  t.deepEqual(slopes('heaviside', 'float64', 1, [0, 3], [5, 5]), [1, 0])
  t.deepEqual(slopes('logaddexp', 'float64', 0, [-Infinity, 1], [-Infinity, 1]), [0.5, 0.5])
  t.deepEqual(slopes('sinc', 'float64', 0, [0]), [0])
})

test('second derivatives do not stop at ties', (t) => {
  const at = (fn: FunctionName, wrt: string, wrt2: string, inputs: Record<string, number>) =>
    formula<Tensor>(textOf(fn))
      .derivative(wrt)
      .derivative(wrt2)({ g: 1, ...inputs })
      .item()
  t.is(at('logaddexp', 'a', 'a', { a: 2, b: 2 }), 0.25)
  t.is(at('xlogy', 'a', 'b', { a: 0, b: 2 }), 0.5)
  t.true(Math.abs(at('sinc', 'x', 'x', { x: 0 }) + Math.PI ** 2 / 3) < 1e-6)
})
