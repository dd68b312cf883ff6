/**
 * Dtypes: the promotion table over all pairs, exact integers, casts.
 */
import test from 'ava'
import {
  arange,
  concat,
  type DType,
  DTypeError,
  formula,
  IndexedSlices,
  linspace,
  OptionError,
  ShapeError,
  stack,
  tensor,
  where,
} from '../../src/index.js'
import { dtypes, promote } from '../../src/tensor/dtype.js'

const one = (dtype: DType) => tensor([1], { dtype })

/** The table in the documentation of dtype.ts, row by row. */
const table: Record<DType, Record<DType, DType>> = {
  bool: { bool: 'bool', int32: 'int32', float32: 'float32', float64: 'float64' },
  int32: { bool: 'int32', int32: 'int32', float32: 'float32', float64: 'float64' },
  float32: { bool: 'float32', int32: 'float32', float32: 'float32', float64: 'float64' },
  float64: { bool: 'float64', int32: 'float64', float32: 'float64', float64: 'float64' },
}
const pairs = dtypes.flatMap((a) => dtypes.map((b): [DType, DType] => [a, b]))
const atLeast = (least: DType, dtype: DType) => promote(least, dtype)

test('promotion follows the table, for all pairs', (t) => {
  t.is(pairs.length, 16)
  for (const [a, b] of pairs) t.is(promote(a, b), table[a][b], `${a} ${b}`)
})

test('selections keep the promoted dtype', (t) => {
  for (const [a, b] of pairs) {
    t.is(one(a).maximum(one(b)).dtype, table[a][b])
    t.is(one(a).minimum(one(b)).dtype, table[a][b])
  }
})

test('arithmetic gives the promoted dtype, of bools int32', (t) => {
  for (const [a, b] of pairs) {
    const want = atLeast('int32', table[a][b])
    for (const name of ['add', 'sub', 'mul', 'mod', 'pow', 'floorDiv', 'squaredDifference'] as const)
      t.is(one(a)[name](one(b)).dtype, want, `${name} ${a} ${b}`)
  }
})

test('division and transcendental functions give a float', (t) => {
  for (const [a, b] of pairs) {
    t.is(one(a).div(one(b)).dtype, atLeast('float32', table[a][b]))
    t.is(one(a).atan2(one(b)).dtype, atLeast('float32', table[a][b]))
    t.is(one(a).exp().dtype, atLeast('float32', a))
    t.is(one(a).mean().dtype, atLeast('float32', a))
    t.is(one(a).std().dtype, atLeast('float32', a))
    t.is(one(a).norm().dtype, atLeast('float32', a))
    t.is(one(a).median().dtype, a === 'int32' ? 'float64' : atLeast('float32', a)) // which float32 does not hold
  }
})

test('comparisons and logic give bool', (t) => {
  for (const [a, b] of pairs) {
    for (const name of ['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'] as const)
      t.is(one(a)[name](one(b)).dtype, 'bool')
    for (const name of ['logicalAnd', 'logicalOr', 'logicalXor'] as const) t.is(one(a)[name](one(b)).dtype, 'bool')
    for (const name of ['isNaN', 'isFinite', 'isInf', 'logicalNot', 'any', 'all'] as const)
      t.is(one(a)[name]().dtype, 'bool')
  }
})

test('a number takes the dtype of the tensor beside it; a fraction beside integers gives float32', (t) => {
  for (const dtype of dtypes) {
    t.is(one(dtype).add(1).dtype, atLeast('int32', dtype))
    t.is(one(dtype).add(0.5).dtype, atLeast('float32', dtype))
  }
})

test('sums and products of bools count; extremes, sorting and moving keep the dtype', (t) => {
  for (const dtype of dtypes) {
    const x = tensor([[1, 0, 1]], { dtype })
    for (const name of ['sum', 'prod', 'cumsum', 'cumprod'] as const) t.is(x[name]().dtype, atLeast('int32', dtype))
    for (const name of ['max', 'min', 'cumMax', 'cumMin', 'sort', 'flip', 'unstack', 'diag', 'tril'] as const)
      t.is([x[name]()].flat()[0].dtype, dtype, name)
    t.is(x.pad(1).dtype, dtype)
    t.is(x.tile(2).dtype, dtype)
    t.is(x.roll(1).dtype, dtype)
    t.is(x.gather([0]).dtype, dtype)
    t.is(x.withSlice('0, 0', 0).dtype, dtype)
    t.is(x.takeAlongAxis([[0]]).dtype, dtype)
    t.is(x.booleanMask([true]).dtype, dtype)
    for (const name of ['argMax', 'argMin', 'argSort', 'countNonzero'] as const) t.is(x[name]().dtype, 'int32')
  }
})

test('joining and choosing promotes', (t) => {
  for (const [a, b] of pairs) {
    t.is(concat([one(a), one(b)]).dtype, table[a][b])
    t.is(stack([one(a), one(b)]).dtype, table[a][b])
    t.is(where(one('bool'), one(a), one(b)).dtype, table[a][b])
  }
})

