import { readFileSync } from 'node:fs'
import test from 'ava'
import {
  cholesky,
  determinant,
  dot,
  einsum,
  full,
  grad,
  gradcheck,
  gradgradcheck,
  inverse,
  matmul,
  ones,
  outer,
  qr,
  randomNormal,
  ShapeError,
  solve,
  type Tensor,
  type TensorLike,
  tensor,
  trace,
  zeros,
} from '../../../src/index.js'
import { viewOf } from '../../../src/tensor/operations/shape-rows.js'

// Made by test/golden/numpy-linalg.py
const golden = JSON.parse(readFileSync(new URL('../../golden/numpy-linalg.json', import.meta.url), 'utf8'))
const float64 = (x: TensorLike) => tensor(x, { dtype: 'float64' })
const near = (a: Tensor, b: TensorLike, tolerance = 1e-12) =>
  a.size === 0 || a.sub(float64(b)).abs().max().item() <= tolerance

const square = float64(golden.square)
const tall = float64(golden.tall)
const spd = float64(golden.spd)
const b = float64(golden.b)

for (const { subscripts, xs, shape, y } of golden.einsum) {
  test(`einsum ${subscripts} of ${xs.length} operands is NumPy's, and so is its gradient`, (t) => {
    const operands = xs.map(float64)
    const result = einsum(subscripts, ...operands)
    t.deepEqual(result.shape, shape)
    t.true(near(result, y))
    t.true(gradcheck((...args) => einsum(subscripts, ...args), operands))
  })
}

test("solve, inverse, determinant and cholesky are NumPy's, batches included", (t) => {
  t.true(near(solve(square, b), golden.solve, 1e-10))
  t.true(near(solve(square, b.slice('0, :, 0')), solve(square, b.slice('0:1')).slice('..., 0'), 1e-10))
  t.true(near(inverse(square), golden.inverse, 1e-10))
  t.true(near(determinant(square), golden.determinant, 1e-10))
  t.true(near(cholesky(spd), golden.cholesky, 1e-10))
  t.is(solve(square.cast('float32'), b.cast('float32')).dtype, 'float32')
  t.deepEqual(
    inverse([
      [2, 0],
      [0, 4],
    ]).toArray(),
    [
      [0.5, 0],
      [0, 0.25],
    ],
  )
})

test('qr gives orthonormal columns and an upper triangle whose product is the matrix', (t) => {
  for (const x of [
    tall,
    square,
    float64([
      [0, 0],
      [0, 0],
    ]),
    float64([[1], [0]]),
  ]) {
    const { q, r } = qr(x)
    t.true(near(q.matmul(r), x))
    const n = x.shape[x.rank - 1]
    t.true(
      near(
        q.matmul(q, { transposeA: true }),
        tensor(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)))),
      ),
    )
    const below = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i > j)))
    t.is(r.mul(float64(below)).abs().max().item(), 0)
  }
})

// biome-ignore format: a matrix a line
/** From NumPy 2: `np.linalg.qr`, in reduced form. */
const signsOfLapack: [a: number[][], q: number[][], r: number[][]][] = [
  [
    [[3, 1], [4, 2]],
    [[-0.6, -0.8], [-0.8, 0.6]],
    [[-5, -2.2], [0, 0.4]],
  ],
  [
    [[2, 1, 0], [0, 3, 1], [0, 0, -4]],
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    [[2, 1, 0], [0, 3, 1], [0, 0, -4]],
  ],
  [
    [[0, 1], [0, 2], [0, 2]],
    [[1, 0], [0, -0.7071067811865472], [0, -0.7071067811865475]],
    [[0, 1], [0, -2.8284271247461903]],
  ],
  [[[-3]], [[1]], [[-3]]],
]

test('the signs of qr are those of LAPACK: a column that is clear below the diagonal stays', (t) => {
  for (const [a, q, r] of signsOfLapack) {
    const got = qr(float64(a))
    t.true(near(got.q, float64(q)), `q of ${JSON.stringify(a)}`)
    t.true(near(got.r, float64(r)), `r of ${JSON.stringify(a)}`)
  }
})

test('their gradients, and the gradients of those, agree with differences', (t) => {
  const symmetric = (x: Tensor) => x.add(x.transpose()).mul(0.5)
  const [a] = [square.slice('0')]
  const s = spd.slice('0')
  t.true(gradgradcheck(solve, [a, b.slice('0')], { rtol: 1e-4, atol: 1e-4 }))
  t.true(gradcheck(solve, [square, b]))
  t.true(gradgradcheck(inverse, [a], { rtol: 1e-4, atol: 1e-4 }))
  t.true(gradgradcheck(determinant, [a], { rtol: 1e-4, atol: 1e-4 }))
  t.true(gradgradcheck((x) => cholesky(symmetric(x)), [s], { rtol: 1e-4, atol: 1e-4 }))
  t.true(gradgradcheck((x) => qr(x).q, [tall.slice('0')], { rtol: 1e-4, atol: 1e-4 }))
  t.true(gradgradcheck((x) => qr(x).r, [tall.slice('0')], { rtol: 1e-4, atol: 1e-4 }))
  t.true(gradcheck((x) => qr(x).q.matmul(qr(x).r), [tall]))
})

