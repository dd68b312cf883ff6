/**
 * The namespace `metrics`: metrics by name and from configurations.
 */
import { OptionError } from '../../errors.js'
import {
  asKerasObject,
  type Config,
  checkConfig,
  fromKeras,
  isKerasObject,
  type KerasObject,
} from '../../keras-names.js'
import { unknownName } from '../../options.js'
import { received } from '../../tensor/received.js'
import { AUC } from './auc.js'
import { ConfusionMatrix } from './confusion-matrix.js'
import { F1Score, FBetaScore } from './f-score.js'
import { MeanIoU } from './mean-iou.js'
import {
  Accuracy,
  BinaryAccuracy,
  CategoricalAccuracy,
  MeanAbsoluteError,
  MeanSquaredError,
  RootMeanSquaredError,
  SparseCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  TopKCategoricalAccuracy,
} from './means.js'
import { Metric } from './metric.js'
import { Precision, Recall } from './precision-recall.js'
import { R2Score } from './r2-score.js'

// biome-ignore lint/suspicious/noExplicitAny: constructors of many forms
type MetricClass = { new (options?: any): Metric<unknown>; readonly name: string }

/** Every metric with a state: a new one is a class in the file of its family and an entry here. */
export const metricClasses = (): MetricClass[] => [
  ...[Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy],
  ...[TopKCategoricalAccuracy, SparseTopKCategoricalAccuracy],
  ...[MeanSquaredError, RootMeanSquaredError, MeanAbsoluteError, R2Score],
  ...[Precision, Recall, FBetaScore, F1Score, AUC, MeanIoU, ConfusionMatrix],
]

/** The classes that only nabla has. */
const own = ['ConfusionMatrix']

const shortNames: Readonly<Record<string, string>> = {
  acc: 'Accuracy',
  mse: 'MeanSquaredError',
  rmse: 'RootMeanSquaredError',
  mae: 'MeanAbsoluteError',
}

/**
 * Returns a new metric of this name (`'precision'`, `'f1Score'`, `'AUC'`, in any spelling), of this configuration, or the one given.
 * @param identifier a name, a configuration that `serialize` or Keras wrote, or a metric
 * @param options options of the metric
 * @throws OptionError for an unknown name or option
 */
function get(
  identifier: string | Pick<KerasObject, 'class_name'> | Metric<unknown>,
  options: object = {},
): Metric<unknown> {
  if (identifier instanceof Metric) return identifier
  if (isKerasObject(identifier)) return ofConfig(identifier)
  if (typeof identifier === 'string') return new (find(identifier))(options)
  throw new OptionError(
    `metrics.get: ${received(identifier)} is not a metric. Give a name, such as 'precision', a configuration or a metric.`,
  )
}

function ofConfig({ class_name: name, config = {} }: { class_name: string; config?: Config }): Metric<unknown> {
  checkConfig('metrics.get', config)
  const given = Object.entries(fromKeras(config)).filter(([key, value]) => !isKerasOnly(key, value))
  return new (find(name))(Object.fromEntries(given))
}

/** True for an entry of a configuration that has no meaning here. */
function isKerasOnly(key: string, value: unknown): boolean {
  const isUnset = value === null || (key === 'axis' && value === -1)
  return key === 'dtype' || (isUnset && ['numLabels', 'labelWeights', 'axis', 'name'].includes(key))
}

function find(name: string): MetricClass {
  const found = findMetric(name)
  if (found) return found
  throw unknownName(
    'metrics.get',
    'metric',
    name,
    metricClasses().map((each) => each.name),
  )
}

/** Returns the class of this name, in any spelling; undefined if there is none. */
export function findMetric(name: string): MetricClass | undefined {
  const plain = (text: string) => text.replaceAll('_', '').toLowerCase()
  const full = Object.hasOwn(shortNames, name) ? shortNames[name] : name
  return metricClasses().find((each) => plain(each.name) === plain(full))
}

/**
 * Returns a metric as Keras writes it: `{ module, class_name, config, registered_name }`, ready for JSON.
 * @param metric any metric with a state
 */
function serialize(metric: Metric<unknown>): KerasObject {
  const names = metricClasses().map(({ name }) => name)
  return asKerasObject(metric, 'keras.metrics', new Set(names.filter((name) => !own.includes(name))))
}

/**
 * Metrics by name or configuration, as in `keras.metrics`: `metrics.get('auc')`. (An object, which bundlers leave out where nobody uses it.)
 */
export const metrics = {
  /** Returns a new metric by name or configuration, with options. */
  get,
  /** Returns a metric as Keras writes it. */
  serialize,
}
