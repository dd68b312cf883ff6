/**
 * The mathematics of the reference (`docs/mathematics.ts`) is right: each line is computed, element by element, and compared with
 * what the operation gives, and with the gradient that nabla computes.
 */
import test from 'ava'
import { mathematics } from '../../docs/mathematics.js'
import { alignedTeX } from '../../docs/plugin/mathematics-tex.js'
import * as nabla from '../../src/index.js'
import { type Tensor, tensor, variable } from '../../src/index.js'
import { generator } from '../../src/kernels/random.js'
import { check, type Numbers, type Values } from './mathematics.js'

/** How to try an operation. */
interface Sample {
  /** Applies it to the inputs, in their order; several outputs by name, `y` else. */
  run: (...inputs: Tensor[]) => Tensor | Record<string, Tensor>
  /** What gradients flow to. */
  inputs: Record<string, Tensor>
  /** The other letters. */
  given?: Record<string, number | Tensor>
  /** Output → its gradient. Default: `g` for `y`. */
  gradients?: Record<string, string>
}

const float = (data: nabla.TensorLike) => tensor(data, { dtype: 'float64' })
const draw = (shape: number[], seed = 1) => nabla.randomNormal(shape, { seed, dtype: 'float64' })
const x = draw([5])
const wide = draw([2, 3], 2)
const [a, b] = [draw([3], 3), draw([4], 4)]
const square = float([[2, 0.5, 0], [-0.3, 3, 1], [0.2, 0, 1.5]]) // biome-ignore format: a matrix
const ties = float([1, 4, 2, 4, 0])
const gaps = float([3, Number.NaN, 1, 2, Number.NaN, 7])
const uniform = (n: number) => {
  const random = generator(9)
  return float(Array.from({ length: n }, () => random.uniform()))
}
const of = (run: (x: Tensor) => Tensor, input = x, given: Sample['given'] = {}): Sample => ({
  run,
  inputs: { x: input },
  given: { n: input.shape[0], ...given },
})
const order = { p: x.argSort(), s: x.sort() }

