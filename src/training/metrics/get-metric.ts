/**
 * All metrics by name, and metrics as `compile` takes them: by name, or as functions.
 */
import { OptionError } from '../../errors.js'
import { toCamelCase, unknownName } from '../../options.js'
import { isClass, received } from '../../tensor/received.js'
import { Tensor } from '../../tensor/tensor.js'
import { metricHint, metricNames, metricOfName } from '../known-names.js'
import { namedLoss } from '../losses/named-losses.js'
import { hintFor } from '../result-hints.js'
import { alignTargets, type TargetKind } from '../targets.js'
import { accuracy, accuracyMetric, binaryAccuracy } from './accuracy.js'
import { Metric, type MetricFunction, type NamedMetric } from './metric.js'
import { absoluteError, squaredError } from './regression.js'
import type { StatefulMetric } from './states.js'

/** The metrics that compare labels; the form of the labels depends on the loss. */
const accuracies = { accuracy, binaryAccuracy }
const errors = { meanSquaredError: squaredError, meanAbsoluteError: absoluteError }
const shortNames = { acc: 'accuracy', mse: 'meanSquaredError', mae: 'meanAbsoluteError' } as const

/** Every metric by name: a new one is a function in the file of its family and an entry above. */
export const metrics = { ...accuracies, ...errors }

/**
 * A metric for `compile`: a name, a function of (yTrue, yPred), or a metric with a state, such as `new AUC()`.
 * @useDeclaredType
 */
export type MetricLike =
  | keyof typeof accuracies
  | keyof typeof errors
  | keyof typeof shortNames
  | MetricFunction
  | Metric<unknown>
  | (string & {})

/**
 * The metric of that name (also in Keras's snake_case, and `acc`, `mse` and `mae`). The logs use the name that was given.
 * @param targets what the loss takes, which decides what accuracy compares
 * @param fromLogits true if the model ends in logits, which moves the threshold of yes-or-no outputs
 * @throws OptionError naming the nearest one when there is none
 */
export function getMetric(metric: MetricLike, targets: TargetKind, fromLogits: boolean): NamedMetric | StatefulMetric {
  if (metric instanceof Metric) return statefulMetric(metric, targets, fromLogits)
  checkMetricLike(metric)
  if (typeof metric === 'function') return ofFunction(metric, targets, fromLogits)
  const name = Object.hasOwn(shortNames, metric) ? shortNames[metric as keyof typeof shortNames] : toCamelCase(metric)
  if (isOneOf(accuracies, name)) return accuracyMetric(metric, accuracies[name], targets, fromLogits)
  if (isOneOf(errors, name)) return { name: metric, apply: errors[name] }
  return statefulMetric(metric, targets, fromLogits)
}

/**
 * A metric with a state, as models use it.
 * @throws OptionError for an unknown name
 */
export function statefulMetric(
  given: Metric<unknown> | string,
  targets: TargetKind,
  fromLogits: boolean,
  isWeighted = false,
): StatefulMetric {
  const metric = given instanceof Metric ? given : metricOfName(given)
  if (!metric) throw unknownName('compile', 'metric', given, [...Object.keys(metrics), ...metricNames()], metricHint())
  const toProbabilities = fromLogits && metric.takesProbabilities ? probabilitiesOf(targets) : null
  return { metric, toProbabilities, isWeighted }
}

/** Returns what makes probabilities of the logits that a loss takes. */
function probabilitiesOf(targets: TargetKind): ((yPred: Tensor) => Tensor) | null {
  if (targets === 'probabilities') return (logits) => logits.sigmoid()
  if (targets === 'labels' || targets === 'distributions') return (logits) => logits.softmax()
  return null
}

/** @throws OptionError for what is neither a name nor a function */
function checkMetricLike(metric: unknown): void {
  if (typeof metric === 'string' || (typeof metric === 'function' && !isClass(metric))) return
  throw new OptionError(
    `compile: the metric is ${received(metric)}. Give a name, such as 'accuracy', or a function of (yTrue, yPred); the logs use the function's own name.`,
  )
}

function isOneOf<T extends object>(functions: T, name: PropertyKey): name is keyof T {
  return Object.hasOwn(functions, name)
}

/** nabla's own accuracies are recognized, other functions are the user's. */
function ofFunction(metric: MetricFunction, targets: TargetKind, fromLogits: boolean): NamedMetric {
  const known = Object.entries(accuracies).find(([, compare]) => compare === metric)
  if (known) return accuracyMetric(known[0], known[1], targets, fromLogits)
  return { name: namedLoss('compile', metric)?.name ?? (metric.name || 'metric'), apply: heldToTensor(metric) }
}

/** A user's metric, with an error for what is not a tensor. */
function heldToTensor(metric: MetricFunction): MetricFunction {
  return (yTrue, yPred) => {
    const values: unknown = metric(alignTargets(yTrue, yPred), yPred)
    if (values instanceof Tensor && values.size > 0) return values
    throw new OptionError(
      `${metric.name || 'metric'}: the metric function returned ${received(values)}, not a tensor of at least one number. ${hintFor(values) ?? 'Compute it with tensor operations.'}`,
    )
  }
}
