/**
 * Clipping by norms of gradients whose squares overflow: the direction is kept, the length is the limit.
 */
import test from 'ava'
import {
  Adam,
  type AnyOptimizer,
  Dense,
  IndexedSlices,
  Lamb,
  type Optimizer,
  SAM,
  Sequential,
  SGD,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from '../../../src/index.js'

/** How far gradients (3, 4, 0) · size and (0, 12) · size move the variables: one step of length 1 per unit of clipped gradient. */
function moved(size: number, dtype: 'float32' | 'float64', options: object, step: typeof minimize): number[] {
  const [a, b] = [variable([0, 0, 0], { dtype }), variable([0, 0], { dtype })]
  step(
    new SGD({ learningRate: 1, ...options }),
    [a, b],
    [tensor([3, 4, 0], { dtype }), tensor([0, 12], { dtype })],
    size,
  )
  return [...a.dataSync(), ...b.dataSync()]
}

function minimize(optimizer: SGD, variables: Variable[], gradients: Tensor[], size: number): void {
  const loss = () => variables.map((v, i) => v.mul(gradients[i].mul(size)).sum()).reduce((x, y) => x.add(y))
  optimizer.minimize(loss, variables)
}

function apply(optimizer: SGD, variables: Variable[], gradients: Tensor[], size: number): void {
  optimizer.apply(
    gradients.map((g) => g.mul(size)),
    variables,
  )
}

const sizes = { float32: [1e-10, 1, 1e18, 1e20, 2e37], float64: [1e-10, 1, 1e20, 1e155, 1e300] }

for (const dtype of ['float32', 'float64'] as const) {
  for (const size of sizes[dtype]) {
    test(`clipped ${dtype} gradients of about ${size} have the right direction and length`, (t) => {
      const near = (got: number[], want: number[]) => {
        got.forEach((x, i) => {
          t.true(Math.abs(x + want[i]) <= 1e-5 * size * 1e-9 + 1e-5 * Math.abs(want[i]), `${got} for ${want}`)
        })
      }
      const limit = Math.min(1, size)
      for (const step of [minimize, apply]) {
        const [x, y, z] = [0.6, 0.8, 1].map((part) => part * limit)
        near(moved(size, dtype, { clipnorm: limit }, step), [x, y, 0, 0, z])
        const joint = [3, 4, 0, 0, 12].map((part) => (part / 13) * limit)
        near(moved(size, dtype, { globalClipnorm: limit }, step), joint)
        near(moved(size, dtype, { globalClipnorm: limit, jitCompile: false }, step), joint)
        const scaled = { globalClipnorm: limit, lossScaleFactor: 2 }
        near(moved(size, dtype, scaled, apply), joint)
      }
    })
  }
}

test('accumulated gradients are clipped as their mean, however large', (t) => {
  const w = variable([0, 0])
  const optimizer = new SGD({ learningRate: 1, clipnorm: 1, gradientAccumulationSteps: 2 })
  optimizer.apply([tensor([6e20, 0])], [w])
  optimizer.apply([tensor([0, 8e20])], [w])
  t.deepEqual(
    [...w.dataSync()].map((x) => x.toFixed(5)),
    ['-0.60000', '-0.80000'],
  )
})

test('huge sparse gradients are clipped as the dense ones', (t) => {
  const rows = new IndexedSlices(tensor([[3e20], [4e20]]), tensor([0, 2], { dtype: 'int32' }), [3, 1])
  const table = variable([[0], [0], [0]])
  new SGD({ learningRate: 1, clipnorm: 1 }).apply([rows], [table])
  t.deepEqual(
    [...table.dataSync()].map((x) => x.toFixed(5)),
    ['-0.60000', '0.00000', '-0.80000'],
  )
})

test('a limit larger than a huge norm clips nothing', (t) => {
  const w = variable([0, 0])
  new SGD({ learningRate: 1, clipnorm: 1e30 }).apply([tensor([3e20, 4e20])], [w])
  t.deepEqual(
    [...w.dataSync()].map((x) => x.toPrecision(6)),
    ['-3.00000e+20', '-4.00000e+20'],
  )
})

test('optimizers that square the gradient refuse what is too large for that, and apply does as Keras does', (t) => {
  // Keras 3.16, float32: the second moment is infinite after one step, and the weight is NaN after two.
  for (const optimizer of [new Adam(), new Lamb()] as Optimizer[]) {
    const w = variable([1, 1], { name: 'w' })
    t.throws(() => optimizer.minimize(() => w.mul(1e20).sum(), [w]), {
      name: 'GradientError',
      message:
        'minimize: the gradient of w is too large, up to 1e+20: the optimizer squares it, and the square is not finite in float32. No step was made. Clip the gradients (globalClipnorm), or scale the loss or the data down.',
    })
    w.mul(1e20).sum().backward()
    t.throws(() => optimizer.step([w]), { name: 'GradientError', message: /^step: the gradient of w is too large/ })
    t.deepEqual([w.toArray(), optimizer.iterations], [[1, 1], 0])
    for (let i = 0; i < 2; i++) optimizer.apply([tensor([1e20, 1e20])], [w])
    t.true(w.dataSync().every(Number.isNaN))
  }
  const wide = variable([1], { dtype: 'float64' })
  new Adam().minimize(() => wide.mul(1e20).sum(), [wide])
  t.true(Math.abs(wide.item() - 0.999) < 1e-6)
})

test('fit clips huge gradients, and without clipping refuses them where they would be squared', async (t) => {
  const train = async (optimizer: AnyOptimizer) => {
    const layer = new Dense(1, { inputShape: [2], kernelInitializer: 'zeros', useBias: false })
    const model = new Sequential([layer])
    model.compile({ optimizer, loss: (y, p) => p.mul(y).sum() })
    await model.fit([[3e10, 4e10]], [[1e10]])
    return model.variables[0].dataSync()
  }
  const [x, y] = await train(new SGD({ learningRate: 1, globalClipnorm: 1 }))
  t.true(Math.abs(x + 0.6) < 1e-6 && Math.abs(y + 0.8) < 1e-6, `${x} ${y}`)
  await t.throwsAsync(train(new Adam()), {
    name: 'GradientError',
    message: /^fit: the gradient of .*kernel \(layer dense.*\) is too large.*\(epoch 1, step 1\)/,
  })
})

test('SAM climbs along huge gradients, too', (t) => {
  const w = variable([1])
  const seen: number[] = []
  const optimizer = new SAM(new SGD({ learningRate: 1e-20 }), { rho: 0.5 })
  optimizer.minimize(() => {
    seen.push(w.item())
    return w.mul(1e20).sum()
  }, [w])
  t.deepEqual(seen, [1, 1.5])
})

test('a global norm of more variables than an engine takes arguments is computed', (t) => {
  const variables = Array.from({ length: 130_000 }, () => variable(1))
  const optimizer = new SGD({ learningRate: 1, globalClipnorm: 1 })
  const one = tensor(1)
  optimizer.apply(
    variables.map(() => one),
    variables,
  )
  t.true(Math.abs(variables[0].item() - (1 - 1 / Math.sqrt(130_000))) < 1e-6)
})
