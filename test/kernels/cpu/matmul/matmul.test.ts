/** Matrix products with small integers, whose sums are exact in every dtype: results must be equal, not close. */
import test from 'ava'
import type { DataBuffer, DType, MatmulEpilogue, MatmulSize, TypedArray } from '../../../../src/kernels/backend.js'
import { matmul } from '../../../../src/kernels/cpu/matmul/matmul.js'
import {
  newArray,
  ordinary,
  overwrite,
  resident,
  values,
  within,
  workingSpace,
} from '../../../../src/kernels/cpu/memory/memory.js'

/** Numbers in [0, 1) that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const random = seeded(7)
const below = (n: number) => Math.floor(random() * n)

/** Small random integers, as float64: `run` converts. */
function integers(size: number): Float64Array {
  const out = new Float64Array(size)
  for (let i = 0; i < size; i++) out[i] = below(17) - 8
  return out
}

function buffer(dtype: DType, numbers: Float64Array): DataBuffer {
  const array = newArray(dtype, numbers.length)
  array.set(numbers)
  return ordinary(array, dtype)
}

const plain = { transposeA: false, transposeB: false, batch: 1, aStep: 0, bStep: 0 }
const transposes = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
)

/** The definition, in float64. */
function reference(a: Float64Array, b: Float64Array, s: MatmulSize, bias?: Float64Array, relu = false): Float64Array {
  const [ai, ak] = s.transposeA ? [1, s.m] : [s.k, 1]
  const [bk, bj] = s.transposeB ? [1, s.k] : [s.n, 1]
  const out = new Float64Array(s.batch * s.m * s.n)
  let index = 0
  for (let batch = 0; batch < s.batch; batch++)
    for (let i = 0; i < s.m; i++)
      for (let j = 0; j < s.n; j++) {
        const sum = dot(a, batch * s.aStep + i * ai, ak, b, batch * s.bStep + j * bj, bk, s.k) + (bias ? bias[j] : 0)
        out[index++] = relu ? Math.max(sum, 0) : sum
      }
  return out
}

function dot(
  a: Float64Array,
  x: number,
  xStep: number,
  b: Float64Array,
  y: number,
  yStep: number,
  count: number,
): number {
  let sum = 0
  for (let k = 0; k < count; k++) sum += a[x + k * xStep] * b[y + k * yStep]
  return sum
}

function run(a: Float64Array, b: Float64Array, dtype: DType, size: MatmulSize, epilogue?: MatmulEpilogue): TypedArray {
  return values(matmul(buffer(dtype, a), buffer(dtype, b), size, epilogue))
}

/** Index of the first difference, or -1. */
function difference(got: TypedArray, wanted: Float64Array): number {
  return got.length === wanted.length ? wanted.findIndex((x, i) => !Object.is(x + 0, got[i] + 0)) : 0
}

/** Multiplies random integers and names the product if it is wrong. */
function check(dtype: DType, size: MatmulSize): string | undefined {
  const a = integers(Math.max(size.m * size.k, size.aStep * size.batch))
  const b = integers(Math.max(size.k * size.n, size.bStep * size.batch))
  const wrong = difference(run(a, b, dtype, size), reference(a, b, size))
  return wrong < 0 ? undefined : `${dtype} ${JSON.stringify(size)} differs at ${wrong}`
}

for (const dtype of ['float32', 'float64', 'int32'] as const)
  test(`every ${dtype} product of sizes 1 to 20 is exact, however the operands are stored`, (t) => {
    const wrong: string[] = []
    for (let m = 1; m <= 20; m++)
      for (let n = 1; n <= 20; n++)
        for (let k = 1; k <= 20; k++)
          for (const transpose of transposes) {
            const message = check(dtype, { ...plain, ...transpose, m, n, k })
            if (message) wrong.push(message)
          }
    t.deepEqual(wrong, [])
  })

test('products of random sizes up to 300 are exact', (t) => {
  for (let i = 0; i < 36; i++) {
    const dtype = (['float32', 'float64', 'int32'] as const)[i % 3]
    const size = { ...plain, ...transposes[below(4)], m: 1 + below(300), n: 1 + below(300), k: 1 + below(300) }
    t.is(check(dtype, size), undefined)
  }
})

test('products larger than one block in every direction are exact', (t) => {
  for (const transpose of transposes)
    for (const [m, n, k] of [
      [7, 13, 1500],
      [70, 1050, 40],
      [9, 530, 530],
      [1, 1, 3000],
      [1, 1, 65],
      [40, 1, 901],
      [1, 40, 902],
    ])
      for (const dtype of ['float32', 'float64', 'int32'] as const)
        t.is(check(dtype, { ...plain, ...transpose, m, n, k }), undefined)
})

test('rounding errors stay within 2 k eps Σ|a||b| of the float64 product', (t) => {
  for (const transpose of transposes) {
    const size = { ...plain, ...transpose, m: 37, n: 29, k: 700 }
    const a = new Float64Array(size.m * size.k).map(() => Math.fround(random() - 0.5))
    const b = new Float64Array(size.k * size.n).map(() => Math.fround(random() - 0.5))
    const wanted = reference(a, b, size)
    const scale = reference(a.map(Math.abs), b.map(Math.abs), size)
    const got = run(a, b, 'float32', size)
    t.true(wanted.every((x, i) => Math.abs(x - got[i]) <= 2 * size.k * 2 ** -24 * scale[i]))
  }
})

