/**
 * Normalization, attention, segments and decompositions beyond the checks of the whole table (`ops.test.ts`): PyTorch's and NumPy's numbers, sizes
 * that the kernels cut into pieces, special cases, errors.
 */
import { readFileSync } from 'node:fs'
import test from 'ava'
import * as nabla from '../../../src/index.js'
import {
  grads,
  IndexedSlices,
  randomNormal,
  type Tensor,
  type TensorLike,
  tensor,
  variable,
} from '../../../src/index.js'

// Made by test/golden/torch-sequences.py
const golden = JSON.parse(readFileSync(new URL('../../golden/torch-sequences.json', import.meta.url), 'utf8'))
const float64 = (x: TensorLike) => tensor(x, { dtype: 'float64' })
const distance = (a: Tensor, b: TensorLike) => (a.size === 0 ? 0 : a.sub(b).abs().max().item())
const weights = (y: Tensor) =>
  nabla
    .arange(1, y.size + 1)
    .cast('float64')
    .sin()
    .reshape(y.shape)

const functions: Record<string, (...xs: Tensor[]) => Tensor> = {
  layerNorm: (x, gamma, beta) => x.layerNorm({ gamma, beta }),
  'layerNorm of two axes': (x, gamma, beta) => x.layerNorm({ gamma, beta, axes: [1, 2] }),
  rmsNorm: (x, gamma) => x.rmsNorm({ gamma }),
  batchNorm: (x, gamma, beta) => x.batchNorm({ gamma, beta, axis: 1 }),
  attention: (q, k, v) => nabla.scaledDotProductAttention(q, k, v),
  'attention with a mask': (q, k, v) => nabla.scaledDotProductAttention(q, k, v, { mask: golden.mask }),
  'causal attention': (q, k, v) => nabla.scaledDotProductAttention(q, k, v, { causal: true, scale: 0.3 }),
  glu: (x) => x.glu(),
  hardShrink: (x) => x.hardShrink(),
  softShrink: (x) => x.softShrink(),
  tanhShrink: (x) => x.tanhShrink(),
  triangularSolve: (a, b) => a.triangularSolve(b),
  slogdet: (a) => a.slogdet().logDeterminant,
  eigenvalues: (a) => a.add(a.swapAxes(-1, -2)).eigh().values,
  'singular values': (a) => a.svd().s,
  'pinv of a tall matrix': (a) => a.pinv(),
  'pinv of a wide matrix': (a) => a.pinv(),
  lstsq: (a, b) => a.lstsq(b),
  'nuclear norm': (a) => a.matrixNorm('nuc'),
  'spectral norm': (a) => a.matrixNorm(2),
}

for (const [name, { inputs, y, gradients }] of Object.entries<Record<string, never[]>>(golden.cases)) {
  test(`${name} gives PyTorch's numbers, and its gradients`, (t) => {
    const xs = inputs.map(float64)
    const got = functions[name](...xs)
    t.true(distance(got, float64(y)) < 1e-11)
    const back = grads((...zs) => functions[name](...zs).mul(weights(got)).sum())(...xs) // biome-ignore format: one loss
    back.forEach((g, i) => {
      t.true(distance(g, float64(gradients[i])) < 1e-10, `input ${i}`)
    })
  })
}

test('matrix norms are NumPy’s', (t) => {
  for (const [order, value] of Object.entries<number>(golden.norms.values)) {
    const known = Number.isNaN(Number(order)) ? (order as 'fro') : Number(order)
    t.true(Math.abs(nabla.matrixNorm(float64(golden.norms.x), known).item() - value) < 1e-12, order)
  }
  t.throws(() => nabla.matrixNorm([[1]], 3), { instanceOf: nabla.OptionError, message: /unknown order 3/ })
})

test('of a matrix without full rank, pinv and lstsq are NumPy’s, and svd has orthonormal vectors', (t) => {
  const { a, ...want } = golden.deficient
  const x = float64(a)
  t.true(distance(nabla.pinv(x), want.pinv) < 1e-12)
  t.true(distance(nabla.lstsq(x, float64([1, 0, 2, 1])), want.lstsq) < 1e-12)
  const { u, s, vt } = nabla.svd(x)
  t.true(distance(s, want.s) < 1e-12)
  t.true(distance(u.transpose().matmul(u), nabla.eye(3)) < 1e-12)
  t.true(distance(vt.matmul(vt.transpose()), nabla.eye(3)) < 1e-12)
  const zero = nabla.svd(nabla.zeros([3, 2], { dtype: 'float64' }))
  t.true(distance(zero.u.transpose().matmul(zero.u), nabla.eye(2)) < 1e-12)
})

