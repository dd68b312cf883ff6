import { readFileSync } from 'node:fs'
import test from 'ava'
import { Dense, EarlyStopping, OptionError, Sequential, SGD } from '../../../src/index.js'

interface Case {
  options: { monitor: string; patience: number; restore_best_weights: boolean; [name: string]: unknown }
  values: number[]
  lastEpoch: number
  weights: number
}

// Made by test/golden/keras-training.py
const golden = JSON.parse(readFileSync(new URL('../../golden/keras-training.json', import.meta.url), 'utf8'))

/** A model whose only weight is the number of the epoch. */
function counting(): Sequential {
  return new Sequential([new Dense(1, { useBias: false, inputShape: [1] })])
}

test('it stops after the same epochs as Keras, and leaves the weights of the same one', (t) => {
  const cases = golden.earlyStopping as Case[]
  t.true(cases.length >= 40)
  for (const { options, values, lastEpoch, weights } of cases) {
    const { monitor, patience, min_delta: minDelta, baseline, start_from_epoch: startFromEpoch } = options as never
    const stopping = new EarlyStopping({
      monitor,
      patience,
      minDelta,
      baseline,
      startFromEpoch,
      restoreBestWeights: options.restore_best_weights,
    })
    const model = counting()
    stopping.onTrainBegin({ epochs: 14, steps: 1, batchSize: 1, samples: 1, logs: [options.monitor] })
    let epoch = 0
    for (; epoch < values.length; epoch++) {
      model.setWeights([[[epoch]]])
      stopping.onEpochEnd(epoch, { [options.monitor]: values[epoch] }, model)
      if (model.stopTraining) break
    }
    stopping.onTrainEnd(null, model)
    const about = JSON.stringify({ options, values })
    t.is(Math.min(epoch, values.length - 1), lastEpoch, about)
    t.is(stopping.stoppedEpoch, model.stopTraining ? lastEpoch : null, about)
    t.is(model.variables[0].item(), weights, about)
  }
})

test('in fit it ends the training, keeps the best weights, and may be used again', async (t) => {
  const model = counting()
  model.compile({ optimizer: new SGD({ learningRate: 0.6 }), loss: 'meanSquaredError' })
  const stopping = new EarlyStopping({ patience: 2, restoreBestWeights: true })
  const train = () =>
    model.fit([[1], [2]], [[2], [4]], { epochs: 30, validationData: [[[1]], [[2]]], callbacks: [stopping] })
  for (const start of [1, 1.5]) {
    model.setWeights([[[start]]])
    const { history } = await train()
    t.is(history.loss.length, stopping.bestEpoch + 3)
    t.is(stopping.best, Math.min(...history.val_loss))
    t.is(stopping.best, model.evaluate([[1]], [[2]]).loss)
  }
})

test('what it is to watch must be there, and options must make sense', async (t) => {
  const model = counting()
  model.compile({ optimizer: new SGD(), loss: 'meanSquaredError', metrics: ['meanAbsoluteError'] })
  const train = (monitor?: string) => model.fit([[1]], [[1]], { callbacks: [new EarlyStopping({ monitor })] })
  await t.throwsAsync(() => train(), {
    instanceOf: OptionError,
    message: /the logs contain loss, meanAbsoluteError, but not val_loss. Give fit validationData/,
  })
  await t.throwsAsync(() => train('accuracy'), { message: /not accuracy. Name it in compile/ })
  t.throws(() => new EarlyStopping({ patience: -1 }), { message: /patience is -1/ })
  t.throws(() => new EarlyStopping({ mode: 'less' as 'min' }), {
    message: /mode is less. Choose one of auto, min, max/,
  })
  t.throws(() => new EarlyStopping({ min_delta: 1 } as object), { message: /Did you mean minDelta\?/ })
})

test('options of the wrong type are errors that show what was given', (t) => {
  const wrong: [option: string, value: unknown, shown: string][] = [
    ['patience', '2', 'the string "2"'],
    ['patience', Number.NaN, 'NaN'],
    ['patience', null, 'null'],
    ['minDelta', '0.1', 'the string "0.1"'],
    ['minDelta', -1, '-1'],
    ['startFromEpoch', -1, '-1'],
    ['baseline', '1', 'the string "1"'],
    ['baseline', Number.NaN, 'NaN'],
    ['monitor', 5, '5'],
    ['monitor', null, 'null'],
    ['restoreBestWeights', 'yes', 'the string "yes"'],
  ]
  for (const [option, value, shown] of wrong) {
    const { message } = t.throws(() => new EarlyStopping({ [option]: value }), { instanceOf: OptionError })
    t.true(message.startsWith(`EarlyStopping: ${option} is ${shown}. Give `), message)
  }
  t.notThrows(() => new EarlyStopping({ patience: Infinity, baseline: null }))
})

