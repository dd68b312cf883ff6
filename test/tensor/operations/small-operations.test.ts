/**
 * The smaller operations where the numbers of PyTorch and NumPy do not reach: their gradients to second order, dtypes, empty tensors, ties.
 */
import test from 'ava'
import {
  arange,
  type DType,
  diagEmbed,
  gradcheck,
  gradgradcheck,
  grads,
  nanToNum,
  ones,
  randomNormal,
  ShapeError,
  type Tensor,
  tensor,
  trapezoid,
  variable,
  zeros,
} from '../../../src/index.js'

const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY]
const draw = (shape: number[], seed = 1) => randomNormal(shape, { seed, dtype: 'float64' })
const matrix = draw([3, 4])
const cube = draw([2, 3, 4], 2)
const gaps = tensor([[1.5, nan, -3], [nan, nan, 2], [4, 0.5, nan]], { dtype: 'float64' }) // biome-ignore format: a matrix
/** With fixed numbers where x is NaN, whose neighbourhood central differences cannot visit. */
const masked = (x: Tensor) => x.mul(gaps.equal(gaps)).add(gaps.mul(0))
const weights = tensor([0.5, 1, 2, 0.25], { dtype: 'float64' })

const smooth: Record<string, [f: (...xs: Tensor[]) => Tensor, ...inputs: Tensor[]]> = {
  nanToNum: [(x) => x.nanToNum(), matrix],
  nanSum: [(x) => masked(x).nanSum(0), draw([3, 3], 3)],
  nanMean: [(x) => masked(x).nanMean(1), draw([3, 3], 3)],
  nanMedian: [(x) => masked(x).nanMedian(1), draw([3, 3], 3)],
  'quantile, higher': [(x) => x.quantile([0.2, 0.7], 1, { method: 'higher' }), matrix],
  'quantile, midpoint': [(x) => x.quantile(0.4, 0, { method: 'midpoint' }), cube],
  diagonal: [(x) => x.diagonal(-1, 2, 1), cube],
  diagEmbed: [(x) => x.diagEmbed(1, 0, -1), cube],
  cross: [(a, b) => a.cross(b, 1), cube, draw([3, 1], 4)],
  normalize: [(x) => x.normalize(3, 1), cube],
  'normalize, shorter than epsilon': [(x) => x.normalize(2, 0, { epsilon: 50 }), matrix],
  cosineSimilarity: [(a, b) => a.cosineSimilarity(b), cube, matrix],
  cov: [(x) => x.cov({ fweights: [1, 0, 2, 1], aweights: weights }), matrix],
  'cov, to its weights': [(x, w) => x.cov({ aweights: w.square() }), matrix, weights],
  corrcoef: [(x) => x.corrcoef(), matrix],
  logCumSumExp: [(x) => x.logCumSumExp(1), cube],
  diff: [(x, first) => x.diff(2, 1, { prepend: first, append: 4 }), cube, draw([2, 1, 4], 5)],
  trapezoid: [(y, x) => y.trapezoid({ x, axis: 1 }), cube, draw([3], 6)],
  'pad, wrap': [(x) => x.pad([[5, 2], [0, 3]], { mode: 'wrap' }), matrix], // biome-ignore format: pairs
  'slice, newaxis': [(x) => x.slice('newaxis, 1, ..., newaxis, ::2'), cube],
  'histogram, to its weights': [(w) => matrix.histogram(3, { weights: w }).counts, draw([3, 4], 7)],
  'histogram, density': [(w) => matrix.histogram(3, { weights: w.square(), density: true }).counts, draw([3, 4], 7)],
}

for (const [name, [f, ...inputs]] of Object.entries(smooth))
  test(`${name} passes gradcheck, to second order`, (t) => {
    t.true(gradcheck(f, inputs))
    t.true(gradgradcheck((...xs) => f(...xs).square(), inputs))
  })

