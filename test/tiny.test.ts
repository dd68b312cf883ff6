/**
 * The twenty tests that matter, in seconds: `npm run tiny`. One for each idea of the project; the other files test the details.
 */
import test from 'ava'
import {
  AdamW,
  Dense,
  einsum,
  formula,
  grad,
  gradcheck,
  hessian,
  jvp,
  NablaError,
  noGrad,
  ones,
  optimizers,
  randomNormal,
  Sequential,
  SGD,
  setSeed,
  sparseCategoricalCrossentropy,
  type Tensor,
  tensor,
  variable,
} from '../src/index.js'

test('a tensor holds numbers in a shape', (t) => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ])
  t.deepEqual(x.shape, [2, 3])
  t.deepEqual(x.transpose().toArray(), [
    [1, 4],
    [2, 5],
    [3, 6],
  ])
})

test('shapes broadcast as in NumPy', (t) => {
  t.deepEqual(
    tensor([[1], [2]])
      .add([10, 20])
      .toArray(),
    [
      [11, 21],
      [12, 22],
    ],
  )
})

test('a matrix product of odd sizes is exact', (t) => {
  const [m, k, n] = [7, 13, 11]
  const a = Array.from({ length: m }, (_, i) => Array.from({ length: k }, (_, j) => ((i * 7 + j * 3) % 5) - 2))
  const b = Array.from({ length: k }, (_, i) => Array.from({ length: n }, (_, j) => ((i * 5 + j) % 7) - 3))
  const want = a.map((row) => b[0].map((_, j) => row.reduce((sum, v, l) => sum + v * b[l][j], 0)))
  t.deepEqual(tensor(a).matmul(b).toArray(), want)
})

test('SIMD mathematics is within a few ulp of Math', (t) => {
  const xs = Array.from({ length: 1001 }, (_, i) => Math.fround((i - 500) / 50))
  for (const name of ['exp', 'sin', 'tanh'] as const) {
    const got = tensor(xs)[name]().dataSync()
    t.true(
      xs.every(
        (x, i) => Math.abs(got[i] - Math[name](x)) <= 3 * 2 ** -24 * Math.max(2 ** -10, Math.abs(Math[name](x))),
      ),
      name,
    )
  }
})

test('sums of many numbers are accurate', (t) => {
  t.true(Math.abs(ones([1_000_003]).mul(0.1).sum().item() / 100000.3 - 1) < 1e-6)
})

test('a formula is a fused, differentiable function', (t) => {
  const f = formula('a * sin(x)^2')
  t.true(Math.abs(f(2, tensor([1])).item() - 2 * Math.sin(1) ** 2) < 1e-6)
  t.true(gradcheck(f, [tensor(2), tensor([1, 2])]))
})

test('the derivative of a formula is a formula', (t) => {
  t.is(String(formula('sin(x)').derivative('x')), 'g * cos(x)')
})

test('backward leaves gradients on variables', (t) => {
  const w = variable([1, 2, 3])
  w.square().sum().backward()
  t.deepEqual(w.grad?.toArray(), [2, 4, 6])
})

test('a value used twice gets both gradients', (t) => {
  const x = variable(3)
  x.mul(x).add(x).backward()
  t.is(x.grad?.item(), 7)
})

test('broadcast inputs get gradients of their own shape', (t) => {
  const [a, b] = [variable([[1], [2]]), variable([1, 2, 3])]
  a.mul(b).sum().backward()
  t.deepEqual(a.grad?.toArray(), [[6], [6]])
  t.deepEqual(b.grad?.toArray(), [3, 3, 3])
})

test('gradients of gradients', (t) => {
  t.deepEqual(grad((x) => grad((y) => y.pow(4).sum())(x).sum())([2]).toArray(), [48])
  t.deepEqual(hessian((x) => x.prod())([2, 3]).toArray(), [
    [0, 1],
    [1, 0],
  ])
})

test('forward mode through the same rules', (t) => {
  const [, tangent] = jvp((x) => x.exp(), [[0, 1]], [[1, 0]])
  t.deepEqual(tangent.toArray(), [1, 0])
})

test('gradcheck catches a wrong gradient', (t) => {
  t.throws(() => gradcheck((x) => x.mul(x.detach()).sum(), [[1, 2]]), { message: /2 wrong gradients/ })
})

