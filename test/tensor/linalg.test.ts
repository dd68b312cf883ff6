import { readFileSync } from 'node:fs'
import test from 'ava'
import {
  cholesky,
  determinant,
  dot,
  einsum,
  gradcheck,
  gradgradcheck,
  inverse,
  matmul,
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
} from '../../src/index.js'

// Made by test/golden/numpy-linalg.py
const golden = JSON.parse(readFileSync(new URL('../golden/numpy-linalg.json', import.meta.url), 'utf8'))
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
  error(() => dot([1], [1, 2]), /one length/)
  error(() => outer([[1]], [1]), /two vectors/)
  error(() => trace([1]), /no matrix/)
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
