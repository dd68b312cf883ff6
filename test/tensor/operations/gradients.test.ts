/**
 * Gradients, and gradients of gradients, of the functions that are composed of rows of the table (the rows themselves are checked in
 * ops.test.ts), in float64 against central differences.
 */
import test from 'ava'
import {
  clip,
  concat,
  diag,
  grad,
  gradcheck,
  gradgradcheck,
  grads,
  lerp,
  meshgrid,
  prelu,
  shuffle,
  stack,
  type Tensor,
  tensor,
  where,
} from '../../../src/index.js'

const int = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' })
const vector = [0.3, -1.2, 2.1, 0.8]
const matrix = [
  [0.7, -1.1, 2.3],
  [1.9, 0.4, -0.6],
]
const withZeros = [
  [0, 1.5, 2],
  [0.5, 0, 0],
]
const square = [
  [0.7, -1.1, 2.3],
  [1.9, 0.4, -0.6],
  [0.2, 1.3, -2.4],
]
const cube = [matrix, [vector.slice(1), vector.slice(0, 3)]]

const checks: Record<
  string,
  [f: (...xs: Tensor[]) => Tensor, ...inputs: (number | number[] | number[][] | number[][][])[]]
> = {
  'clip with tensors': [(x, low, high) => clip(x, low, high), vector, [-1, -1, -1, 0.9], [1, 1, 1, 2]],
  'clip to numbers': [(x) => x.clip(-1, 1), vector],
  'lerp, broadcast': [(a, b, t) => lerp(a, b, t), matrix, [0.1, 0.2, 0.3], 0.7],
  'prelu with slopes': [(x, slope) => prelu(x, slope), matrix, [0.1, 0.2, 0.3]],
  where: [(x, y) => where(tensor([true, false, true]), x, y), matrix, [4, 5, 6]],
  'prod of everything, with a zero': [(x) => x.prod(), [0, 1.5, 2, -0.5]],
  'prod over two axes, with zeros': [(x) => x.prod([0, 1], { keepDims: true }), withZeros],
  'cumprod with zeros': [(x) => x.cumprod(1), withZeros],
  'cumprod, exclusive and reverse': [(x) => x.cumprod(0, { exclusive: true, reverse: true }), withZeros],
  'cumsum of everything': [(x) => x.cumsum(), matrix],
  cumMax: [(x) => x.cumMax(1), matrix],
  cumMin: [(x) => x.cumMin(0), matrix],
  variance: [(x) => x.variance(1), matrix],
  'variance of everything, correction 0': [(x) => x.variance(null, { correction: 0 }), matrix],
  std: [(x) => x.std([0, 2]), cube],
  moments: [(x) => x.moments(0).mean.add(x.moments(0).variance), matrix],
  'norm 1': [(x) => x.norm(1, 1), matrix],
  'norm 2': [(x) => x.norm(2, 0), matrix],
  'norm 3': [(x) => x.norm(3), matrix],
  'norm 1.5': [(x) => x.norm(1.5, [0, 1]), matrix],
  'norm 0.5': [(x) => x.norm(0.5, 1), matrix],
  'norm −1': [(x) => x.norm(-1), matrix],
  'norm ∞': [(x) => x.norm(Number.POSITIVE_INFINITY, 1), matrix],
  'norm −∞': [(x) => x.norm(Number.NEGATIVE_INFINITY, 1), matrix],
  'Frobenius norm': [(x) => x.norm('fro', [1, 2], { keepDims: true }), cube],
  logSumExp: [(x) => x.logSumExp([0, 2]), cube],
  'softmax along the first axis': [(x) => x.softmax(0), matrix],
  sort: [(x) => x.sort(1, { descending: true }), matrix],
  topK: [(x) => x.topK(2, -1).values, matrix],
  median: [(x) => x.median(1), matrix],
  quantile: [(x) => x.quantile([0.1, 0.6], [0, 1]), matrix],
  stack: [(a, b) => stack([a, b, a], 1), vector, [1, 2, 3, 4]],
  'concat of one tensor twice': [(a, b) => concat([a, b, a], -1), matrix, matrix],
  unstack: [(x) => x.unstack(1)[1].mul(x.unstack(1)[2]), matrix],
  split: [(x) => x.split([1, 2], 1)[1], matrix],
  tile: [(x) => x.tile([2, 1, 2]), matrix],
  repeat: [(x) => x.repeat([2, 0, 1], 1), matrix],
  'pad with a constant': [
    (x) =>
      x.pad(
        [
          [1, 0],
          [2, 1],
        ],
        { value: 3 },
      ),
    matrix,
  ],
  'pad by reflection': [
    (x) =>
      x.pad(
        [
          [1, 0],
          [2, 1],
        ],
        { mode: 'reflect' },
      ),
    matrix,
  ],
  'pad with the edge': [(x) => x.pad(2, { mode: 'edge' }), matrix],
  'pad symmetrically': [(x) => x.pad([1, 2], { mode: 'symmetric' }), matrix],
  flip: [(x) => x.flip([0, -1]), cube],
  roll: [(x) => x.roll([1, -2], [0, 1]), matrix],
  takeAlongAxis: [
    (x) =>
      x.takeAlongAxis(
        int([
          [2, 2],
          [-3, 1],
        ]),
        1,
      ),
    matrix,
  ],
  'takeAlongAxis, broadcast': [
    (x) => x.takeAlongAxis(int([[1, 0, 1]]).reshape([3, 1]), 0),
    matrix.map((row) => row.slice(0, 1)),
  ],
  gatherND: [
    (x) =>
      x.gatherND(
        int([
          [1, 0],
          [0, -1],
          [1, 0],
        ]),
      ),
    cube,
  ],
  scatterAdd: [(x, y) => x.scatterAdd(int([2, 0, 2]), y, { axis: 1 }), matrix, matrix],
  booleanMask: [(x) => x.booleanMask(x.detach().greater(0)), matrix],
  withSlice: [(x, v) => x.withSlice(':, ::-2', v), matrix, [5, 6]],
  'withSlice at an index': [(x, v) => x.withSlice([1, [0, 2]], v), matrix, 4],
  'diag of a vector': [(x) => diag(x, -1), vector],
  'diag of a matrix': [(x) => diag(x, 1), square],
  tril: [(x) => x.tril(-1), cube],
  triu: [(x) => x.triu(1), cube],
  meshgrid: [(x, y) => meshgrid([x, y])[0].mul(meshgrid([x, y])[1]), vector, [1, 2]],
  shuffle: [(x) => shuffle(x, { seed: 3 }), matrix],
  'slice with steps': [(x) => x.slice('::-1, 1:, ::2'), cube],
  'gather along the last axis': [
    (x) =>
      x.gather(
        int([
          [2, 0],
          [1, 1],
        ]),
        { axis: -1 },
      ),
    matrix,
  ],
  'squaredDifference of one tensor with itself': [(x) => x.squaredDifference(x.mean()), matrix],
  'an expression in which a tensor comes often': [(x) => x.mul(x).div(x.exp().add(x)).sub(x.sum()), matrix],
}