test('dtypes are kept where the numbers allow it', (t) => {
  const whole = tensor([[1, 2], [3, 5]], { dtype: 'int32' }) // biome-ignore format: a matrix
  const truth = whole.greater(2)
  const table: [DType, Tensor][] = [
    ['int32', whole.nanToNum()],
    ['int32', whole.nanSum()],
    ['int32', truth.nanSum()],
    ['float32', whole.nanMean()],
    ['bool', whole.isClose(3)],
    ['int32', whole.argWhere()],
    ['int32', whole.diagonal()],
    ['bool', truth.diagEmbed()],
    ['int32', whole.diff()],
    ['int32', whole.diff(1, 0, { prepend: 0 })],
    ['float32', whole.diff(1, 0, { prepend: 0.5 })],
    ['float32', whole.cov()],
    ['float32', whole.logCumSumExp()],
    ['float32', whole.trapezoid()],
    ['float32', whole.normalize()],
    ['int32', whole.histogram(2, { weights: whole }).counts],
    ['int32', whole.histogram(2, { weights: truth }).counts],
    ['float32', whole.histogram(2, { weights: whole.cast('float32') }).counts],
    ['float64', whole.histogram(2, { weights: whole.cast('float64'), density: true }).counts],
    ['float32', whole.histogram(2, { density: true }).counts],
    ...(['float32', 'float64'] as const).flatMap((dtype): [DType, Tensor][] => {
      const x = whole.cast(dtype)
      return [x.nanToNum(), x.nanSum(), x.nanMean(), x.nanMedian(), x.cov(), x.corrcoef(), x.normalize(), x.cosineSimilarity(x), x.logCumSumExp(), x.trapezoid(), x.diff(1, 0, { prepend: 1 / 3 }), x.median(0, { method: 'lower' })].map((y) => [dtype, y]) // biome-ignore format: a list
    }),
  ]
  table.forEach(([dtype, y], i) => {
    t.is(y.dtype, dtype, `line ${i}`)
  })
  t.is(
    whole
      .cast('float64')
      .diff(1, 1, { prepend: 1 / 3 })
      .dataSync()[0],
    1 - 1 / 3,
  )
  t.deepEqual(truth.diff().toArray(), [[false], [false]])
  t.deepEqual(truth.diff(1, 0).toArray(), [[true, true]])
})

test('the numbers for infinities are the largest of the dtype', (t) => {
  const x = [infinity, -infinity, nan]
  t.deepEqual([...nanToNum(x).dataSync()], [Math.fround(3.4028235e38), -Math.fround(3.4028235e38), 0])
  t.deepEqual([...tensor(x, { dtype: 'float64' }).nanToNum().dataSync()], [Number.MAX_VALUE, -Number.MAX_VALUE, 0])
})

test('whole numbers far apart are not close, however they wrap around', (t) => {
  const [a, b] = [tensor([2147483647, 5], { dtype: 'int32' }), tensor([-2147483648, 5], { dtype: 'int32' })]
  t.deepEqual(a.isClose(b).toArray(), [false, true])
  t.deepEqual(tensor([16777217], { dtype: 'int32' }).isClose(16777216, { rtol: 0, atol: 0.5 }).toArray(), [false])
})

test('NaN gets no gradient, and changes none', (t) => {
  for (const f of [(x: Tensor) => x.nanSum(1), (x: Tensor) => x.nanMean(1), (x: Tensor) => x.nanMedian()]) {
    const [g] = grads((x) => f(x).sum())(tensor([[nan, nan], [3, nan]])) // biome-ignore format: a matrix
    t.deepEqual(g.toArray(), [[0, 0], [1, 0]]) // biome-ignore format: a matrix
  }
  const x = variable([-infinity, 1, -infinity])
  x.logCumSumExp().slice('1:').sum().backward()
  t.deepEqual(x.grad?.toArray(), [0, 2, 0])
})

