/**
 * What holds for every metric with a state, and its numbers in Keras and scikit-learn. A class that is not in the golden file fails the
 * first test.
 */
import { readFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import * as nabla from '../../../src/index.js'
import { metricClasses } from '../../../src/training/metrics/catalog.js'

const { classificationReport, confusionMatrix, Metric, metrics, OptionError, ShapeError, tensor } = nabla

interface Golden {
  readonly class: string
  readonly yTrue: string
  readonly yPred: string
  readonly options: Record<string, unknown>
  readonly weighted: boolean
  readonly value: unknown
}

interface Report {
  readonly yTrue: number[]
  readonly yPred: number[]
  readonly options: object
  readonly text: string
}

// Made by test/golden/keras-stateful-metrics.py
const golden: { arrays: Record<string, number[]>; cases: Golden[]; reports: Report[] } = JSON.parse(
  readFileSync(new URL('../../golden/keras-stateful-metrics.json', import.meta.url), 'utf8'),
)
const { arrays } = golden
const names = metricClasses().map(({ name }) => name)
const flat = (x: unknown) => [x].flat(9) as number[]

function same(t: ExecutionContext, got: unknown, want: unknown, message = ''): void {
  const [a, b] = [flat(got), flat(want)]
  t.is(a.length, b.length, message)
  for (const [i, value] of b.entries())
    t.true(Math.abs(a[i] - value) <= 2e-6 * Math.max(1, Math.abs(value)), `${message} ${a} ≠ ${b}`)
}

/** The targets of a case: AUC's from logits are the signs of numbers. */
const targetsOf = ({ class: name, yTrue }: Golden): number[] =>
  name === 'AUC' && yTrue === 'real'
    ? ((arrays.real as unknown as number[][]).map((row) => row.map((y) => Number(y > 0))) as unknown as number[])
    : arrays[yTrue]

/** The metric of a case, fed in parts that end at these examples. */
function fed(c: Golden, ends: number[], metric = make(c)) {
  let start = 0
  for (const end of ends) {
    const part = (x: number[]) => x.slice(start, end)
    metric.update(part(targetsOf(c)), part(arrays[c.yPred]), c.weighted ? { sampleWeight: part(arrays.weights) } : {})
    start = end
  }
  return metric
}
const make = (c: Golden) => metrics.get(c.class, c.options)

test('every metric with a state is exported, and has numbers of Keras or scikit-learn with and without weights', (t) => {
  const exported = Object.entries(nabla).filter(([, x]) => (x as { prototype?: unknown })?.prototype instanceof Metric)
  t.deepEqual(exported.map(([name]) => name).sort(), [...names].sort(), 'list it in src/training/metrics/catalog.ts')
  for (const name of names)
    for (const weighted of [false, true])
      t.true(
        golden.cases.some((c) => c.class === name && c.weighted === weighted),
        `add ${name} to test/golden/keras-stateful-metrics.py`,
      )
})

for (const [i, c] of golden.cases.entries()) {
  const title = `${i} ${c.class} of ${c.yPred} ${JSON.stringify(c.options)}${c.weighted ? ', weighted' : ''}`

  test(`${title}: the result is that of the golden file, in batches of any size, and after a reset`, (t) => {
    const metric = fed(c, [15, 40])
    same(t, metric.result(), c.value)
    same(t, fed(c, [1, 2, 3, 20, 21, 40]).result(), c.value)
    metric.reset()
    same(t, fed(c, [40], metric).result(), c.value, 'reset')
    t.is(metric.isLogged, typeof metric.result() === 'number')
    t.true(String(metric).length > 0)
    const copy = metrics.get(JSON.parse(JSON.stringify(metrics.serialize(metric))))
    same(t, fed(c, [40], copy).result(), c.value, 'copy')
  })
}

for (const name of names) {
  const c = golden.cases.find((each) => each.class === name) as Golden

  test(`${name} has a name and a result of nothing, and takes tensors, and says what does not fit`, (t) => {
    const metric = make(c)
    t.true(
      flat(metric.result()).every((x) => Number.isFinite(x)),
      `${metric.result()}`,
    )
    t.is(metric.name.toLowerCase(), name.toLowerCase())
    t.is(metrics.get(name, { ...c.options, name: 'mine' }).name, 'mine')
    const snake = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
    t.is(metrics.get(snake, c.options).constructor, metric.constructor)
    const tensors = metrics.get(name, c.options).update(tensor(targetsOf(c)), tensor(arrays[c.yPred]))
    same(t, tensors.result(), fed({ ...c, weighted: false }, [40]).result())
    t.throws(() => metric.update([[1], [0]], [[1, 0, 0]]), {
      instanceOf: ShapeError,
      message: new RegExp(`^${name}: yTrue has shape`),
    })
    t.throws(() => metric.update([1], undefined as never), {
      instanceOf: OptionError,
      message: new RegExp(`^${name}: yPred is missing`),
    })
    t.throws(() => metric.update(targetsOf(c), arrays[c.yPred], { sampleWeight: [1, 2] }), {
      message: new RegExp(`^${name}: sampleWeight has shape \\[2\\]`),
    })
    t.throws(() => metrics.get(name, { ...c.options, no_such: 1 }), {
      message: new RegExp(`^${name}: unknown option no_such`),
    })
  })
}

test('metrics.get names the nearest metric, and what it takes', (t) => {
  t.throws(() => metrics.get('precison'), {
    message: /^metrics\.get: unknown metric precison\. Did you mean Precision\?/,
  })
  t.throws(() => metrics.get(3 as never), { message: /^metrics\.get: 3 is not a metric\. / })
  const auc = new nabla.AUC()
  t.is(metrics.get(auc), auc)
  const config = {
    module: 'keras.metrics',
    class_name: 'AUC',
    config: { name: 'auc', dtype: null, num_thresholds: 7, curve: 'PR' },
  }
  t.is((metrics.get(config) as nabla.AUC).thresholds.length, 7)
})

test('options of metrics are checked, and predictions that are no probabilities refused', (t) => {
  const wrong: [() => unknown, RegExp][] = [
    [() => new nabla.AUC({ curve: 'roc' as 'ROC' }), /^AUC: curve must be one of ROC, PR/],
    [() => new nabla.AUC({ thresholds: [2] }), /^AUC: thresholds must be/],
    [() => new nabla.AUC().update([1], [3]), /^AUC: the prediction 3 is not a probability\. Apply sigmoid or softmax/],
    [() => new nabla.Precision({ thresholds: [0.5, 2] }), /^Precision: thresholds must be/],
    [
      () => new nabla.Recall({ average: 'all' as 'micro' }),
      /^Recall: average must be one of micro, macro, weighted, none/,
    ],
    [() => new nabla.F1Score({ beta: 2 } as object), /^F1Score: unknown option beta/],
    [() => new nabla.MeanIoU({} as never), /^MeanIoU: numClasses is missing/],
    [() => new nabla.TopKCategoricalAccuracy({ k: 0 }), /^TopKCategoricalAccuracy: k must be/],
    [() => confusionMatrix([0.5], [1]), /^ConfusionMatrix: the target of example 0 is 0\.5, which is not a class/],
    [() => confusionMatrix([0, 1], [0, -1]), /^ConfusionMatrix: the prediction of example 1 is -1/],
    [
      () => classificationReport([0, 2], [0, 1], { labels: ['a', 'b'] }),
      /^classificationReport: there are 3 classes and 2 labels/,
    ],
  ]
  for (const [call, message] of wrong) t.throws(call, { message })
})

for (const [i, { yTrue, yPred, options, text }] of golden.reports.entries())
  test(`report ${i} is scikit-learn's to the letter`, (t) => t.is(classificationReport(yTrue, yPred, options), text))

test('a confusion matrix prints itself, from scores, chances and classes', (t) => {
  const matrix = confusionMatrix([0, 1, 2, 2], [0, 2, 2, 2], { labels: ['a', 'bb', 'c'] })
  t.is(String(matrix), ['    a  bb  c', 'a   1   0  0', 'bb  0   0  1', 'c   0   0  2'].join('\n'))
  t.is(matrix.accuracy, 0.75)
  t.deepEqual(confusionMatrix([1, 0], [[0.7], [0.6]]).result(), [
    [0, 1],
    [0, 1],
  ])
  t.deepEqual(
    confusionMatrix(
      [
        [0, 1],
        [1, 0],
      ],
      [
        [0.3, 0.7],
        [0.6, 0.4],
      ],
    ).result(),
    [
      [1, 0],
      [0, 1],
    ],
  )
  t.deepEqual(confusionMatrix([0], [0], { numClasses: 2, sampleWeight: [0.5] }).result(), [
    [0.5, 0],
    [0, 0],
  ])
})