const samples: Record<string, Sample | Sample[]> = {
  sum: of((x) => x.sum()),
  mean: of((x) => x.mean()),
  prod: of((x) => x.prod()),
  max: [of((x) => x.max()), of((x) => x.max(), ties)],
  min: of((x) => x.min()),
  any: of((x) => x.any()),
  all: [of((x) => x.all()), of((x) => x.all(), ties)],
  countNonzero: of((x) => x.countNonzero(), ties),
  argMax: [of((x) => x.argMax()), of((x) => x.argMax(), ties)],
  argMin: of((x) => x.argMin()),
  logSumExp: of((x) => x.logSumExp()),
  softmax: of((x) => x.softmax()),
  logSoftmax: of((x) => x.logSoftmax()),
  glu: of((x) => x.glu(), draw([6]), { n: 3 }),
  sparsemax: [of((x) => x.sparsemax()), of((x) => x.sparsemax(), ties), of((x) => x.sparsemax(), x.mul(0.1))],
  layerNorm: {
    run: (x, c, b) => nabla.layerNorm(x, { gamma: c, beta: b, epsilon: 0.3 }),
    inputs: { x, c: draw([5], 3), b: draw([5], 4) },
    given: { n: 5, e: 0.3 },
  },
  rmsNorm: {
    run: (x, c) => nabla.rmsNorm(x, { gamma: c, epsilon: 0.3 }),
    inputs: { x, c: draw([5], 3) },
    given: { n: 5, e: 0.3 },
  },
  batchNorm: {
    run: (x, c, b) => nabla.batchNorm(x, { gamma: c, beta: b, epsilon: 0.3 }),
    inputs: { x: draw([5, 2]), c: draw([2], 3), b: draw([2], 4) },
    given: { n: 5, e: 0.3 },
  },
  cumsum: of((x) => x.cumsum()),
  cumprod: [of((x) => x.cumprod()), of((x) => x.cumprod(), ties)],
  cumMax: [of((x) => x.cumMax()), of((x) => x.cumMax(), ties)],
  cumMin: [of((x) => x.cumMin()), of((x) => x.cumMin(), ties)],
  variance: [of((x) => x.variance(), x, { c: 1 }), of((x) => x.variance(null, { correction: 0 }), x, { c: 0 })],
  std: of((x) => x.std(), x, { c: 1 }),
  moments: {
    run: (x) => ({ m: x.moments().mean, v: x.moments().variance }),
    inputs: { x },
    given: { n: 5 },
    gradients: { m: 'h', v: 'g' },
  },
  norm: [of((x) => x.norm(), x, { p: 2 }), of((x) => x.norm(3), x, { p: 3 })],
  median: [of((x) => x.median(), x, order), of((x) => x.median(), b, { p: b.argSort(), s: b.sort() })],
  quantile: of((x) => x.quantile(0.3), x, { ...order, q: 0.3 }),
  histogram: of((x) => x.histogram(3).counts, x, { n: 3, e: x.histogram(3).edges }),
  nanSum: of((x) => x.nanSum(), gaps),
  nanMean: of((x) => x.nanMean(), gaps),
  nanMedian: of((x) => x.nanMedian(), gaps, { p: gaps.argSort(), s: gaps.sort() }),
  cov: of((x) => x.cov({ correction: 0 }), draw([2, 3], 2), { n: 3, c: 0 }),
  corrcoef: of((x) => x.corrcoef(), draw([3, 5], 2), { n: 5 }),
  diff: of((x) => x.diff()),
  trapezoid: of((x) => x.trapezoid({ dx: 0.3 }), x, { h: 0.3 }),
  logCumSumExp: of((x) => x.logCumSumExp()),

  reshape: of((x) => x.reshape([3, 2]).flatten(), wide.flatten()),
  flatten: of((x) => x.reshape([2, 3]).flatten(), wide.flatten()),
  transpose: of((x) => x.transpose(), wide),
  permute: of((x) => x.permute([1, 2, 0]), draw([2, 3, 4])),
  swapAxes: of((x) => x.swapAxes(0, 2), draw([2, 3, 4])),
  expandDims: of((x) => x.expandDims(0)),
  squeeze: of((x) => x.squeeze(0), draw([1, 4])),
  broadcastTo: of((x) => x.broadcastTo([3, 5])),
  sumTo: of((x) => x.sumTo([3]), wide),
  concat: { run: (a, b) => nabla.concat([a, b]), inputs: { a, b }, given: { n: 3 } },
  stack: { run: (a, b) => nabla.stack([a, b]), inputs: { a, b: draw([3], 5) } },
  unstack: of((x) => nabla.stack(x.unstack()), wide),
  split: of((x) => nabla.stack(x.split(3)), draw([6]), { m: 2 }),
  tile: of((x) => x.tile(3), x, { t: 3 }),
  repeat: of((x) => x.repeat(3), x, { t: 3 }),
  flip: of((x) => x.flip()),
  roll: of((x) => x.roll(2), x, { s: 2 }),
  pad: of((x) => x.pad([[2, 1]], { value: 7 }), x, { b: 2, c: 7 }),
  diagonal: of((x) => x.diagonal(1), wide, { k: 1 }),
  diagEmbed: of((x) => x.diagEmbed(2), x, { k: 2 }),

  slice: [of((x) => x.slice('1:5:2'), x, { a: 1, s: 2 }), of((x) => x.slice('4:0:-1'), x, { a: 4, s: -1 })],
  withSlice: { run: (x, v) => x.withSlice('1:4', v), inputs: { x, v: a }, given: { a: 1, b: 4 } },
  gather: of((x) => x.gather([1, 0, 1]), wide, { p: tensor([1, 0, 1]) }),
  gatherND: of((x) => x.gatherND([[1, 0], [0, 2], [1, 0]]), wide, { p: tensor([[1, 0], [0, 2], [1, 0]]) }), // biome-ignore format: pairs
  takeAlongAxis: of((x) => x.takeAlongAxis([[2, 2], [0, 1]], 1), wide, { p: tensor([[2, 2], [0, 1]]) }), // biome-ignore format: pairs
  scatterAdd: {
    run: (x, u) => x.scatterAdd([1, 0, 1], u),
    inputs: { x: wide, u: draw([3, 3], 6) },
    given: { p: tensor([1, 0, 1]) },
  },
  booleanMask: of((x) => x.booleanMask([false, true, false, true, true]), x, { p: tensor([1, 3, 4]) }),
  argWhere: of((x) => x.argWhere(), ties),
  oneHot: { run: () => nabla.oneHot([2, 0], 3), inputs: {}, given: { p: tensor([2, 0]) } },
  sort: of((x) => x.sort(), x, order),
  argSort: of((x) => x.argSort()),
  topK: of((x) => x.topK(3).values, x, { p: x.topK(3).indices }),
  segmentSum: of((x) => x.segmentSum([1, 0, 1]), draw([3, 2]), { p: tensor([1, 0, 1]) }),
  scatterND: {
    run: (u) => nabla.scatterND([[1, 0], [0, 2], [1, 0]], u, [2, 3]), // biome-ignore format: pairs
    inputs: { u: a },
    given: { p: tensor([[1, 0], [0, 2], [1, 0]]) }, // biome-ignore format: pairs
  },
  bincount: {
    run: (w) => nabla.bincount([2, 0, 2], { weights: w }),
    inputs: { w: a },
    given: { p: tensor([2, 0, 2]) },
  },
  unique: {
    run: (x) => {
      const { values, inverse, counts } = x.unique()
      return { y: values, p: inverse, c: counts }
    },
    inputs: { x: ties },
    given: { n: 4 },
  },
  searchSorted: { run: (x) => nabla.searchSorted(x.sort(), x), inputs: { x: ties }, given: { s: ties.sort() } },

  scaledDotProductAttention: {
    run: (q, k, v) => nabla.scaledDotProductAttention(q, k, v, { scale: 0.7 }),
    inputs: { q: wide, k: draw([4, 3], 5), v: draw([4, 2], 6) },
    given: {
      c: 0.7,
      p: wide
        .mul(0.7)
        .matmul(draw([4, 3], 5), { transposeB: true })
        .softmax(),
    },
  },
  embedding: {
    run: (w) => nabla.embedding([1, 0, 1], w),
    inputs: { w: wide },
    given: { p: tensor([1, 0, 1]) },
  },

  conv1d: {
    run: (x, w) => nabla.conv1d(x.expandDims(0), w).squeeze(0),
    inputs: { x: draw([5, 2]), w: draw([3, 2, 2], 7) },
  },
  conv2d: {
    run: (x, w) => nabla.conv2d(x.reshape([1, 3, 4, 1]), w.expandDims(2)).squeeze(0),
    inputs: { x: draw([3, 4]), w: draw([2, 2, 2], 7) },
  },
  depthwiseConv2d: {
    run: (x, w) => nabla.depthwiseConv2d(x.expandDims(0), w.expandDims(-1)).squeeze(0),
    inputs: { x: draw([3, 4, 2]), w: draw([2, 2, 2], 7) },
  },
  conv1dTranspose: {
    run: (x, w) => nabla.conv1dTranspose(x.expandDims(0), w, { strides: 2 }).squeeze(0),
    inputs: { x: draw([3, 2]), w: draw([3, 2, 2], 7) },
    given: { s: 2 },
  },
  conv2dTranspose: {
    run: (x, w) => nabla.conv2dTranspose(x.reshape([1, 2, 3, 1]), w.reshape([2, 2, 1, 1])).squeeze([0, 3]),
    inputs: { x: wide, w: draw([2, 2], 7) },
  },
  maxPool: of((x) => nabla.maxPool(x.reshape([1, 6, 1]), 2).flatten(), float([1, 4, 4, 4, 0, -2]), { n: 2 }),
  averagePool: of((x) => nabla.averagePool(x.reshape([1, 6, 1]), 3).flatten(), draw([6]), { n: 3 }),
  matmul: { run: (a, b) => a.matmul(b), inputs: { a: wide, b: draw([3, 4]) } },
  dense: { run: (x, w, b) => nabla.dense(x, w, b), inputs: { x: wide, w: draw([3, 4]), b } },
  dot: { run: (a, b) => nabla.dot(a, b), inputs: { a, b: draw([3], 5) } },
  outer: { run: (a, b) => nabla.outer(a, b), inputs: { a, b } },
  cross: { run: (a, b) => nabla.cross(a, b), inputs: { a, b: draw([3], 5) } },
  normalize: of((x) => x.normalize()),
  cosineSimilarity: { run: (a, b) => nabla.cosineSimilarity(a, b), inputs: { a, b: draw([3], 5) } },
  trace: of((x) => x.trace(), square),
  einsum: {
    run: (a, b, c) => nabla.einsum('ij,jk,kl->il', a, b, c),
    inputs: { a: wide, b: draw([3, 4]), c: draw([4, 2], 7) },
  },
  solve: { run: (a, b) => ({ x: nabla.solve(a, b) }), inputs: { a: square, b: draw([3, 2]) }, gradients: { x: 'g' } },
  inverse: { run: (a) => nabla.inverse(a), inputs: { a: square } },
  determinant: { run: (a) => nabla.determinant(a), inputs: { a: square } },
  cholesky: {
    run: (a) => ({ l: nabla.cholesky(a) }),
    inputs: { a: square.matmul(square.transpose()) },
    gradients: { l: 'g' },
  },
  qr: {
    run: (a) => ({ ...nabla.qr(a) }),
    inputs: { a: draw([4, 3]) },
    given: { i: nabla.eye(3, 3, { dtype: 'float64' }) },
    gradients: { q: 'g', r: 'h' },
  },
  triangularSolve: {
    run: (a, b) => ({ x: nabla.triangularSolve(a, b, { lower: true }) }),
    inputs: { a: square.tril(), b: draw([3, 2]) },
    gradients: { x: 'g' },
  },
  slogdet: { run: (a) => nabla.slogdet(a).logDeterminant, inputs: { a: square } },
  eigh: {
    run: (a) => {
      const { values, vectors } = nabla.eigh(a)
      return { w: values, v: vectors }
    },
    inputs: { a: square.add(square.transpose()) },
    given: { i: nabla.eye(3, 3, { dtype: 'float64' }) },
    gradients: { w: 'q', v: 'g' },
  },
  svd: {
    run: (a) => {
      const { u, s, vt } = nabla.svd(a)
      return { u, s, v: vt }
    },
    inputs: { a: draw([4, 3]) },
    given: { i: nabla.eye(3, 3, { dtype: 'float64' }) },
    gradients: { s: 'g' },
  },
  pinv: [draw([4, 3]), wide].map((a) => ({
    run: (a) => nabla.pinv(a),
    inputs: { a },
    given: Object.fromEntries(a.shape.map((n, i) => ['ij'[i], nabla.eye(n, n, { dtype: 'float64' })])),
  })),
  lstsq: {
    run: (a, b) => ({ x: nabla.lstsq(a, b) }),
    inputs: { a: draw([4, 3]), b: draw([4, 2], 5) },
    gradients: { x: 'g' },
  },
  matrixNorm: of((x) => x.matrixNorm(), wide),

  bernoulli: { run: () => nabla.bernoulli([50], { p: 0.3, seed: 9 }), inputs: {}, given: { p: 0.3, u: uniform(50) } },
  permutation: { run: () => nabla.permutation(6, { seed: 9 }), inputs: {}, given: { n: 6 } },
  randomInt: { run: () => nabla.randomInt([50], { low: 2, high: 5, seed: 9 }), inputs: {}, given: { a: 2, b: 5 } },
  multinomial: {
    run: () => nabla.multinomial([1, 2, 0, 3], 50, { replacement: true, seed: 9 }),
    inputs: {},
    given: { w: float([1, 2, 0, 3]), u: uniform(50) },
  },
  shuffle: of((x) => nabla.shuffle(x, { seed: 9 }), draw([5, 2]), { p: nabla.permutation(5, { seed: 9 }) }),
}

