/**
 * The callbacks besides EarlyStopping, and what is left of a model whose callback fails. (Their numbers beside Keras's: `fit.test.ts`.)
 */
import test from 'ava'
import {
  Adam,
  type Backup,
  BackupAndRestore,
  type Callback,
  CSVLogger,
  Dense,
  findLearningRate,
  LambdaCallback,
  LearningRateScheduler,
  linspace,
  ModelCheckpoint,
  OptionError,
  RecordLogger,
  ReduceLROnPlateau,
  Sequential,
  SGD,
  SwapEMAWeights,
  TerminateOnNaN,
} from '../../../src/index.js'

const x = [[1], [2], [3], [4]]
const y = [[2], [4], [6], [8]]

function line(optimizer: object = new SGD({ learningRate: 0.02 })) {
  const model = new Sequential([new Dense(1, { inputShape: [1], kernelInitializer: 'zeros' })])
  return model.compile({ optimizer: optimizer as SGD, loss: 'mse' })
}
const weightsOf = (model: Sequential) => model.variables.map((v) => v.item())

test('events come in their order, with batches and validations', async (t) => {
  const heard: string[] = []
  const names = [
    'onTrainBegin',
    'onEpochBegin',
    'onBatchBegin',
    'onBatchEnd',
    'onTestBegin',
    'onTestEnd',
    'onEpochEnd',
    'onTrainEnd',
  ]
  const all = Object.fromEntries(names.map((name) => [name, async () => void heard.push(name.slice(2))])) as Callback
  await line().fit(x, y, { batchSize: 2, validationData: [x, y], callbacks: [new LambdaCallback(all)] })
  t.is(
    heard.join(' '),
    'TrainBegin EpochBegin BatchBegin BatchEnd BatchBegin BatchEnd TestBegin TestEnd EpochEnd TrainEnd',
  )
})

for (const [name, fail] of Object.entries<(model: Sequential) => unknown>({
  throws: () => {
    throw new Error('no')
  },
  rejects: () => Promise.reject(new Error('no')),
  recompiles: (model) => model.compile({ optimizer: new SGD(), loss: 'mae' }),
  'calls fit again': (model) => model.fit(x, y),
}))
  for (const event of ['onTrainBegin', 'onBatchEnd', 'onTestBegin', 'onEpochEnd', 'onTrainEnd'] as const)
    test(`a callback that ${name} in ${event} rejects the training and leaves a usable model`, async (t) => {
      const model = line()
      const callback = { [event]: () => fail(model) }
      await t.throwsAsync(async () => model.fit(x, y, { validationData: [x, y], callbacks: [callback] }))
      const { history } = await model.fit(x, y, { epochs: 2, validationData: [x, y] })
      t.true(history.loss[1] < history.loss[0])
      t.notThrows(() => model.compile({ optimizer: new SGD(), loss: 'mae' }))
    })

test('ModelCheckpoint saves every epoch, the best ones, or after batches, and waits for what it calls', async (t) => {
  const epochsOf = async (options: object, fit: object = {}) => {
    const saved: number[] = []
    const save = async (_: unknown, epoch: number) => {
      await null
      saved.push(epoch)
    }
    await line(new SGD({ learningRate: 0.02 })).fit(x, y, {
      epochs: 3,
      callbacks: [new ModelCheckpoint({ save, monitor: 'loss', ...options })],
      ...fit,
    })
    return saved
  }
  t.deepEqual(await epochsOf({}), [0, 1, 2])
  t.deepEqual(await epochsOf({ saveBestOnly: true, mode: 'max' }), [0])
  t.deepEqual(await epochsOf({ saveBestOnly: true, initialValueThreshold: 0 }), [])
  t.deepEqual(await epochsOf({ saveFreq: 3 }, { batchSize: 2 }), [1, 2])
  await t.throwsAsync(() => epochsOf({ saveBestOnly: true, monitor: 'val_loss' }), {
    message: /^ModelCheckpoint: the logs contain loss, but not val_loss/,
  })
  t.throws(() => new ModelCheckpoint({} as never), { message: /^ModelCheckpoint: save is missing/ })
})

test('learning rates are scheduled and reduced, and logged', async (t) => {
  const scheduled = await line().fit(x, y, {
    epochs: 3,
    callbacks: [new LearningRateScheduler((epoch) => 0.01 / (epoch + 1))],
  })
  t.deepEqual(scheduled.history.learningRate, [0.01, 0.005, 0.01 / 3])
  await t.throwsAsync(() => line().fit(x, y, { callbacks: [new LearningRateScheduler(() => Number.NaN)] }), {
    message: /^LearningRateScheduler: the schedule returned NaN for epoch 0/,
  })
  const reduce = new ReduceLROnPlateau({
    monitor: 'loss',
    patience: 1,
    minDelta: 1e9,
    factor: 0.5,
    minLearningRate: 0.006,
  })
  const { history } = await line().fit(x, y, { epochs: 5, callbacks: [reduce] })
  t.deepEqual(history.learningRate, [0.02, 0.02, 0.01, 0.006, 0.006])
  t.throws(() => new ReduceLROnPlateau({ factor: 1 }), {
    instanceOf: OptionError,
    message: /^ReduceLROnPlateau: factor must be/,
  })
  t.throws(() => new ReduceLROnPlateau({ min_lr: 1 } as never), { message: /Did you mean minLearningRate\?/ })
})

