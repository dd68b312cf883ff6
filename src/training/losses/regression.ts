/**
 * Losses of numbers: the mean over all elements of how far a prediction is from its target. Targets of shape [batch] fit predictions
 * [batch, 1], and the other way round.
 */
import { checkOptions } from '../../options.js'
import type { TensorLike } from '../../tensor/creation.js'
import { type ElementwiseRow, elementwise, op } from '../../tensor/operation.js'
import type { Tensor } from '../../tensor/tensor.js'
import { matchShape } from '../targets.js'
import { operands } from './loss.js'

/** Targets count as at least this far from 0 where a prediction is compared with them in percent, as in Keras. */
const epsilon = 1e-7

const rows = {
  squaredError: op('(prediction - target)^2'),
  absoluteError: op('abs(prediction - target)'),
  relativeError: op('abs(prediction - target) / max(abs(target), least)'),
  huber: op(
    'abs(prediction - target) <= delta ? (prediction - target)^2 / 2 : delta * (abs(prediction - target) - delta / 2)',
  ),
}

/** The mean of a formula of the prediction, the target and further numbers. */
function meanOf(row: ElementwiseRow, name: string, yTrue: TensorLike, yPred: TensorLike, ...numbers: number[]): Tensor {
  const [target, prediction] = operands(name, yTrue, yPred)
  return elementwise(row, [prediction, matchShape(name, target, prediction), ...numbers]).mean()
}

/**
 * The mean of (yPred − yTrue)².
 * @param yTrue of the shape of `yPred`
 * @throws ShapeError when the shapes differ
 * @example
 * meanSquaredError(tensor([1, 2]), tensor([1, 4])).item() // => 2
 */
export function meanSquaredError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  return meanOf(rows.squaredError, 'meanSquaredError', yTrue, yPred)
}

/**
 * The mean of |yPred − yTrue|.
 * @param yTrue of the shape of `yPred`
 * @throws ShapeError when the shapes differ
 * @example
 * meanAbsoluteError(tensor([1, 2]), tensor([1, 4])).item() // => 1
 */
export function meanAbsoluteError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  return meanOf(rows.absoluteError, 'meanAbsoluteError', yTrue, yPred)
}

/**
 * The mean of 100 · |yPred − yTrue| / |yTrue|. A target of 0 counts as 1e-7, as in Keras.
 * @param yTrue of the shape of `yPred`
 * @throws ShapeError when the shapes differ
 * @example
 * meanAbsolutePercentageError(tensor([1, 2]), tensor([1, 4])).item() // => 50
 */
export function meanAbsolutePercentageError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  return meanOf(rows.relativeError, 'meanAbsolutePercentageError', yTrue, yPred, epsilon).mul(100)
}

/**
 * The mean of half the squared error where the error is small, and of the absolute error, less δ/2, where it is large: outliers pull
 * less.
 * @param yTrue of the shape of `yPred`
 * @param options `delta`, the error δ from which on it is large: default 1
 * @throws ShapeError when the shapes differ
 * @example
 * huber(tensor([1, 2]), tensor([1, 4])).item() // => 0.75
 */
export function huber(yTrue: TensorLike, yPred: TensorLike, options: { delta?: number } = {}): Tensor {
  checkOptions('huber', options, ['delta'])
  const { delta = 1 } = options
  return meanOf(rows.huber, 'huber', yTrue, yPred, delta)
}
