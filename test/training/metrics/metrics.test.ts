import test from 'ava'
import {
  accuracy,
  binaryAccuracy,
  Dense,
  DTypeError,
  EarlyStopping,
  Flatten,
  type Layer,
  Layer as LayerClass,
  type LossLike,
  type MetricLike,
  OptionError,
  Sequential,
  SGD,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.js'

/** A layer without weights that hands on its input through a function. */
class Through extends LayerClass {
  constructor(private readonly f: (x: Tensor) => Tensor = (x) => x.mul(1)) {
    super()
  }
  override call(x: Tensor): Tensor {
    return this.f(x)
  }
}

/** The logs of predictions that are the inputs. */
function logsOf(loss: LossLike, metrics: MetricLike[], y: unknown, p: unknown, ending: Layer = new Through()) {
  return new Sequential([ending])
    .compile({ optimizer: new SGD(), loss, metrics })
    .evaluate(p as number[], y as number[])
}

/** Three examples with three yes-or-no outputs, each of them right. */
const yesOrNo = [
  [1, 0, 1],
  [0, 1, 1],
  [0, 0, 1],
]
const logits = [
  [2, -2, 1.5],
  [-1.4, 0.4, 0.8],
  [-0.8, -1.4, 2],
]

test('accuracy of several yes-or-no outputs counts every output, not the largest one', (t) => {
  t.is(logsOf('binaryCrossentropy', ['accuracy'], yesOrNo, logits).accuracy, 1)
  t.is(logsOf('binaryCrossentropy', ['binaryAccuracy'], yesOrNo, logits).binaryAccuracy, 1)
  t.is(logsOf('binaryCrossentropy', [accuracy], yesOrNo, logits).accuracy, 1)
  t.is(logsOf('binaryCrossentropy', [binaryAccuracy], yesOrNo, logits).binaryAccuracy, 1)
  const wrong = [[2, 2, 1.5], ...logits.slice(1)]
  t.true(Math.abs(logsOf('binaryCrossentropy', ['accuracy'], yesOrNo, wrong).accuracy - 8 / 9) < 1e-7)
  // Keras 3: BinaryAccuracy()(yesOrNo, [[0.9, 0.1, 0.8], [0.2, 0.6, 0.7], [0.3, 0.2, 0.9]]) is 1, CategoricalAccuracy() 0.6667
  const p = [
    [0.9, 0.1, 0.8],
    [0.2, 0.6, 0.7],
    [0.3, 0.2, 0.9],
  ]
  t.is(binaryAccuracy(tensor(yesOrNo), tensor(p)).mean().item(), 1)
  t.is(logsOf('meanSquaredError', ['binaryAccuracy'], yesOrNo, p).binaryAccuracy, 1)
})

test('accuracy follows the loss: labels, one-hot rows, one output', (t) => {
  const scores = [
    [0.1, 0.7, 0.2],
    [0.5, 0.2, 0.3],
  ]
  t.is(logsOf('sparseCategoricalCrossentropy', ['accuracy'], [1, 2], scores).accuracy, 0.5)
  t.is(logsOf('sparseCategoricalCrossentropy', ['accuracy'], [[1], [2]], scores).accuracy, 0.5)
  const oneHot = [
    [0, 1, 0],
    [0, 0, 1],
  ]
  t.is(logsOf('categoricalCrossentropy', ['accuracy'], oneHot, scores).accuracy, 0.5)
  t.is(logsOf('meanSquaredError', ['accuracy'], oneHot, scores).accuracy, 0.5)
  const smooth = oneHot.map((row) => row.map((y) => 0.9 * y + 0.1 / 3))
  t.is(logsOf('categoricalCrossentropy', ['accuracy'], smooth, scores).accuracy, 0.5)
  // Keras 3: accuracy 0.75 beside mse, where the threshold is 0.5 whatever the last layer is
  t.is(logsOf('meanSquaredError', ['accuracy'], [1, 0, 1, 0], [[0.3], [0.2], [0.7], [0.4]]).accuracy, 0.75)
  t.is(logsOf('binaryCrossentropy', ['accuracy'], [1, 0, 1, 0], [[0.3], [0.2], [0.7], [-0.4]]).accuracy, 0.75)
})

test('accuracy compares equal shapes, and broadcasts nothing', (t) => {
  t.deepEqual(accuracy(tensor([1, 0]), tensor([[0.7], [0.8]])).toArray(), [1, 0])
  const wrong: [number[] | number[][], unknown][] = [
    [[1], [[0.7], [0.8]]],
    [
      [
        [1, 0],
        [0, 1],
        [0, 1],
      ],
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
  ]
  for (const [y, p] of wrong) {
    t.throws(() => accuracy(tensor(y), tensor(p as number[])), { instanceOf: ShapeError, message: /^accuracy: yTrue/ })
  }
  t.throws(() => binaryAccuracy(tensor([1, 0, 1]), tensor([[1, 0, 1]])), { message: /^binaryAccuracy: yTrue/ })
})

test('metrics of shapes that differ are errors, even where the sizes agree', (t) => {
  const custom = (_: Tensor, p: Tensor) => p.mean()
  const [y, p] = [zeros([6, 1]), zeros([6, 1])]
  const ending = new Through((x) => x.reshape([2, 3]))
  for (const metric of ['mse', 'mae'] as const) {
    t.throws(() => logsOf(custom, [metric], y, p, ending), { instanceOf: ShapeError, message: /yTrue has shape/ })
  }
})

const labelHint = /needs labels/
/** Targets that accuracy cannot compare, beside losses that take any number. */
const noLabels: Record<string, { y: unknown; units: number; metric?: MetricLike; target: RegExp }> = {
  'a real number': { y: [0, 1, 1, 0.5], units: 1, target: /example 3 is 0\.5/ },
  'a number larger than 1': { y: [0, 1, 1, 2], units: 1, target: /example 3 is 2/ },
  'a real number, as a column': { y: [[0], [1], [1], [0.5]], units: 1, target: /example 3 is 0\.5/ },
  'a row of real numbers': {
    y: [...yesOrNo.map(() => [1, 0]), [0.3, 2]],
    units: 2,
    target: /example 3 is \[0\.3, 2\]/,
  },
  'a row of several yes': { y: [...yesOrNo.map(() => [1, 0]), [1, 1]], units: 2, target: /example 3 is \[1, 1\]/ },
  'a real number, for binaryAccuracy': {
    y: [...yesOrNo.map(() => [1, 0]), [1, 0.4]],
    units: 2,
    metric: 'binaryAccuracy',
    target: /example 3 is 0\.4/,
  },
}

const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]

for (const [name, { y, units, metric = 'accuracy', target }] of Object.entries(noLabels)) {
  test(`${name}: accuracy beside a loss of numbers is an error, before the first step`, async (t) => {
    const losses: LossLike[] = ['meanSquaredError', 'mae', 'huber', (a, b) => a.sub(b).square().mean()]
    for (const loss of losses) {
      const model = new Sequential([new Dense(units, { inputShape: [2] })])
      model.compile({ optimizer: new SGD(), loss, metrics: [metric] })
      const before = String(model.getWeights())
      const targets = y as number[]
      for (const call of [
        () => model.fit(x, targets, { shuffle: false, batchSize: 1 }),
        () => model.fit(x.slice(0, 3), targets.slice(0, 3), { validationData: [x, targets] }),
        async () => model.trainOnBatch(x, targets),
        async () => model.evaluate(x, targets),
        () => model.evaluateAsync(x, targets),
      ]) {
        const { message } = await t.throwsAsync(call, { instanceOf: DTypeError, message: labelHint })
        t.regex(message, target)
      }
      t.is(String(model.getWeights()), before)
    }
  })
}

test('accuracy beside a loss of numbers takes labels', async (t) => {
  const cases: [units: number, y: unknown, loss: LossLike][] = [
    [1, [0, 1, 1, 0], 'mse'],
    [1, [[0], [1], [1], [0]], 'mae'],
    [1, [-1, 1, 1, -1], (a, b) => a.mul(b).neg().relu().mean()],
    [2, x.map(([a]) => [a, 1 - a]), 'mse'],
    [2, x.map(([a]) => [0.1 + 0.8 * a, 0.9 - 0.8 * a]), 'huber'],
    [3, [0, 2, 1, 2], (a, b) => b.sub(a.oneHot(3)).square().mean()],
  ]
  for (const [units, y, loss] of cases) {
    const model = new Sequential([new Dense(units, { inputShape: [2] })])
    model.compile({ optimizer: new SGD(), loss, metrics: ['accuracy'] })
    const { history } = await model.fit(x, y as number[])
    t.true(history.accuracy[0] >= 0)
  }
})

test('labels out of range of the outputs are found where a custom loss takes them', async (t) => {
  const model = new Sequential([new Dense(2, { inputShape: [2] })])
  model.compile({ optimizer: new SGD(), loss: (_, p) => p.square().mean(), metrics: ['accuracy'] })
  for (const label of [2, -1, 0.5])
    await t.throwsAsync(() => model.fit(x, [0, 1, 1, label], { batchSize: 1 }), {
      message: `fit: accuracy needs labels, but the target of example 3 is ${label}. Each must be a whole number from 0 to 1; for real numbers watch 'meanAbsoluteError', for several yes-or-no outputs 'binaryAccuracy'.`,
    })
})

test('a metric is logged under the name that was given', async (t) => {
  const names: [MetricLike[], string[]][] = [
    [['mae'], ['mae']],
    [
      ['mse', 'meanSquaredError'],
      ['mse', 'meanSquaredError'],
    ],
    [['mean_absolute_error' as 'mae'], ['mean_absolute_error']],
    [['acc'], ['acc']],
    [
      ['accuracy', 'binary_accuracy' as 'binaryAccuracy'],
      ['accuracy', 'binary_accuracy'],
    ],
    [[accuracy], ['accuracy']],
  ]
  for (const [metrics, logged] of names) {
    const model = new Sequential([new Dense(1, { inputShape: [2] })])
    model.compile({ optimizer: new SGD(), loss: 'mse', metrics })
    const callbacks = [new EarlyStopping({ monitor: `val_${logged[0]}` })]
    const { history } = await model.fit(x, [0, 1, 1, 0], { validationSplit: 0.25, callbacks })
    const own = ['loss', ...logged]
    t.deepEqual(Object.keys(history), [...own, ...own.map((name) => `val_${name}`)])
    t.deepEqual(Object.keys(model.evaluate(x, [0, 1, 1, 0])), own)
    t.deepEqual(Object.keys(model.trainOnBatch(x, [0, 1, 1, 0])), own)
  }
  const twice = ['mae', 'mae'] as const
  t.throws(() => new Sequential([new Dense(1)]).compile({ optimizer: new SGD(), loss: 'mse', metrics: [...twice] }), {
    instanceOf: OptionError,
    message: /two entries of the logs would be called mae/,
  })
})

test('functions as losses and metrics get targets in the shape of predictions where only a trailing 1 differs', (t) => {
  const difference = (yTrue: Tensor, yPred: Tensor) => yPred.sub(yTrue).square().mean()
  const [numbers, column] = [
    [1, 2, 3],
    [[1], [2], [3]],
  ]
  const flat = new Through((p) => p.flatten())
  for (const [y, ending] of [
    [numbers, new Through()],
    [column, new Through()],
    [numbers, flat],
    [column, flat],
  ] as [number[], Layer][]) {
    // were [3] and [3, 1] broadcast, this would be 4/3
    t.deepEqual(logsOf(difference, [difference, 'mse'], y, column, ending), { loss: 0, difference: 0, mse: 0 })
    t.is(logsOf('mse', [], y, column, ending).loss, 0)
  }
  const shapes: unknown[] = []
  const seen = (yTrue: Tensor, yPred: Tensor) => {
    shapes.push(yTrue.shape)
    return yPred.mean()
  }
  logsOf(seen, [], [0, 2], zeros([2, 3]))
  logsOf(seen, [], [[0, 2]], zeros([1, 2]), new Through((p) => p.reshape([2, 1])))
  logsOf(seen, [], zeros([2, 3, 4]), zeros([2, 3, 4]), new Through((p) => p.reshape([2, 3, 4, 1])))
  logsOf(seen, [], zeros([2, 12]), zeros([2, 12]), new Through((p) => p.reshape([2, 3, 4])))
  t.deepEqual(shapes, [[2], [1, 2], [2, 3, 4, 1], [2, 12]], 'other shapes are left to the function')
})

test('with a custom loss and targets [n] a line is learned as with the named one', async (t) => {
  const xs = Array.from({ length: 20 }, (_, i) => [i / 10 - 1])
  const ys = xs.map(([v]) => 3 * v + 1)
  const weights: number[][] = []
  for (const loss of ['mse', (a: Tensor, b: Tensor) => b.sub(a).square().mean()] as LossLike[]) {
    const model = new Sequential([new Dense(1, { inputShape: [1], kernelInitializer: 'ones' })])
    model.compile({ optimizer: new SGD({ learningRate: 0.3 }), loss })
    await model.fit(xs, ys, { epochs: 60, batchSize: 20, shuffle: false })
    weights.push(model.variables.map((v) => v.dataSync()[0]))
  }
  t.true(
    weights.every(([w, b]) => Math.abs(w - 3) < 1e-3 && Math.abs(b - 1) < 1e-3),
    `${weights}`,
  )
})

test('rows that are not a distribution are refused by categorical losses', async (t) => {
  const rows: [number[], RegExp][] = [
    [[1, 1, 0], /\[1, 1, 0\].*sums to 2/],
    [[0, 0, 0], /\[0, 0, 0\].*sums to 0/],
    [[0.5, 0.4, 0], /sums to 0\.9/],
    [[1.5, -0.5, 0], /target 1\.5 at example 3/],
    [[0.5, -0.5, 1], /target -0\.5 at example 3/],
  ]
  for (const [row, message] of rows) {
    const y = [...yesOrNo.map(() => [0, 1, 0]), row]
    const model = new Sequential([new Dense(3, { inputShape: [2] })])
    model.compile({ optimizer: new SGD(), loss: 'categoricalCrossentropy' })
    const before = String(model.getWeights())
    await t.throwsAsync(() => model.fit(x, y, { batchSize: 1, shuffle: false }), { instanceOf: DTypeError, message })
    t.throws(() => model.trainOnBatch(x, y), { instanceOf: DTypeError, message })
    t.throws(() => model.evaluate(x, y), { instanceOf: DTypeError, message })
    t.is(String(model.getWeights()), before)
  }
})

test('distributions of sequences, smoothed, soft and rounded ones are welcome', (t) => {
  const model = new Sequential([new Dense(3, { inputShape: [2] })])
  model.compile({ optimizer: new SGD(), loss: 'categoricalCrossentropy' })
  for (const row of [
    [0.05, 0.05, 0.9],
    [1 / 3, 1 / 3, 1 / 3],
    [0.3333, 0.3333, 0.3333],
    [0.2, 0.3, 0.5],
  ])
    t.notThrows(() => model.trainOnBatch(x, [row, row, row, row]))
  const sequences = new Sequential([new Dense(2)])
  sequences.compile({ optimizer: new SGD(), loss: 'categoricalCrossentropy' })
  t.notThrows(() => sequences.trainOnBatch(zeros([2, 2, 4]), [x.slice(1, 3), x.slice(1, 3)]))
  t.throws(() => sequences.trainOnBatch(zeros([2, 2, 4]), [x.slice(1, 3), x.slice(2)]), {
    message: /example 1.*\[1, 1\]/,
  })
})

test('one class, and one unit with softmax, are errors before anything moves', async (t) => {
  const softmaxUnit = (ending?: 'function') =>
    ending
      ? new Dense(1, { activation: (p) => p.softmax(), inputShape: [2] })
      : new Dense(1, { activation: 'softmax', inputShape: [2] })
  const cases: [Layer, LossLike, number[] | number[][]][] = [
    [new Dense(1, { inputShape: [2] }), 'sparseCategoricalCrossentropy', [0, 1, 1, 0]],
    [new Dense(1, { inputShape: [2] }), 'sparseCategoricalCrossentropy', [0, 0, 0, 0]],
    [new Dense(1, { inputShape: [2] }), 'categoricalCrossentropy', [[1], [1], [1], [1]]],
    [new Dense(1, { inputShape: [2] }), 'categoricalCrossentropy', [0, 1, 1, 0]],
    [softmaxUnit(), 'categoricalCrossentropy', [[1], [0], [1], [0]]],
    [softmaxUnit(), 'sparseCategoricalCrossentropy', [0, 1, 1, 0]],
    [softmaxUnit(), 'binaryCrossentropy', [0, 1, 1, 0]],
    [softmaxUnit(), 'meanSquaredError', [0, 1, 1, 0]],
    [softmaxUnit('function'), 'binaryCrossentropy', [0, 1, 1, 0]],
    [softmaxUnit('function'), (a, b) => b.sub(a).square().mean(), [0, 1, 1, 0]],
  ]
  for (const [layer, loss, y] of cases) {
    const model = new Sequential([layer])
    const before = String(model.getWeights())
    model.compile({ optimizer: new SGD(), loss, metrics: ['accuracy'] })
    const about = { instanceOf: ShapeError, message: /one (unit|class)|1 class/ }
    await t.throwsAsync(() => model.fit(x, y, { batchSize: 1 }), about)
    t.throws(() => model.trainOnBatch(x, y), about)
    t.is(String(model.getWeights()), before)
  }
  const one = new Sequential([new Dense(1, { activation: 'sigmoid', inputShape: [2] }), new Flatten()])
  one.compile({ optimizer: new SGD(), loss: 'binaryCrossentropy' })
  t.notThrows(() => one.trainOnBatch([[1, 2]], [1]), 'one example is not one class')
})