test('eigh and svd put larger matrices back together, however their values are spread', (t) => {
  const n = 40
  const q = nabla.qr(randomNormal([n, n], { seed: 1, dtype: 'float64' })).q
  for (const spread of [nabla.linspace(-1, 1, n), nabla.linspace(0, 8, n).neg().exp(), nabla.ones([n])]) {
    const values = spread.cast('float64')
    const a = q.mul(values).matmul(q, { transposeB: true })
    const { values: w, vectors: v } = nabla.eigh(a)
    t.true(distance(w, values.sort()) < 1e-13)
    t.true(distance(v.mul(w).matmul(v, { transposeB: true }), a) < 1e-13)
    const { u, s, vt } = nabla.svd(a)
    t.true(distance(s, values.abs().sort(0, { descending: true })) < 1e-13)
    t.true(distance(u.mul(s).matmul(vt), a) < 1e-13)
  }
})

test('a loss of the singular values alone has a gradient where they are equal', (t) => {
  const g = nabla.grad((x) => nabla.svd(x).s.sum())(nabla.eye(3, 3, { dtype: 'float64' }))
  t.true(distance(g, nabla.eye(3)) < 1e-14)
})

test('slogdet holds determinants that no number holds, and the sign of singular ones is 0', (t) => {
  const large = nabla.slogdet(nabla.eye(400).mul(-1000).add(0))
  t.is(large.sign.item(), 1)
  t.true(Math.abs(large.logDeterminant.item() - 400 * Math.log(1000)) < 1e-3)
  const { sign, logDeterminant } = nabla.slogdet([[1, 2], [2, 4]]) // biome-ignore format: a matrix
  t.deepEqual([sign.item(), logDeterminant.item()], [0, -Infinity])
})

for (const [rows, columns] of [[1, 1], [70, 3], [130, 16], [3, 129], [65, 1031]]) // biome-ignore format: sizes
  test(`normalizing ${rows} × ${columns} numbers in float32 agrees with float64, and so do the gradients`, (t) => {
    const names = ['layerNorm', 'rmsNorm', 'batchNorm'] as const
    const inputs = [[rows, columns], [columns], [columns]].map((shape, i) =>
      randomNormal(shape, { seed: i, dtype: 'float64' }).add(i === 0 ? 3 : 0),
    )
    for (const name of names) {
      const f = (x: Tensor, gamma: Tensor, beta: Tensor) =>
        name === 'rmsNorm' ? x.rmsNorm({ gamma }).add(beta) : x[name]({ gamma, beta, epsilon: 0.01 })
      const all = (dtype: 'float32' | 'float64') => {
        const xs = inputs.map((x) => x.cast(dtype))
        const g = weights(inputs[0]).cast(dtype)
        return [f(xs[0], xs[1], xs[2]), ...grads((x, gamma, beta) => f(x, gamma, beta).mul(g).sum())(...xs)]
      }
      const want = all('float64')
      all('float32').forEach((got, i) => {
        const size = want[i].abs().max().item() + 1
        t.true(distance(got.cast('float64'), want[i]) < 3e-5 * size, `${name} ${i}`)
      })
    }
  })

test('layerNorm keeps its digits where the mean is much larger than the deviations', (t) => {
  const x = nabla.arange(0, 64).div(64).add(10000)
  const want = x.cast('float64').layerNorm({ epsilon: 0 })
  t.true(distance(x.layerNorm({ epsilon: 0 }).cast('float64'), want) < 1e-3)
})

test('batchNorm with statistics of its own uses those', (t) => {
  const x = randomNormal([2, 3, 4], { seed: 1, dtype: 'float64' })
  const [mean, variance] = [float64([1, 2, 3]), float64([4, 9, 16])]
  const got = x.batchNorm({ mean, variance, axis: 1, epsilon: 0, gamma: [1, 2, 1], beta: [0, 1, 0] })
  const want = x
    .sub(mean.expandDims(-1))
    .div(variance.sqrt().expandDims(-1))
    .mul([[1], [2], [1]])
    .add([[0], [1], [0]])
  t.true(distance(got, want) < 1e-14)
})

test('a query that may attend to nothing gets zeros', (t) => {
  const x = randomNormal([2, 3], { seed: 1 })
  const y = nabla.scaledDotProductAttention(x, x, [[2], [4]], { mask: [[0, 0], [1, 0]] }) // biome-ignore format: a matrix
  t.deepEqual(y.toArray(), [[0], [2]])
})

test('the gradient of an embedding’s table is sparse', (t) => {
  const table = variable([[1, 2], [3, 4], [5, 6]]) // biome-ignore format: a matrix
  nabla.embedding([[2, 0], [2, 2]], table).sum().backward() // biome-ignore format: pairs
  t.true(table.grad instanceof IndexedSlices)
  t.deepEqual(table.grad?.toArray(), [[1, 1], [0, 0], [3, 3]]) // biome-ignore format: a matrix
})

