/**
 * Focal losses: cross-entropies in which examples that are predicted well count less, so that a few hard ones among many easy ones are
 * learned. They take logits; pass `fromLogits: false` for probabilities.
 */
import { notNegative, probability, resolve } from '../../options.js'
import type { TensorLike } from '../../tensor/creation.js'
import { elementwise, op } from '../../tensor/operation.js'
import type { Tensor } from '../../tensor/tensor.js'
import { matchShape } from '../targets.js'
import { categorical, epsilon, type SmoothCrossentropyOptions, smooth } from './crossentropy.js'
import { isAxis, lossRules, meanOfElements, operands, reduced } from './loss.js'

/** Options of `binaryFocalCrossentropy`. */
export interface BinaryFocalOptions extends SmoothCrossentropyOptions {
  /** γ: how much less examples count that are predicted well. 0 is the cross-entropy. Default 2. */
  gamma?: number
  /** The weight α of the examples that are 1, with `applyClassBalancing`; those that are 0 have 1 − α. Default 0.25. */
  alpha?: number
  /** True to weight the two classes. Default false. */
  applyClassBalancing?: boolean
}

/** Options of `categoricalFocalCrossentropy`. */
export interface CategoricalFocalOptions extends SmoothCrossentropyOptions {
  /** γ: how much less examples count that are predicted well. 0 is the cross-entropy, times α. Default 2. */
  gamma?: number
  /** The weight α of all classes, or one for each class. Default 0.25. */
  alpha?: number | readonly number[]
}

const areWeights = (x: unknown) =>
  (Array.isArray(x) ? x : [x]).some((v) => notNegative(v)) ? 'a number, 0 or more, or one for each class' : undefined

const binaryRules = lossRules(
  { gamma: 2, alpha: 0.25, applyClassBalancing: false, labelSmoothing: 0, fromLogits: true, axis: -1 },
  { gamma: notNegative, alpha: probability, labelSmoothing: probability, axis: isAxis },
)
const categoricalRules = lossRules(
  { gamma: 2, alpha: 0.25, labelSmoothing: 0, fromLogits: true, axis: -1 },
  { gamma: notNegative, alpha: areWeights, labelSmoothing: probability, axis: isAxis },
)

// The chance of being wrong, to the power of γ, times the cross-entropy; `ones` and `zeros` are the weights of both classes
const rows = {
  ofLogits: op(
    '(target * ones + (1 - target) * zeros) * (target * sigmoid(-logit) + (1 - target) * sigmoid(logit))^gamma * (target * softplus(-logit) + (1 - target) * softplus(logit))',
  ),
  ofProbabilities: op(
    '-(target * ones + (1 - target) * zeros) * (target * (1 - p) + (1 - target) * p)^gamma * (target * log(min(max(p, least), most)) + (1 - target) * log1p(-min(max(p, least), most)))',
  ),
  categorical: op('-alpha * target * logP * (-expm1(logP))^gamma'),
}

/**
 * The binary cross-entropy, times (1 − p)^γ where p is the probability of the label, averaged.
 *
 * @param yTrue of the shape of `yPred`: 0, 1 or a probability
 * @param options `axis`: the axis along which the outputs of one example are averaged
 * @throws ShapeError when the shapes differ
 * @example
 * binaryFocalCrossentropy(tensor([1]), tensor([0])).item() // => 0.17329
 * @see Lin et al. 2017, https://arxiv.org/abs/1708.02002
 */
export function binaryFocalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: BinaryFocalOptions = {},
): Tensor {
  const name = 'binaryFocalCrossentropy'
  const { fromLogits, labelSmoothing, axis, gamma, alpha, applyClassBalancing, ...resolved } = resolve(
    name,
    options,
    binaryRules,
  )
  const [target, prediction] = operands(name, yTrue, yPred)
  const truth = smooth(matchShape(name, target, prediction), labelSmoothing, 2)
  const [ones, zeros] = applyClassBalancing ? [alpha, 1 - alpha] : [1, 1]
  const values = fromLogits
    ? elementwise(rows.ofLogits, [truth, ones, zeros, prediction, gamma])
    : elementwise(rows.ofProbabilities, [truth, ones, zeros, prediction, gamma, epsilon, 1 - epsilon])
  return meanOfElements(name, values, resolved, axis)
}

/**
 * The categorical cross-entropy, where each class counts α (1 − p)^γ, averaged.
 *
 * @param yTrue [batch, classes], each row sums to 1
 * @param yPred [batch, classes]
 * @throws ShapeError when the shapes differ
 * @example
 * categoricalFocalCrossentropy(tensor([[0, 1]]), tensor([[0, 0]])).item() // => 0.04332
 * @see Lin et al. 2017, https://arxiv.org/abs/1708.02002
 */
export function categoricalFocalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: CategoricalFocalOptions = {},
): Tensor {
  const name = 'categoricalFocalCrossentropy'
  const { fromLogits, labelSmoothing, axis, gamma, alpha, ...resolved } = resolve(name, options, categoricalRules)
  const { target, logP } = categorical(name, yTrue, yPred, fromLogits, labelSmoothing, axis)
  const weights = typeof alpha === 'number' ? alpha : [...alpha]
  return reduced(name, elementwise(rows.categorical, [weights, target, logP, gamma]).sum(axis), resolved)
}
