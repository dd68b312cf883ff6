/**
 * Histograms, quantiles and other statistics where NumPy's golden numbers do not reach.
 */
import test from 'ava'
import { arange, randomNormal, tensor, zeros } from '../../../src/index.js'
import { Generator } from '../../../src/kernels/random.js'

test('the range of a histogram is that of the numbers, or NumPy’s choice where there is none', (t) => {
  const of = (values: number[], bins = 2) => {
    const { counts, edges } = tensor(values, { shape: [values.length] }).histogram(bins)
    return [counts.toArray(), edges.toArray()]
  }
  t.deepEqual(of([1, 2, 3, 5]), [
    [2, 2],
    [1, 3, 5],
  ])
  t.deepEqual(of([2, 2]), [
    [0, 2],
    [1.5, 2, 2.5],
  ])
  t.deepEqual(of([]), [
    [0, 0],
    [0, 0.5, 1],
  ])
  t.deepEqual(tensor([1, 5, 9]).histogram().counts.toArray(), [1, 0, 0, 0, 0, 1, 0, 0, 0, 1])
})

test('a histogram leaves out what is outside of its range, and NaN', (t) => {
  const x = tensor([-1, 0, 1, 2, 3, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
  const { counts, edges } = x.histogram(2, { range: [0, 2] })
  t.deepEqual([counts.toArray(), counts.dtype], [[1, 2], 'int32'])
  t.deepEqual(edges.toArray(), [0, 1, 2])
})

test('every number is counted in the bin whose edges enclose it', (t) => {
  const random = new Generator(3)
  for (let round = 0; round < 50; round++) {
    const bins = 1 + random.int(20)
    const [low, width] = [random.normal(), 0.1 + random.uniform()]
    const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? low + width : low + (i * width) / bins))
    const values = Float64Array.from({ length: 60 }, () => low + width * (1.2 * random.uniform() - 0.1))
    const got = tensor(values).histogram(bins, { range: [low, low + width] })
    const exact = got.edges.dataSync()
    t.true(edges.every((edge, i) => Math.abs(edge - exact[i]) < 1e-12))
    const want = Array.from(
      { length: bins },
      (_, i) => values.filter((v) => v >= exact[i] && (i === bins - 1 ? v <= exact[bins] : v < exact[i + 1])).length,
    )
    t.deepEqual(got.counts.toArray(), want)
  }
})

test('the numbers on the edges of a histogram are counted above them', (t) => {
  const edges = tensor(Float64Array.from({ length: 11 }, (_, i) => i * 0.1)).slice([[0, 10]])
  t.deepEqual(edges.histogram(10, { range: [0, 1] }).counts.toArray(), Array(10).fill(1))
})

test('quantiles of many numbers at once, with NaN in some rows only', (t) => {
  const x = tensor([
    [1, 2, 3, 4],
    [1, Number.NaN, 3, 4],
  ])
  t.deepEqual(x.quantile([0, 0.5, 1], 1).toArray(), [
    [1, Number.NaN],
    [2.5, Number.NaN],
    [4, Number.NaN],
  ])
  t.deepEqual(x.quantile([], 1).shape, [0, 2])
  t.deepEqual(x.quantile([0.5, 1], 0, { keepDims: true }).shape, [2, 1, 4])
  t.deepEqual(
    tensor([-1 / 0, 1 / 0, 1 / 0])
      .quantile([0, 0.5, 1])
      .toArray(),
    [-1 / 0, 1 / 0, 1 / 0],
  )
  t.is(arange(101).quantile(0.77).item(), 77)
  t.is(tensor([true, false, true, true]).median().item(), 1)
})

test('the median of nothing per column is nothing', (t) => {
  t.deepEqual(zeros([3, 0]).median(0).shape, [0])
})

test('variances of numbers far from 0 are accurate', (t) => {
  const x = tensor([1e6 + 1, 1e6 + 2, 1e6 + 3])
  t.is(x.variance().item(), 1)
  t.is(x.std().item(), 1)
})

test('topK gives the first of those that tie, largest first', (t) => {
  const { values, indices } = tensor([2, 7, 7, 1, 7]).topK(4)
  t.deepEqual(values.toArray(), [7, 7, 7, 2])
  t.deepEqual(indices.toArray(), [1, 2, 4, 0])
  t.deepEqual(tensor([2, 7]).topK(0).values.shape, [0])
})

test('sorting long rows is the same as sorting them by number', (t) => {
  const x = randomNormal([3000], { seed: 1 })
  const want = [...x.dataSync()].sort((a, b) => a - b)
  t.deepEqual(x.sort().toArray(), want)
  t.deepEqual(x.sort(0, { descending: true }).toArray(), want.toReversed())
  t.deepEqual(x.gather(x.argSort()).toArray(), want)
})

test('quantiles of infinities are what lies between the neighbours', (t) => {
  const infinity = Number.POSITIVE_INFINITY
  const quantiles = (row: number[]) => tensor(row).quantile([0, 0.25, 0.5, 0.75, 1]).toArray()
  t.deepEqual(quantiles([infinity, infinity]), [infinity, infinity, infinity, infinity, infinity])
  t.deepEqual(quantiles([infinity, 1]), [1, infinity, infinity, infinity, infinity])
  t.deepEqual(quantiles([1, -infinity]), [-infinity, -infinity, -infinity, -infinity, 1])
  t.deepEqual(quantiles([infinity, -infinity]), [-infinity, NaN, NaN, NaN, infinity])
  t.deepEqual(quantiles([-infinity, -infinity, 1, 2]), [-infinity, -infinity, -infinity, 1.25, 2])
  t.deepEqual(quantiles([NaN, 1]), [NaN, NaN, NaN, NaN, NaN])
  t.is(tensor([-3e38, 3e38]).median().item(), 0)
  const x = tensor([1, infinity, 3], { requiresGrad: true })
  x.median().backward()
  t.deepEqual(x.grad?.toArray(), [0, 0, 1])
})
