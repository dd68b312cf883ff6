/**
 * Cross-entropies: how unlikely the true classes are, averaged over the batch. They take logits, the numbers before softmax or sigmoid,
 * because that is stable; pass `fromLogits: false` for probabilities.
 */
import { ShapeError } from '../../errors.js'
import { checkOptions } from '../../options.js'
import type { TensorLike } from '../../tensor/creation.js'
import { elementwise, op, run } from '../../tensor/operation.js'
import { checkIndices } from '../../tensor/operations/indices.js'
import { ops } from '../../tensor/operations/ops.js'
import { formatShape, sameShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import { matchShape } from '../targets.js'
import { operands } from './loss.js'

/** Options of the losses of probabilities. */
export interface CrossentropyOptions {
  /** True if the predictions are logits (default), false if they are probabilities. */
  fromLogits?: boolean
}

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken, as in Keras. */
const epsilon = 1e-7

const binaryRow = op('target * softplus(-logit) + (1 - target) * softplus(logit)')

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
  const [target, prediction] = operands(name, yTrue, yPred)
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
  const name = 'categoricalCrossentropy'
  checkOptions(name, options, ['fromLogits'])
  const [target, prediction] = operands(name, yTrue, yPred)
  const fitting = matchShape(name, target, prediction, 'sparseCategoricalCrossentropy takes integer labels')
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
  const name = 'binaryCrossentropy'
  checkOptions(name, options, ['fromLogits'])
  const [target, prediction] = operands(name, yTrue, yPred)
  const truth = matchShape(name, target, prediction)
  if (options.fromLogits ?? true) return elementwise(binaryRow, [truth, prediction]).mean()
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
