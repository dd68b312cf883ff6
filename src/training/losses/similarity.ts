/**
 * Losses of likeness: of directions, of regions, of examples.
 */

import { OptionError, ShapeError } from '../../errors.js'
import { type Check, finite, positive, resolve } from '../../options.js'
import { type TensorLike, toTensors } from '../../tensor/creation.js'
import { normalize } from '../../tensor/operations/vectors.js'
import { type Axes, formatShape, normalizeAxis, sameShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import { matchShape } from '../targets.js'
import { isAxis, type LossOptions, lossRules, operands, reduced } from './loss.js'

/** Options of the loss `cosineSimilarity`. */
export interface CosineOptions extends LossOptions {
  /** The axis along which the vectors lie. Default −1, the last. */
  axis?: number
}

const cosineRules = lossRules({ axis: -1 }, { axis: isAxis })

/**
 * The negative cosine of the angle between target and prediction, averaged: −1 where they point the same way, 1 where they are opposite. (The
 * operation of this name, `cosineSimilarity`, is positive.)
 * @param yTrue of the shape of `yPred`
 * @throws ShapeError when the shapes differ
 * @example
 * losses.cosineSimilarity(tensor([[1, 0]]), tensor([[1, 1]])).item() // => -0.70711
 */
export function cosineSimilarity(yTrue: TensorLike, yPred: TensorLike, options: CosineOptions = {}): Tensor {
  const name = 'cosineSimilarity'
  const { axis, ...resolved } = resolve(name, options, cosineRules)
  const [target, prediction] = operands(name, yTrue, yPred)
  const at = normalizeAxis(name, axis, Math.max(1, prediction.rank))
  const [u, v] = [matchShape(name, target, prediction), prediction].map((x) => normalize(x, 2, at, { epsilon: 1e-7 }))
  return reduced(name, u.mul(v).sum(at).neg(), resolved)
}

/** Options of `dice`. */
export interface DiceOptions extends LossOptions {
  /** The axes of one region: for images [batch, height, width, classes], `[1, 2, 3]` is a loss per image. Default null, all. */
  axis?: Axes
}

const areAxes: Check = (x) =>
  x === null || (Array.isArray(x) ? x : [x]).every(Number.isInteger) ? undefined : 'an axis, several, or null for all'
const diceRules = lossRules({ axis: null }, { axis: areAxes })

/**
 * 1 − 2 Σ yTrue · yPred / (Σ yTrue + Σ yPred): how little two regions overlap, from 0 to 1.
 * @param yTrue of the shape of `yPred`: 0, 1 or a probability
 * @param yPred probabilities
 * @throws ShapeError when the shapes differ
 * @example
 * dice(tensor([1, 1, 0]), tensor([1, 0, 0])).item() // => 0.33333
 * @see Milletari et al. 2016, https://arxiv.org/abs/1606.04797
 */
export function dice(yTrue: TensorLike, yPred: TensorLike, options: DiceOptions = {}): Tensor {
  const { axis, ...resolved } = resolve('dice', options, diceRules)
  const [given, prediction] = operands('dice', yTrue, yPred)
  const target = matchShape('dice', given, prediction)
  const overlap = target.mul(prediction).sum(axis).mul(2)
  const total = target.sum(axis).add(prediction.sum(axis)).add(1e-7)
  return reduced('dice', overlap.div(total).neg().add(1), resolved)
}

/** Options of `tripletMargin`. */
export interface TripletOptions extends LossOptions {
  /** The distance by which the negative must be farther away than the positive. Default 1. */
  margin?: number
  /** The norm that measures distances, from 1 on. Default 2. */
  p?: number
  /** A number that is added to each difference, so that no gradient is infinite. Default 1e-6. */
  epsilon?: number
  /** True to measure the negative's distance from the positive where that is less. Default false. */
  swap?: boolean
}

const isOrder: Check = (x) => (typeof x === 'number' && x >= 1 ? undefined : 'a number, 1 or more')
const tripletRules = lossRules(
  { margin: 1, p: 2, epsilon: 1e-6, swap: false },
  { margin: positive, p: isOrder, epsilon: finite },
  { eps: 'epsilon' },
)

/**
 * The mean of max(‖anchor − positive‖ − ‖anchor − negative‖ + margin, 0): draws examples of one class together and pushes others away.
 * @param anchor vectors, [..., features]
 * @param positive other examples of the same classes, of the shape of `anchor`
 * @param negative examples of other classes, of the shape of `anchor`
 * @throws ShapeError when the shapes differ
 * @example
 * tripletMargin(tensor([[0, 0]]), tensor([[0, 1]]), tensor([[0, 1.5]])).item() // => 0.5
 * @see Balntas et al. 2016, https://doi.org/10.5244/C.30.119
 */
export function tripletMargin(
  anchor: TensorLike,
  positive: TensorLike,
  negative: TensorLike,
  options: TripletOptions = {},
): Tensor {
  const { margin, p, epsilon, swap, ...resolved } = resolve('tripletMargin', options, tripletRules)
  const [a, b, c] = triplet([anchor, positive, negative])
  const distance = (x: Tensor, y: Tensor) => x.sub(y).add(epsilon).norm(p, -1)
  const far = distance(a, c)
  const farther = swap ? far.minimum(distance(b, c)) : far
  return reduced('tripletMargin', distance(a, b).sub(farther).add(margin).relu(), resolved)
}

function triplet(given: readonly TensorLike[]): readonly Tensor[] {
  if (given.includes(undefined as never))
    throw new OptionError(
      'tripletMargin: an argument is missing. Call tripletMargin(anchor, positive, negative): three tensors of one shape.',
    )
  const all = toTensors(given, 'float32')
  if (all[0].rank > 0 && all.every(({ shape }) => sameShape(shape, all[0].shape))) return all
  throw new ShapeError(
    `tripletMargin: the shapes are ${all.map(({ shape }) => formatShape(shape)).join(', ')}. They must be equal, [examples, features].`,
  )
}
