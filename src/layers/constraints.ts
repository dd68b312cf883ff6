/**
 * Constraints on weights, for `variable(data, { constraint })`: optimizers apply them after each step.
 */
import type { Axes } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Constraint } from '../tensor/variable.js'
import { configured } from './configurable.js'

/** Against division by 0, as in Keras. */
const epsilon = 1e-7

/**
 * Negative weights become 0.
 * @example
 * nonNeg()(tensor([-1, 2])).toArray() // => [0, 2]
 */
export function nonNeg(): Constraint {
  return configured('NonNeg', {}, (w) => w.maximum(0))
}

/**
 * Weights along `axis` are scaled down to at most this norm.
 *
 * @param maxValue the largest norm; default 2
 * @param axis one axis or several to take norms along. Default 0: for a kernel [inputs, units], the weights into each
 * unit
 * @example
 * maxNorm(1)(tensor([[3, 0], [4, 0.5]])).toArray() // => [[0.6, 0], [0.8, 0.5]]
 */
export function maxNorm(maxValue = 2, axis: Axes = 0): Constraint {
  return configured('MaxNorm', { maxValue, axis }, (w) => rescale(w, axis, (norms) => norms.minimum(maxValue)))
}

/**
 * Weights along `axis` are scaled to norm 1.
 *
 * @param axis see `maxNorm`
 * @example
 * unitNorm()(tensor([[3], [4]])).toArray() // => [[0.6], [0.8]]
 */
export function unitNorm(axis: Axes = 0): Constraint {
  return configured('UnitNorm', { axis }, (w) => w.div(normsOf(w, axis).add(epsilon)))
}

/**
 * Weights along `axis` are scaled to a norm between two bounds, or part of the way there.
 *
 * @param minValue the smallest norm; default 0
 * @param maxValue the largest norm; default 1
 * @param rate how much of the way each step goes, 0 to 1; default 1, all
 * @param axis see `maxNorm`
 * @example
 * minMaxNorm(1, 2)(tensor([[3], [4]])).toArray() // => [[1.2], [1.6]]
 */
export function minMaxNorm(minValue = 0, maxValue = 1, rate = 1, axis: Axes = 0): Constraint {
  const wanted = (norms: Tensor) =>
    norms
      .clip(minValue, maxValue)
      .mul(rate)
      .add(norms.mul(1 - rate))
  return configured('MinMaxNorm', { minValue, maxValue, rate, axis }, (w) => rescale(w, axis, wanted))
}

function rescale(w: Tensor, axis: Axes, wanted: (norms: Tensor) => Tensor): Tensor {
  const norms = normsOf(w, axis)
  return w.mul(wanted(norms).div(norms.add(epsilon)))
}

function normsOf(w: Tensor, axis: Axes): Tensor {
  return w.square().sum(axis, { keepDims: true }).sqrt()
}
