/**
 * Initializers, regularizers and constraints: by name, as configurations and as functions.
 */
import test from 'ava'
import {
  Dense,
  type Initializer,
  initializers,
  maxNorm,
  minMaxNorm,
  nonNeg,
  OptionError,
  ones,
  regularizers,
  Sequential,
  SGD,
  type Shape,
  ShapeError,
  type Tensor,
  tensor,
  unitNorm,
} from '../../src/index.js'

const momentsOf = (x: Tensor) => [x.mean().item(), x.std().item()]
const near = (a: number, b: number, tolerance: number) => Math.abs(a - b) <= tolerance

test('initializers have the mean and the spread that their names say, with the fans of Keras', (t) => {
  const dense: Shape = [300, 200]
  const conv: Shape = [3, 3, 20, 50] // fans 180 and 450
  const cases: [make: (options: { seed: number }) => Initializer, shape: Shape, std: number][] = [
    [initializers.glorotUniform, dense, Math.sqrt(2 / 500)],
    [initializers.glorotNormal, dense, Math.sqrt(2 / 500)],
    [initializers.heUniform, conv, Math.sqrt(2 / 180)],
    [initializers.heNormal, conv, Math.sqrt(2 / 180)],
    [initializers.lecunUniform, conv, Math.sqrt(1 / 180)],
    [initializers.lecunNormal, conv, Math.sqrt(1 / 180)],
    [(o) => initializers.varianceScaling({ scale: 3, mode: 'fanOut', ...o }), conv, Math.sqrt(3 / 450)],
    [(o) => initializers.varianceScaling({ distribution: 'untruncatedNormal', ...o }), dense, Math.sqrt(1 / 300)],
    [initializers.randomNormal, dense, 0.05],
    [(o) => initializers.randomUniform({ minval: -1, maxval: 1, ...o }), dense, 1 / Math.sqrt(3)],
    [(o) => initializers.truncatedNormal({ stddev: 1, ...o }), dense, 0.8796],
  ]
  for (const [make, shape, std] of cases) {
    const w = make({ seed: 4 })(shape)
    const [mean, spread] = momentsOf(w)
    t.true(near(mean, 0, std / 20), `${mean}`)
    t.true(near(spread, std, std / 50), `${spread} ${std}`)
    t.deepEqual(w.toArray(), make({ seed: 4 })(shape).toArray(), 'the same numbers for the same seed')
  }
  t.true(initializers.truncatedNormal({ mean: 5, stddev: 1, seed: 1 })([1000]).sub(5).abs().max().item() <= 2)
  t.deepEqual(initializers.constant({ value: 3 })([2]).toArray(), [3, 3])
  t.deepEqual(initializers.identity({ gain: 2 })([2, 3]).toArray(), [
    [2, 0, 0],
    [0, 2, 0],
  ])
})

test('orthogonal makes rows or columns at right angles, also of convolution kernels', (t) => {
  for (const shape of [
    [4, 4],
    [3, 5],
    [5, 3],
    [2, 2, 3, 4],
  ]) {
    const w = initializers.orthogonal({ gain: 2, seed: 3 })(shape, { dtype: 'float64' })
    const columns = shape.at(-1) as number
    const flat = w.reshape([-1, columns])
    const product = flat.shape[0] < columns ? flat.matmul(flat.transpose()) : flat.transpose().matmul(flat)
    const size = product.shape[0]
    const want = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 4 : 0)))
    t.true(
      product
        .sub(tensor(want, { dtype: 'float64' }))
        .abs()
        .max()
        .item() < 1e-12,
    )
  }
  t.throws(() => initializers.orthogonal()([3]), { instanceOf: ShapeError, message: /^orthogonal: .*\[3\]/ })
  t.throws(() => initializers.identity()([3, 3, 3]), { instanceOf: ShapeError, message: /^identity: / })
})

test('layers take them by name, by Keras configuration and as functions, and write them down', (t) => {
  const config = { class_name: 'RandomNormal', config: { mean: 2, stddev: 0, seed: null } }
  for (const given of [
    config,
    initializers.randomNormal({ mean: 2, stddev: 0 }),
    initializers.constant({ value: 2 }),
  ]) {
    const layer = new Dense(2, { kernelInitializer: given })
    t.deepEqual(layer.apply([[1, 1]]).toArray(), [[4, 4]])
    t.deepEqual(
      Dense.fromConfig(layer.getConfig())
        .apply([[1, 1]])
        .toArray(),
      [[4, 4]],
    )
  }
  const layer = new Dense(1, {
    kernelInitializer: 'he_normal' as 'heNormal',
    kernelRegularizer: regularizers.l1l2({ l1: 1 }),
    biasRegularizer: 'l2',
    kernelConstraint: maxNorm(3, 0),
    biasConstraint: 'non_neg' as 'nonNeg',
    activityRegularizer: { class_name: 'L1', config: { l1: 0.5 } },
  })
  const { kernel_initializer, kernel_regularizer, kernel_constraint, bias_constraint } = layer.getConfig()
  const keras = (kind: string, class_name: string, options: object) => ({
    module: `keras.${kind}`,
    class_name,
    config: options,
    registered_name: null,
  })
  t.deepEqual(kernel_initializer, keras('initializers', 'HeNormal', { seed: null }))
  t.deepEqual(kernel_regularizer, keras('regularizers', 'L1L2', { l1: 1, l2: 0 }))
  t.deepEqual(kernel_constraint, keras('constraints', 'MaxNorm', { max_value: 3, axis: 0 }))
  t.deepEqual(bias_constraint, keras('constraints', 'NonNeg', {}))
  t.deepEqual(Dense.fromConfig(layer.getConfig()).getConfig(), layer.getConfig())
  for (const constraint of [unitNorm(), minMaxNorm(0.5, 1, 0.5, 1), nonNeg()]) {
    const own = new Dense(1, { kernelConstraint: constraint })
    t.deepEqual(Dense.fromConfig(own.getConfig()).getConfig(), own.getConfig())
  }
  t.throws(() => new Dense(1, { kernelInitializer: (shape) => ones(shape) }).getConfig(), {
    instanceOf: OptionError,
    message: /the initializer .* is a function, which has no configuration/,
  })
  t.throws(() => new Dense(1, { activation: (x) => x }).getConfig(), { message: /the activation .* is a function/ })
})

test('penalties are part of the loss in training and evaluation, and gone when the weight is frozen', (t) => {
  const make = (options: object) => {
    const layer = new Dense(1, { kernelInitializer: 'ones', useBias: false, inputShape: [2], ...options })
    const model = new Sequential([layer])
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'meanSquaredError' })
    return { model, layer }
  }
  const data = [[[1, 2]], [[3]]] as const
  const { model, layer } = make({ kernelRegularizer: regularizers.l2(0.5) })
  t.is(model.evaluate(...data).loss, 1)
  t.is(model.trainOnBatch(...data).loss, 1)
  t.deepEqual(
    [...layer.kernel.dataSync()].map((x) => x.toFixed(5)),
    ['0.90000', '0.90000'],
  )
  layer.trainable = false
  t.true(model.evaluate(...data).loss < 0.1)
  t.is(
    make({ activityRegularizer: regularizers.l1(2) }).model.evaluate(
      [
        [1, 2],
        [1, 2],
      ],
      [[3], [3]],
    ).loss,
    6,
  )
  t.is(make({}).model.evaluate(...data).loss, 0)
  t.throws(() => regularizers.l2(-1), { instanceOf: OptionError, message: /^l2: factor must be/ })
  t.throws(() => regularizers.orthogonal()(ones([3])), { instanceOf: ShapeError, message: /^orthogonal: / })
})