for (const [name, [f, ...inputs]] of Object.entries(checks)) {
  test(`${name} passes gradcheck, and its gradient does`, (t) => {
    t.true(gradcheck(f, inputs))
    t.true(gradgradcheck(f, inputs, { rtol: 1e-4, atol: 1e-5 }))
  })
  if (inputs.length < 2) continue
  test(`${name} passes gradcheck where inputs are equal`, (t) => {
    const xs = inputs.map((x) => tensor(x))
    xs.forEach((x, i) => {
      const twins = xs.map((y) => y.shape.join() === x.shape.join())
      const others = xs.filter((_, j) => !twins[j])
      const tied = (s: Tensor, ...rest: Tensor[]) =>
        f(...twins.map((isTwin) => (isTwin ? s : (rest.shift() as Tensor))))
      t.true(gradcheck(tied, [inputs[i], ...others]))
    })
  })
}

test('where nothing is chosen, gradients are zero and of the right shape', (t) => {
  const x = tensor([[], []], { shape: [2, 0], dtype: 'float64', requiresGrad: true })
  for (const f of [
    (y: Tensor) => y.sum(),
    (y: Tensor) => y.prod(1).sum(),
    (y: Tensor) => y.cumprod(1).sum(),
    (y: Tensor) => y.sort().sum(),
    (y: Tensor) => y.pad(1).sum(),
    (y: Tensor) => y.flip().norm(),
    (y: Tensor) => y.softmax().sum(),
    (y: Tensor) => y.tile(2).sum(),
    (y: Tensor) => y.transpose().matmul(y).sum(),
  ]) {
    x.grad = null
    f(x).backward()
    t.deepEqual((x.grad as Tensor | null)?.shape, [2, 0])
  }
})

test('ties share the gradient of max, min, maximum and minimum evenly', (t) => {
  const gradient = (f: (x: Tensor) => Tensor, values: number[]) => {
    const x = tensor(values, { requiresGrad: true })
    f(x).sum().backward()
    return x.grad?.toArray()
  }
  t.deepEqual(
    gradient((x) => x.max(), [3, 1, 3]),
    [0.5, 0, 0.5],
  )
  t.deepEqual(
    gradient((x) => x.min(), [3, 1, 1]),
    [0, 0.5, 0.5],
  )
  t.deepEqual(
    gradient((x) => x.norm(Number.POSITIVE_INFINITY), [3, -3, 1]),
    [0.5, -0.5, 0],
  )
  t.deepEqual(
    gradient((x) => x.maximum(tensor([3, 2, 1])), [3, 1, 3]),
    [0.5, 0, 1],
  )
  t.deepEqual(
    gradient((x) => x.minimum(tensor([3, 2, 1])), [3, 1, 3]),
    [0.5, 1, 0],
  )
})

