/**
 * What `fit` takes beyond arrays: weights, iterables, signals, parts to validate on; and Keras's numbers for all of it together.
 */
import { readFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { Dataset } from '../../src/data.js'
import {
  Adam,
  AUC,
  type BatchItem,
  Dense,
  EarlyStopping,
  type FitOptions,
  ModelCheckpoint,
  OptionError,
  ReduceLROnPlateau,
  Sequential,
  SGD,
  ShapeError,
  SparseCategoricalAccuracy,
  SwapEMAWeights,
  type Tensor,
  tensor,
} from '../../src/index.js'

interface Run {
  readonly accumulation: number
  readonly swap: boolean
  readonly history: Record<string, number[]>
  readonly best: number | null
  readonly after: number[][]
}

// Made by test/golden/keras-fit.py
const golden: {
  x: number[][]
  y: number[]
  weights: number[]
  classWeight: Record<number, number>
  start: number[][]
  runs: Run[]
} = JSON.parse(readFileSync(new URL('../golden/keras-fit.json', import.meta.url), 'utf8'))
const { x, y, weights, classWeight } = golden

function near(t: ExecutionContext, got: readonly number[], want: readonly number[], what: string): void {
  t.is(got.length, want.length, what)
  for (const [i, value] of want.entries()) t.true(Math.abs(got[i] - value) <= 1e-4, `${what}: ${got} ≠ ${want}`)
}

for (const { accumulation, swap, history: want, best, after } of golden.runs)
  test(`ten epochs with weights, validation, averages, ${accumulation} accumulated and callbacks${swap ? ' that swap averages' : ''} are Keras's`, async (t) => {
    const model = new Sequential([new Dense(8, { activation: 'relu', inputShape: [3] }), new Dense(3)])
    model.setWeights(golden.start)
    model.compile({
      optimizer: new Adam({
        learningRate: 0.1,
        useEma: true,
        emaMomentum: 0.9,
        gradientAccumulationSteps: accumulation > 1 ? accumulation : null,
      }),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
      weightedMetrics: [new SparseCategoricalAccuracy({ name: 'weighted' })],
    })
    const checkpoint = new ModelCheckpoint({ save: () => {}, saveBestOnly: true })
    const reduce = new ReduceLROnPlateau({ factor: 0.5, patience: 1, minDelta: 0.01, cooldown: 1 })
    const stop = new EarlyStopping({ patience: 6, restoreBestWeights: true })
    const { history } = await model.fit(x.slice(0, 44), y.slice(0, 44), {
      sampleWeight: weights.slice(0, 44),
      classWeight,
      validationData: [x.slice(44), y.slice(44), weights.slice(44)],
      epochs: 10,
      batchSize: 8,
      shuffle: false,
      callbacks: swap ? [new SwapEMAWeights(), reduce] : [checkpoint, reduce, stop],
    })
    const { learning_rate: rates, ...others } = want
    for (const [name, values] of Object.entries(others)) near(t, history[name], values, name)
    near(t, history.learningRate, rates, 'learning rate')
    if (best !== null) near(t, [checkpoint.best as number], [best], 'best')
    for (const [i, v] of model.variables.entries()) near(t, [...v.dataSync()], after[i].flat(), v.path)
  })

/** A model whose weight follows the data: one step of SGD on the mean error. */
function line(options: object = {}) {
  const model = new Sequential([new Dense(1, { inputShape: [1], kernelInitializer: 'zeros', useBias: false })])
  return model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mse', ...options })
}
const weightOf = (model: Sequential) => model.variables[0].item()
const xs = [[1], [2], [3], [4]]
const ys = [[2], [4], [6], [8]]

test('a weight of 0 leaves an example out, a weight of 2 counts it twice, and classes weigh their examples', async (t) => {
  const weighted = async (options: FitOptions, targets: unknown = ys) => {
    const model = line()
    await model.fit(xs, targets as number[][], { shuffle: false, ...options })
    return weightOf(model)
  }
  const twice = line()
  await twice.fit([[1], [1], [2], [2]], [[2], [2], [4], [4]], { shuffle: false })
  t.true(Math.abs((await weighted({ sampleWeight: [2, 2, 0, 0] })) - weightOf(twice)) < 1e-6)
  const labels = [0, 0, 1, 1]
  const byClass = await weighted({ classWeight: { 1: 3 } }, labels)
  t.true(Math.abs(byClass - (await weighted({ sampleWeight: [1, 1, 3, 3] }, labels))) < 1e-6)
  t.true(
    Math.abs(
      (await weighted({ classWeight: [0, 3], sampleWeight: [1, 1, 1, 2] }, labels)) -
        (await weighted({ sampleWeight: [0, 0, 3, 6] }, labels)),
    ) < 1e-6,
  )
  const model = line()
  const { loss } = model.evaluate(xs, ys, { sampleWeight: [1, 0, 0, 0] })
  t.is(loss, 4 / 4)
  t.is(model.testOnBatch(xs, ys, { sampleWeight: [1, 0, 0, 0] }).loss, 1)
  t.is(model.trainOnBatch(xs, ys, { sampleWeight: [1, 0, 0, 0] }).loss, 1)
})

test('weights and classes that do not fit are errors before the first step', async (t) => {
  const wrong: [FitOptions, unknown, RegExp][] = [
    [{ sampleWeight: [1, 2] }, ys, /^fit: x has 4 examples, sampleWeight 2\. /],
    [{ classWeight: { a: 1 } as never }, ys, /^fit: classWeight is/],
    [{ classWeight: { 0: -1 } }, ys, /^fit: classWeight is/],
    [
      { classWeight: { 0: 2 } },
      [[0.5], [1], [0], [1]],
      /^fit: classWeight needs classes, but the target of example 0 is 0\.5/,
    ],
    [{ stepsPerEpoch: 0 }, ys, /^fit: stepsPerEpoch must be/],
    [{ initialEpoch: -1 }, ys, /^fit: initialEpoch must be/],
    [{ validationFreq: 0 }, ys, /^fit: validationFreq must be/],
    [{ signal: {} as never }, ys, /^fit: signal must be/],
    [
      { validationSplit: { fraction: 0.5, stratified: true } as never },
      ys,
      /^fit \(validationSplit\): unknown option stratified/,
    ],
  ]
  for (const [options, targets, message] of wrong) {
    const model = line()
    await t.throwsAsync(() => model.fit(xs, targets as number[], options), { message })
    t.is(weightOf(model), 0)
  }
})

test('fit takes iterables of batches: arrays of pairs from generators, datasets, and streams over time', async (t) => {
  const batch = (i: number): BatchItem => [xs.slice(i, i + 2), ys.slice(i, i + 2)]
  const reference = line()
  await reference.fit(xs, ys, { batchSize: 2, shuffle: false, epochs: 2 })
  const sources = [
    {
      *[Symbol.iterator]() {
        yield* [batch(0), batch(2)]
      },
    },
    {
      async *[Symbol.asyncIterator]() {
        yield* [batch(0), batch(2)]
      },
    },
    Dataset.of(xs, ys).batch(2) as never,
  ]
  for (const source of sources) {
    const model = line()
    const { history } = await model.fit(source, { epochs: 2, validationData: source })
    t.is(history.val_loss.length, 2)
    t.true(Math.abs(weightOf(model) - weightOf(reference)) < 1e-6)
  }
  const endless = (function* () {
    for (let i = 0; ; i = (i + 2) % 4) yield batch(i)
  })()
  const model = line()
  const { epoch } = await model.fit(endless, { epochs: 3, stepsPerEpoch: 2, initialEpoch: 1 })
  t.deepEqual(epoch, [1, 2])
  t.true(Math.abs(weightOf(model) - weightOf(reference)) < 1e-6)
})

test('iterables that end, and what is not a batch, are errors that name the way out', async (t) => {
  const once = (function* () {
    yield [xs, ys] as BatchItem
  })()
  await t.throwsAsync(() => line().fit(once, { epochs: 2 }), {
    instanceOf: OptionError,
    message: /^fit: the iterable has no batches, or none any more\./,
  })
  const wrong: [unknown, FitOptions, RegExp][] = [
    [[xs], {}, /^fit: the iterable has .* where a batch is needed\. Make each batch \[x, y\]\.$/],
    [[[xs, ys]], { validationSplit: 0.5 }, /^fit: validationSplit cannot divide/],
    [[[xs, ys]], { sampleWeight: [1] }, /^fit: sampleWeight is for arrays/],
  ]
  for (const [items, options, message] of wrong)
    await t.throwsAsync(() => line().fit(new Set(items as never[]) as never, options), {
      instanceOf: OptionError,
      message,
    })
  await t.throwsAsync(() => line().fit(new Set([[xs, ys]]) as never, ys as never), {
    message: /^fit: x is an iterable of batches, and y was given/,
  })
})

test('stepsPerEpoch goes on through the data, and validationFreq leaves epochs out', async (t) => {
  const seen: number[] = []
  class Seeing extends Sequential {
    override trainStep(a: Tensor, b: Tensor) {
      seen.push(...(a.flatten().toArray() as number[]))
      return super.trainStep(a, b)
    }
  }
  const model = new Seeing([new Dense(1, { inputShape: [1] })]).compile({ optimizer: new SGD(), loss: 'mse' })
  const options = {
    batchSize: 2,
    stepsPerEpoch: 3,
    epochs: 2,
    shuffle: false,
    validationData: [xs, ys],
    validationFreq: 2,
  } as const
  const { history } = await model.fit(xs, ys, options)
  t.deepEqual(seen, [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4])
  t.deepEqual([history.loss.length, history.val_loss.length], [2, 1])
  const some = await model.fit(xs, ys, { epochs: 4, validationData: [xs, ys], validationFreq: [1, 4] })
  t.is(some.history.val_loss.length, 2)
})

test('parts to validate on are stratified or shuffled on request, and sorted labels are warned of', async (t) => {
  const labels = Array.from({ length: 20 }, (_, i) => Number(i >= 10))
  const data = labels.map((label) => [label])
  const seen: number[][] = []
  const make = () => {
    const model = new Sequential([new Dense(2, { inputShape: [1] })])
    const counting = (yTrue: Tensor, yPred: Tensor) => {
      seen.push(yTrue.flatten().toArray() as number[])
      return yPred.mean()
    }
    return model.compile({ optimizer: new SGD(), loss: 'sparseCategoricalCrossentropy', metrics: [counting] })
  }
  const warnings: string[] = []
  const { warn } = console
  console.warn = (text: string) => void warnings.push(text)
  try {
    await make().fit(data, labels, { validationSplit: { fraction: 0.2, stratify: true, seed: 1 } })
    t.is(seen.at(-1)?.length, 4)
    t.is(seen.at(-1)?.filter((label) => label === 1).length, 2)
    await make().fit(data, labels, { validationSplit: { fraction: 0.2, shuffle: true, seed: 1 } })
    t.is(warnings.length, 0)
    await make().fit(data, labels, { validationSplit: 0.2 })
  } finally {
    console.warn = warn
  }
  t.deepEqual(seen.at(-1), [1, 1, 1, 1])
  t.is(warnings.length, 1)
  t.regex(warnings[0], /^fit: the examples are sorted by class, and validationSplit takes the last 4 of them\./)
})

test('a signal ends the training with its reason, and the model can be trained again', async (t) => {
  const controller = new AbortController()
  const model = line()
  const stopping = { onBatchEnd: () => controller.abort(new Error('enough')) }
  await t.throwsAsync(
    () => model.fit(xs, ys, { epochs: 9, batchSize: 1, callbacks: [stopping], signal: controller.signal }),
    { message: 'enough' },
  )
  t.not(weightOf(model), 0)
  await t.throwsAsync(() => model.fit(xs, ys, { signal: controller.signal }), { message: 'enough' })
  t.is((await model.fit(xs, ys, { signal: new AbortController().signal })).history.loss.length, 1)
})

test('metrics with a state see whole epochs, and batches on their own, and a callback that evaluates does not disturb them', async (t) => {
  const auc = new AUC()
  const model = new Sequential([new Dense(1, { inputShape: [1], kernelInitializer: 'ones' })])
  model.compile({
    optimizer: new SGD({ learningRate: 0 }),
    loss: 'binaryCrossentropy',
    metrics: ['accuracy', auc, 'precision'],
  })
  const [a, b] = [
    [[-2], [0.5], [1], [3], [-1]],
    [0, 1, 0, 1, 1],
  ]
  const whole = new AUC().update(tensor(b).reshape([5, 1]), tensor(a).sigmoid()).result()
  t.true(Math.abs(model.evaluate(a, b).auc - whole) < 1e-7)
  t.true(Math.abs(model.evaluate(a, b, { batchSize: 2 }).auc - whole) < 1e-7)
  const evaluating = { onBatchEnd: () => void model.evaluate([[1]], [1]) }
  const { history } = await model.fit(a, b, { batchSize: 2, validationData: [a, b], callbacks: [evaluating] })
  for (const name of ['auc', 'val_auc']) t.true(Math.abs(history[name][0] - whole) < 1e-7, name)
  t.deepEqual(Object.keys(history), [
    'loss',
    'accuracy',
    'auc',
    'precision',
    'val_loss',
    'val_accuracy',
    'val_auc',
    'val_precision',
  ])
  t.true(Math.abs(auc.result() - whole) < 1e-7)
  t.is(model.trainOnBatch([[3]], [1]).precision, 1)
  t.is(model.trainOnBatch([[3]], [0]).precision, 0)
  t.throws(() => model.compile({ optimizer: new SGD(), loss: 'mse', metrics: [auc, new AUC()] }), {
    message: /two entries of the logs would be called auc/,
  })
  t.throws(() => model.compile({ optimizer: new SGD(), loss: 'mse', metrics: ['precison'] }), {
    message: /^compile: unknown metric precison\. Did you mean precision\?/,
  })
})

test('logGradients adds the length of the gradients and how far a step moves the weights', async (t) => {
  const model = new Sequential([new Dense(1, { inputShape: [1], kernelInitializer: 'ones', useBias: false })])
  model.compile({ optimizer: new SGD({ learningRate: 0.01 }), loss: 'mse' })
  const { history } = await model.fit([[2]], [[6]], { logGradients: true })
  // the gradient of (2w − 6)² at 1 is 2 · (−4) · 2
  t.true(Math.abs(history.gradientNorm[0] - 16) < 1e-5)
  t.true(Math.abs(history.updateRatio[0] - 0.16) < 1e-6)
})

test('weights of steps that do not fit are named', (t) => {
  t.throws(() => line().trainOnBatch(xs, ys, { sampleWeight: [1, 2, 3] }), {
    instanceOf: ShapeError,
    message: /sampleWeight has shape \[3\]/,
  })
  t.throws(() => line().trainOnBatch(xs, ys, { weights: [1] } as never), {
    instanceOf: OptionError,
    message: /^trainOnBatch: unknown option weights/,
  })
})