test('integer arithmetic is exact over the whole range of int32', (t) => {
  const int = (...values: number[]) => tensor(values, { dtype: 'int32' })
  const big = 2 ** 31 - 1
  t.deepEqual(
    int(16777217, big - 1)
      .add(1)
      .toArray(),
    [16777218, big],
  )
  t.deepEqual(int(16777217, -big).sub(1).toArray(), [16777216, -big - 1])
  t.deepEqual(int(46341, 65537).mul(int(46340, 32767)).toArray(), [46341 * 46340, 65537 * 32767])
  t.deepEqual(int(big, -big).mod(10).toArray(), [7, 3])
  t.deepEqual(
    int(7, -7, 7, -7)
      .mod(int(3, 3, -3, -3))
      .toArray(),
    [1, 2, -2, -1],
  )
  t.deepEqual(
    int(7, -7, 7, -7, big)
      .floorDiv(int(3, 3, -3, -3, 2))
      .toArray(),
    [2, -3, -3, 2, 1073741823],
  )
  t.deepEqual(
    int(5, -5, 0)
      .floorDiv(int(0, 0, 0))
      .toArray(),
    [0, 0, 0],
  )
  t.deepEqual(
    int(-(2 ** 31), 2 ** 31 - 1)
      .floorDiv(-1)
      .toArray(),
    [-(2 ** 31), 1 - 2 ** 31],
  )
  t.deepEqual(int(16777217, 3).squaredDifference(int(16777214, -4)).toArray(), [9, 49])
  t.deepEqual(int(16777217, 16777216).maximum(16777216).toArray(), [16777217, 16777216])
  t.deepEqual(int(3, -2).pow(3).toArray(), [27, -8])
  t.is(int(big, -big, 5).sum().item(), 5)
  t.deepEqual(int(16777217, 1, 1).cumsum().toArray(), [16777217, 16777218, 16777219])
  t.deepEqual(int(16777217, 16777216, 16777218).sort().toArray(), [16777216, 16777217, 16777218])
  t.deepEqual(int(16777217, 16777216).cumMax().toArray(), [16777217, 16777217])
})

test('casts cut off fractions, ask whether bools are not 0, and let gradients through between floats', (t) => {
  const x = tensor([-1.7, 0, 0.4, 2.9])
  t.deepEqual(x.cast('int32').toArray(), [-1, 0, 0, 2])
  t.deepEqual(x.cast('bool').toArray(), [true, false, true, true])
  t.deepEqual(tensor([true, false]).cast('float64').toArray(), [1, 0])
  t.is(tensor([0.1]).cast('float64').item(), Math.fround(0.1))
  const w = tensor([1, 2], { requiresGrad: true })
  w.cast('float64').mul(3).sum().backward()
  t.deepEqual([w.grad?.toArray(), w.grad?.dtype], [[3, 3], 'float32'])
})

const whole = (values: number[]) => tensor(values, { dtype: 'int32' })

test('a plain whole number leaves int32 as it is, a fraction and what int32 cannot hold make it float32', (t) => {
  const results: [number, string, number][] = [
    [2, 'int32', 3],
    [-(2 ** 31), 'int32', -(2 ** 31) + 1],
    [2 ** 31 - 1, 'int32', -(2 ** 31)], // wraps around, as in NumPy and PyTorch
    [2 ** 31, 'float32', 2 ** 31],
    [3e9, 'float32', 3e9],
    [0.5, 'float32', 1.5],
    [Number.POSITIVE_INFINITY, 'float32', Number.POSITIVE_INFINITY],
  ]
  for (const [n, dtype, sum] of results) {
    const y = whole([1]).add(n)
    t.is(y.dtype, dtype as DType, String(n))
    t.is(y.item(), sum, String(n))
  }
  t.is(
    whole([1])
      .mul(2 ** 40)
      .item(),
    2 ** 40,
  )
  t.is(whole([1]).maximum(3e9).item(), 3e9)
  t.is(whole([1]).clip(0, 3e9).dtype, 'float32')
  t.is(tensor([true]).maximum(5).item(), 5)
})

test('powers of int32 wrap around as products do, in operations and in formulas', (t) => {
  const x = tensor([46341, 2000, -46341], { dtype: 'int32' })
  const cube = x.mul(x).mul(x)
  t.deepEqual(x.pow(2).toArray(), [-2147479015, 4000000, -2147479015])
  t.is(tensor(2000, { dtype: 'int32' }).pow(3).item(), -589934592)
  for (const power of [
    x.pow(3),
    x.pow(tensor(3, { dtype: 'int32' })),
    formula('x^3')(x),
    formula('x^n')(x, 3),
    formula('cube(x)')(x),
    formula('pow(x, n)')(x, tensor([3, 3, 3], { dtype: 'int32' })),
  ])
    t.deepEqual([power.dtype, power.toArray()], ['int32', cube.toArray()])
  t.deepEqual(formula('2^x')(tensor([30, 31, 32], { dtype: 'int32' })).toArray(), [2 ** 30, -(2 ** 31), 0])
})