test('dot, outer and trace', (t) => {
  t.is(dot([1, 2], [3, 4]).item(), 11)
  t.deepEqual(outer([1, 2], [3, 4, 5]).toArray(), [
    [3, 4, 5],
    [6, 8, 10],
  ])
  t.is(
    trace([
      [1, 2, 3],
      [4, 5, 6],
    ]).item(),
    6,
  )
  const batch = randomNormal([2, 3, 4], { seed: 1, dtype: 'float64' })
  t.deepEqual(trace(batch).toArray(), einsum('bii->b', batch.slice('..., :3')).toArray())
  t.deepEqual(trace(zeros([2, 0, 3])).toArray(), [0, 0])
  t.deepEqual([trace(tensor([[true]])).item(), trace(tensor([[true]])).dtype], [1, 'int32'])
  t.true(
    gradcheck(trace, [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ]),
  )
  t.true(
    gradcheck(outer, [
      [1, 2],
      [3, 4, 5],
    ]),
  )
})

test('mistakes in linear algebra are errors that say what is wrong', (t) => {
  const error = (f: () => unknown, message: RegExp) => t.throws(f, { instanceOf: ShapeError, message })
  error(() => einsum('ij,jk->ik', [[1]]), /cannot read "ij,jk->ik" for 1 operands/)
  error(() => einsum('ij->i', [1]), /names 2 axes, the operand has 1/)
  error(() => einsum('ij->k', [[1]]), /names k, which no operand has/)
  error(() => einsum('ij->ii', [[1]]), /an axis twice/)
  error(() => einsum('ij,jk', [[1, 2]], [[1, 2]]), /axis j of "ij,jk" is 2 in one place and 1 in another/)
  error(() => solve([[1, 2]], [[1]]), /not square/)
  error(
    () =>
      solve(
        [
          [1, 0],
          [0, 1],
        ],
        [[1]],
      ),
    /must have as many rows/,
  )
  error(
    () =>
      solve(
        [
          [1, 1],
          [1, 1],
        ],
        [1, 2],
      ),
    /singular/,
  )
  error(() => inverse([[0]]), /singular/)
  error(() => cholesky([[-1]]), /not positive definite/)
  error(() => qr([[1, 2, 3]]), /at least as many rows/)
  error(() => dot([1], [1, 2]), /equal length/)
  error(() => outer([[1]], [1]), /two vectors/)
  error(() => trace([1]), /not a matrix/)
  t.is(
    determinant([
      [1, 1],
      [1, 1],
    ]).item(),
    0,
  )
  t.throws(
    () =>
      determinant(
        tensor(
          [
            [1, 1],
            [1, 1],
          ],
          { requiresGrad: true },
        ),
      ).backward(),
    { message: /determinant: the matrix is singular/ },
  )
})

test('products over an inner size of 0 are zeros of the full shape, and send back zeros', (t) => {
  const sizes: [number[], number[], object][] = [
    [[2, 64, 0], [0, 65], {}],
    [[2, 64, 0], [65, 0], { transposeB: true }],
    [[2, 3, 4, 0], [0, 5], {}],
    [[2, 0, 3], [0, 5], { transposeA: true }],
    [[2, 3, 0], [2, 0, 5], {}],
    [[3, 0], [0, 5], {}],
    [[2, 3, 0], [0], {}],
    [[0], [2, 0, 5], {}],
    [[2, 0, 3], [3, 5], {}],
    [[0, 2, 0], [0, 5], {}],
  ]
  const shapes = [
    [2, 64, 65],
    [2, 64, 65],
    [2, 3, 4, 5],
    [2, 3, 5],
    [2, 3, 5],
    [3, 5],
    [2, 3],
    [2, 5],
    [2, 0, 5],
    [0, 2, 5],
  ]
  sizes.forEach(([a, b, options], i) => {
    const [x, y] = [zeros(a, { requiresGrad: true }), zeros(b, { requiresGrad: true })]
    const product = matmul(x, y, options)
    t.deepEqual(product.shape, shapes[i])
    t.true(product.dataSync().every((value) => value === 0))
    product.sum().backward()
    t.deepEqual([x.grad?.shape, y.grad?.shape], [a, b])
  })
})

