/**
 * Dtypes: the promotion table over all pairs, exact integers, casts.
 */
import test from 'ava'
import { concat, type DType, stack, tensor, where } from '../../src/index.js'
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
    t.is(one(a).median().dtype, atLeast('float32', a))
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
