/**
 * Losses: how wrong predictions are, as one number, the mean over the batch. Those of probabilities take logits, the
 * numbers before softmax or sigmoid, because that is stable; say `fromLogits: false` for probabilities. Targets of shape
 * [batch] fit predictions [batch, 1], and the other way round. (How `compile` finds them is in `loss-names.ts`.)
 */
import { ShapeError } from '../../errors.js'
import { checkOptions } from '../../options.js'
import { type TensorLike, toTensors } from '../../tensor/creation.js'
import { elementwise, op, run } from '../../tensor/operation.js'
import { ops } from '../../tensor/operations/ops.js'
import { checkIndices } from '../../tensor/operations/shaping.js'
import { formatShape, sameShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import { matchShape } from '../targets.js'

/**
 * A loss: a scalar tensor, given what is true and what was predicted. A model hands over targets in the shape of the
 * predictions where only a trailing 1 differs: [batch] beside [batch, 1].
 */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor

/** Options of the losses of probabilities. */
export interface CrossentropyOptions {
  /** Whether the predictions are logits (default) or probabilities. */
  fromLogits?: boolean
}

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken, as in Keras. */
const epsilon = 1e-7

const rows = {
  squaredError: op('(prediction - target)^2'),
  absoluteError: op('abs(prediction - target)'),
  relativeError: op('abs(prediction - target) / max(abs(target), least)'),
  huber: op(
    'abs(prediction - target) <= delta ? (prediction - target)^2 / 2 : delta * (abs(prediction - target) - delta / 2)',
  ),
  binaryCrossentropy: op('target * softplus(-logit) + (1 - target) * softplus(logit)'),
}

/**
 * The mean of (yPred − yTrue)².
 * @param yTrue of the shape of `yPred`
 * @throws ShapeError when the shapes differ
 * @example
 * meanSquaredError(tensor([1, 2]), tensor([1, 4])).item() // => 2
 */
export function meanSquaredError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [target, prediction] = operands(yTrue, yPred)
  return elementwise(rows.squaredError, [prediction, matchShape('meanSquaredError', target, prediction)]).mean()
}

/**
 * The mean of |yPred − yTrue|.
 * @param yTrue of the shape of `yPred`
 * @throws ShapeError when the shapes differ
 * @example
 * meanAbsoluteError(tensor([1, 2]), tensor([1, 4])).item() // => 1
 */
export function meanAbsoluteError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [target, prediction] = operands(yTrue, yPred)
  return elementwise(rows.absoluteError, [prediction, matchShape('meanAbsoluteError', target, prediction)]).mean()
}

/**
 * The mean of 100 · |yPred − yTrue| / |yTrue|. A target of 0 counts as 1e-7, as in Keras.
 * @param yTrue of the shape of `yPred`
 * @throws ShapeError when the shapes differ
 * @example
 * meanAbsolutePercentageError(tensor([1, 2]), tensor([1, 4])).item() // => 50
 */
export function meanAbsolutePercentageError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [target, prediction] = operands(yTrue, yPred)
  const fitting = matchShape('meanAbsolutePercentageError', target, prediction)
  return elementwise(rows.relativeError, [prediction, fitting, epsilon]).mean().mul(100)
}

/**
 * The mean of half the squared error where it is small, and of the absolute error, less δ/2, where it is large:
 * outliers pull less.
 * @param yTrue of the shape of `yPred`
 * @param options `delta`, the error δ from which on it is large: default 1
 * @throws ShapeError when the shapes differ
 * @example
 * huber(tensor([1, 2]), tensor([1, 4])).item() // => 0.75
 */
export function huber(yTrue: TensorLike, yPred: TensorLike, options: { delta?: number } = {}): Tensor {
  checkOptions('huber', options, ['delta'])
  const { delta = 1 } = options
  const [target, prediction] = operands(yTrue, yPred)
  return elementwise(rows.huber, [prediction, matchShape('huber', target, prediction), delta]).mean()
}

