/**
 * Operations that make many numbers one: along all axes, one axis or several. (`max`, `min` and their indices are in `extremes.ts`.)
 */

import type { ReduceKind } from '../../kernels/backend.js'
import { resolve } from '../../options.js'
import { backend } from '../backend.js'
import { type TensorLike, toTensor } from '../creation.js'
import { zerosLike } from '../filling.js'
import { type Axes, normalizeAxes, reducedShape } from '../shape.js'
import { Tensor } from '../tensor.js'
import { where } from './comparisons.js'
import { ops } from './ops.js'
import { type ReductionOptions, reduce, reductionRules } from './reducing.js'

/**
 * The sum. Bools are counted; a sum of int32 beyond ±2³¹ wraps around (NumPy and PyTorch sum in int64): cast to float64 first.
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @example
 * tensor([[1, 2], [3, 4]]).sum(0).toArray() // => [4, 6]
 */
export function sum(x: TensorLike, axes?: Axes, options?: ReductionOptions): Tensor {
  return reduce(ops.sum, x, axes, options)
}

/**
 * The arithmetic mean; NaN of nothing. Integers give float32.
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @example
 * tensor([[1, 2], [3, 4]]).mean().item() // => 2.5
 */
export function mean(x: TensorLike, axes?: Axes, options?: ReductionOptions): Tensor {
  return reduce(ops.mean, x, axes, options)
}

/**
 * The sum of what is not NaN; 0 of nothing. NaN gets the gradient 0.
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @example
 * tensor([1, Number.NaN, 3]).nanSum().item() // => 4
 */
export function nanSum(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  const source = toTensor(x)
  return where(source.isNaN(), 0, source).sum(axes, resolve('nanSum', options, reductionRules))
}

/**
 * The mean of what is not NaN; NaN of nothing. NaN gets the gradient 0.
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @example
 * tensor([1, Number.NaN, 3]).nanMean().item() // => 2
 */
export function nanMean(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  const source = toTensor(x)
  const resolved = resolve('nanMean', options, reductionRules)
  return nanSum(source, axes, resolved).div(source.equal(source).sum(axes, resolved))
}

/**
 * The product; 1 of nothing. Its gradient is right where elements are 0, too.
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @example
 * tensor([[1, 2], [3, 4]]).prod(1).toArray() // => [2, 12]
 */
export function prod(x: TensorLike, axes?: Axes, options?: ReductionOptions): Tensor {
  return reduce(ops.prod, x, axes, options)
}

/**
 * True if any element is true (not 0); bool.
 * @example
 * tensor([[0, 1], [0, 0]]).any(1).toArray() // => [true, false]
 */
export function any(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  return withoutGradient('any', toTensor(x), axes, options)
}

/**
 * True if all elements are true (not 0); bool.
 * @example
 * tensor([[1, 1], [0, 1]]).all(1).toArray() // => [true, false]
 */
export function all(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  return withoutGradient('all', toTensor(x), axes, options)
}

/**
 * Counts the elements that are not 0 (NaN is not 0); int32.
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @example
 * tensor([[0, 2], [3, 4]]).countNonzero(1).toArray() // => [1, 2]
 */
export function countNonzero(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  return toTensor(x).notEqual(0).sum(axes, options)
}

/**
 * log Σ exp(x), without overflow; −∞ of nothing.
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @example
 * tensor([1000, 1000]).logSumExp().item() // => 1000.6931
 */
export function logSumExp(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  const source = toTensor(x)
  const shift = source.size === 0 ? zerosLike(source.detach().sum(axes, { keepDims: true })) : finiteMax(source, axes)
  const sums = source.sub(shift).exp().sum(axes, options).log()
  return sums.add(shift.reshape(sums.shape))
}

function withoutGradient(kind: ReduceKind, x: Tensor, axes: Axes | undefined, options: ReductionOptions): Tensor {
  const { keepDims } = resolve(kind, options, reductionRules)
  const list = normalizeAxes(kind, axes, x.rank)
  return new Tensor(backend.reduce(kind, x.buffer, x.shape, list), reducedShape(x.shape, list, keepDims))
}

/** The largest number as a constant, 0 where it is infinite or NaN. */
function finiteMax(x: Tensor, axes: Axes | undefined): Tensor {
  const largest = x.detach().max(axes, { keepDims: true })
  return where(largest.isFinite(), largest, 0)
}