test('batches step through the operands, and a step of 0 repeats one', (t) => {
  for (const transpose of transposes)
    for (const [m, n, k] of [
      [5, 7, 3],
      [26, 18, 31],
      [9, 1, 101],
      [1, 9, 102],
      [1, 1, 103],
      [4, 3, 0],
    ])
      for (const [aStep, bStep] of [
        [m * k, k * n],
        [0, k * n],
        [m * k, 0],
        [m * k + 5, k * n + 3],
      ])
        t.is(check('float32', { ...transpose, m, n, k, batch: 3, aStep, bStep }), undefined)
})

test('bias and relu are applied to the finished product', (t) => {
  for (const dtype of ['float32', 'float64', 'int32'] as const)
    for (const transpose of transposes)
      for (const relu of [false, true])
        for (const [m, n, k] of [
          [32, 16, 2],
          [3, 2, 16],
          [64, 10, 128],
          [40, 21, 1100],
          [90, 45, 1100],
          [2, 9, 0],
        ]) {
          const size = { ...plain, ...transpose, m, n, k }
          const [a, b, bias] = [m * k, k * n, n].map(integers)
          const got = run(a, b, dtype, size, { bias: buffer(dtype, bias), relu })
          t.is(difference(got, reference(a, b, size, bias, relu)), -1, `${dtype} ${JSON.stringify(size)}`)
          const withoutBias = run(a, b, dtype, size, { relu })
          t.is(difference(withoutBias, reference(a, b, size, undefined, relu)), -1)
        }
})

test('int32 products wrap around', (t) => {
  const a = new Float64Array([2 ** 30, 123456789])
  const b = new Float64Array([7, 987654321])
  const wanted = (Math.imul(a[0], b[0]) + Math.imul(a[1], b[1])) | 0
  t.deepEqual([...run(a, b, 'int32', { ...plain, m: 1, n: 1, k: 2 })], [wanted])
})

test('empty sizes give empty results, or zeros where only k is 0', (t) => {
  for (const transpose of transposes) {
    const of = (m: number, n: number, k: number, batch = 1) =>
      run(integers(m * k), integers(k * n), 'float32', { ...plain, ...transpose, m, n, k, batch })
    t.deepEqual(of(0, 3, 4), new Float32Array(0))
    t.deepEqual(of(3, 0, 4), new Float32Array(0))
    t.deepEqual(of(2, 3, 4, 0), new Float32Array(0))
    t.deepEqual(of(2, 3, 0), new Float32Array(6))
    t.deepEqual(of(0, 0, 0), new Float32Array(0))
  }
})

test('NaN and infinity spread to their own rows and columns and no further', (t) => {
  for (const dtype of ['float32', 'float64'] as const)
    for (const transpose of transposes)
      for (const poison of [Number.NaN, Number.POSITIVE_INFINITY])
        for (const [m, n, k] of [
          [7, 11, 5],
          [33, 19, 40],
        ])
          for (const side of ['a', 'b']) {
            const size = { ...plain, ...transpose, m, n, k }
            const operands = { a: new Float64Array(m * k), b: new Float64Array(k * n) }
            operands[side as 'a' | 'b'][below(side === 'a' ? m * k : k * n)] = poison
            t.is(difference(run(operands.a, operands.b, dtype, size), reference(operands.a, operands.b, size)), -1)
          }
})

test('relu keeps NaN', (t) => {
  const size = { ...plain, m: 1, n: 2, k: 1 }
  t.deepEqual(
    [...run(new Float64Array([1]), new Float64Array([Number.NaN, -1]), 'float32', size, { relu: true })],
    [Number.NaN, 0],
  )
})

test('operands stay as they were', (t) => {
  const [a, b] = [buffer('float32', integers(300)), buffer('float32', integers(200))]
  const before = [values(a), values(b)]
  matmul(a, b, { ...plain, m: 30, n: 20, k: 10 })
  t.deepEqual([values(a), values(b)], before)
})

test('resident operands and products inside a training step give the same numbers', (t) => {
  const size = { ...plain, m: 40, n: 30, k: 40 }
  const [a, b] = [integers(1600), integers(1200)]
  const w = resident('float32', 1200)
  overwrite(w, buffer('float32', b))
  const chain = () => matmul(buffer('float32', a), matmul(buffer('float32', a), w, size) as DataBuffer, size)
  const wanted = reference(a, reference(a, b, size), size)
  t.is(difference(values(chain()), wanted), -1)
  t.is(
    difference(
      within(() => values(chain())),
      wanted,
    ),
    -1,
  )
})

test('during a step a product keeps scratch space for its result only', (t) => {
  const [a, b] = [resident('float32', 4096), resident('float32', 4096)]
  const grown = within(() => {
    const product = () => matmul(a, b, { ...plain, transposeB: true, m: 64, n: 64, k: 64 })
    product()
    const start = workingSpace()
    product()
    return workingSpace() - start
  })
  t.is(grown, 64 * 64 * 4)
})
