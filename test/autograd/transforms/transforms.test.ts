import test from 'ava'
import {
  checkpoint,
  customGradient,
  Dense,
  GradientError,
  grad,
  gradcheck,
  gradgradcheck,
  hessian,
  hvp,
  jacobian,
  jvp,
  randomNormal,
  ShapeError,
  stopGradient,
  type Tensor,
  tensor,
  variable,
  vectorize,
  vjp,
} from '../../../src/index.js'

const near = (a: Tensor, b: Tensor, tolerance = 1e-12) => a.sub(b).abs().max().item() <= tolerance
const point = () => randomNormal([3], { seed: 1, dtype: 'float64' })
const matrix = randomNormal([2, 3], { seed: 2, dtype: 'float64' })
const network = (x: Tensor) => matrix.matmul(x).tanh().mul(x.slice('0:2'))

test('vjp is gᵀJ and jvp is J·v, for the J that jacobian gives', (t) => {
  const x = point()
  const J = jacobian(network)(x)
  t.deepEqual(J.shape, [2, 3])
  const g = randomNormal([2], { seed: 3, dtype: 'float64' })
  const v = randomNormal([3], { seed: 4, dtype: 'float64' })
  const [y, pullback] = vjp(network, x)
  t.true(near(y, network(x)))
  t.true(near(pullback(g)[0], g.matmul(J)))
  t.true(near(pullback(g)[0], g.matmul(J)), 'it can be called again')
  const [value, tangent] = jvp(network, [x], [v])
  t.true(near(value, network(x)))
  t.true(near(tangent, J.matmul(v)))
})

test('jvp agrees with differences, with several arguments', (t) => {
  const [x, y] = [point(), point().add(1)]
  const [dx, dy] = [randomNormal([3], { seed: 5, dtype: 'float64' }), randomNormal([3], { seed: 6, dtype: 'float64' })]
  const f = (a: Tensor, b: Tensor) => a.mul(b).sin().add(b.exp())
  const h = 1e-6
  const at = (s: number) => f(x.add(dx.mul(s * h)), y.add(dy.mul(s * h)))
  const [, tangent] = jvp(f, [x, y], [dx, dy])
  t.true(
    near(
      tangent,
      at(1)
        .sub(at(-1))
        .div(2 * h),
      1e-8,
    ),
  )
  t.deepEqual(jvp(() => tensor([1, 2]), [x], [dx])[1].toArray(), [0, 0])
})

test('jvp can be differentiated, forward over forward and reverse over forward', (t) => {
  const f = (x: Tensor) => x.pow(4)
  const along = (x: Tensor) => jvp(f, [x], [tensor([1], { dtype: 'float64' })])[1]
  const x = tensor([2], { dtype: 'float64' })
  t.is(along(x).item(), 32)
  t.is(grad((z) => along(z).sum())(x).item(), 48)
  t.is(jvp(along, [x], [tensor([1], { dtype: 'float64' })])[1].item(), 48)
})

test('hessian and hvp', (t) => {
  const f = (x: Tensor) => matrix.matmul(x).square().sum().add(x.pow(3).sum())
  const x = point()
  const want = matrix
    .transpose()
    .matmul(matrix)
    .mul(2)
    .add(
      x
        .mul(6)
        .expandDims(0)
        .mul(
          tensor([
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ]),
        ),
    )
  t.true(near(hessian(f)(x), want))
  const v = randomNormal([3], { seed: 7, dtype: 'float64' })
  t.true(near(hvp(f, x, v), want.matmul(v)))
})

test('jacobian of a function of a matrix, and of nothing', (t) => {
  const J = jacobian((x) => x.transpose())([
    [1, 2],
    [3, 4],
  ])
  t.deepEqual(J.shape, [2, 2, 2, 2])
  t.deepEqual(J.slice('0, 1').toArray(), [
    [0, 0],
    [1, 0],
  ])
  t.deepEqual(jacobian((x) => x.slice('0:0'))([1, 2]).shape, [0, 2])
})

test('tangents and cotangents of the wrong shape are errors', (t) => {
  t.throws(() => jvp((x) => x, [[1, 2]], [[1]]), {
    instanceOf: ShapeError,
    message: /shape \[1\] for a tensor of shape \[2\]/,
  })
  t.throws(() => jvp((x) => x, [[1, 2]], []), { instanceOf: ShapeError, message: /1 arguments, 0 tangents/ })
  t.throws(() => vjp((x) => x, [1, 2])[1]([1]), { instanceOf: ShapeError })
  t.throws(() => hvp((x) => x.sum(), [1, 2], [1]), { instanceOf: ShapeError })
})

