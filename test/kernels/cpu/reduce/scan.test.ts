/**
 * Running reductions, recurrences and sorting against plain loops.
 */
import test from 'ava'
import type { ScanKind } from '../../../../src/kernels/backend.js'
import { newArray, ordinary, values } from '../../../../src/kernels/cpu/memory/memory.js'
import { argSort } from '../../../../src/kernels/cpu/move/sort.js'
import { recurrence, scan } from '../../../../src/kernels/cpu/reduce/scan.js'
import { numbers } from '../numbers.js'

const random = numbers(5)
const sizes: [outer: number, axis: number, inner: number][] = [
  [1, 1, 1],
  [1, 37, 1],
  [3, 5, 1],
  [1, 6, 5],
  [2, 4, 3],
  [0, 3, 2],
  [2, 0, 2],
  [2, 3, 0],
]
const floats: Record<ScanKind, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  prod: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
}
const integers = { ...floats, sum: (a: number, b: number) => (a + b) | 0, prod: Math.imul }

/** The running value along the middle axis, by a plain loop. */
function walk(size: number, axis: number, inner: number, step: (before: number | null, i: number) => number): number[] {
  const out: number[] = []
  for (let i = 0; i < size; i++) out[i] = step(Math.floor(i / inner) % axis === 0 ? null : out[i - inner], i)
  return out
}

for (const dtype of ['float32', 'float64', 'int32'] as const) {
  for (const kind of ['sum', 'prod', 'max', 'min'] as const) {
    test(`the running ${kind} of ${dtype} is that of a loop`, (t) => {
      for (const [outer, axis, inner] of sizes) {
        const x = newArray(dtype, outer * axis * inner)
        for (let i = 0; i < x.length; i++) x[i] = dtype === 'int32' ? random() * 2 ** 32 - 2 ** 31 : 0.5 + random()
        const combine = (dtype === 'int32' ? integers : floats)[kind]
        const want = walk(x.length, axis, inner, (before, i) => (before === null ? x[i] : combine(before, x[i])))
        const got = values(scan(kind, ordinary(x, dtype), outer, axis, inner))
        t.is(got.length, x.length)
        const tolerance = dtype === 'float32' ? 1e-7 : dtype === 'float64' ? 1e-15 : 0
        t.true(
          got.every((v, i) => Math.abs(v - want[i]) <= tolerance * Math.abs(want[i])),
          `${[outer, axis, inner]}: ${got} ≠ ${want}`,
        )
      }
    })
  }
}

test('NaN stays in a running reduction, infinities are kept', (t) => {
  const x = ordinary(Float32Array.of(1, Number.NEGATIVE_INFINITY, Number.NaN, 5), 'float32')
  for (const kind of ['sum', 'prod', 'max', 'min'] as const) {
    const [a, b, c, d] = values(scan(kind, x, 1, 4, 1))
    t.deepEqual([a, c, d], [1, Number.NaN, Number.NaN])
    t.is(b, kind === 'max' ? 1 : Number.NEGATIVE_INFINITY)
  }
})

test('a recurrence is that of a loop', (t) => {
  for (const dtype of ['float32', 'float64'] as const) {
    for (const [outer, axis, inner] of sizes) {
      const a = newArray(dtype, outer * axis * inner).map(random)
      const b = newArray(dtype, outer * axis * inner).map(random)
      const want = walk(a.length, axis, inner, (before, i) => a[i] * (before ?? 0) + b[i])
      const got = values(recurrence(ordinary(a, dtype), ordinary(b, dtype), outer, axis, inner))
      t.is(got.length, a.length)
      t.true(got.every((v, i) => Math.abs(v - want[i]) <= (dtype === 'float32' ? 1e-7 : 1e-15) * want[i]))
    }
  }
})

test('argSort is stable, and NaN counts as the largest', (t) => {
  const x = [3, Number.NaN, -0, 0, Number.POSITIVE_INFINITY, 3, Number.NaN, Number.NEGATIVE_INFINITY]
  for (const array of [Float32Array.from(x), Float64Array.from(x)]) {
    const numbers = ordinary(array, array instanceof Float32Array ? 'float32' : 'float64')
    t.deepEqual([...values(argSort(numbers, 1, 8, false))], [7, 2, 3, 0, 5, 4, 1, 6])
    t.deepEqual([...values(argSort(numbers, 1, 8, true))], [1, 6, 4, 0, 5, 2, 3, 7])
  }
})

test('argSort sorts as JavaScript does, rows of any length and any dtype', (t) => {
  for (const columns of [0, 1, 2, 7, 8, 9, 40, 333]) {
    for (const dtype of ['float32', 'float64', 'int32', 'bool'] as const) {
      for (const descending of [false, true]) {
        const x = newArray(dtype, 3 * columns).map(() => Math.floor(random() * (dtype === 'bool' ? 2 : 50)) - 9)
        const got = values(argSort(ordinary(x, dtype), 3, columns, descending))
        for (let row = 0; row < 3; row++) {
          const keys = x.subarray(row * columns, (row + 1) * columns)
          const want = Array.from(keys, (_, i) => i).sort((i, j) =>
            descending ? keys[j] - keys[i] : keys[i] - keys[j],
          )
          t.deepEqual([...got.subarray(row * columns, (row + 1) * columns)], want)
        }
      }
    }
  }
})

test('argSort orders the whole range of float32 and int32', (t) => {
  const bits = new Int32Array(5000).map(() => random() * 2 ** 32)
  for (const [array, dtype] of [
    [new Float32Array(bits.buffer), 'float32'],
    [bits, 'int32'],
  ] as const) {
    const sorted = [...values(argSort(ordinary(array, dtype), 1, array.length, false))].map((i) => array[i])
    t.true(sorted.every((v, i) => i === 0 || Number.isNaN(v) || sorted[i - 1] <= v))
  }
})