test('searchSorted is NumPy’s, of NaN and nothing, too', (t) => {
  const { sorted, values, left, right } = golden.searchSorted
  t.deepEqual(nabla.searchSorted(sorted, values).toArray(), left)
  t.deepEqual(nabla.searchSorted(sorted, values, { side: 'right' }).toArray(), right)
  t.deepEqual(nabla.searchSorted([1, Number.NaN], [Number.NaN, 2]).toArray(), [1, 1])
  t.deepEqual(nabla.searchSorted([1, Number.NaN], [Number.NaN], { side: 'right' }).toArray(), [2])
  t.deepEqual(nabla.searchSorted([], [1, 2]).toArray(), [0, 0])
})

test('unique finds the values of any shape, dtype and size', (t) => {
  for (const x of [
    tensor([
      [3, 1],
      [3, 2],
    ]),
    tensor([2, 2, 2], { dtype: 'int32' }),
    tensor([true, false]),
    nabla.zeros([0]),
  ]) {
    // biome-ignore format: a list
    const { values, inverse, counts } = x.unique()
    t.deepEqual([...values.dataSync()], [...new Set(x.dataSync())].sort((a, b) => a - b)) // biome-ignore format: one list
    t.is(values.dtype, x.dtype)
    t.deepEqual(values.gather(inverse).toArray(), x.toArray())
    t.is(counts.sum().item(), x.size)
  }
})

test('segments may be empty, and counted from data', (t) => {
  t.deepEqual(nabla.segmentSum([[1, 2], [3, 4]], [2, 2], 4).toArray(), [[0, 0], [0, 0], [4, 6], [0, 0]]) // biome-ignore format: matrices
  t.deepEqual(nabla.segmentSum(nabla.zeros([0, 2]), []).shape, [0, 2])
  t.deepEqual(nabla.bincount([]).shape, [0])
  t.deepEqual(nabla.scatterND([[1], [1]], [[1, 2], [3, 4]], [2, 2]).toArray(), [[0, 0], [4, 6]]) // biome-ignore format: matrices
})

const refusals: [string, () => unknown, RegExp][] = [
  ['weights of the wrong size', () => nabla.layerNorm([[1, 2]], { gamma: [1, 2, 3] }), /^layerNorm: gamma has shape \[3\]/],
  ['an epsilon below 0', () => nabla.rmsNorm([1], { epsilon: -1 }), /^rmsNorm: epsilon must be a finite number, 0 or more/],
  ['PyTorch’s eps', () => nabla.layerNorm([1], { eps: 1 } as never), /Did you mean epsilon\?/],
  ['an axis that is not there', () => nabla.batchNorm([[1]], { axis: 2 }), /^batchNorm: there is no axis 2/],
  ['other sizes of query and key', () => nabla.scaledDotProductAttention([[1]], [[1, 2]], [[1]]), /sizes differ \(1 ≠ 2\)/],
  ['fewer values than keys', () => nabla.scaledDotProductAttention([[1]], [[1], [2]], [[1]]), /times differ \(2 ≠ 1\)/],
  ['a mask that does not fit', () => nabla.scaledDotProductAttention([[1]], [[1]], [[1]], { mask: [1, 0] }), /^attention: mask \[2\]/],
  ['an index outside the table', () => nabla.embedding([3], [[1], [2]]), /^embedding: index 3 is out of range/],
  ['a table of whole numbers', () => nabla.embedding([0], tensor([[1]], { dtype: 'int32' })), /^embedding: the table is int32/],
  ['a segment for each element, not row', () => nabla.segmentSum([[1, 2]], [0, 1]), /^segmentSum: x \[1, 2\], segments \[2\]/],
  ['a segment beyond the count', () => nabla.segmentSum([1], [2], 2), /^segmentSum: index 2 is out of range/],
  ['a negative count', () => nabla.bincount([-1]), /^bincount: index -1 is out of range/],
  ['updates of the wrong shape', () => nabla.scatterND([[0]], [1, 2], [2]), /^scatterND: indices \[1, 1\], updates \[2\]/],
  ['a sorted matrix', () => nabla.searchSorted([[1]], [1]), /^searchSorted: the sorted numbers have shape \[1, 1\]/],
  ['an odd axis', () => nabla.glu([1, 2, 3]), /^glu: axis -1 of \[3\] has 3 elements/],
  ['a vector for svd', () => nabla.svd([1, 2]), /^svd: shape \[2\] is not a matrix/],
  ['eigh of a wide matrix', () => nabla.eigh([[1, 2]]), /^eigh: shape \[1, 2\] is not square/],
  ['a 0 in the diagonal', () => nabla.triangularSolve([[1, 2], [0, 0]], [1, 2]), /number 1 of its diagonal is 0/],
  ['b that does not fit', () => nabla.lstsq([[1, 2]], [[1], [2]]), /^lstsq: a \[1, 2\] and b \[2, 1\] do not fit/],
] // biome-ignore format: a table
for (const [what, call, message] of refusals) {
  test(`${what} is answered by an error`, (t) => {
    t.throws(call, { instanceOf: nabla.NablaError, message })
  })
}
