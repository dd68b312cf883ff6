/**
 * Losses of numbers: how far a prediction is from its target, averaged over all elements. Targets of shape [batch] fit predictions
 * [batch, 1], and the other way round.
 */
import { positive, resolve } from '../../options.js'
import type { TensorLike } from '../../tensor/creation.js'
import { op } from '../../tensor/operation.js'
import type { Tensor } from '../../tensor/tensor.js'
import { elementwiseLoss, type LossOptions, lossRules } from './loss.js'

// 1e-7 as in Keras, where a number must not be 0
const rows = {
  squaredError: op('(prediction - target)^2'),
  absoluteError: op('abs(prediction - target)'),
  relativeError: op('100 * abs(prediction - target) / max(abs(target), 1e-7)'),
  squaredLogarithmicError: op('(log1p(max(prediction, 1e-7)) - log1p(max(target, 1e-7)))^2'),
  huber: op(
    'abs(prediction - target) <= delta ? (prediction - target)^2 / 2 : delta * (abs(prediction - target) - delta / 2)',
  ),
  // The first form is exact for small errors, the second does not overflow for large ones
  logCosh: op(
    'abs(prediction - target) < 1 ? log1p(2 * sinh((prediction - target) / 2)^2) : abs(prediction - target) + log1p(exp(-2 * abs(prediction - target))) - log(2)',
    { prediction: 'g * tanh(prediction - target)', target: '-g * tanh(prediction - target)' },
  ),
}

const rules = lossRules()

/**
 * The mean of (yPred − yTrue)².
 * @param yTrue of the shape of `yPred`
 * @throws ShapeError when the shapes differ
 * @example
 * meanSquaredError(tensor([1, 2]), tensor([1, 4])).item() // => 2
 */
export function meanSquaredError(yTrue: TensorLike, yPred: TensorLike, options: LossOptions = {}): Tensor {
  const resolved = resolve('meanSquaredError', options, rules)
  return elementwiseLoss(rows.squaredError, 'meanSquaredError', yTrue, yPred, resolved)
}

/**
 * The mean of |yPred − yTrue|.
 * @param yTrue of the shape of `yPred`
 * @throws ShapeError when the shapes differ
 * @example
 * meanAbsoluteError(tensor([1, 2]), tensor([1, 4])).item() // => 1
 */
export function meanAbsoluteError(yTrue: TensorLike, yPred: TensorLike, options: LossOptions = {}): Tensor {
  const resolved = resolve('meanAbsoluteError', options, rules)
  return elementwiseLoss(rows.absoluteError, 'meanAbsoluteError', yTrue, yPred, resolved)
}

/**
 * The mean of 100 · |yPred − yTrue| / |yTrue|. A target of 0 counts as 1e-7, as in Keras.
 * @param yTrue of the shape of `yPred`
 * @throws ShapeError when the shapes differ
 * @example
 * meanAbsolutePercentageError(tensor([1, 2]), tensor([1, 4])).item() // => 50
 */
export function meanAbsolutePercentageError(yTrue: TensorLike, yPred: TensorLike, options: LossOptions = {}): Tensor {
  const resolved = resolve('meanAbsolutePercentageError', options, rules)
  return elementwiseLoss(rows.relativeError, 'meanAbsolutePercentageError', yTrue, yPred, resolved)
}

/**
 * The mean of (log(1 + yPred) − log(1 + yTrue))²: compares ratios, so that large and small targets count alike. Negative
 * numbers count as 1e-7, as in Keras.
 * @param yTrue of the shape of `yPred`, 0 or more
 * @throws ShapeError when the shapes differ
 * @example
 * meanSquaredLogarithmicError(tensor([0, 9]), tensor([0, 99])).item() // => 2.65095
 */
export function meanSquaredLogarithmicError(yTrue: TensorLike, yPred: TensorLike, options: LossOptions = {}): Tensor {
  const name = 'meanSquaredLogarithmicError'
  const resolved = resolve(name, options, rules)
  return elementwiseLoss(rows.squaredLogarithmicError, name, yTrue, yPred, resolved)
}

/** Options of `huber`. */
export interface HuberOptions extends LossOptions {
  /** The error δ from which on errors count as large. Default 1. */
  delta?: number
}

const huberRules = lossRules({ delta: 1 }, { delta: positive })

/**
 * The mean of half the squared error where the error is small, and of the absolute error, less δ/2, where it is large: outliers pull
 * less.
 * @param yTrue of the shape of `yPred`
 * @throws ShapeError when the shapes differ
 * @example
 * huber(tensor([1, 2]), tensor([1, 4])).item() // => 0.75
 */
export function huber(yTrue: TensorLike, yPred: TensorLike, options: HuberOptions = {}): Tensor {
  const { delta, ...resolved } = resolve('huber', options, huberRules)
  return elementwiseLoss(rows.huber, 'huber', yTrue, yPred, resolved, delta)
}

/**
 * The mean of log cosh(yPred − yTrue): like half the squared error where it is small, like the absolute error where it is large.
 * @param yTrue of the shape of `yPred`
 * @throws ShapeError when the shapes differ
 * @example
 * logCosh(tensor([1, 2]), tensor([1, 4])).item() // => 0.6625
 */
export function logCosh(yTrue: TensorLike, yPred: TensorLike, options: LossOptions = {}): Tensor {
  return elementwiseLoss(rows.logCosh, 'logCosh', yTrue, yPred, resolve('logCosh', options, rules))
}