test('small operations of nothing', (t) => {
  t.deepEqual(zeros([0, 3]).argWhere().shape, [0, 2])
  t.deepEqual(zeros([0, 3]).diagonal().shape, [0])
  t.deepEqual(diagEmbed(zeros([2, 0])).shape, [2, 0, 0])
  t.deepEqual(diagEmbed(zeros([0]), 2).toArray(), [[0, 0], [0, 0]]) // biome-ignore format: a matrix
  t.deepEqual(zeros([0, 3]).cov().shape, [0, 0])
  t.deepEqual(zeros([2, 0]).cov().toArray(), [[nan, nan], [nan, nan]]) // biome-ignore format: a matrix
  t.deepEqual(zeros([0, 3]).corrcoef().shape, [0, 0])
  t.deepEqual(zeros([0, 3]).cross(ones([3])).shape, [0, 3])
  t.deepEqual(
    zeros([2, 0])
      .cosineSimilarity(zeros([2, 0]))
      .toArray(),
    [0, 0],
  )
  t.deepEqual(zeros([2, 0]).diff().shape, [2, 0])
  t.deepEqual(zeros([0]).logCumSumExp().shape, [0])
  t.deepEqual(trapezoid(zeros([2, 0])).toArray(), [0, 0])
  t.deepEqual(zeros([0, 2]).histogram(2, { density: true }).counts.toArray(), [nan, nan])
  t.deepEqual(zeros([0, 2]).nanMedian().item(), nan)
})

test('where elements are is what gatherND takes', (t) => {
  const x = tensor([[0, nan], [-1, 0]]) // biome-ignore format: a matrix
  t.deepEqual(x.argWhere().toArray(), [[0, 1], [1, 0]]) // biome-ignore format: a matrix
  t.deepEqual(x.gatherND(x.argWhere()).toArray(), [nan, -1])
  const wide = cube.greater(0.3)
  t.is(wide.argWhere().shape[0], wide.countNonzero().item())
})

test('new axes stand where a slice names them', (t) => {
  const x = arange(12).reshape([3, 4])
  const shapes: [spec: Parameters<Tensor['slice']>[0], shape: number[]][] = [
    ['newaxis', [1, 3, 4]],
    ['None, 1', [1, 4]],
    ['1, newaxis', [1, 4]],
    [':, newaxis', [3, 1, 4]],
    ['..., newaxis', [3, 4, 1]],
    ['newaxis, ..., newaxis, 0', [1, 3, 1]],
    ['0, newaxis, newaxis, 1:3, newaxis', [1, 1, 2, 1]],
    [
      [null, 'newaxis', [1, 3]],
      [3, 1, 2],
    ],
    [
      ['newaxis', 0, '...', 'newaxis'],
      [1, 4, 1],
    ],
    [['...', 2], [3]],
  ]
  for (const [spec, shape] of shapes) t.deepEqual(x.slice(spec).shape, shape, JSON.stringify(spec))
  t.deepEqual(x.slice([[1, null], 'newaxis', 2]).toArray(), [[6], [10]])
  t.deepEqual(
    x
      .withSlice('newaxis, 0', [[9, 8, 7, 6]])
      .slice('0')
      .toArray(),
    [9, 8, 7, 6],
  )
  t.throws(() => x.slice('0, newaxis, 0, 0'), { instanceOf: ShapeError, message: /does not fit the 2 axes/ })
})

test('a density has the area 1, and weights that are all 1 count', (t) => {
  const { counts, edges } = cube.histogram(4, { density: true })
  t.true(Math.abs(counts.mul(edges.diff()).sum().item() - 1) < 1e-14)
  const counted = cube.histogram(4, { weights: ones([2, 3, 4]) })
  t.deepEqual(counted.counts.toArray(), cube.histogram(4).counts.toArray())
  t.is(
    ones([1e5])
      .histogram(1, { weights: ones([1e5]).mul(0.1) })
      .counts.item(),
    Math.fround(1e5 * Math.fround(0.1)),
  )
})

test('covariances agree with variances, and correlations do not leave −1 … 1', (t) => {
  const c = matrix.cov()
  t.true(c.diagonal().isClose(matrix.variance(1), { rtol: 1e-14 }).all().item() === 1)
  const r = draw([1, 50], 8)
    .mul(tensor([[1 / 3], [-7], [1e-9]]))
    .corrcoef()
  t.true(r.abs().lessEqual(1).all().item() === 1)
  t.true(r.isClose([[1, -1, 1], [-1, 1, -1], [1, -1, 1]], { rtol: 1e-6 }).all().item() === 1) // biome-ignore format: a matrix
})