/**
 * The cross-entropy of integer labels, −log p(label), averaged.
 *
 * @param yTrue [batch] (or [batch, 1]): whole numbers from 0 to classes − 1
 * @param yPred [batch, classes]
 * @throws ShapeError for a label out of range, or when the shapes do not fit
 * @example
 * sparseCategoricalCrossentropy(tensor([1]), tensor([[0, 0]])).item() // => 0.69315
 */
export function sparseCategoricalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: CrossentropyOptions = {},
): Tensor {
  const name = 'sparseCategoricalCrossentropy'
  checkOptions(name, options, ['fromLogits'])
  const [target, prediction] = operands(yTrue, yPred)
  const classes = prediction.shape[prediction.rank - 1]
  const labels = checkLabels(name, target, prediction)
  const scores = prediction.reshape([-1, classes])
  if (options.fromLogits ?? true) return run(ops.crossEntropy, [scores, labels], undefined).mean()
  return logProbabilities(scores).mul(labels.oneHot(classes)).sum(-1).mean().neg()
}

/**
 * The cross-entropy of one-hot labels (or any distribution), −Σ yTrue · log p, averaged.
 *
 * @param yTrue [batch, classes], each row sums to 1
 * @param yPred [batch, classes]
 * @throws ShapeError when the shapes differ
 * @example
 * categoricalCrossentropy(tensor([[0, 1]]), tensor([[0, 0]])).item() // => 0.69315
 */
export function categoricalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: CrossentropyOptions = {},
): Tensor {
  checkOptions('categoricalCrossentropy', options, ['fromLogits'])
  const [target, prediction] = operands(yTrue, yPred)
  const fitting = matchShape(
    'categoricalCrossentropy',
    target,
    prediction,
    'sparseCategoricalCrossentropy takes integer labels',
  )
  const logP = (options.fromLogits ?? true) ? prediction.logSoftmax() : logProbabilities(prediction)
  return logP.mul(fitting).sum(-1).mean().neg()
}

/**
 * The cross-entropy of yes-or-no labels, −(y log p + (1 − y) log(1 − p)), averaged.
 *
 * @param yTrue of the shape of `yPred`: 0, 1 or a probability
 * @throws ShapeError when the shapes differ
 * @example
 * binaryCrossentropy(tensor([1]), tensor([0])).item() // => 0.69315
 */
export function binaryCrossentropy(yTrue: TensorLike, yPred: TensorLike, options: CrossentropyOptions = {}): Tensor {
  checkOptions('binaryCrossentropy', options, ['fromLogits'])
  const [target, prediction] = operands(yTrue, yPred)
  const truth = matchShape('binaryCrossentropy', target, prediction)
  if (options.fromLogits ?? true) return elementwise(rows.binaryCrossentropy, [truth, prediction]).mean()
  const p = prediction.clip(epsilon, 1 - epsilon)
  const yes = truth.mul(p.log())
  return yes.add(truth.neg().add(1).mul(p.neg().log1p())).mean().neg()
}

/** log p of probabilities, each row scaled to sum to 1. */
function logProbabilities(p: Tensor): Tensor {
  return p
    .div(p.sum(-1, { keepDims: true }))
    .clip(epsilon, 1 - epsilon)
    .log()
}

/** The arguments of a loss, of which plain arrays take the dtype of the other. */
const operands = (yTrue: TensorLike, yPred: TensorLike) => toTensors([yTrue, yPred], 'float32')

function checkLabels(name: string, labels: Tensor, yPred: Tensor): Tensor {
  const [batch] = yPred.shape
  if (yPred.rank < 2 || labels.size !== yPred.size / yPred.shape[yPred.rank - 1] || labels.shape[0] !== batch) {
    const hint = sameShape(labels.shape, yPred.shape)
      ? 'These labels look one-hot: use categoricalCrossentropy.'
      : 'Give one whole number per example.'
    throw new ShapeError(
      `${name}: labels of shape ${formatShape(labels.shape)} do not fit predictions of shape ${formatShape(yPred.shape)}. ${hint}`,
    )
  }
  const classes = yPred.shape[yPred.rank - 1]
  return checkIndices(name, labels, classes, { lowest: 0, item: 'label', all: 'classes' }).flatten()
}
