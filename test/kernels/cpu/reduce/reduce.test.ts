import test from 'ava'
import type { DType, ReduceKind, Shape, TypedArray } from '../../../../src/kernels/backend.js'
import { newArray, ordinary, values } from '../../../../src/kernels/cpu/memory/memory.js'
import { argReduce, reduce } from '../../../../src/kernels/cpu/reduce/reduce.js'
import { indicesOf, numbers, sizeOf, stridesOf } from '../numbers.js'

const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'bool']
const kinds: readonly ReduceKind[] = ['sum', 'mean', 'prod', 'max', 'min', 'any', 'all', 'sumSquares']
const random = numbers(2)
const pick = (n: number) => Math.floor(random() * n)

function filled(dtype: DType, size: number): TypedArray {
  const array = newArray(dtype, size)
  for (let i = 0; i < size; i++) {
    if (dtype === 'bool') array[i] = pick(4) > 0 ? 1 : 0
    else if (dtype === 'int32') array[i] = pick(20) === 0 ? pick(2 ** 31) : pick(9) - 4
    else array[i] = pick(9) === 0 ? 0 : random() + 0.5
  }
  return array
}

/** The groups of numbers that go into each result, in order. */
function groups(x: TypedArray, shape: Shape, axes: readonly number[]): number[][] {
  const strides = stridesOf(shape)
  const at = (index: number[], of: readonly number[]) => of.reduce((sum, axis, i) => sum + index[i] * strides[axis], 0)
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const inside = indicesOf(axes.map((axis) => shape[axis])).map((index) => at(index, axes))
  return indicesOf(kept.map((axis) => shape[axis])).map((index) => {
    const start = at(index, kept)
    return inside.map((offset) => x[start + offset])
  })
}

const floats = {
  sum: (group: number[]) => group.reduce((a, b) => a + b, 0),
  sumSquares: (group: number[]) => group.reduce((a, b) => a + b * b, 0),
  mean: (group: number[]) => group.reduce((a, b) => a + b, 0) / group.length,
  prod: (group: number[]) => group.reduce((a, b) => a * b, 1),
  max: (group: number[]) => Math.max(...group),
  min: (group: number[]) => Math.min(...group),
  any: (group: number[]) => Number(group.some((v) => v !== 0)),
  all: (group: number[]) => Number(group.every((v) => v !== 0)),
}
const integers = {
  ...floats,
  sum: (group: number[]) => group.reduce((a, b) => (a + b) | 0, 0),
  sumSquares: (group: number[]) => group.reduce((a, b) => (a + Math.imul(b, b)) | 0, 0),
  prod: (group: number[]) => group.reduce(Math.imul, 1),
}
const resultType = (kind: ReduceKind, dtype: DType): DType => {
  if (kind === 'any' || kind === 'all') return 'bool'
  if (kind === 'mean') return dtype === 'float64' ? dtype : 'float32'
  return dtype === 'bool' && kind !== 'max' && kind !== 'min' ? 'int32' : dtype
}
const tolerance = { float32: 4e-7, float64: 1e-14, int32: 0, bool: 0 }

function check(
  t: { true(ok: boolean, message: string): unknown; is(a: unknown, b: unknown): unknown },
  kind: ReduceKind,
  dtype: DType,
  shape: Shape,
  axes: number[],
) {
  const x = filled(dtype, sizeOf(shape))
  const result = reduce(kind, ordinary(x, dtype), shape, axes)
  const type = resultType(kind, dtype)
  t.is(result.dtype, type)
  const rule = (dtype === 'int32' || dtype === 'bool' ? integers : floats)[kind]
  const expected = groups(x, shape, axes).map((group) => rule(group))
  const got = values(result)
  t.is(got.length, expected.length)
  const close = (a: number, b: number) => Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance[type] * Math.abs(b)
  const wrong = expected.findIndex((value, i) => !close(got[i], type === 'float32' ? Math.fround(value) : value))
  t.true(wrong < 0, `${kind} of ${dtype} [${shape}] over [${axes}] at ${wrong}: ${got[wrong]}, not ${expected[wrong]}`)
}

for (const dtype of dtypes) {
  for (const kind of kinds) {
    test(`${kind} of ${dtype} over any axes of shapes with 0 to 6 axes`, (t) => {
      for (let trial = 0; trial < 120; trial++) {
        const shape = Array.from({ length: pick(7) }, () => 1 + pick(pick(5) === 0 ? 12 : 4))
        check(
          t,
          kind,
          dtype,
          shape,
          shape.map((_, axis) => axis).filter(() => random() < 0.5),
        )
      }
    })
    test(`${kind} of ${dtype} along rows and columns of every length`, (t) => {
      for (const n of [...Array.from({ length: 19 }, (_, i) => i + 1), 31, 33, 64, 65, 129, 200]) {
        check(t, kind, dtype, [3, n], [1])
        check(t, kind, dtype, [n, 3], [0])
        check(t, kind, dtype, [5, n], [0])
        check(t, kind, dtype, [2, 70, n], [1])
        check(t, kind, dtype, [n, 21], [0])
      }
    })
  }
}

