/**
 * Cross-entropies: how unlikely the true classes are, averaged over the batch. They take logits, the numbers before softmax or sigmoid,
 * because that is stable; pass `fromLogits: false` for probabilities.
 */
import { ShapeError } from '../../errors.js'
import { probability, resolve } from '../../options.js'
import type { TensorLike } from '../../tensor/creation.js'
import { elementwise, op, run } from '../../tensor/operation.js'
import { checkIndices } from '../../tensor/operations/indices.js'
import { ops } from '../../tensor/operations/ops.js'
import { formatShape, normalizeAxis, sameShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import { matchShape } from '../targets.js'
import { isAxis, type LossOptions, lossRules, meanOfElements, operands, reduced } from './loss.js'

/** Options of the losses of probabilities. */
export interface CrossentropyOptions extends LossOptions {
  /** True if the predictions are logits (default), false if they are probabilities. */
  fromLogits?: boolean
  /** The axis of the classes. Default −1, the last. */
  axis?: number
}

/** Options of the cross-entropies whose targets are probabilities. */
export interface SmoothCrossentropyOptions extends CrossentropyOptions {
  /**
   * Moves the targets this far from 0 and 1 towards even chances, so that a model is not drawn to extremes: with 0.1 and two classes,
   * 1 becomes 0.95 and 0 becomes 0.05. Default 0.
   */
  labelSmoothing?: number
}

/** Options of `sparseCategoricalCrossentropy`. */
export interface SparseCrossentropyOptions extends CrossentropyOptions {
  /** A label whose examples are left out, such as −1 for padding. Default null. */
  ignoreClass?: number | null
}

const sparseRules = lossRules({ ignoreClass: null, fromLogits: true, axis: -1 }, { ignoreClass: isAxis, axis: isAxis })
const smoothRules = lossRules(
  { labelSmoothing: 0, fromLogits: true, axis: -1 },
  { labelSmoothing: probability, axis: isAxis },
)

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken, as in Keras. */
export const epsilon = 1e-7

const binaryRow = op('target * softplus(-logit) + (1 - target) * softplus(logit)')
const smoothRow = op('target * (1 - smoothing) + smoothing / classes')

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
  options: SparseCrossentropyOptions = {},
): Tensor {
  const name = 'sparseCategoricalCrossentropy'
  const { fromLogits, axis, ignoreClass, ...resolved } = resolve(name, options, sparseRules)
  const [target, given] = operands(name, yTrue, yPred)
  const prediction = withLast(name, given, axis)
  const counted = ignoreClass === null ? undefined : target.notEqual(ignoreClass)
  const labels = checkLabels(name, counted ? target.mul(counted) : target, prediction)
  const scores = prediction.rank === 2 ? prediction : prediction.reshape([-1, prediction.shape[prediction.rank - 1]])
  const values = fromLogits ? run(ops.crossEntropy, [scores, labels], undefined) : ofProbabilities(scores, labels)
  const shape = prediction.shape.slice(0, -1)
  const perExample = shape.length === 1 ? values : values.reshape(shape)
  return reduced(name, perExample, resolved, counted?.reshape(shape).cast(values.dtype))
}

function ofProbabilities(p: Tensor, labels: Tensor): Tensor {
  return logProbabilities(p).mul(labels.oneHot(p.shape[1])).sum(-1).neg()
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
  options: SmoothCrossentropyOptions = {},
): Tensor {
  const name = 'categoricalCrossentropy'
  const { fromLogits, labelSmoothing, axis, ...resolved } = resolve(name, options, smoothRules)
  const { target, logP } = categorical(name, yTrue, yPred, fromLogits, labelSmoothing, axis)
  return reduced(name, logP.mul(target).sum(axis).neg(), resolved)
}

/** The targets, smoothed, and the logarithms of the predicted probabilities, for losses of rows of probabilities. */
export function categorical(
  name: string,
  yTrue: TensorLike,
  yPred: TensorLike,
  fromLogits: boolean,
  smoothing: number,
  axis: number,
): { target: Tensor; logP: Tensor } {
  const [given, prediction] = operands(name, yTrue, yPred)
  const target = matchShape(name, given, prediction, 'sparseCategoricalCrossentropy takes integer labels')
  const classes = prediction.shape[normalizeAxis(name, axis, prediction.rank)]
  const logP = fromLogits ? prediction.logSoftmax(axis) : logProbabilities(prediction, axis)
  return { target: smooth(target, smoothing, classes), logP }
}

/**
 * The cross-entropy of yes-or-no labels, −(y log p + (1 − y) log(1 − p)), averaged.
 *
 * @param yTrue of the shape of `yPred`: 0, 1 or a probability
 * @param options `axis`: the axis along which the outputs of one example are averaged
 * @throws ShapeError when the shapes differ
 * @example
 * binaryCrossentropy(tensor([1]), tensor([0])).item() // => 0.69315
 */
export function binaryCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: SmoothCrossentropyOptions = {},
): Tensor {
  const name = 'binaryCrossentropy'
  const { fromLogits, labelSmoothing, axis, ...resolved } = resolve(name, options, smoothRules)
  const [target, prediction] = operands(name, yTrue, yPred)
  const truth = smooth(matchShape(name, target, prediction), labelSmoothing, 2)
  const values = fromLogits ? elementwise(binaryRow, [truth, prediction]) : binaryOfProbabilities(truth, prediction)
  return meanOfElements(name, values, resolved, axis)
}

function binaryOfProbabilities(truth: Tensor, prediction: Tensor): Tensor {
  const p = prediction.clip(epsilon, 1 - epsilon)
  return truth.mul(p.log()).add(truth.neg().add(1).mul(p.neg().log1p())).neg()
}

/** Targets moved towards even chances. */
export function smooth(target: Tensor, smoothing: number, classes: number): Tensor {
  return smoothing === 0 ? target : elementwise(smoothRow, [target, smoothing, classes])
}

/** log p of probabilities, scaled to sum to 1 along the axis. */
function logProbabilities(p: Tensor, axis = -1): Tensor {
  return p
    .div(p.sum(axis, { keepDims: true }))
    .clip(epsilon, 1 - epsilon)
    .log()
}

/** The tensor with this axis as the last one. */
function withLast(name: string, x: Tensor, axis: number): Tensor {
  const at = normalizeAxis(name, axis, Math.max(1, x.rank))
  if (at >= x.rank - 1) return x
  return x.transpose([...x.shape.keys()].filter((i) => i !== at).concat(at))
}

function checkLabels(name: string, labels: Tensor, yPred: Tensor): Tensor {
  const [batch] = yPred.shape
  if (yPred.rank < 2 || labels.size !== yPred.size / yPred.shape[yPred.rank - 1] || labels.shape[0] !== batch)
    throw labelsDoNotFit(name, labels, yPred)
  const classes = yPred.shape[yPred.rank - 1]
  return checkIndices(name, labels, classes, { lowest: 0, item: 'label', all: 'classes' }).flatten()
}

function labelsDoNotFit(name: string, labels: Tensor, yPred: Tensor): ShapeError {
  const isSwapped = labels.rank === yPred.rank + 1 && sameShape(labels.shape.slice(0, -1), yPred.shape)
  const hint = sameShape(labels.shape, yPred.shape)
    ? 'These labels look one-hot: use categoricalCrossentropy.'
    : isSwapped
      ? `Are the arguments swapped? Write ${name}(yTrue, yPred).`
      : 'Give one whole number per example.'
  return new ShapeError(
    `${name}: labels of shape ${formatShape(labels.shape)} do not fit predictions of shape ${formatShape(yPred.shape)}. ${hint}`,
  )
}