test('customGradient takes the rule it is given, and checks its results', (t) => {
  const clipped = customGradient(
    (a, b) => a.mul(b),
    (g, { inputs: [a, b], output }) => {
      t.is(output.item(), 6)
      return [g.mul(b).clip(-1, 1), g.mul(a).clip(-1, 1)]
    },
  )
  const x = variable([2])
  clipped(x, [3]).backward()
  t.deepEqual(x.grad?.toArray(), [1])
  const cube = customGradient(
    (x) => x.pow(3),
    (g, { inputs: [x] }) => g.mul(x.square().mul(3)),
  )
  t.true(gradgradcheck(cube, [point()]))
  const few = customGradient(
    (a, b) => a.add(b),
    (g) => g,
  )
  t.throws(() => grad((a, b) => few(a, b).sum())([1], [2]), {
    instanceOf: GradientError,
    message: /gave 1 gradients for 2 inputs/,
  })
  const wrong = customGradient(
    (a) => a,
    (g) => g.sum(),
  )
  t.throws(() => grad((a) => wrong(a).sum())([1, 2]), {
    instanceOf: GradientError,
    message: /gradient 0 has shape \[\]/,
  })
})

test('a customGradient used twice in one graph keeps its uses apart', (t) => {
  const f = customGradient(
    (x) => x.square(),
    (g, { inputs: [x] }) => g.mul(x).mul(2),
  )
  const [a, b] = [variable([1, 2]), variable([10, 20])]
  f(a).add(f(b)).sum().backward()
  t.deepEqual(a.grad?.toArray(), [2, 4])
  t.deepEqual(b.grad?.toArray(), [20, 40])
})

test('stopGradient', (t) => {
  t.deepEqual(grad((x) => x.mul(stopGradient(x)).sum())([3]).toArray(), [3])
})

test('checkpoint gives the same gradients, to arguments and to variables inside, of every order', (t) => {
  const layer = new Dense(4, { activation: 'tanh', seed: 8 })
  const x = randomNormal([5, 3], { seed: 9 })
  layer.apply(x)
  let calls = 0
  const f = (z: Tensor) => {
    calls++
    return layer.apply(z).square()
  }
  const plain = grad((z) => f(z).sum())(x)
  f(x).sum().backward()
  const want = layer.kernel.grad as Tensor
  layer.kernel.zeroGrad()
  calls = 0
  const y = checkpoint(f, x).sum()
  t.is(calls, 1)
  y.backward()
  t.is(calls, 2)
  t.deepEqual((layer.kernel.grad as Tensor).toArray(), want.toArray())
  t.deepEqual(grad((z) => checkpoint(f, z).sum())(x).toArray(), plain.toArray())
  t.true(gradgradcheck((z) => checkpoint((u) => u.pow(3).sin(), z), [point()]))
  t.deepEqual(checkpoint((z) => z.mul(2), [1]).requiresGrad, false)
})

test('vectorize maps a function over the first axis, gradients included', (t) => {
  const dot = vectorize((a, b) => a.mul(b).sum())
  t.deepEqual(
    dot(
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 1],
        [2, 2],
      ],
    ).toArray(),
    [3, 14],
  )
  t.true(gradcheck(dot, [randomNormal([3, 2], { seed: 1 }), randomNormal([3, 2], { seed: 2 })]))
  t.throws(() => dot([[1]], [[1], [2]]), { instanceOf: ShapeError })
  const perExample = vectorize((x) => grad((z) => z.pow(2).sum())(x))
  t.deepEqual(
    perExample([
      [1, 2],
      [3, 4],
    ]).toArray(),
    [
      [2, 4],
      [6, 8],
    ],
  )
})

test('gradcheck catches a wrong rule and shows input, index and both numbers', (t) => {
  const wrong = customGradient(
    (x) => x.square(),
    (g, { inputs: [x] }) => g.mul(x),
  )
  const error = t.throws(() => gradcheck((x) => wrong(x), [[1, 3]]), { instanceOf: GradientError })
  t.regex(error.message, /2 wrong gradients/)
  t.regex(error.message, /0 {6}\[1\] +3\.\d+ +6\.\d+ +5\.00e-1/)
})

test('gradcheck catches functions that differ from call to call, and NaN', (t) => {
  let calls = 0
  t.throws(() => gradcheck((x) => x.mul(calls++), [[1]]), {
    instanceOf: GradientError,
    message: /two calls with the same inputs/,
  })
  const nan = customGradient(
    (x) => x.mul(2),
    (g) => g.mul(Number.NaN),
  )
  t.throws(() => gradcheck((x) => nan(x), [[1]]), { instanceOf: GradientError, message: /has 1 wrong gradient\./ })
  t.throws(() => gradcheck((x) => x, tensor([1]) as never), { message: /must be an array/ })
})

test('gradgradcheck catches a first derivative that is right and a second that is not', (t) => {
  const f = customGradient(
    (x) => x.pow(3),
    (g, { inputs: [x] }) => g.mul(stopGradient(x).square().mul(3)),
  )
  t.true(gradcheck((x) => f(x), [[1, 2]]))
  t.throws(() => gradgradcheck((x) => f(x), [[1, 2]]), { instanceOf: GradientError })
})