test('a negative power of integers is a float for a plain exponent, and an error for integer exponents', (t) => {
  const y = whole([2, -4]).pow(-1)
  t.is(y.dtype, 'float32')
  t.deepEqual(y.toArray(), [0.5, -0.25])
  t.is(whole([2]).pow(3).dtype, 'int32')
  t.deepEqual(
    whole([2, 3])
      .pow(whole([3, 0]))
      .toArray(),
    [8, 1],
  )
  t.throws(() => whole([2]).pow(whole([-1])), {
    instanceOf: DTypeError,
    message:
      /^pow: int32 cannot be raised to the negative power -1\. Cast one of them to float32: x\.cast\('float32'\)\.$/,
  })
  t.is(
    whole([2])
      .pow(tensor([-1]))
      .item(),
    0.5,
  )
})

test('numbers that a dtype cannot hold are refused, or converted as tensor() does', (t) => {
  t.throws(() => arange(0, 2, 0.5, { dtype: 'int32' }), {
    instanceOf: DTypeError,
    message: /^arange: element 1 is 0.5/,
  })
  t.throws(() => linspace(0, 1, 3, { dtype: 'int32' }), {
    instanceOf: DTypeError,
    message: /^linspace: element 1 is 0.5/,
  })
  t.throws(() => whole([1]).pad(1, { value: 0.5 }), { instanceOf: DTypeError, message: /^pad: element 0 is 0.5/ })
  t.throws(() => tensor([1]).pad(1, { value: 'x' as never }), { instanceOf: DTypeError, message: /^pad: .*string "x"/ })
  t.deepEqual(arange(3, undefined, 1, { dtype: 'bool' }).toArray(), [false, true, true])
  t.is(arange(4, undefined, 1, { dtype: 'bool' }).sum().item(), 3)
  t.is(tensor([true]).pad(1, { value: 5 }).sum().item(), 3)
  t.throws(() => arange(3, null as never), { instanceOf: OptionError })
})

test('what goes into int32 is a number that int32 holds, or an error', (t) => {
  const x = whole([1, 2])
  for (const n of [0.5, 3e9, -3e9, Number.NaN, Number.POSITIVE_INFINITY]) {
    const message = new RegExp(`: element 0 is ${n}, which int32 cannot hold`)
    for (const value of [n, [n], tensor([n]), tensor([n], { dtype: 'float64' })]) {
      t.throws(() => x.withSlice('0:1', value), { instanceOf: DTypeError, message })
      t.throws(() => x.scatterAdd([0], value), { instanceOf: DTypeError, message })
      t.throws(() => tensor([true]).scatterAdd([0], value), { instanceOf: DTypeError, message })
    }
    t.throws(() => x.withSlice('0', n), { instanceOf: DTypeError, message })
    t.throws(() => x.pad(1, { value: n }), { instanceOf: DTypeError, message })
    for (const y of [where(tensor([true, false]), x, n), x.maximum(n), concat([x, [n]])]) t.is(y.dtype, 'float32')
  }
  t.is(x.clip(0.5, 3e9).dtype, 'float32')
  t.deepEqual(x.withSlice('0:1', tensor([7])).toArray(), [7, 2])
  t.deepEqual([x.withSlice('0', 7).dtype, x.scatterAdd([0], tensor([7])).dtype], ['int32', 'int32'])
  t.deepEqual(x.scatterAdd([0, 0], [3, 4]).toArray(), [8, 2])
  t.deepEqual(tensor([true, false]).scatterAdd([0, 0], [2, 3]).toArray(), [6, 0])
  t.is(tensor([1, 2]).withSlice('0', 0.5).toArray<number[]>()[0], 0.5)
  t.deepEqual(tensor([false, false]).withSlice('0', 0.5).toArray(), [true, false])
})

test('an array of numbers and booleans is of numbers', (t) => {
  t.deepEqual(tensor([true, 2, false]).toArray(), [1, 2, 0])
  t.deepEqual(tensor([2, true]).toArray(), [2, 1])
  t.deepEqual(
    tensor([
      [true, false],
      [true, 0.5],
    ]).toArray(),
    [
      [1, 0],
      [1, 0.5],
    ],
  )
  t.is(tensor([true, false]).dtype, 'bool')
})

test('IndexedSlices are checked when they are made', (t) => {
  const index = whole([0, 2])
  t.deepEqual(new IndexedSlices(tensor([[1], [2]]), index, [3, 1]).toArray(), [[1], [0], [2]])
  t.throws(() => new IndexedSlices(tensor([[1, 2, 3]]), whole([0]), [2, 2]), {
    instanceOf: ShapeError,
    message: /^IndexedSlices: the values have shape \[1, 3\], not \[1, 2\]/,
  })
  t.throws(() => new IndexedSlices(tensor([1]), tensor([1]), [3]), {
    instanceOf: DTypeError,
    message: /^IndexedSlices: the indices are float32/,
  })
  t.throws(() => new IndexedSlices(tensor([1]), whole([3]), [3]), {
    instanceOf: ShapeError,
    message: /^IndexedSlices: index 3 is out of range/,
  })
  t.throws(() => new IndexedSlices(tensor([1]), whole([-1]), [3]), { instanceOf: ShapeError })
  t.throws(() => new IndexedSlices(tensor([1]), whole([0]), []), { instanceOf: ShapeError })
})
