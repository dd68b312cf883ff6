/**
 * What tensors are made of, and what they are written as: nested and typed arrays of all kinds, JSON, text.
 */
import { inspect } from 'node:util'
import test from 'ava'
import {
  arange,
  BackendError,
  bernoulli,
  concat,
  Dense,
  DTypeError,
  diag,
  einsum,
  eye,
  formula,
  fromFunction,
  full,
  IndexedSlices,
  jacobian,
  linspace,
  makeMoons,
  meshgrid,
  multinomial,
  OptionError,
  oneHot,
  ones,
  outer,
  permutation,
  randomInt,
  randomNormal,
  randomUniform,
  ShapeError,
  stack,
  type Tensor,
  type TensorLike,
  tensor,
  tri,
  truncatedNormal,
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
  t.throws(() => tensor(wrong(cyclic)), { instanceOf: ShapeError, message: /nested more than 64 levels deep/ })
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

const two = ones([2])

/** Results that do not fit into WebAssembly's 4 GiB: some that no array could hold, some that one could. */
const huge: Record<string, (n: number) => unknown> = {
  zeros: (n) => zeros([n]),
  ones: (n) => ones([n]),
  full: (n) => full([n], 1),
  'zeros of two axes': (n) => zeros([n, n], { dtype: 'float64' }),
  arange: (n) => arange(n),
  'arange in small steps': (n) => arange(0, 1, 1 / n),
  linspace: (n) => linspace(0, 1, n),
  eye: (n) => eye(n),
  tri: (n) => tri(n),
  fromFunction: (n) => fromFunction([n], () => 0),
  permutation: (n) => permutation(n),
  randomNormal: (n) => randomNormal([n]),
  randomUniform: (n) => randomUniform([n]),
  truncatedNormal: (n) => truncatedNormal([n]),
  randomInt: (n) => randomInt([n], { high: 3 }),
  bernoulli: (n) => bernoulli([n]),
  multinomial: (n) => multinomial([1, 2], n, { replacement: true }),
  tile: (n) => two.tile(n),
  'tile along axes': (n) => two.tile([n, n]),
  repeat: (n) => two.repeat(n),
  'repeat one by one': (n) => two.repeat([n, 1]),
  'repeat along an axis': (n) => ones([2, 3]).repeat(n, 1),
  broadcastTo: (n) => two.broadcastTo([n, 2]),
  oneHot: (n) => oneHot([1], n),
  pad: (n) => two.pad(n),
  'pad with elements': (n) => two.pad(n, { mode: 'edge' }),
  histogram: (n) => two.histogram(n),
  diag: (n) => diag([1], n),
  Dense: (n) => new Dense(n).apply(ones([1, 2])),
}

for (const [name, make] of Object.entries(huge)) {
  test(`${name}: a size that does not fit into memory is an error before anything is built`, (t) => {
    const before = process.memoryUsage().rss
    for (const n of [2e9, 1e10, 1e15]) {
      t.throws(() => make(n), {
        instanceOf: BackendError,
        message: /^[\w]+: \S+ numbers of \w+ do not fit into memory\. Check the shape, or process the data in parts\.$/,
      })
    }
    t.true(process.memoryUsage().rss - before < 1e8)
  })
}

test('results of operations that do not fit into memory are errors, too', (t) => {
  const [long, column] = [ones([1e6]), ones([1e6, 1])]
  for (const make of [
    () => column.add(long),
    () => outer(long, long),
    () => column.matmul(long.expandDims(0)),
    () => meshgrid([long, long]),
    () => concat(new Array(2000).fill(long)),
    () => stack(new Array(2000).fill(long)),
    () => einsum('i,j->ij', long, long),
    () => oneHot(zeros([1e6]), 1e6),
    () => jacobian((x) => x.mul(2))(long),
    () => new IndexedSlices(ones([1, 2]), tensor([0], { dtype: 'int32' }), [1e12, 2]).dataSync(),
  ])
    t.throws(make, { instanceOf: BackendError })
  for (const n of [1e9, 1e12]) t.throws(() => two.split(n), { instanceOf: ShapeError, message: /^split: / })
  t.throws(() => makeMoons({ samples: 1e10 }), { instanceOf: OptionError, message: /^makeMoons: samples is/ })
  t.deepEqual(zeros([0, 1e300, 1e300]).shape, [0, 1e300, 1e300])
  t.is(zeros([1e300, 1e300, 0]).size, 0)
})

/** By how much the heap of JavaScript, where arrays are and typed arrays are not, grows while something runs. */
function heapOf(run: () => unknown): number {
  const before = process.memoryUsage().heapUsed
  run()
  return process.memoryUsage().heapUsed - before
}

test('repeat fills no JavaScript array', (t) => {
  const heap = heapOf(() => t.is(ones([2]).repeat(2e7).size, 4e7))
  t.true(heap < 5e7, `${heap} bytes`) // an array of as many numbers takes 160 MB or more
})

test('nested arrays are read a few times, whatever their size', (t) => {
  const [rows, columns] = [50, 784]
  let reads = 0
  const counted = (list: unknown[]) =>
    new Proxy(list, {
      get(target, key) {
        reads++
        return Reflect.get(target, key)
      },
    })
  const numbers = Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => i + j))
  const x = tensor(counted(numbers.map(counted)) as number[][])
  t.deepEqual([...x.dataSync()], numbers.flat())
  t.true(reads < 3 * rows * (columns + 10), `${reads} reads`)
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

test('a huge tensor prints without its numbers in an array', (t) => {
  const x = zeros([2e7], { dtype: 'bool' })
  const heap = heapOf(() => t.is(String(x), 'Tensor [20000000] bool\n[false, false, false, …, false, false, false]'))
  t.true(heap < 5e7, `${heap} bytes`)
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
