import test from 'ava'
import type { TypedArray } from '../../../../src/kernels/backend.js'
import { newArray, ordinary, values } from '../../../../src/kernels/cpu/memory/memory.js'
import { crossEntropy, crossEntropyGradient, softmax } from '../../../../src/kernels/cpu/softmax/softmax.js'
import { numbers } from '../numbers.js'

const dtypes = ['float32', 'float64'] as const
type FloatType = (typeof dtypes)[number]
const random = numbers(3)
const pick = (n: number) => Math.floor(random() * n)
const tolerance = { float32: 6e-7, float64: 2e-15 }
const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 64, 100, 1000]

const rowsOf = (x: TypedArray, columns: number) =>
  Array.from({ length: x.length / columns }, (_, r) => [...x.subarray(r * columns, (r + 1) * columns)])

/** log Σ exp of a row, in float64. */
function logSumExp(row: readonly number[]): number {
  const m = Math.max(...row)
  return m + Math.log(row.reduce((sum, v) => sum + Math.exp(v - m), 0))
}
function softmaxOf(row: readonly number[]): number[] {
  const m = Math.max(...row)
  const powers = row.map((v) => Math.exp(v - m))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((p) => p / sum)
}

function logits(dtype: FloatType, size: number, spread: number): TypedArray {
  return newArray(dtype, size).map(() => spread * (2 * random() - 1)) as TypedArray
}

/** Whether every number is right, relative to itself or (where terms cancel) to `scale`. */
function worst(got: TypedArray, expected: readonly number[], scale: (i: number) => number): number {
  let error = 0
  for (let i = 0; i < got.length; i++) error = Math.max(error, Math.abs(got[i] - expected[i]) / scale(i))
  return got.length === expected.length ? error : Number.NaN
}

for (const dtype of dtypes) {
  test(`softmax and log-softmax of ${dtype} rows of every length`, (t) => {
    for (const columns of sizes) {
      for (const spread of [1, 30]) {
        const x = logits(dtype, 3 * columns, spread)
        const buffer = ordinary(x, dtype)
        const expected = rowsOf(x, columns).flatMap(softmaxOf)
        const soft = values(softmax('softmax', buffer, 3, columns))
        // The difference to the largest number is rounded, in proportion to its size.
        const scale = (i: number) => expected[i] * (1 + spread / 5)
        t.true(worst(soft, expected, scale) < tolerance[dtype], `softmax, ${columns}`)
        const logs = rowsOf(x, columns).flatMap((row) => row.map((v) => v - logSumExp(row)))
        const log = values(softmax('logSoftmax', buffer, 3, columns))
        t.true(
          worst(log, logs, (i) => Math.max(1, Math.abs(logs[i]), spread)) < tolerance[dtype],
          `logSoftmax, ${columns}`,
        )
      }
    }
  })

  test(`cross-entropy of ${dtype} rows of every length, and its gradient`, (t) => {
    for (const columns of sizes) {
      const rows = 5
      const x = logits(dtype, rows * columns, 4)
      const labels = Int32Array.from({ length: rows }, () => pick(columns))
      const g = logits(dtype, rows, 3)
      const [xs, ls] = [ordinary(x, dtype), ordinary(labels, 'int32')]
      const losses = rowsOf(x, columns).map((row, r) => logSumExp(row) - row[labels[r]])
      t.true(
        worst(values(crossEntropy(xs, ls, rows, columns)), losses, (i) => Math.max(1, losses[i])) < tolerance[dtype],
      )
      const gradient = rowsOf(x, columns).flatMap((row, r) =>
        softmaxOf(row).map((p, c) => g[r] * (p - (c === labels[r] ? 1 : 0))),
      )
      const got = values(crossEntropyGradient(ordinary(g, dtype), xs, ls, rows, columns))
      t.true(worst(got, gradient, (i) => Math.abs(g[Math.floor(i / columns)])) < tolerance[dtype])
    }
  })

  test(`huge ${dtype} logits neither overflow nor lose the answer`, (t) => {
    const x = ordinary(
      dtype === 'float32' ? Float32Array.of(1e30, 1e30, -1e30) : Float64Array.of(1e300, 1e300, -1e300),
      dtype,
    )
    t.deepEqual([...values(softmax('softmax', x, 1, 3))], [0.5, 0.5, 0])
    const label = ordinary(Int32Array.of(1), 'int32')
    const loss = Math.log(2)
    t.deepEqual([...values(crossEntropy(x, label, 1, 3))], [dtype === 'float32' ? Math.fround(loss) : loss])
  })

  test(`rows of ${dtype} with infinities or NaN come out as in PyTorch, without touching their neighbours`, (t) => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number
    for (const columns of [2, 3, 4, 5, 8, 11]) {
      for (let at = 0; at < columns; at++) {
        const row = (fill: number, special: number) =>
          Array.from({ length: columns }, (_, i) => (i === at ? special : fill))
        const x = newArray(dtype, 5 * columns)
        x.set([...row(0, -inf), ...row(0, inf), ...row(0, nan), ...row(-inf, -inf), ...row(-inf, 3)])
        const p = 1 / (columns - 1)
        const rest = dtype === 'float32' ? Math.fround(p) : p
        const nans = new Array<number>(columns).fill(nan)
        const buffer = ordinary(x, dtype)
        t.deepEqual(rowsOf(values(softmax('softmax', buffer, 5, columns)), columns), [
          row(rest, 0),
          nans,
          nans,
          nans,
          row(0, 1),
        ])
        const log = rowsOf(values(softmax('logSoftmax', buffer, 5, columns)), columns)
        const logOfRest = log[0][(at + 1) % columns]
        t.true(Math.abs(logOfRest - Math.log(p)) < 1e-6)
        t.deepEqual(log, [row(logOfRest, -inf), nans, nans, nans, row(-inf, 0)])
        const losses = values(crossEntropy(buffer, ordinary(new Int32Array(5).fill(at), 'int32'), 5, columns))
        t.deepEqual([...losses], [inf, nan, nan, nan, 0])
      }
    }
  })

  test(`no rows of ${dtype} give nothing`, (t) => {
    const none = ordinary(newArray(dtype, 0), dtype)
    const labels = ordinary(new Int32Array(0), 'int32')
    t.is(softmax('softmax', none, 0, 4).size, 0)
    t.is(softmax('logSoftmax', none, 0, 4).size, 0)
    t.is(crossEntropy(none, labels, 0, 4).size, 0)
    t.is(crossEntropyGradient(none, none, labels, 0, 4).size, 0)
  })
}