test('at 0, the gradients of norms and standard deviations are 0, and so are their gradients', (t) => {
  const x = tensor([0, 0], { requiresGrad: true })
  for (const f of [
    (y: Tensor) => y.norm(),
    (y: Tensor) => y.norm(1),
    (y: Tensor) => y.norm(3),
    (y: Tensor) => y.std(),
    (y: Tensor) => y.norm('fro'),
  ]) {
    x.grad = null
    f(x).backward(undefined, { createGraph: true })
    const first = x.grad as Tensor | null
    t.deepEqual(first?.toArray(), [0, 0])
    if (!first?.requiresGrad) continue
    x.grad = null
    first.sum().backward()
    t.deepEqual((x.grad as Tensor | null)?.toArray() ?? [0, 0], [0, 0])
  }
})

test('where elements are 0, their part of the gradient of every norm is 0, as in PyTorch', (t) => {
  for (const order of [0.25, 0.5, 1, 1.5, 2, 3]) {
    for (const values of [
      [0, 3, 4],
      [-3, 0, 4],
      [0, 0, 0],
    ]) {
      const x = tensor(values, { dtype: 'float64' })
      const length = values.reduce((sum, v) => sum + Math.abs(v) ** order, 0) ** (1 / order)
      const want = values.map((v) => (v === 0 ? 0 : Math.sign(v) * (Math.abs(v) / length) ** (order - 1)))
      const gradient = grad((y) => y.norm(order))(x)
      t.true(
        gradient
          .sub(tensor(want, { dtype: 'float64' }))
          .abs()
          .max()
          .item() < 1e-12,
        `order ${order} of ${values}: ${gradient}`,
      )
      const second = grad((y) => grad((z) => z.norm(order))(y).sum())(x)
      t.true(second.isFinite().all().item() === 1, `order ${order} of ${values}, second derivative: ${second}`)
    }
  }
  const near = grad((x) => x.norm(0.5))([0, 3, 4]).toArray<number[]>()
  t.deepEqual(
    near.map((v) => v.toFixed(4)),
    ['0.0000', '2.1547', '1.8660'],
  )
  // In these one element that is 0 makes the whole norm 0
  for (const order of [-1, -0.5, Number.NEGATIVE_INFINITY]) {
    t.deepEqual(
      grad((x) => x.norm(order))([0, 3, 4])
        .abs()
        .toArray(),
      [0, 0, 0],
    )
  }
  const rows = grad((x) => x.norm(0.5, 1).sum())([[0, 0], [0, 2]]) // biome-ignore format: as a matrix
  t.true(rows.sub([[0, 0], [0, 1]]).abs().max().item() < 1e-6) // biome-ignore format: as a matrix
})

test('of a value and its bounds, one gets the whole gradient, wherever they tie', (t) => {
  const parts = (x: number, low: number, high: number) =>
    grads((...xs) => clip(...(xs as [Tensor, Tensor, Tensor])).sum())([x], [low], [high]).map((g) => g.item())
  t.deepEqual(parts(1, 1, 2), [1, 0, 0])
  t.deepEqual(parts(2, 1, 2), [1, 0, 0])
  t.deepEqual(parts(1, 1, 1), [1, 0, 0])
  t.deepEqual(parts(0, 1, 1), [0, 0, 1])
  t.deepEqual(parts(2, 1, 1), [0, 0, 1])
  t.deepEqual(parts(0, 1, 2), [0, 1, 0])
  t.deepEqual(parts(3, 1, 2), [0, 0, 1])
  t.deepEqual(parts(1.5, 2, 1), [0, 0, 1], 'bounds the wrong way round: the result is high')
  t.is(grad((s) => clip(s, s, Number.POSITIVE_INFINITY).sum())([3]).item(), 1)
  t.is(grad((s) => clip(s, Number.NEGATIVE_INFINITY, s).sum())([3]).item(), 1)
  t.is(grad((s) => clip(s, s, s).sum())([3]).item(), 1)
  t.is(grad((s) => clip(0, s, s).sum())([3]).item(), 1)
})

test('the gradients of pow at 0 are PyTorch’s', (t) => {
  const a = tensor([0, 0, 0, 0], { requiresGrad: true })
  const b = tensor([0, 1, 2, 3], { requiresGrad: true })
  a.pow(b).sum().backward()
  t.deepEqual(a.grad?.toArray(), [0, 1, 0, 0])
  t.deepEqual(b.grad?.toArray(), [0, 0, 0, 0])
})

test('second derivatives keep their digits near 0, where they vanish', (t) => {
  for (const name of ['atanh', 'asin', 'acos', 'atan', 'asinh', 'tanh'] as const) {
    const second = grad((z: Tensor) => grad((x: Tensor) => x[name]().sum())(z).sum())
    const points = [1e-7, -1e-7, 1e-5, 1e-4, 0.3, 0.49, 0.51, 0.7]
    const [got, wanted] = (['float32', 'float64'] as const).map((dtype) =>
      second(tensor(Float32Array.from(points)).cast(dtype)).toArray<number[]>(),
    )
    got.forEach((y, i) => {
      t.true(Math.abs(y / wanted[i] - 1) < 1e-6, `${name}'' at ${points[i]}: ${y}, not ${wanted[i]}`)
    })
  }
})
