/**
 * Operations along an axis do to every lane what they do to a vector: any rank from 0 to 6, axes of size 1 and 0, negative axes.
 */
import test from 'ava'
import { ones, ShapeError, type Tensor, tensor, where, zeros } from '../../../src/index.js'
import { generator } from '../../../src/kernels/random.js'
import { sizeOf } from '../../../src/tensor/shape.js'

const shapes = [[4], [1], [3, 4], [4, 1], [2, 3, 2], [2, 0, 3], [1, 2, 1, 3], [2, 1, 3, 1, 2], [2, 1, 2, 3, 1, 2]]

/** Functions that make one number (or a few) of each lane. */
const reductions: Record<string, (x: Tensor, axis: number | null, keepDims: boolean) => Tensor> = {
  sum: (x, axis, keepDims) => x.sum(axis, { keepDims }),
  mean: (x, axis, keepDims) => x.mean(axis, { keepDims }),
  prod: (x, axis, keepDims) => x.prod(axis, { keepDims }),
  max: (x, axis, keepDims) => x.max(axis, { keepDims }),
  min: (x, axis, keepDims) => x.min(axis, { keepDims }),
  any: (x, axis, keepDims) => x.greater(1).any(axis, { keepDims }),
  all: (x, axis, keepDims) => x.less(1).all(axis, { keepDims }),
  argMax: (x, axis, keepDims) => x.argMax(axis, { keepDims }),
  argMin: (x, axis, keepDims) => x.argMin(axis, { keepDims }),
  countNonzero: (x, axis, keepDims) => x.floor().countNonzero(axis, { keepDims }),
  variance: (x, axis, keepDims) => x.variance(axis, { keepDims }),
  std: (x, axis, keepDims) => x.std(axis, { keepDims, correction: 0 }),
  mean0: (x, axis, keepDims) => x.moments(axis, { keepDims }).mean,
  variance0: (x, axis, keepDims) => x.moments(axis, { keepDims }).variance,
  norm: (x, axis, keepDims) => x.norm(3, axis, { keepDims }),
  logSumExp: (x, axis, keepDims) => x.logSumExp(axis, { keepDims }),
  median: (x, axis, keepDims) => x.median(axis, { keepDims }),
  quantile: (x, axis, keepDims) => x.quantile(0.3, axis, { keepDims }),
  'quantile, nearest': (x, axis, keepDims) => x.quantile(0.3, axis, { keepDims, method: 'nearest' }),
  nanSum: (x, axis, keepDims) => withGaps(x).nanSum(axis, { keepDims }),
  nanMean: (x, axis, keepDims) => withGaps(x).nanMean(axis, { keepDims }),
  nanMedian: (x, axis, keepDims) => withGaps(x).nanMedian(axis, { keepDims }),
}

/** x with NaN in place of what is above 1. */
const withGaps = (x: Tensor) => where(x.greater(1), Number.NaN, x)

/** Functions that make a lane of each lane. */
const lanewise: Record<string, (x: Tensor, axis: number) => Tensor> = {
  cumsum: (x, axis) => x.cumsum(axis),
  'cumsum, exclusive and reverse': (x, axis) => x.cumsum(axis, { exclusive: true, reverse: true }),
  cumprod: (x, axis) => x.cumprod(axis),
  cumMax: (x, axis) => x.cumMax(axis),
  cumMin: (x, axis) => x.cumMin(axis),
  logCumSumExp: (x, axis) => x.logCumSumExp(axis),
  diff: (x, axis) => x.diff(2, axis, { prepend: 3 }),
  trapezoid: (x, axis) => x.trapezoid({ axis }).expandDims(axis),
  normalize: (x, axis) => x.normalize(2, axis),
  sort: (x, axis) => x.sort(axis),
  'sort, descending': (x, axis) => x.sort(axis, { descending: true }),
  argSort: (x, axis) => x.argSort(axis),
  'topK values': (x, axis) => x.topK(1, axis).values,
  'topK indices': (x, axis) => x.topK(1, axis, { largest: false }).indices,
  softmax: (x, axis) => x.softmax(axis),
  logSoftmax: (x, axis) => x.logSoftmax(axis),
  flip: (x, axis) => x.flip(axis),
  roll: (x, axis) => x.roll(-2, axis),
  repeat: (x, axis) => x.repeat(2, axis),
  gather: (x, axis) => x.gather([0, -1, 0], { axis }),
  takeAlongAxis: (x, axis) =>
    x.takeAlongAxis(tensor([0, -1], { shape: x.shape.map((_, i) => (i === axis ? 2 : 1)) }), axis),
  'split and stack': (x, axis) => x.split([1, -1], axis)[1],
}

function draw(shape: readonly number[], seed: number): Tensor {
  const random = generator(seed)
  const values = Float64Array.from({ length: sizeOf(shape) }, () => Math.round(8 * random.normal()) / 4)
  return tensor(values, { shape })
}

