import { readFileSync } from 'node:fs'
import test from 'ava'
import {
  Activation,
  type ActivationLike,
  Adam,
  AdamW,
  accuracy,
  binaryCrossentropy,
  type CompileOptions,
  Dense,
  DTypeError,
  EarlyStopping,
  GradientError,
  type Logs,
  Lookahead,
  type LossLike,
  LossScaleOptimizer,
  type MetricLike,
  type Model,
  MultiOptimizer,
  NablaError,
  OptimizerMap,
  OptionError,
  randomNormal,
  ScheduleFreeAdamW,
  Sequential,
  SGD,
  ShapeError,
  setSeed,
  softmax,
  type Tensor,
  tensor,
} from '../../src/index.js'
import { backend } from '../../src/tensor/backend.js'

interface Run {
  x: number[][]
  y: number[]
  before: number[][]
  history: Record<string, number[]>
  after: number[][]
}

// Made by test/golden/keras-training.py
const golden = JSON.parse(readFileSync(new URL('../golden/keras-training.json', import.meta.url), 'utf8'))

const optimizers = {
  AdamW: () => new AdamW({ learningRate: 0.02 }),
  'AdamW with EMA': () => new AdamW({ learningRate: 0.02, useEma: true, emaMomentum: 0.8 }),
  SGD: () => new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true, clipnorm: 0.5 }),
}

function classifier(): Sequential {
  return new Sequential([new Dense(8, { activation: 'relu', inputShape: [3] }), new Dense(3)])
}

