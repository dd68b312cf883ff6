/**
 * Losses of predicted distributions: how unlikely the targets are under them.
 */
import { OptionError, ShapeError } from '../../errors.js'
import { positive, resolve } from '../../options.js'
import { backend } from '../../tensor/backend.js'
import { type TensorLike, toTensorBeside } from '../../tensor/creation.js'
import { elementwise, op } from '../../tensor/operation.js'
import { formatShape, sameShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import { matchShape } from '../targets.js'
import { elementwiseLoss, type LossOptions, lossRules, meanOfElements, operands, reduced } from './loss.js'

// 1e-7 as in Keras, so that no logarithm is infinite
const rows = {
  poisson: op('prediction - target * log(prediction + 1e-7)'),
  divergence: op('min(max(target, 1e-7), 1) * log(min(max(target, 1e-7), 1) / min(max(prediction, 1e-7), 1))'),
  gaussian: op('(log(variance) + (prediction - target)^2 / variance) / 2 + constant'),
}

const poissonRules = lossRules()

/**
 * The mean of yPred − yTrue · log yPred: the unlikelihood of counts, given predicted rates, up to a constant.
 * @param yTrue counts, of the shape of `yPred`
 * @param yPred rates, above 0: end the model in softplus or exp
 * @throws ShapeError when the shapes differ
 * @example
 * poisson(tensor([1, 2]), tensor([1, 2])).item() // => 0.80685
 */
export function poisson(yTrue: TensorLike, yPred: TensorLike, options: LossOptions = {}): Tensor {
  return elementwiseLoss(rows.poisson, 'poisson', yTrue, yPred, resolve('poisson', options, poissonRules))
}

/** Options of `klDivergence`. */
export interface DivergenceOptions extends LossOptions {
  /** True if the predictions are logits. Default false: they are probabilities, as in Keras. */
  fromLogits?: boolean
}

const divergenceRules = lossRules({ fromLogits: false })

/**
 * The Kullback–Leibler divergence Σ yTrue · log(yTrue / yPred), averaged: 0 where both distributions are equal.
 * @param yTrue [batch, classes], each row sums to 1
 * @param yPred probabilities, [batch, classes]
 * @throws ShapeError when the shapes differ
 * @example
 * klDivergence(tensor([[0.5, 0.5]]), tensor([[0.9, 0.1]])).item() // => 0.51083
 */
export function klDivergence(yTrue: TensorLike, yPred: TensorLike, options: DivergenceOptions = {}): Tensor {
  const name = 'klDivergence'
  const { fromLogits, ...resolved } = resolve(name, options, divergenceRules)
  const [given, prediction] = operands(name, yTrue, yPred)
  const target = matchShape(name, given, prediction)
  const p = fromLogits ? prediction.softmax(-1) : prediction
  return reduced(name, elementwise(rows.divergence, [target, p]).sum(-1), resolved)
}

/** Options of `gaussianNLL`. */
export interface GaussianNLLOptions extends LossOptions {
  /** True to add the constant ½ log 2π. Default false. */
  full?: boolean
  /** The least variance. Default 1e-6. */
  epsilon?: number
}

const gaussianRules = lossRules({ full: false, epsilon: 1e-6 }, { epsilon: positive }, { eps: 'epsilon' })

/**
 * The mean of ½ (log σ² + (yPred − yTrue)² / σ²): the unlikelihood of the targets under normal distributions whose means and variances
 * are predicted, so that a model reports its own uncertainty. The gradient of a variance below `epsilon` is that at `epsilon`.
 * @param yTrue of the shape of `yPred`
 * @param yPred the means
 * @param variance σ², 0 or more: of the shape of `yPred`, of one with 1 as the last axis or without it, or one number
 * @throws ShapeError when the shapes do not fit, OptionError for a negative variance
 * @example
 * gaussianNLL(tensor([1, 2]), tensor([1, 4]), tensor([1, 4])).item() // => 0.59657
 * @see Nix & Weigend 1994, https://doi.org/10.1109/ICNN.1994.374138
 */
export function gaussianNLL(
  yTrue: TensorLike,
  yPred: TensorLike,
  variance: TensorLike,
  options: GaussianNLLOptions = {},
): Tensor {
  const name = 'gaussianNLL'
  const { full, epsilon: least, ...resolved } = resolve(name, options, gaussianRules)
  const [target, prediction] = operands(name, yTrue, yPred)
  const spread = varianceFor(name, variance, prediction)
  const clamped = spread.add(spread.detach().neg().add(least).relu())
  const constant = full ? Math.log(2 * Math.PI) / 2 : 0
  const values = elementwise(rows.gaussian, [clamped, prediction, matchShape(name, target, prediction), constant])
  return meanOfElements(name, values, resolved)
}

function varianceFor(name: string, given: TensorLike, prediction: Tensor): Tensor {
  if (given === undefined)
    throw new OptionError(`${name}: the variance is missing. Call ${name}(yTrue, yPred, variance).`)
  const variance = toTensorBeside(prediction.dtype, given)
  if (!backend.isPending?.(variance.buffer) && variance.size > 0 && variance.detach().min().item() < 0)
    throw new OptionError(
      `${name}: a variance is ${variance.detach().min().item()}. Variances are 0 or more: predict them with softplus or exp.`,
    )
  const { shape } = prediction
  const one = [...shape.slice(0, -1), 1]
  if (variance.rank === 0 || sameShape(variance.shape, shape) || sameShape(variance.shape, one)) return variance
  if (sameShape([...variance.shape, 1], one)) return variance.reshape(one)
  throw new ShapeError(
    `${name}: the variance has shape ${formatShape(variance.shape)}, yPred ${formatShape(shape)}. Give one variance per prediction or per example.`,
  )
}