test('NaN is never the best value, and counts as no improvement', (t) => {
  const run = (values: number[]) => {
    const stopping = new EarlyStopping({ patience: 2, restoreBestWeights: true })
    const model = counting()
    stopping.onTrainBegin({ epochs: 9, steps: 1, batchSize: 1, samples: 1, logs: ['val_loss'] })
    values.forEach((val_loss, epoch) => {
      model.setWeights([[[epoch]]])
      stopping.onEpochEnd(epoch, { val_loss }, model)
    })
    stopping.onTrainEnd(null, model)
    return [stopping.best, stopping.bestEpoch, stopping.stoppedEpoch, model.variables[0].item()]
  }
  t.deepEqual(run([Number.NaN, 3, 2]), [2, 2, null, 2])
  t.deepEqual(run([3, Number.NaN, 2]), [2, 2, null, 2])
  t.deepEqual(run([3, Number.NaN, Number.NaN]), [3, 0, 2, 0])
  t.deepEqual(run([Number.NaN, Number.NaN, Number.NaN]), [null, 0, 2, 2])
})

/** Names that Keras's metrics have a direction for, and those that people give to functions of their own. */
const directions = {
  max: 'accuracy acc binaryAccuracy binary_accuracy sparseCategoricalAccuracy topKCategoricalAccuracy balancedAccuracy auc AUC rocAuc precision recall precisionAtRecall precision_at_recall sensitivityAtSpecificity f1 f1Score f1_score macroF1 fBetaScore r2 r2Score R2Score cosineSimilarity meanIoU binary_io_u iou pearsonCorrelation',
  min: 'loss mse mae mape msle rmse meanSquaredError mean_squared_error rootMeanSquaredError meanAbsolutePercentageError hinge squaredHinge categoricalHinge huber logCosh log_cosh binaryCrossentropy sparse_categorical_crossentropy klDivergence kullbackLeiblerDivergence poisson error',
}

test('in mode auto it watches a metric in the direction of its name, in training and validation', (t) => {
  for (const [mode, names] of Object.entries(directions)) {
    for (const name of names.split(' ').flatMap((n) => [n, `val_${n}`])) {
      const stopping = new EarlyStopping({ monitor: name })
      stopping.onTrainBegin({ epochs: 3, steps: 1, batchSize: 1, samples: 1, logs: [name] })
      for (const [epoch, value] of [0.5, 0.6, 0.4].entries()) stopping.onEpochEnd(epoch, { [name]: value }, counting())
      t.is(stopping.best, mode === 'max' ? 0.6 : 0.4, name)
    }
  }
})

test('in mode auto a name without a known direction is an error, which asks for the mode', (t) => {
  for (const monitor of [
    'val_metric',
    'myScore',
    'inaccuracy',
    'neg_mean_squared_error',
    'negR2',
    'truePositives',
    '',
  ]) {
    t.throws(() => new EarlyStopping({ monitor }), {
      instanceOf: OptionError,
      message: `EarlyStopping: whether ${monitor} should fall or rise is not known. Pass mode: 'min' or mode: 'max'.`,
    })
    t.notThrows(() => new EarlyStopping({ monitor, mode: 'min' }))
    t.notThrows(() => new EarlyStopping({ monitor, mode: 'max' }))
  }
})

test('the logged loss is that of before the steps, and the weights put back are those of after them', async (t) => {
  const model = counting()
  model.setWeights([[[1]]])
  model.compile({ optimizer: new SGD({ learningRate: 0.25 }), loss: 'meanSquaredError' })
  const stopping = new EarlyStopping({ monitor: 'loss', restoreBestWeights: true })
  // w = 1, target 3: loss 4, gradient −4, then w = 2: loss 1
  const { history } = await model.fit([[1]], [[3]], { epochs: 1, callbacks: [stopping] })
  t.deepEqual(history.loss, [4])
  t.is(stopping.best, 4)
  t.is(model.evaluate([[1]], [[3]]).loss, 1)
})