test('nothing sums to 0, multiplies to 1, holds all and not any, and has no mean', (t) => {
  const results = (dtype: DType) =>
    Object.fromEntries(
      kinds.map((kind) => [kind, [...values(reduce(kind, ordinary(newArray(dtype, 0), dtype), [2, 0], [1]))]]),
    )
  const [low, high] = [-(2 ** 31), 2 ** 31 - 1]
  const same = {
    sum: [0, 0],
    mean: [Number.NaN, Number.NaN],
    prod: [1, 1],
    any: [0, 0],
    all: [1, 1],
    sumSquares: [0, 0],
  }
  for (const dtype of ['float32', 'float64'] as const) {
    t.deepEqual(results(dtype), { ...same, max: [-Infinity, -Infinity], min: [Infinity, Infinity] })
  }
  t.deepEqual(results('int32'), { ...same, max: [low, low], min: [high, high] })
  t.deepEqual(results('bool'), { ...same, max: [0, 0], min: [1, 1] })
  t.deepEqual(values(reduce('sum', ordinary(newArray('float32', 0), 'float32'), [0, 3], [1])), new Float32Array(0))
})

test('a reduction over no axes is the number itself', (t) => {
  t.deepEqual(values(reduce('sum', ordinary(Float32Array.of(1, 2, 3), 'float32'), [3], [])), Float32Array.of(1, 2, 3))
  t.deepEqual(values(reduce('mean', ordinary(Int32Array.of(7), 'int32'), [], [])), Float32Array.of(7))
  t.deepEqual(values(reduce('all', ordinary(Float64Array.of(0, 2), 'float64'), [2], [])), Uint8Array.of(0, 1))
})

for (const dtype of ['float32', 'float64'] as const) {
  test(`NaN and infinities of ${dtype} reach every reduction, wherever they lie`, (t) => {
    for (const n of [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 33, 70]) {
      for (let at = 0; at < n; at++) {
        const x = newArray(dtype, n * 3).fill(1)
        x[n + at] = Number.NaN
        x[2 * n + at] = Infinity
        const columns = newArray(dtype, n * 3)
        for (let i = 0; i < n; i++) for (let j = 0; j < 3; j++) columns[i * 3 + j] = x[j * n + i]
        for (const kind of kinds) {
          const expected = groups(x, [3, n], [1]).map((group) => floats[kind](group))
          t.deepEqual([...values(reduce(kind, ordinary(x, dtype), [3, n], [1]))], expected, `${kind} ${n} ${at}`)
          t.deepEqual([...values(reduce(kind, ordinary(columns, dtype), [n, 3], [0]))], expected, `${kind} ${n} ${at}`)
        }
      }
    }
  })
}

test('sums of ten million float32 numbers are right to a millionth', (t) => {
  const x = new Float32Array(1e7)
  for (const [name, next] of [
    ['uniform', () => random()],
    ['normal', () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()) + 0.01],
  ] as const) {
    for (let i = 0; i < x.length; i++) x[i] = next()
    const buffer = ordinary(x, 'float32')
    const near = (got: number, expected: number, what: string) =>
      t.true(Math.abs(got - expected) <= 1e-6 * Math.abs(expected), `${name} ${what}: ${got}, not ${expected}`)
    const exact = new Float64Array(20)
    for (let i = 0; i < x.length; i++) exact[i % 20] += x[i]
    const columns = (n: number) =>
      Array.from({ length: n }, (_, j) => exact.reduce((sum, value, i) => (i % n === j ? sum + value : sum), 0))
    near(values(reduce('sum', buffer, [1e7], [0]))[0], columns(1)[0], 'sum')
    near(values(reduce('mean', buffer, [1e7], [0]))[0], columns(1)[0] / 1e7, 'mean')
    for (const n of [2, 4, 5, 20]) {
      const sums = values(reduce('sum', buffer, [1e7 / n, n], [0]))
      for (const [j, expected] of columns(n).entries()) near(sums[j], expected, `column ${j} of ${n}`)
    }
  }
})

test('the mean of int32 does not wrap around', (t) => {
  const x = new Int32Array(1000).fill(2 ** 31 - 1)
  t.deepEqual(values(reduce('mean', ordinary(x, 'int32'), [1000], [0])), Float32Array.of(2 ** 31))
})

for (const dtype of dtypes) {
  for (const kind of ['argMax', 'argMin'] as const) {
    test(`${kind} of ${dtype} is the first extreme along any axis, or the first NaN`, (t) => {
      for (let trial = 0; trial < 300; trial++) {
        const shape = Array.from({ length: 1 + pick(4) }, () => 1 + pick(pick(3) === 0 ? 40 : 5))
        const axis = pick(shape.length)
        const x = newArray(dtype, sizeOf(shape)).map(() => (dtype === 'bool' ? pick(2) : pick(7) - 3)) as TypedArray
        const special = [Number.NaN, Infinity, -Infinity, -0]
        if (dtype.startsWith('float')) for (let i = 0; i < x.length; i++) if (pick(20) === 0) x[i] = special[pick(4)]
        const expected = groups(x, shape, [axis]).map((group) => {
          const extreme = (kind === 'argMax' ? Math.max : Math.min)(...group)
          return group.findIndex((v) => v === extreme || (Number.isNaN(v) && Number.isNaN(extreme)))
        })
        const got = argReduce(kind, ordinary(x, dtype), shape, axis)
        t.is(got.dtype, 'int32')
        t.deepEqual([...values(got)], expected, `[${shape}] along ${axis}`)
      }
    })
  }
}