/** f of every lane along an axis, put together by hand. */
function byLanes(x: Tensor, axis: number, f: (lane: Tensor) => Tensor): { shape: number[]; values: number[] } {
  const n = x.shape[axis]
  const outer = sizeOf(x.shape.slice(0, axis))
  const inner = sizeOf(x.shape.slice(axis + 1))
  const numbers = x.dataSync()
  const length = f(ones([n], { dtype: 'float64' })).size
  const values = new Array<number>(outer * length * inner)
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const lane = Float64Array.from({ length: n }, (_, j) => numbers[(o * n + j) * inner + i])
      f(tensor(lane))
        .dataSync()
        .forEach((v, j) => {
          values[(o * length + j) * inner + i] = v
        })
    }
  }
  return { shape: x.shape.map((size, i) => (i === axis ? length : size)), values }
}

const close = (a: ArrayLike<number>, b: readonly number[]) =>
  a.length === b.length &&
  b.every(
    (v, i) => Object.is(a[i], v) || (Number.isFinite(v) && Math.abs(a[i] - v) <= 1e-14 * Math.max(1, Math.abs(v))),
  )

for (const [name, f] of Object.entries(reductions)) {
  test(`${name} reduces every lane as it does a vector`, (t) => {
    shapes.forEach((shape, seed) => {
      const x = draw(shape, seed)
      shape.forEach((n, axis) => {
        if (n === 0) return
        const want = byLanes(x, axis, (lane) => f(lane, null, true))
        const kept = f(x, axis - shape.length, true)
        t.deepEqual(kept.shape, want.shape)
        t.true(close(kept.dataSync(), want.values), `${shape} ${axis}: ${kept.dataSync()} ≠ ${want.values}`)
        const dropped = f(x, axis, false)
        t.deepEqual(
          dropped.shape,
          shape.filter((_, i) => i !== axis),
        )
        t.deepEqual(dropped.dataSync(), kept.dataSync())
      })
    })
  })
}

for (const [name, f] of Object.entries(lanewise)) {
  test(`${name} does to every lane what it does to a vector`, (t) => {
    shapes.forEach((shape, seed) => {
      const x = draw(shape, seed)
      shape.forEach((n, axis) => {
        if (n === 0) return
        const want = byLanes(x, axis, (lane) => f(lane, 0))
        const got = f(x, axis)
        t.deepEqual(got.shape, want.shape)
        t.true(close(got.dataSync(), want.values), `${shape} ${axis}: ${got.dataSync()} ≠ ${want.values}`)
      })
    })
  })
}

test('reductions over several axes are those over their product', (t) => {
  const x = draw([2, 3, 1, 4, 2, 2], 1)
  const order = [0, 2, 4, 1, 3, 5]
  const flat = x.transpose(order).reshape([4, -1])
  for (const [name, f] of Object.entries(reductions)) {
    if (name.startsWith('arg')) continue
    const several = f(x, [1, 3, -1] as never, false)
    t.deepEqual(several.shape, [2, 1, 2], name)
    t.true(close(several.dataSync(), [...f(flat, 1, false).dataSync()]), name)
    t.true(close(f(x, null, false).dataSync(), [...f(x.flatten(), 0, false).dataSync()]), name)
    t.deepEqual(f(x, null, true).shape, [1, 1, 1, 1, 1, 1])
  }
})

test('reductions of a scalar', (t) => {
  const x = tensor(-2.5)
  const want: Record<string, unknown> = {
    any: false,
    all: true,
    argMax: 0,
    argMin: 0,
    countNonzero: 1,
    std: 0,
    variance0: 0,
  }
  for (const [name, f] of Object.entries(reductions)) {
    const expected = want[name] ?? (name === 'norm' ? 2.5 : name === 'variance' ? Number.NaN : -2.5)
    t.deepEqual(f(x, null, false).toArray(), expected as never, name)
  }
})

test('reductions of nothing are those of PyTorch', (t) => {
  const x = zeros([2, 0])
  const want: Record<string, unknown> = {
    sum: [0, 0],
    mean: [Number.NaN, Number.NaN],
    prod: [1, 1],
    any: [false, false],
    all: [true, true],
    countNonzero: [0, 0],
    variance: [Number.NaN, Number.NaN],
    std: [Number.NaN, Number.NaN],
    mean0: [Number.NaN, Number.NaN],
    variance0: [Number.NaN, Number.NaN],
    norm: [0, 0],
    logSumExp: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    nanSum: [0, 0],
    nanMean: [Number.NaN, Number.NaN],
    nanMedian: [Number.NaN, Number.NaN],
  }
  for (const [name, f] of Object.entries(reductions)) {
    if (want[name]) t.deepEqual(f(x, 1, false).toArray(), want[name] as never, name)
    else t.throws(() => f(x, 1, false), { instanceOf: ShapeError, message: /nothing to choose from/ }, name)
    t.deepEqual(f(zeros([3, 0]), 0, false).shape, [0], name)
  }
})

test('lanes of no elements stay empty', (t) => {
  const x = zeros([2, 0])
  for (const name of [
    'cumsum',
    'cumprod',
    'cumMax',
    'cumMin',
    'logCumSumExp',
    'normalize',
    'sort',
    'argSort',
    'softmax',
    'flip',
    'roll',
    'repeat',
  ]) {
    t.deepEqual(lanewise[name](x, 1).shape, [2, 0], name)
    t.deepEqual(lanewise[name](x.transpose(), 0).shape, [0, 2], name)
  }
})