test('long sums of float32 products keep their digits, whichever operation they are written with', (t) => {
  const n = 1_000_000
  const half = n / 2
  for (const value of [0.1, 0.7, 1 / 3]) {
    const v = full([n], value)
    const o = ones([n])
    const whole = n * Math.fround(value)
    const sums: Record<string, [got: Tensor, want: number]> = {
      sum: [v.sum(), whole],
      dot: [dot(v, o), whole],
      'dot with itself': [dot(v, v), n * Math.fround(value) ** 2],
      'matmul of vectors': [matmul(v, o), whole],
      'matmul of a row and a column': [v.reshape([1, n]).matmul(o.reshape([n, 1])), whole],
      'matmul, transposed': [
        v.reshape([n, 1]).matmul(o.reshape([1, n]), { transposeA: true, transposeB: true }),
        whole,
      ],
      'a batch of rows and columns': [v.reshape([2, 1, half]).matmul(o.reshape([2, half, 1])), whole / 2],
      'a batch with one column': [v.reshape([2, 1, half]).matmul(ones([half, 1])), whole / 2],
      'matrix and vector': [matmul(v.reshape([2, half]), ones([half])), whole / 2],
      'vector and transposed matrix': [matmul(ones([half]), v.reshape([2, half]), { transposeB: true }), whole / 2],
      'batch of matrices and vectors': [
        v.reshape([2, 5, -1]).matmul(o.reshape([2, 5, -1]).slice(':, 0').expandDims(-1)),
        whole / 10,
      ],
      'einsum ij,j->i': [einsum('ij,j->i', v.reshape([2, half]), ones([half])), whole / 2],
      'einsum i,i': [einsum('i,i', v, o), whole],
      'einsum i,i->': [einsum('i,i->', v, o), whole],
      'einsum i,i,i': [einsum('i,i,i', v, o, o), whole],
      'einsum ij,ij->': [einsum('ij,ij->', v.reshape([1000, 1000]), o.reshape([1000, 1000])), whole],
      'einsum bi,bi->b': [einsum('bi,bi->b', v.reshape([2, half]), o.reshape([2, half])), whole / 2],
      'einsum i->': [einsum('i->', v), whole],
      'sum of rows': [v.reshape([2, half]).sum(1), whole / 2],
      'sum of columns': [v.reshape([half, 2]).sum(0), whole / 2],
      mean: [v.mean(), Math.fround(value)],
      'norm 1': [v.norm(1), whole],
      'norm 2': [v.norm(), Math.sqrt(n) * Math.fround(value)],
      'norm 3': [v.norm(3), Math.cbrt(n) * Math.fround(value)],
      'last of cumsum': [v.cumsum().slice([-1]), whole],
      logSumExp: [v.logSumExp(), Math.fround(value) + Math.log(n)],
      trace: [trace(viewOf(v, { shape: [1000, 1000], strides: [0, 0], offset: 0 })), 1000 * Math.fround(value)],
      'the gradient of a factor of all': [grad((x) => x.mul(v).sum())([1]), whole],
      'the gradient of a dot product': [grad((x) => dot(x.mul(v), o))([1]), whole],
    }
    for (const [name, [got, want]] of Object.entries(sums)) {
      for (const x of got.dataSync()) t.true(Math.abs(x - want) <= 1e-6 * want, `${name} of ${value}: ${x} ≠ ${want}`)
    }
  }
  t.true(gradgradcheck(dot, [randomNormal([70], { seed: 1 }), randomNormal([70], { seed: 2 })]))
  const batch = [randomNormal([2, 1, 70], { seed: 3 }), randomNormal([3, 1, 1, 70], { seed: 4 })]
  t.true(gradcheck((a, b) => matmul(a, b, { transposeB: true }), batch))
  t.deepEqual(matmul(batch[0], batch[1], { transposeB: true }).shape, [3, 2, 1, 1])
  const whole = full([100], 2 ** 30, { dtype: 'int32' })
  t.deepEqual([dot(whole, whole).dtype, dot(whole, full([100], 3, { dtype: 'int32' })).item()], ['int32', 0])
})

test('products of matrices over a long inner size add slices, not one chain', (t) => {
  const k = 200_000
  for (const [m, n] of [
    [1, 8],
    [3, 5],
    [7, 20],
  ]) {
    const a = full([m, k], 0.1)
    const b = ones([k, n])
    for (const y of [
      a.matmul(b),
      a.transpose().matmul(b, { transposeA: true }),
      a.matmul(b.transpose(), { transposeB: true }),
    ]) {
      const want = k * Math.fround(0.1)
      t.true(
        y.dataSync().every((x) => Math.abs(x - want) <= 1e-5 * want),
        `[${m}, k] · [k, ${n}]: ${y}`,
      )
    }
  }
})