test('noGrad records nothing, and a changed variable is noticed', (t) => {
  const w = variable([2])
  t.false(noGrad(() => w.mul(2)).requiresGrad)
  const loss = w.square().sum()
  w.assign([3])
  t.throws(() => loss.backward(), { instanceOf: NablaError, message: /changed before backward/ })
})

test("AdamW takes Keras's first step, and the second", (t) => {
  const w = variable([1, -2], { dtype: 'float64' })
  const optimizer = new AdamW({ learningRate: 0.1, weightDecay: 0.01 })
  const g = tensor([0.5, -1], { dtype: 'float64' })
  const [m, v, want] = [
    [0, 0],
    [0, 0],
    [1, -2],
  ]
  for (let step = 1; step <= 2; step++) {
    optimizer.apply([g], [w])
    const alpha = (0.1 * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step)
    for (const i of [0, 1]) {
      const gi = [0.5, -1][i]
      want[i] -= want[i] * 0.01 * 0.1
      m[i] += (gi - m[i]) * 0.1
      v[i] += (gi * gi - v[i]) * (1 - 0.999)
      want[i] -= (alpha * m[i]) / (Math.sqrt(v[i]) + 1e-7)
    }
    t.true([...w.dataSync()].every((x, i) => Math.abs(x - want[i]) < 1e-14))
  }
})

test('the fused step and the interpreted one agree', (t) => {
  const run = (jitCompile: boolean) => {
    const w = variable([1, 2, 3], { dtype: 'float64' })
    const optimizer = new AdamW({ learningRate: 0.1, clipnorm: 0.5, useEma: true, jitCompile })
    for (let i = 0; i < 5; i++) optimizer.minimize(() => w.square().sum(), [w])
    optimizer.finalizeVariableValues([w])
    return w.detach()
  }
  t.true(run(true).sub(run(false)).abs().max().item() < 1e-14)
})

test('an optimizer survives its configuration', (t) => {
  const config = new AdamW({ learningRate: 0.25, globalClipnorm: 1 }).getConfig()
  t.is(config.global_clipnorm, 1)
  t.deepEqual(AdamW.fromConfig(config).getConfig(), config)
  t.true(optimizers.get('adamw') instanceof AdamW)
})

test('a network learns exclusive or, the same way every time', async (t) => {
  const train = async () => {
    setSeed(7)
    const model = new Sequential([new Dense(8, { activation: 'tanh' }), new Dense(1, { activation: 'sigmoid' })])
    model.compile({ optimizer: new AdamW({ learningRate: 0.05 }), loss: 'binaryCrossentropy', metrics: ['accuracy'] })
    const { history } = await model.fit(
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      [[0], [1], [1], [0]],
      { epochs: 150, batchSize: 4 },
    )
    return history
  }
  const [first, second] = [await train(), await train()]
  t.is(first.accuracy.at(-1), 1)
  t.deepEqual(first, second)
})

test('a loop written by hand does what fit does', (t) => {
  const x = randomNormal([6, 3], { seed: 1 })
  const y = tensor([0, 1, 2, 0, 1, 2])
  const [a, b] = [1, 2].map(() => new Sequential([new Dense(3, { inputShape: [3], seed: 2 })]))
  a.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'sparseCategoricalCrossentropy' })
  const { loss } = a.trainOnBatch(x, y)
  const byHand = sparseCategoricalCrossentropy(y, b.apply(x))
  byHand.backward()
  new SGD({ learningRate: 0.1 }).step(b.trainableVariables)
  t.is(byHand.item(), loss)
  t.deepEqual(
    b.variables.map((v) => v.toArray()),
    a.variables.map((v) => v.toArray()),
  )
})

test('mistakes say what is wrong and what to do', (t) => {
  t.throws(() => tensor([[1, 2]]).matmul([[3, 4]]), {
    message: 'matmul: inner sizes differ, [1, 2] · [1, 2] (2 ≠ 1). Did you mean b.transpose()?',
  })
  t.throws(() => new AdamW({ learning_rate: 1 } as object), { message: /learningRate/ })
  t.throws(() => (einsum('ij,jk', [[1, 2]]) as Tensor).sum(), { instanceOf: NablaError })
})
