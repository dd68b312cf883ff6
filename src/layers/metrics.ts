/**
 * Metrics: numbers to watch while training, the mean over the examples.
 */
import { OptionError } from '../errors.js'
import { toCamelCase, unknownName } from '../options.js'
import { foreign } from '../tensor/foreign.js'
import { Tensor } from '../tensor/tensor.js'
import { nameOf } from './loss-names.js'

/** A metric: one number per example, or their mean, given what is true and what was predicted. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor

/** A metric and what to call it in the logs. */
export interface NamedMetric {
  readonly name: string
  readonly apply: MetricFunction
}

const functions = { accuracy: undefined, meanSquaredError: squaredError, meanAbsoluteError: absoluteError }
const short = { acc: 'accuracy', mse: 'meanSquaredError', mae: 'meanAbsoluteError' } as const

/**
 * What `compile` takes as a metric: a name or a function of (yTrue, yPred).
 * @useDeclaredType
 */
export type MetricLike = keyof typeof functions | keyof typeof short | MetricFunction

/**
 * Where the prediction is right, as 1 and 0 per example: the index of the largest score against an integer label or the
 * index of a one-hot row; for a single output, whether it lies on the label's side of the threshold.
 * @param threshold for single outputs: 0.5 for probabilities (default), 0 for logits
 */
export function accuracy(yTrue: Tensor, yPred: Tensor, threshold = 0.5): Tensor {
  const classes = yPred.shape[yPred.rank - 1]
  if (yPred.rank < 2 || classes === 1) {
    return yPred.flatten().greater(threshold).equal(yTrue.flatten().greater(0.5)).cast('float32')
  }
  const predicted = yPred.argMax(-1)
  const labels = yTrue.size === yPred.size ? yTrue.argMax(-1) : yTrue.reshape(predicted.shape)
  return predicted.equal(labels).cast('float32')
}

function squaredError(yTrue: Tensor, yPred: Tensor): Tensor {
  return yPred.sub(yTrue.reshape(yPred.shape)).square()
}

function absoluteError(yTrue: Tensor, yPred: Tensor): Tensor {
  return yPred.sub(yTrue.reshape(yPred.shape)).abs()
}

/**
 * The metric of that name (Keras's snake_case, `acc`, `mse` and `mae` are understood).
 * @param fromLogits whether the model ends in logits, which moves the threshold of single outputs
 * @throws OptionError naming the nearest one when there is none
 */
export function getMetric(metric: MetricLike, fromLogits: boolean): NamedMetric {
  if (metric === accuracy) return getMetric('accuracy', fromLogits)
  if (typeof metric === 'function')
    return { name: nameOf(metric) ?? (metric.name || 'metric'), apply: heldToTensor(metric) }
  const name = Object.hasOwn(short, metric) ? short[metric as keyof typeof short] : toCamelCase(String(metric))
  if (!Object.hasOwn(functions, name)) {
    throw unknownName('compile', 'metric', metric, Object.keys(functions), 'give a function')
  }
  const apply = functions[name as keyof typeof functions]
  return { name, apply: apply ?? ((yTrue, yPred) => accuracy(yTrue, yPred, fromLogits ? 0 : 0.5)) }
}

/** A user's metric, with an error for what is no tensor. */
function heldToTensor(metric: MetricFunction): MetricFunction {
  return (yTrue, yPred) => {
    const values: unknown = metric(yTrue, yPred)
    if (values instanceof Tensor) return values
    throw new OptionError(
      `${metric.name || 'metric'}: the metric function returned ${foreign(values) ?? `${typeof values} ${String(values)}`}, not a tensor. Compute it with tensor operations.`,
    )
  }
}
