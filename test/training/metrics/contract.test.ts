/**
 * What holds for every metric. A metric that `compile` takes by name and that is not listed here fails the first test.
 */
import { readFileSync } from 'node:fs'
import test from 'ava'
import ts from 'typescript'
import {
  Activation,
  EarlyStopping,
  type LossLike,
  type MetricLike,
  OptionError,
  Sequential,
  SGD,
  ShapeError,
  Tensor,
  tensor,
} from '../../../src/index.js'
import { metrics } from '../../../src/training/metrics/get-metric.js'
import { filesBelow, syntaxTree } from '../../source.js'

type MetricName = keyof typeof metrics

/** A metric by name, the loss beside which it has the numbers of Keras's metric, and what its functions are called. */
const cases: Record<MetricName, { readonly f: string; readonly loss: LossLike; readonly perExample?: boolean }> = {
  accuracy: { f: 'accuracy', loss: 'mse', perExample: true },
  binaryAccuracy: { f: 'binaryAccuracy', loss: 'mse' },
  meanSquaredError: { f: 'squaredError', loss: 'mse' },
  meanAbsoluteError: { f: 'absoluteError', loss: 'mse' },
}

interface Golden {
  readonly yTrue: number[]
  readonly yPred: number[][]
  readonly value: number
}

// Made by test/golden/keras-metrics.py
const { meta: _, ...golden }: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../../golden/keras-metrics.json', import.meta.url), 'utf8'),
)

const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)
const nameIn = (title: string) => title.split(' ')[0] as MetricName

/** The logs of predictions that are the inputs. */
function logsOf(metric: MetricLike, loss: LossLike, { yTrue, yPred }: Golden, batchSize = 32) {
  const model = new Sequential([new Activation('linear')])
  return model.compile({ optimizer: new SGD(), loss, metrics: [metric] }).evaluate(yPred, yTrue, { batchSize })
}

test('every metric is listed in get-metric.ts, takes part here and has numbers from Keras', (t) => {
  const files = filesBelow('src/training/metrics', '.ts').filter((file) => /(accuracy|regression)\.ts$/.test(file))
  const functions = files.flatMap((file) =>
    syntaxTree(file).statements.flatMap((s) => {
      const isExported = ts.isFunctionDeclaration(s) && s.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)
      return isExported && s.name && s.name.text !== 'accuracyMetric' ? [s.name.text] : []
    }),
  )
  const listed = Object.values(cases).map(({ f }) => f)
  t.deepEqual(Object.keys(cases), Object.keys(metrics), 'add it to `cases`')
  t.deepEqual(functions.sort(), listed.sort(), 'list it in src/training/metrics/get-metric.ts')
  t.deepEqual(
    [...new Set(Object.keys(golden).map(nameIn))].sort(),
    Object.keys(metrics).sort(),
    'add it to test/golden/keras-metrics.py',
  )
})

for (const [title, example] of Object.entries(golden)) {
  const name = nameIn(title)
  const { loss, perExample } = cases[name]
  // Whole numbers beside several outputs are labels, which a loss of numbers does not take
  const beside: LossLike = title.endsWith('labels') ? 'sparseCategoricalCrossentropy' : loss
  const f = metrics[name]

  test(`${title} is Keras's number, in batches of any size`, (t) => {
    for (const batchSize of [1, 3, 32])
      t.true(near(logsOf(name, beside, example, batchSize)[name], example.value), `batches of ${batchSize}`)
  })

  test(`${title} gives a float per ${perExample ? 'example' : 'output'}, whose mean is that number`, (t) => {
    for (const dtype of ['float32', 'float64'] as const) {
      const values = f(tensor(example.yTrue, { dtype }), tensor(example.yPred, { dtype }))
      t.true(values instanceof Tensor && values.dtype.startsWith('float'))
      t.deepEqual(values.shape, perExample ? [7] : tensor(example.yPred).shape)
      t.true(near(values.mean().item(), example.value))
    }
  })
}

for (const [name, { loss }] of Object.entries(cases)) {
  const example = Object.entries(golden).findLast(([title]) => nameIn(title) === name)?.[1] as Golden

  test(`${name} is logged under the name that compile was given, and has a direction`, (t) => {
    for (const given of [name, snakeCase(name)]) {
      t.deepEqual(Object.keys(logsOf(given as MetricLike, loss, example)), ['loss', given])
      for (const monitor of [given, `val_${given}`]) t.notThrows(() => new EarlyStopping({ monitor }))
    }
    t.throws(() => logsOf(`${name}s` as MetricLike, loss, example), {
      instanceOf: OptionError,
      message: new RegExp(`Did you mean ${name}\\?`),
    })
  })

  test(`${name} broadcasts nothing`, (t) => {
    const p = tensor([[0.2], [0.7], [0.6]])
    for (const y of [[1], [[1], [0]], [[1, 0, 1]]])
      t.throws(() => metrics[name as MetricName](tensor(y), p), {
        instanceOf: ShapeError,
        message: new RegExp(`^${name}: `),
      })
  })
}