test('loggers write lines and records, with empty cells where there was no validation', async (t) => {
  const lines: string[] = []
  const records: object[] = []
  const callbacks = [
    new CSVLogger((text) => lines.push(text), { separator: ';' }),
    new RecordLogger((record) => records.push(record)),
  ]
  await line(new SGD({ learningRate: 0 })).fit(x, y, {
    epochs: 2,
    validationData: [x, y],
    validationFreq: [1],
    callbacks,
  })
  t.is(lines.join(''), 'epoch;loss;val_loss\n0;30;30\n1;30;\n')
  t.deepEqual(records, [
    { epoch: 0, loss: 30, val_loss: 30 },
    { epoch: 1, loss: 30 },
  ])
})

test('TerminateOnNaN ends a training whose own step logs NaN', async (t) => {
  class Odd extends Sequential {
    override trainStep() {
      return { loss: Number.NaN }
    }
  }
  const model = new Odd([new Dense(1, { inputShape: [1] })]).compile({ optimizer: new SGD(), loss: 'mse' })
  const { history } = await model.fit(x, y, { epochs: 5, batchSize: 1, callbacks: [new TerminateOnNaN()] })
  t.is(history.loss.length, 1)
})

test('SwapEMAWeights needs an average, and keeps it in the model between epochs on request', async (t) => {
  await t.throwsAsync(() => line().fit(x, y, { callbacks: [new SwapEMAWeights()] }), {
    message: /^SwapEMAWeights: the optimizer keeps no average/,
  })
  const seen: number[][] = []
  const note = { onEpochEnd: () => void seen.push(weightsOf(model)) }
  const model = line(new SGD({ learningRate: 0.02, useEma: true, emaMomentum: 0.5 }))
  await model.fit(x, y, { epochs: 2, callbacks: [new SwapEMAWeights({ swapOnEpoch: true }), note] })
  const plain = line(new SGD({ learningRate: 0.02, useEma: true, emaMomentum: 0.5 }))
  await plain.fit(x, y, { epochs: 2 })
  t.deepEqual(seen[1], weightsOf(plain), 'the average')
})

test('a training that was interrupted goes on from its backup as if nothing had happened', async (t) => {
  let kept: Backup | null = null
  const save = (state: Backup | null) => {
    kept = structuredClone(state)
  }
  const backup = () => new BackupAndRestore({ save, load: async () => kept })
  const whole = line(new Adam({ learningRate: 0.1 }))
  await whole.fit(x, y, { epochs: 5, shuffle: false })
  const broken = line(new Adam({ learningRate: 0.1 }))
  const breaking = {
    onEpochBegin: (epoch: number) => {
      if (epoch === 3) throw new Error('power cut')
    },
  }
  await t.throwsAsync(() => broken.fit(x, y, { epochs: 5, shuffle: false, callbacks: [backup(), breaking] }), {
    message: 'power cut',
  })
  const again = line(new Adam({ learningRate: 0.1 }))
  const { epoch } = await again.fit(x, y, { epochs: 5, shuffle: false, callbacks: [backup()] })
  t.deepEqual(epoch, [3, 4])
  t.deepEqual(weightsOf(again), weightsOf(whole))
  t.is(kept, null)
})

test('findLearningRate suggests a rate that trains, and leaves model and optimizer as they were', async (t) => {
  const xs = linspace(-1, 1, 64).reshape([64, 1])
  const model = line(new SGD({ learningRate: 0.123, momentum: 0.9 }))
  const { rates, losses, suggestion } = await findLearningRate(model, [xs, xs.mul(3)], { seed: 1 })
  t.is(rates.length, losses.length)
  t.deepEqual([weightsOf(model), model.optimizer.learningRate, model.optimizer.iterations], [[0, 0], 0.123, 0])
  const trained = line(new SGD({ learningRate: suggestion as number }))
  const { history } = await trained.fit(xs, xs.mul(3), { epochs: 20, seed: 1 })
  t.true(history.loss[19] < history.loss[0] / 2)
  await t.throwsAsync(
    () => findLearningRate(new Sequential([new Dense(1)]).compile({ optimizer: new SGD(), loss: 'mse' }), [x, y]),
    { message: /^findLearningRate: the model has no weights yet/ },
  )
})