for (const [name, optimizer] of Object.entries(optimizers)) {
  test(`fit with ${name} gives Keras's history and weights, the smaller last batch included`, async (t) => {
    const { x, y, before, history, after } = golden.training[name] as Run
    const model = classifier()
    model.variables.forEach((v, i) => {
      v.assign(tensor(before[i].flat(), { shape: v.shape }))
    })
    model.compile({ optimizer: optimizer(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })
    const result = await model.fit(x.slice(0, 40), y.slice(0, 40), {
      epochs: 4,
      batchSize: 16,
      shuffle: false,
      validationData: [x.slice(40), y.slice(40)],
    })
    t.deepEqual(Object.keys(result.history).sort(), Object.keys(history).sort())
    for (const [key, values] of Object.entries(history)) {
      t.true(
        values.every((v, i) => Math.abs(result.history[key][i] - v) < 1e-5),
        `${key}: ${result.history[key]} ≠ ${values}`,
      )
    }
    model.variables.forEach((v, i) => {
      const want = after[i].flat()
      t.true(
        [...v.dataSync()].every((w, j) => Math.abs(w - want[j]) < 1e-5),
        `${v.path}`,
      )
    })
  })
}

const xs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const ys = [0, 1, 1, 0]

function small(): Sequential {
  setSeed(1)
  const model = new Sequential([new Dense(4, { activation: 'tanh', inputShape: [2] }), new Dense(2)])
  return model.compile({
    optimizer: new AdamW({ learningRate: 0.1 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  })
}

/** Its outputs, and their derivative, which is NaN, come from √(x − x). */
function trappedIn(model: Sequential): Sequential {
  const { optimizer } = model
  const trapped = new Sequential([...model.layers, new Activation((x) => x.sub(x).sqrt().add(x))])
  return trapped.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' } as CompileOptions)
}

test('the same seed gives the same training, another one a different order', async (t) => {
  const train = async (seed: number) => (await small().fit(xs, ys, { epochs: 5, batchSize: 3, seed })).history.loss
  t.deepEqual(await train(1), await train(1))
  t.notDeepEqual(await train(1), await train(2))
})

test('evaluate and predict work in batches of any size with the same result', async (t) => {
  const model = small()
  const whole = model.evaluate(xs, ys)
  t.deepEqual(Object.keys(whole), ['loss', 'accuracy'])
  for (const batchSize of [1, 3]) {
    const parts = model.evaluate(xs, ys, { batchSize })
    t.true(Math.abs(parts.loss - whole.loss) < 1e-6)
    t.true(Math.abs(parts.accuracy - whole.accuracy) < 1e-12)
    t.deepEqual(model.predict(xs, { batchSize }).shape, [4, 2])
  }
  t.is(model.predict(xs).requiresGrad, false)
})

test('validationSplit takes the last examples, and does not train on them', async (t) => {
  const model = small()
  const { history } = await model.fit([...xs, [5, 5]], [...ys, 1], {
    validationSplit: 0.2,
    epochs: 1,
    batchSize: 4,
    shuffle: false,
  })
  const reference = small()
  const { loss } = reference.trainOnBatch(xs, ys)
  t.is(history.loss[0], loss)
  t.is(history.val_loss[0], reference.evaluate([[5, 5]], [1]).loss)
})

test('validationSplit trains on as many examples as Keras', async (t) => {
  // Keras 3: int(math.floor(n * (1.0 - split))), where 10 * (1 - 0.9) is 0.9999999999999998, and 0 is an error
  const counts: [n: number, split: number, trained: number][] = [
    [10, 0.25, 7],
    [9, 0.1, 8],
    [10, 0.2, 8],
    [4, 0.1, 3],
    [10, 0.7, 3],
    [20, 0.9, 1],
    [100, 0.9, 9],
    [3, 1 / 3, 2],
    [12, 0.3, 8],
    [2, 0.01, 1],
  ]
  for (const [n, validationSplit, trained] of counts) {
    let samples = 0
    const onTrainBegin = (params: { samples: number }) => {
      samples = params.samples
    }
    const x = Array.from({ length: n }, (_, i) => xs[i % 4])
    const y = x.map(([a]) => a)
    const { history } = await small().fit(x, y, { validationSplit, callbacks: [{ onTrainBegin }] })
    t.is(samples, trained, `${n} with ${validationSplit}`)
    t.is(history.val_loss.length, 1)
  }
})

test('callbacks hear of everything in order, and can stop the training', async (t) => {
  const heard: string[] = []
  const model = small()
  await model.fit(xs, ys, {
    epochs: 10,
    batchSize: 2,
    callbacks: [
      {
        onTrainBegin: ({ epochs, steps, samples }) => void heard.push(`train ${epochs} ${steps} ${samples}`),
        onEpochBegin: (epoch) => void heard.push(`epoch ${epoch}`),
        onBatchEnd: async (batch, logs) => void heard.push(`batch ${batch} ${Object.keys(logs)}`),
        onEpochEnd: (epoch, _logs, m) => {
          heard.push(`end ${epoch}`)
          m.stopTraining = true
        },
        onTrainEnd: ({ epoch }) => void heard.push(`done ${epoch}`),
      },
    ],
  })
  t.deepEqual(heard, ['train 10 2 4', 'epoch 0', 'batch 0 loss,accuracy', 'batch 1 loss,accuracy', 'end 0', 'done 0'])
})

test('a callback may change the learning rate', async (t) => {
  const model = small()
  const rates: number[] = []
  const halve = {
    best: Number.POSITIVE_INFINITY, // what is no function is the callback's own business
    onEpochEnd: (_epoch: number, _logs: Logs, { optimizer }: Model) => {
      rates.push(optimizer.learningRate)
      optimizer.learningRate /= 2
    },
  }
  await model.fit(xs, ys, { epochs: 3, callbacks: [halve] })
  t.deepEqual(rates, [0.1, 0.05, 0.025])
})

/** More steps than fit into the time that `fit` keeps to itself, on any machine. */
const manySteps = 100_000

test('fit lets timers run while it trains', async (t) => {
  const model = small()
  const timer = setTimeout(() => {
    model.stopTraining = true
  })
  const { epoch } = await model.fit(xs, ys, { epochs: manySteps, batchSize: 4 })
  clearTimeout(timer)
  t.true(epoch.length < manySteps)
})

test('many short calls of fit let timers run, too', async (t) => {
  let ran = false
  const timer = setTimeout(() => {
    ran = true
  })
  const model = small()
  let calls = 0
  for (; !ran && calls < manySteps; calls++) await model.fit(xs, ys, { batchSize: 4 })
  clearTimeout(timer)
  t.true(calls < manySteps)
})

test('gradients and intermediate results of a step do not outlive it unseen', (t) => {
  const model = small()
  let kept: Tensor | undefined
  const layer = model.layers[1]
  const call = layer.call.bind(layer)
  layer.call = (x) => {
    kept = call(x) as Tensor
    return kept
  }
  model.trainOnBatch(xs, ys)
  t.throws(() => kept?.toArray(), { instanceOf: NablaError, message: /training step that is over/ })
})

test('a second fit with ScheduleFreeAdamW goes on from the weights of training, not from their average', async (t) => {
  const train = async (parts: number[]) => {
    setSeed(1)
    const model = new Sequential([new Dense(4, { activation: 'tanh', inputShape: [2] }), new Dense(2)])
    model.compile({ optimizer: new ScheduleFreeAdamW({ learningRate: 0.1 }), loss: 'sparseCategoricalCrossentropy' })
    const losses: number[] = []
    for (const epochs of parts) {
      const { history } = await model.fit(xs, ys, { epochs, batchSize: 4 })
      losses.push(...history.loss)
    }
    return losses
  }
  const [whole, parted] = [await train([6]), await train([3, 3])]
  t.true(
    whole.every((loss, i) => Math.abs(loss - parted[i]) < 1e-5),
    `${whole} ≠ ${parted}`,
  )
})

test('a model whose last activation is softmax takes the loss of probabilities', (t) => {
  const probabilities = new Sequential([new Dense(3, { activation: 'softmax', inputShape: [2], seed: 1 })])
  const logits = new Sequential([new Dense(3, { inputShape: [2], seed: 1 })])
  const losses = [probabilities, logits].map((model) => {
    model.compile({ optimizer: new SGD(), loss: 'sparse_categorical_crossentropy' as 'sparseCategoricalCrossentropy' })
    return model.evaluate(xs, ys).loss
  })
  t.true(Math.abs(losses[0] - losses[1]) < 1e-6)
})

/** `fit` with one step per example, the label of the last one wrong. */
function lastLabel(label: number) {
  return (m: Sequential) => m.fit(xs, [0, 1, 1, label], { shuffle: false, batchSize: 1 })
}

/** Calls that must fail, and leave weights and optimizer as they were. */
const mistakes: Record<
  string,
  { call: (model: Sequential) => unknown; error: new (m: string) => Error; message: RegExp }
> = {
  'x and y of different lengths': {
    call: (m) => m.fit(xs, [0, 1]),
    error: ShapeError,
    message: /x has 4 examples, y 2/,
  },
  'no examples': { call: (m) => m.fit([], []), error: ShapeError, message: /x has shape \[0\], which is empty/ },
  'batch size 0': { call: (m) => m.fit(xs, ys, { batchSize: 0 }), error: OptionError, message: /batchSize is 0/ },
  'a fractional batch size': {
    call: (m) => m.evaluate(xs, ys, { batchSize: 1.5 }),
    error: OptionError,
    message: /batchSize is 1.5/,
  },
  'negative epochs': { call: (m) => m.fit(xs, ys, { epochs: -1 }), error: OptionError, message: /epochs is -1/ },
  'NaN in x': {
    call: (m) => m.fit([...xs.slice(1), [0, Number.NaN]], ys),
    error: DTypeError,
    message: /x contains NaN in example 3, element 1/,
  },
  'infinity in y': {
    call: (m) => m.fit(xs, [0, 1, 1, Number.POSITIVE_INFINITY]),
    error: DTypeError,
    message: /y contains Infinity in example 3/,
  },
  'text in x': {
    call: (m) => m.fit([['a', 'b']] as never, [0]),
    error: DTypeError,
    message: /element 0 is string "a"/,
  },
  'ragged x': { call: (m) => m.fit([[1, 2], [3]], [0, 1]), error: ShapeError, message: /ragged/ },
  'a label out of range': {
    call: (m) => m.fit(xs, [0, 1, 1, 2], { shuffle: false, batchSize: 4 }),
    error: ShapeError,
    message:
      /fit: label 2 at example 3 is out of range for 2 classes\. Labels go from 0 to 1; has the last layer enough units\?/,
  },
  'a negative label': {
    call: lastLabel(-1),
    error: ShapeError,
    message: /^fit: label -1 at example 3 is out of range: the classes are 0, 1, 2 and so on\. Number them from 0/,
  },
  'a label with a fraction': {
    call: lastLabel(0.5),
    error: DTypeError,
    message: /label 0.5 at example 3 is not a whole/,
  },
  'a label that is NaN': { call: lastLabel(Number.NaN), error: DTypeError, message: /y contains NaN in example 3/ },
  'a label out of range, found in the part to validate on': {
    call: (m) => m.fit(xs, [0, 1, 1, 7], { validationSplit: 0.25, batchSize: 1 }),
    error: ShapeError,
    message: /fit: label 7 at example 3 is out of range for 2 classes/,
  },
  'a label out of range in the validation data': {
    call: (m) => m.fit(xs, ys, { validationData: [xs, [0, 1, 2, 0]], batchSize: 1 }),
    error: ShapeError,
    message: /fit \(validationData\): label 2 at example 2 is out of range for 2 classes/,
  },
  'NaN in the validation data': {
    call: (m) => m.fit(xs, ys, { validationData: [[...xs.slice(1), [Number.NaN, 0]], ys], batchSize: 1 }),
    error: DTypeError,
    message: /fit \(validationData\): x contains NaN in example 3, element 0/,
  },
  'validation targets of another shape': {
    call: (m) =>
      m.fit(xs, ys, {
        validationData: [
          xs,
          [
            [0, 1],
            [1, 0],
            [1, 0],
            [0, 1],
          ],
        ],
      }),
    error: ShapeError,
    message: /validation targets have shape \[2\], training targets \[\]/,
  },
  'no targets': {
    call: (m) => m.fit(xs, undefined as never),
    error: OptionError,
    message: /^fit: y is missing, received undefined\. Write fit\(x, y, options\)/,
  },
  'options in the place of targets': {
    call: (m) => m.fit(xs, { epochs: 3 } as never),
    error: OptionError,
    message: /^fit: y is missing, received an object with epochs in its place\. Write fit\(x, y, options\)/,
  },
  'data and targets in one object': {
    call: (m) => m.fit({ x: xs, y: ys } as never, undefined as never),
    error: OptionError,
    message: /^fit: x is an object with x, y, and y is missing\. Write fit\(x, y, options\)/,
  },
  'data and targets in one array': {
    call: (m) => m.fit([xs, ys] as never, undefined as never),
    error: OptionError,
    message: /^fit: y is missing/,
  },
  'a promise of data': {
    call: (m) => m.fit(Promise.resolve(xs) as never, ys),
    error: OptionError,
    message: /^fit: x is a promise\. Await it/,
  },
  'validation data without targets': {
    call: (m) => m.fit(xs, ys, { validationData: [xs, undefined as never] }),
    error: OptionError,
    message: /^fit \(validationData\): y is missing, received undefined\. Write validationData: \[x, y\]/,
  },
  'no data': {
    call: (m) => m.evaluate(null as never, ys),
    error: OptionError,
    message: /^evaluate: x is missing, received null\. Write evaluate\(x, y\)/,
  },
  'no targets to evaluate': {
    call: (m) => m.evaluate(xs, { batchSize: 2 } as never),
    error: OptionError,
    message: /^evaluate: y is missing, received an object with batchSize/,
  },
  'no targets of a batch': {
    call: (m) => m.trainOnBatch(xs, undefined as never),
    error: OptionError,
    message: /^trainOnBatch: y is missing.*Write trainOnBatch\(x, y\)/,
  },
  'nothing to predict': {
    call: (m) => m.predict(undefined as never),
    error: OptionError,
    message: /^predict: x is missing, received undefined\. Write predict\(x\), with one entry per example\.$/,
  },
  'a promise to predict': {
    call: (m) => m.predict(Promise.resolve(xs) as never),
    error: OptionError,
    message: /^predict: x is a promise\. Await it/,
  },
  'targets to predict': {
    call: (m) => m.predict(xs, ys as never),
    error: OptionError,
    message: /^predict: the second argument is an array, but predict takes no targets/,
  },
  'a label with a fraction, to evaluate': {
    call: (m) => m.evaluate(xs, [0, 1, 1, 0.5]),
    error: DTypeError,
    message: /evaluate: label 0.5 at example 3/,
  },
  'a label out of range in a batch': {
    call: (m) => m.trainOnBatch(xs, [0, 1, 1, 2]),
    error: ShapeError,
    message: /label 2 is out of range for 2 classes/,
  },
  'the wrong number of features': {
    call: (m) => m.fit([[1, 2, 3]], [0]),
    error: ShapeError,
    message: /built for examples of shape \[2\]/,
  },
  'an unknown option': {
    call: (m) => m.fit(xs, ys, { batch_size: 2 } as object),
    error: OptionError,
    message: /unknown option batch_size. Did you mean batchSize\?/,
  },
  'a validation split that leaves nothing to train on': {
    call: (m) => m.fit(xs, ys, { validationSplit: 0.9 }),
    error: OptionError,
    message: /validationSplit 0.9 of 4 examples leaves 0 to train on and 4 to validate on/,
  },
  'a validation split that leaves nothing to validate on': {
    call: (m) => m.fit(xs, ys, { validationSplit: 1e-17 }),
    error: OptionError,
    message: /leaves 4 to train on and 0 to validate on/,
  },
  'a validation split of one example': {
    call: (m) => m.fit([xs[0]], [0], { validationSplit: 0.5 }),
    error: OptionError,
    message: /of 1 example leaves 0 to train on/,
  },
  'a validation split of 1': {
    call: (m) => m.fit(xs, ys, { validationSplit: 1 }),
    error: OptionError,
    message: /validationSplit is 1/,
  },
  'split and data to validate on': {
    call: (m) => m.fit(xs, ys, { validationSplit: 0.5, validationData: [xs, ys] }),
    error: OptionError,
    message: /Choose one/,
  },
  'callbacks that are no list': {
    call: (m) => m.fit(xs, ys, { callbacks: {} as never }),
    error: OptionError,
    message: /callbacks must be an array, received an empty object/,
  },
  'a misspelt callback': {
    call: (m) => m.fit(xs, ys, { callbacks: [{ on_epoch_end: () => {} } as never] }),
    error: OptionError,
    message: /fit: unknown callback on_epoch_end. Did you mean onEpochEnd\?/,
  },
  'a callback that is never called': {
    call: (m) =>
      m.fit(xs, ys, {
        callbacks: [
          new (class {
            onBatchBegn() {}
          })(),
        ] as never,
      }),
    error: OptionError,
    message: /fit: unknown callback onBatchBegn. Did you mean onBatchBegin/,
  },
  'a function as callback': {
    call: (m) => m.fit(xs, ys, { callbacks: [() => {}] as never }),
    error: OptionError,
    message: /^fit: the callback is a function, which handles none of onTrainBegin, .*Give an object of event handlers/,
  },
  'a class as callback': {
    call: (m) => m.fit(xs, ys, { callbacks: [EarlyStopping] as never }),
    error: OptionError,
    message: /^fit: the callback is the class EarlyStopping\. Give an instance: new EarlyStopping\(\)\.$/,
  },
  'a callback without events': {
    call: (m) => m.fit(xs, ys, { callbacks: [new SGD()] as never }),
    error: OptionError,
    message: /^fit: the callback is an object of class SGD, which handles none of onTrainBegin/,
  },
  'a handler that is not a function': {
    call: (m) => m.fit(xs, ys, { callbacks: [{ onEpochEnd: 'print' }] as never }),
    error: OptionError,
    message: /^fit: the callback's onEpochEnd is the string "print", not a function/,
  },
  'a string as epochs': {
    call: (m) => m.fit(xs, ys, { epochs: '3' as never }),
    error: OptionError,
    message: /^fit: epochs is the string "3"/,
  },
  'a string as validation split': {
    call: (m) => m.fit(xs, ys, { validationSplit: '0.25' as never }),
    error: OptionError,
    message: /^fit: validationSplit is the string "0\.25"/,
  },
  'a word as shuffle': {
    call: (m) => m.fit(xs, ys, { shuffle: 'batch' as never }),
    error: OptionError,
    message: /^fit: shuffle is the string "batch"\. Give true or false/,
  },
  'a word as verbose': {
    call: (m) => m.fit(xs, ys, { verbose: 'auto' as never }),
    error: OptionError,
    message: /^fit: verbose is the string "auto"/,
  },
  'validation data that is no pair': {
    call: (m) => m.fit(xs, ys, { validationData: { x: xs, y: ys } as never }),
    error: OptionError,
    message: /validationData must be a pair, received an object with x, y\. Write validationData: \[x, y\]/,
  },
  'validation examples of another shape': {
    call: (m) => m.fit(xs, ys, { validationData: [[[1, 2, 3]], [0]] }),
    error: ShapeError,
    message: /validation examples have shape \[3\]/,
  },
  'ragged arrays for a layer': {
    call: (m) => m.apply([[1, 2], [3]]),
    error: ShapeError,
    message: /rows? .*length|ragged|differ/,
  },
  'a NaN loss': {
    call: (m) => m.trainOnBatch([[Number.NaN, 1]], [0]),
    error: GradientError,
    message:
      /^trainOnBatch: the loss is NaN\. No step was made with this batch\. If it grew .* log, sqrt or division outside its domain/,
  },
  'frozen layers, in fit': {
    call(m) {
      for (const layer of m.layers) layer.trainable = false
      return m.fit(xs, ys)
    },
    error: OptionError,
    message:
      /^fit: all 4 weights of the model \w+ are frozen \(trainable is false\), so nothing would be trained\. Set trainable = true/,
  },
  'a frozen model, in a step': {
    call(m) {
      m.trainable = false
      return m.trainOnBatch(xs, ys)
    },
    error: OptionError,
    message: /^trainOnBatch: all 4 weights of the model \w+ are frozen/,
  },
  'a layer that cuts gradients off': {
    call: (m) =>
      new Sequential([...m.layers, new Activation((x) => x.detach())], { name: 'cut' })
        .compile({ optimizer: m.optimizer, loss: 'sparseCategoricalCrossentropy' })
        .fit(xs, ys),
    error: GradientError,
    message: /^fit: no gradient flows from the predictions of the model cut to its weights\. A layer cuts it off/,
  },
  'a NaN gradient of a finite loss': {
    call: (m) => trappedIn(m).trainOnBatch(xs, ys),
    error: GradientError,
    message:
      /^trainOnBatch: the gradient of \S*dense\w*\/kernel \(layer dense\w*\) is not finite, NaN in 8 of 8 elements, nor are those of .*No step/,
  },
  'a NaN gradient in fit': {
    call: (m) => trappedIn(m).fit(xs, ys, { batchSize: 2 }),
    error: GradientError,
    message: /is not finite, .* \(epoch 1, step 1\)$/,
  },
}

for (const [name, { call, error, message }] of Object.entries(mistakes)) {
  test(`${name}: a clear error, and nothing has changed`, async (t) => {
    const model = small()
    const before = model.variables.map((v) => v.toArray())
    await t.throwsAsync(async () => call(model), { instanceOf: error, message })
    t.deepEqual(
      model.variables.map((v) => v.toArray()),
      before,
    )
    t.is((model.optimizer as AdamW).iterations, 0)
  })
}

test('targets that are no probabilities are found before the first step', async (t) => {
  const targets = {
    categoricalCrossentropy: [
      [1, 0],
      [0, 1],
      [0, 1],
      [3, 0],
    ],
    binaryCrossentropy: [0, 1, 1, 2],
  }
  for (const [loss, y] of Object.entries(targets)) {
    const model = new Sequential([new Dense(loss.startsWith('b') ? 1 : 2, { inputShape: [2] })])
    model.compile({ optimizer: new SGD(), loss: loss as 'binaryCrossentropy' })
    const before = model.variables.map((v) => v.toArray())
    const message = /target [23] at example 3 is not a probability\. This loss expects values from 0 to 1; for integer/
    await t.throwsAsync(() => model.fit(xs, y, { shuffle: false, batchSize: 1 }), { instanceOf: DTypeError, message })
    t.throws(() => model.trainOnBatch(xs, y), { instanceOf: DTypeError, message })
    t.throws(() => model.evaluate(xs, y), { instanceOf: DTypeError, message })
    t.deepEqual(
      model.variables.map((v) => v.toArray()),
      before,
    )
  }
})

test('a loss of the user that is no scalar tensor is named', async (t) => {
  for (const [loss, returned] of [
    [(a: Tensor, b: Tensor) => a.flatten().sub(b.flatten()).square(), /a tensor of shape \[4\]/],
    [() => 5, /returned 5, not a scalar tensor\. Leave out item\(\)/],
    [() => {}, /returned undefined, not a scalar tensor\. Is a return missing\?/],
    [async () => tensor(1), /returned a promise, .* Remove async/],
  ] as const) {
    const model = new Sequential([new Dense(1, { inputShape: [2] })])
    model.compile({ optimizer: new SGD(), loss: loss as never })
    const { message } = await t.throwsAsync(() => model.fit(xs, ys), { instanceOf: ShapeError })
    t.regex(message, /^loss: the loss function returned/)
    t.regex(message, returned)
  }
})

test('a loss that does not depend on the predictions is named', async (t) => {
  const losses: Record<string, (yTrue: Tensor, yPred: Tensor) => Tensor> = {
    constant: () => tensor(1),
    detached: (a, b) => b.detach().sub(a).square().mean(),
    rounded: (_, b) => b.cast('int32').sum(),
    compared: (_, b) => b.greater(0).cast('float32').mean(),
  }
  for (const [name, loss] of Object.entries(losses)) {
    const model = new Sequential([new Dense(1, { inputShape: [2] })])
    model.compile({ optimizer: new SGD(), loss })
    const about = { instanceOf: GradientError, message: new RegExp(`^${name}: the loss does not depend on yPred`) }
    await t.throwsAsync(() => model.fit(xs, ys), about)
    t.throws(() => model.trainOnBatch(xs, ys), about)
    t.notThrows(() => model.evaluate(xs, ys))
  }
})

test('a metric that returns no tensor is named, with what it returned', (t) => {
  for (const [metric, message] of [
    [function worst() {}, /^worst: the metric function returned undefined, .* Is a return missing\?$/],
    [async () => tensor(1), /^metric: the metric function returned a promise, .* Remove async/],
    [(_: Tensor, b: Tensor) => b.mean().item(), /returned -?[\d.]+, .* Leave out item\(\)/],
    [(_: Tensor, b: Tensor) => b.slice([[0, 0]]), /returned a tensor of shape \[0, 1\], not a tensor of at least one/],
  ] as const) {
    const model = new Sequential([new Dense(1, { inputShape: [2] })])
    model.compile({ optimizer: new SGD(), loss: 'mse', metrics: [metric as never] })
    t.throws(() => model.evaluate(xs, ys), { instanceOf: OptionError, message })
  }
})

test('an epoch that a callback ends before it begins is not logged', async (t) => {
  const ended: number[] = []
  const { epoch, history } = await small().fit(xs, ys, {
    epochs: 5,
    validationData: [xs, ys],
    callbacks: [
      {
        onEpochBegin(epoch, m) {
          m.stopTraining = epoch === 2
        },
        onEpochEnd: (epoch) => void ended.push(epoch),
      },
    ],
  })
  t.deepEqual(
    [epoch, ended],
    [
      [0, 1],
      [0, 1],
    ],
  )
  t.deepEqual(
    Object.values(history).map((values) => values.length),
    [2, 2, 2, 2],
  )
})

test("nabla's own losses and accuracy, given as functions, know of softmax as by their names", (t) => {
  const logs = (loss: LossLike, metric: MetricLike) => {
    const model = new Sequential([new Dense(1, { activation: 'sigmoid', inputShape: [2], seed: 1 })])
    return model.compile({ optimizer: new SGD(), loss, metrics: [metric] }).evaluate(xs, ys)
  }
  t.deepEqual(logs(binaryCrossentropy, accuracy), logs('binaryCrossentropy', 'accuracy'))
  for (const [short, long] of [
    ['mae', 'meanAbsoluteError'],
    ['mse', 'meanSquaredError'],
  ] as const)
    t.deepEqual(Object.values(logs(short, short)), Object.values(logs(long, long)))
})

test("an activation of the user's is taken for what it does, not for what it is called", (t) => {
  const relu = (x: Tensor) => x.mul(0).add(7)
  t.is(new Dense(1, { activation: relu }).apply(tensor([[1]])).item(), 7)
  const lossOf = (activation: ActivationLike) => {
    const model = new Sequential([new Dense(2, { activation, seed: 1, inputShape: [2] })])
    return model.compile({ optimizer: new SGD(), loss: 'sparseCategoricalCrossentropy' }).evaluate(xs, ys).loss
  }
  t.is(lossOf(softmax), lossOf('softmax'), "nabla's own function is known")
  t.not(
    lossOf((x) => softmax(x)),
    lossOf('softmax'),
  )
})

test('a scaled loss trains as the plain one does', (t) => {
  const weights = [() => new SGD(), () => new SGD({ lossScaleFactor: 4 }), () => new LossScaleOptimizer(new SGD())].map(
    (make) => {
      setSeed(1)
      const model = new Sequential([new Dense(2, { inputShape: [2] })])
      model.compile({ optimizer: make(), loss: 'sparseCategoricalCrossentropy' })
      for (let i = 0; i < 5; i++) model.trainOnBatch(xs, ys)
      return [...model.variables[0].dataSync()]
    },
  )
  for (const other of weights.slice(1))
    t.true(
      other.every((w, i) => Math.abs(w - weights[0][i]) < 1e-6),
      `${weights}`,
    )
})

test('validation gives way, too', async (t) => {
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  const many = Array.from({ length: 60_000 }, (_, i) => [i % 7, i % 3])
  let before = 0
  const onBatchEnd = () => {
    before = ticks
  }
  await small().fit(xs, ys, {
    batchSize: 4,
    validationData: [many, many.map(([a]) => a % 2)],
    callbacks: [{ onBatchEnd, onEpochEnd: () => clearInterval(timer) }],
  })
  t.true(ticks > before, `${before} ticks before, ${ticks} after`)
})

test('training before compile, and compile with mistakes', async (t) => {
  const model = new Sequential([new Dense(1, { inputShape: [2] })])
  const message = /not compiled. Call compile/
  await t.throwsAsync(() => model.fit(xs, ys), { instanceOf: OptionError, message })
  t.throws(() => model.trainOnBatch(xs, ys), { message })
  t.throws(() => model.evaluate(xs, ys), { message })
  const optimizer = new SGD()
  t.throws(() => model.compile({ optimizer, loss: 'mse2' as 'meanSquaredError' }), { message: /unknown loss mse2/ })
  t.throws(() => model.compile({ optimizer, loss: 'meanSquareError' as 'meanSquaredError' }), {
    message: /Did you mean meanSquaredError\?/,
  })
  t.throws(() => model.compile({ optimizer, loss: 'mse' as 'meanSquaredError', metrics: ['acuracy' as 'accuracy'] }), {
    message: /Did you mean accuracy\?/,
  })
  t.throws(() => model.compile({ optimizer: 'adma', loss: 'meanSquaredError' }), {
    message: /^optimizers\.get: unknown optimizer adma\. Did you mean Adam\?/,
  })
  t.is(String(model.compile({ optimizer: 'adam', loss: 'mse' }).optimizer), String(new Adam()))
  t.throws(() => model.compile({ optimizer } as never), { message: /loss is missing/ })
  t.throws(() => model.compile({ loss: 'mse' } as never), { message: /optimizer is missing/ })
  for (const [given, shown] of [
    [() => new SGD(), 'a function'],
    [{ class_name: 'SGD' }, 'an object with class_name'],
    [Promise.resolve(1), 'a promise'],
  ])
    t.throws(() => model.compile({ optimizer: given as never, loss: 'mse' }), {
      message: `compile: the optimizer is ${shown}. Give an instance, such as new AdamW().`,
    })
  class Worst {}
  const odd: [given: object, message: RegExp][] = [
    [{ loss: Worst }, /^compile: the loss is the class Worst\. Give a name/],
    [{ loss: ['mse'] }, /^compile: the loss is an array/],
    [{ loss: { y: 'mse' } }, /^compile: the loss is an object with y/],
    [{ metrics: [Worst] }, /^compile: the metric is the class Worst\. Give a name/],
    [{ metrics: [['mae']] }, /^compile: the metric is an array/],
    [{ metrics: 'mae' }, /^compile: metrics must be an array, received the string "mae"\. Write metrics: \['mae'\]\.$/],
    [
      { metrics: { worst: () => tensor(1) } },
      /received an object with worst\..*a function that is logged under its own/,
    ],
    [
      { metrics: [{ worst: () => tensor(1) }] },
      /^compile: the metric is an object with worst\..*the function's own name/,
    ],
    [{ metrics: [function val_loss() {}] }, /two entries of the logs would be called val_loss/],
  ]
  for (const [given, message] of odd)
    t.throws(() => model.compile({ optimizer, loss: 'mse', ...given } as never), { instanceOf: OptionError, message })
  t.throws(() => model.compile({ optimizer: SGD as never, loss: 'meanSquaredError' }), {
    message: 'compile: the optimizer is the class SGD. Give an instance: new SGD().',
  })
  const two = [() => tensor(1), () => tensor(2)]
  t.throws(() => model.compile({ optimizer, loss: 'meanSquaredError', metrics: two }), {
    message: /two entries of the logs would be called metric/,
  })
  t.throws(() => model.compile({ optimizer, loss: 'meanSquaredError', metrics: ['toString' as 'accuracy'] }), {
    message: /unknown metric toString/,
  })
  model.compile({ optimizer, loss: 'meanSquaredError', metrics: [(() => 3) as never] })
  t.throws(() => model.evaluate(xs, ys), { message: /metric: the metric function returned 3, not a tensor/ })
})

test.serial('a training step copies no weights', (t) => {
  const model = new Sequential([new Dense(4, { inputShape: [3], activation: 'relu' }), new Dense(2)])
  model.compile({ optimizer: new AdamW(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })
  const [x, y] = [randomNormal([5, 3], { seed: 1 }), tensor([0, 1, 0, 1, 1])]
  model.trainOnBatch(x, y)
  const { duplicate } = backend
  let copies = 0
  try {
    backend.duplicate = (buffer) => {
      copies++
      return duplicate(buffer)
    }
    model.trainOnBatch(x, y)
  } finally {
    backend.duplicate = duplicate
  }
  t.is(copies, 0)
})

/** A model whose derivative is not finite while its weight is 0, although its loss is 0. */
function atTheEdge(optimizer: CompileOptions['optimizer']): Sequential {
  const root: ActivationLike = (x) => x.sqrt()
  const model = new Sequential([new Dense(1, { kernelInitializer: 'zeros', activation: root, inputShape: [1] })])
  return model.compile({ optimizer, loss: (_, yPred) => yPred.sum() })
}

test('fit refuses gradients that are not finite, whatever clips, accumulates or wraps', async (t) => {
  const inner = () => new AdamW({ globalClipnorm: 1 })
  const plain = { apply: () => t.fail('a step was made'), finalizeVariableValues() {}, learningRate: 1 }
  for (const optimizer of [
    inner(),
    new SGD({ clipvalue: 1, useEma: true, emaOverwriteFrequency: 1 }),
    new AdamW({ clipnorm: 1, gradientAccumulationSteps: 2 }),
    new Lookahead(inner()),
    new MultiOptimizer(new OptimizerMap(inner())),
    new ScheduleFreeAdamW(),
    plain,
  ]) {
    const model = atTheEdge(optimizer)
    for (const train of [
      () => model.fit([[1], [2]], [[0], [0]], { batchSize: 1 }),
      () => model.trainOnBatchAsync([[1]], [[0]]),
    ]) {
      await t.throwsAsync(async () => train(), {
        instanceOf: GradientError,
        message: /kernel \(layer \w+\) is not finite, Infinity in 1 of 1 elements, nor are those of \S+bias\./,
      })
      t.deepEqual(
        model.variables.map((v) => v.item()),
        [0, 0],
      )
    }
  }
})

test('fit with a LossScaleOptimizer leaves out steps whose gradients are not finite', async (t) => {
  const optimizer = new LossScaleOptimizer(new AdamW(), { initialScale: 8 })
  const model = atTheEdge(optimizer)
  await model.fit([[1], [2]], [[0], [0]], { batchSize: 1 })
  t.is(optimizer.scale, 2)
  t.deepEqual(
    model.variables.map((v) => v.item()),
    [0, 0],
  )
})

test('the message of a loss that is not finite names weights that are not', (t) => {
  const model = small()
  model.variables[2].assign(model.variables[2].mul(Infinity))
  const path = model.variables[2].path
  t.throws(() => model.trainOnBatch(xs, ys), {
    message: new RegExp(`the loss is NaN, as these weights are not finite: ${path}\\.`),
  })
})
