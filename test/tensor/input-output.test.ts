/**
 * What tensors are made of, and what they are written as: nested and typed arrays of all kinds, JSON, text.
 */
import { inspect } from 'node:util'
import test from 'ava'
import {
  arange,
  BackendError,
  DTypeError,
  eye,
  formula,
  IndexedSlices,
  ones,
  permutation,
  randomNormal,
  ShapeError,
  type Tensor,
  type TensorLike,
  tensor,
  variable,
  zeros,
} from '../../src/index.js'

const wrong = <T>(value: unknown) => value as T

test('read-only arrays, typed rows and every typed array of numbers are taken', (t) => {
  const rows: readonly (readonly number[])[] = [
    [1, 2],
    [3, 4],
  ]
  const constant = [
    [1, 2],
    [3, 4],
  ] as const
  const pixels = new Uint8ClampedArray([0, 128, 255])
  for (const data of [rows, constant, [Float32Array.of(1, 2), Float32Array.of(3, 4)]] satisfies TensorLike[])
    t.deepEqual(tensor(data).toArray(), [
      [1, 2],
      [3, 4],
    ])
  t.deepEqual(tensor(pixels).toArray(), [0, 128, 255])
  for (const Kind of [Int8Array, Uint8Array, Int16Array, Uint16Array, Uint32Array]) {
    const x = tensor(Kind.of(1, 2, 3))
    t.is(x.dtype, 'float32')
    t.deepEqual(x.toArray(), [1, 2, 3])
  }
  t.is(tensor([Float64Array.of(0.1)]).dtype, 'float64')
  t.is(tensor([Float64Array.of(0.1)]).item(), 0.1)
  t.is(tensor(Int32Array.of(1)).dtype, 'int32')
  t.is(ones([2]).add([[1, 2]] as const).size, 2)
})

test('what holds no numbers is a short, clear error', (t) => {
  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  const self: Record<string, unknown> = {}
  self.self = self
  const cases: [unknown, RegExp][] = [
    [[10n], /^tensor: element 0 is bigint 10, not a number. Convert BigInts with Number\(\)/],
    [new BigInt64Array(2), /^tensor: element 0 is object BigInt64Array, not a number. Convert BigInts/],
    [[self], /^tensor: element 0 is object Object, not a number/],
    [[ones([2]), ones([2])], /^tensor: element 0 is object Tensor, not a number. Join tensors with stack\(\)/],
    [['x'.repeat(1e6)], /^tensor: element 0 is string "x{60}", not a number/],
    [new DataView(new ArrayBuffer(8)), /^tensor: element 0 is object DataView/],
    [undefined, /^tensor: element 0 is undefined/],
    [[1, null], /^tensor: element 1 is null/],
    [() => 1, /^tensor: element 0 is function/],
  ]
  for (const [data, message] of cases) t.throws(() => tensor(wrong(data)), { instanceOf: DTypeError, message })
  t.throws(() => tensor(wrong(cyclic)), { instanceOf: ShapeError, message: /nested more than 64 deep/ })
  t.throws(() => ones([1]).cast(wrong(10n)), { instanceOf: DTypeError, message: /unknown dtype 10/ })
  t.throws(() => tensor([[1, 2], [3, [4]] as never]), { instanceOf: ShapeError, message: /element 1 \[1\]/ })
  t.throws(() => tensor([1, [2]] as never), {
    instanceOf: ShapeError,
    message: /element 0 has shape \[\], element 1 \[1\]/,
  })
  t.throws(() => tensor([[1], 2] as never), {
    instanceOf: ShapeError,
    message: /element 0 has shape \[1\], element 1 \[\]/,
  })
})

test('sizes that no array can have are errors of nabla', (t) => {
  const huge = [
    () => zeros([1e10]),
    () => arange(1e10),
    () => eye(1e6),
    () => permutation(1e10),
    () => randomNormal([1e10]),
    () => zeros([1e5, 1e5], { dtype: 'float64' }),
  ]
  for (const make of huge) t.throws(make, { instanceOf: BackendError, message: /do not fit into memory/ })
})

test('nested arrays are read fast', (t) => {
  const rows = Array.from({ length: 1000 }, (_, i) => Array.from({ length: 784 }, (_, j) => i + j))
  const slow = () => Float32Array.from(rows.flat(Number.POSITIVE_INFINITY) as number[])
  const fast = () => tensor(rows)
  t.deepEqual([...fast().dataSync()], [...slow()])
  const time = (f: () => unknown) => {
    const times = Array.from({ length: 7 }, () => {
      const start = performance.now()
      f()
      return performance.now() - start
    })
    return Math.min(...times)
  }
  t.true(time(fast) < time(slow), 'not even as fast as flat()')
})

test('a tensor is written as JSON that makes it again', (t) => {
  const x = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: 'int32' },
  )
  const { data, shape, dtype } = JSON.parse(JSON.stringify(x))
  t.deepEqual({ data, shape, dtype }, { data: [1, 2, 3, 4], shape: [2, 2], dtype: 'int32' })
  t.deepEqual(tensor(data, { shape, dtype }).toArray(), x.toArray())
  t.is(JSON.stringify(variable([0.5])), '{"shape":[1],"dtype":"float32","data":[0.5]}')
  t.is(JSON.stringify({ mask: tensor(true) }), '{"mask":{"shape":[],"dtype":"bool","data":[1]}}')
})

test('toArray says what is expected of it', (t) => {
  const matrix = tensor([[1, 2]]).toArray<number[][]>()
  t.is(matrix[0][1], 2)
})

test("JavaScript's operators are an error that names the method; text is text", (t) => {
  const x = wrong<number>(tensor([1, 2]))
  const message = /operators \(.*\) do not work on tensors\. Write a\.add\(b\)/
  for (const f of [() => x * 2, () => x + 1, () => -x, () => x > 1, () => Number(x), () => [x].concat(x)[0] ** 2])
    t.throws(f, { instanceOf: DTypeError, message })
  t.is(String(x), 'Tensor [2] float32\n[1, 2]')
  t.is(`${x}`, 'Tensor [2] float32\n[1, 2]')
  t.is([tensor(1)].join(), 'Tensor [] float32\n1')
})

test('a huge tensor prints at once', (t) => {
  const x = zeros([2e7], { dtype: 'bool' })
  const start = performance.now()
  t.is(String(x), 'Tensor [20000000] bool\n[false, false, false, …, false, false, false]')
  t.true(performance.now() - start < 50)
  t.is(String(arange(2000).reshape([2, 1000])).split('\n')[2], ' [1000, 1001, 1002, …, 1997, 1998, 1999]]')
})

test('sparse gradients and formulas print what they are', (t) => {
  const table = variable(ones([1000, 2]))
  table.gather([3, 5, 3]).sum().backward()
  t.is(
    inspect(table.grad),
    'IndexedSlices [1000, 2] float32, 3 rows\nindices [3, 5, 3]\nvalues\n[[1, 1],\n [1, 1],\n [1, 1]]',
  )
  t.true(table.grad instanceof IndexedSlices)
  t.is(inspect(formula('x^2 * exp(-a * x)')), 'formula x^2 * exp(-a * x)')
  t.is(inspect(formula('x^2').derivative('x')), 'formula 2 * (g * x)')
  t.regex(inspect({ x: tensor([1]) as Tensor }), /x: Tensor \[1\] float32\n\s*\[1\]/)
})
