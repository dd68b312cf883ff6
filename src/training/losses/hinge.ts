/**
 * Hinge losses: 0 where a prediction is on the right side of a margin, for labels −1 and 1; labels of 0 and 1 are converted.
 */
import { resolve } from '../../options.js'
import type { TensorLike } from '../../tensor/creation.js'
import { type ElementwiseRow, elementwise, op } from '../../tensor/operation.js'
import type { Tensor } from '../../tensor/tensor.js'
import { matchShape } from '../targets.js'
import { type LossOptions, lossRules, meanOfElements, operands, reduced } from './loss.js'

const rows = {
  hinge: op('max(1 - target * prediction, 0)'),
  squaredHinge: op('max(1 - target * prediction, 0)^2'),
  isBinary: op('target == 0 or target == 1'),
  toSign: op('isBinary ? 2 * target - 1 : target'),
}

const rules = lossRules()

/**
 * The mean of max(1 − yTrue · yPred, 0).
 * @param yTrue of the shape of `yPred`: −1 and 1, or 0 and 1
 * @throws ShapeError when the shapes differ
 * @example
 * hinge(tensor([1, -1]), tensor([0.5, -2])).item() // => 0.25
 */
export function hinge(yTrue: TensorLike, yPred: TensorLike, options: LossOptions = {}): Tensor {
  return ofMargin(rows.hinge, 'hinge', yTrue, yPred, options)
}

/**
 * The mean of max(1 − yTrue · yPred, 0)².
 * @param yTrue of the shape of `yPred`: −1 and 1, or 0 and 1
 * @throws ShapeError when the shapes differ
 * @example
 * squaredHinge(tensor([1, -1]), tensor([0.5, -2])).item() // => 0.125
 */
export function squaredHinge(yTrue: TensorLike, yPred: TensorLike, options: LossOptions = {}): Tensor {
  return ofMargin(rows.squaredHinge, 'squaredHinge', yTrue, yPred, options)
}

function ofMargin(
  row: ElementwiseRow,
  name: string,
  yTrue: TensorLike,
  yPred: TensorLike,
  options: LossOptions,
): Tensor {
  const resolved = resolve(name, options, rules)
  const [target, prediction] = operands(name, yTrue, yPred)
  const signs = toSigns(matchShape(name, target, prediction))
  return meanOfElements(name, elementwise(row, [signs, prediction]), resolved)
}

/** Labels of 0 and 1 as −1 and 1; others stay as they are. */
function toSigns(target: Tensor): Tensor {
  return elementwise(rows.toSign, [elementwise(rows.isBinary, [target]).all(), target])
}

/**
 * The mean of max(1 + the best score of another class − the score of the class, 0).
 * @param yTrue one-hot rows, [batch, classes]
 * @param yPred scores, [batch, classes]
 * @throws ShapeError when the shapes differ
 * @example
 * categoricalHinge(tensor([[0, 1]]), tensor([[0.3, 0.9]])).item() // => 0.4
 */
export function categoricalHinge(yTrue: TensorLike, yPred: TensorLike, options: LossOptions = {}): Tensor {
  const name = 'categoricalHinge'
  const resolved = resolve(name, options, rules)
  const [given, prediction] = operands(name, yTrue, yPred)
  const target = matchShape(name, given, prediction)
  const own = target.mul(prediction).sum(-1)
  const best = target.neg().add(1).mul(prediction).max(-1)
  return reduced(name, best.sub(own).add(1).relu(), resolved)
}
