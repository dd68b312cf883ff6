/**
 * Metrics as `compile` takes them: numbers to watch while training, the mean over the examples.
 */
import { OptionError } from '../../errors.js'
import type { Shape, TypedArray } from '../../kernels/backend.js'
import { toCamelCase, unknownName } from '../../options.js'
import { Tensor } from '../../tensor/tensor.js'
import { nameOf } from '../losses/get-loss.js'
import { hintFor, isClass, received } from '../received.js'
import { alignTargets, matchShape, type TargetKind } from '../targets.js'
import { accuracy, accuracyMetric, binaryAccuracy } from './accuracy.js'

/**
 * A metric: one number per example, or their mean, given what is true and what was predicted. Targets come in the shape
 * of the predictions where only a trailing 1 differs.
 */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor

/** A metric and what to call it in the logs. */
export interface NamedMetric {
  readonly name: string
  readonly apply: MetricFunction
  /**
   * Looks for targets that it cannot take and the loss can; `shape` and `output` are those of one example's target and
   * prediction.
   */
  readonly checkTargets?: (op: string, values: TypedArray, shape: Shape, output: Shape) => void
}

const comparisons = { accuracy, binaryAccuracy }
const errors = { meanSquaredError: squaredError, meanAbsoluteError: absoluteError }
const short = { acc: 'accuracy', mse: 'meanSquaredError', mae: 'meanAbsoluteError' } as const

/**
 * What `compile` takes as a metric: a name or a function of (yTrue, yPred).
 * @useDeclaredType
 */
export type MetricLike = keyof typeof comparisons | keyof typeof errors | keyof typeof short | MetricFunction

function squaredError(yTrue: Tensor, yPred: Tensor): Tensor {
  return yPred.sub(matchShape('meanSquaredError', yTrue, yPred)).square()
}

function absoluteError(yTrue: Tensor, yPred: Tensor): Tensor {
  return yPred.sub(matchShape('meanAbsoluteError', yTrue, yPred)).abs()
}

/**
 * The metric of that name (Keras's snake_case, `acc`, `mse` and `mae` are understood), which is what the logs call it.
 * @param targets what the loss takes, which decides what accuracy compares
 * @param fromLogits whether the model ends in logits, which moves the threshold of yes-or-no outputs
 * @throws OptionError naming the nearest one when there is none
 */
export function getMetric(metric: MetricLike, targets: TargetKind, fromLogits: boolean): NamedMetric {
  checkMetricLike(metric)
  if (typeof metric === 'function') return ofFunction(metric, targets, fromLogits)
  const name = Object.hasOwn(short, metric) ? short[metric as keyof typeof short] : toCamelCase(metric)
  if (isOneOf(comparisons, name)) return accuracyMetric(metric, comparisons[name], targets, fromLogits)
  if (isOneOf(errors, name)) return { name: metric, apply: errors[name] }
  throw unknownName('compile', 'metric', metric, Object.keys({ ...comparisons, ...errors }), 'give a function')
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

/** nabla's own accuracies are known by their names, other functions are the user's. */
function ofFunction(metric: MetricFunction, targets: TargetKind, fromLogits: boolean): NamedMetric {
  const known = Object.entries(comparisons).find(([, compare]) => compare === metric)
  if (known) return accuracyMetric(known[0], known[1], targets, fromLogits)
  return { name: nameOf(metric) ?? (metric.name || 'metric'), apply: heldToTensor(metric) }
}

/** A user's metric, with an error for what is no tensor. */
function heldToTensor(metric: MetricFunction): MetricFunction {
  return (yTrue, yPred) => {
    const values: unknown = metric(alignTargets(yTrue, yPred), yPred)
    if (values instanceof Tensor && values.size > 0) return values
    throw new OptionError(
      `${metric.name || 'metric'}: the metric function returned ${received(values)}, not a tensor of at least one number. ${hintFor(values) ?? 'Compute it with tensor operations.'}`,
    )
  }
}