function numbers(x: Tensor): Numbers {
  return { shape: x.shape, data: Array.from(x.dataSync()) }
}

/** Everything that the lines may name: inputs, outputs, gradients of both. */
function valuesOf({ run, inputs, given = {}, gradients = { y: 'g' } }: Sample, withGradient: boolean): Values {
  const values: Values = new Map()
  const set = (name: string, value: number | Tensor) =>
    values.set(name, typeof value === 'number' ? value : value.rank === 0 ? Number(value.item()) : numbers(value))
  const variables = Object.values(inputs).map((input) => variable(input))
  const result = run(...(withGradient ? variables : Object.values(inputs)))
  const outputs = result instanceof nabla.Tensor ? { y: result } : result
  for (const [name, value] of Object.entries({ ...given, ...inputs, ...outputs })) set(name, value)
  if (!withGradient) return values
  const losses = Object.entries(gradients).map(([output, name], i) => {
    const g = draw([...outputs[output].shape], 20 + i)
    set(name, g)
    return outputs[output].mul(g).sum()
  })
  losses.reduce((total, loss) => total.add(loss)).backward()
  Object.keys(inputs).forEach((name, i) => {
    set(`d${name}`, variables[i].grad as Tensor)
  })
  return values
}

for (const [name, { is, back }] of Object.entries(mathematics))
  test(`what the reference says of ${name} is what it does`, (t) => {
    const tried = [samples[name] ?? t.fail(`add a sample of ${name}`)].flat()
    for (const sample of tried) {
      const values = valuesOf(sample, typeof back !== 'string')
      const forward = is.map((line) => check(line, values)).reduce((a, b) => a + b)
      t.true(forward > 0)
      if (typeof back === 'string') continue
      const reached = back.map((line) => check(line, values)).reduce((a, b) => a + b)
      const inputs = Object.values(sample.inputs).reduce((sum, { size }) => sum + size, 0)
      t.true(reached >= inputs, 'the gradient of every element of every input is compared')
    }
    t.notThrows(() => alignedTeX(is))
    if (typeof back !== 'string') t.notThrows(() => alignedTeX(back))
  })

test('a line that is wrong is noticed', (t) => {
  const values = valuesOf(samples.matmul as Sample, true)
  t.throws(() => check('y[i, j] = sum(k, a[i, k] + b[k, j])', values), { message: /instead of/ })
  t.throws(() => check("dA = G * G'", values), { message: /instead of/ })
  t.throws(() => check('y[i, j] <= 0', values), { message: /does not hold/ })
})

test('lines are written as mathematicians do', (t) => {
  t.is(alignedTeX(['y[i, j] = sum(k, a[i, k] * b[k, j])']), 'y_{ij} = \\sum_{k} a_{ik} \\, b_{kj}')
  t.is(alignedTeX(["dA = -inv(A') * G * Y'"]), '\\bar{A} = -A^{-\\top} \\, G \\, Y^\\top')
  t.is(alignedTeX(['y[i] = x[n - 1 - i]']), 'y_{i} = x_{n - 1 - i}')
  t.is(alignedTeX(['dx[k] = sum(i, g[i], p[i] == k)']), '\\bar{x}_{k} = \\sum_{i:\\, p_{i} = k} g_{i}')
  t.is(alignedTeX(['dx[i] = g * (x[i] == y)']), '\\bar{x}_{i} = g \\, [x_{i} = y]')
})
