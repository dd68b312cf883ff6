/**
 * Operations that make many numbers one: along all axes, one axis or several.
 */
import { ShapeError } from '../../errors.js'
import type { ReduceKind } from '../../kernels/backend.js'
import { resolve } from '../../options.js'
import { backend } from '../backend.js'
import { type TensorLike, toTensor, zerosLike } from '../creation.js'
import { isFloat } from '../dtype.js'
import { type PrimitiveRow, run, toExactFloat } from '../operation.js'
import { type Axes, formatShape, normalizeAxes, normalizeAxis, reducedShape } from '../shape.js'
import { Tensor } from '../tensor.js'
import { where } from './comparisons.js'
import { ops } from './ops.js'

/** Options of the reductions. */
export interface ReductionOptions {
  /** Keep the reduced axes, with size 1. Default false. */
  keepDims?: boolean
}

/** See `resolve`. */
export const reductionRules = { defaults: { keepDims: false } }

type ReductionRow = PrimitiveRow<[x: Tensor], { axes: readonly number[]; keepDims: boolean }>

/**
 * The sum. Bools are counted; a sum of int32 beyond ±2³¹ wraps around (NumPy and PyTorch sum in int64): cast to float64 first.
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @example
 * tensor([[1, 2], [3, 4]]).sum(0).toArray() // => [4, 6]
 */
export function sum(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  return reduce(ops.sum, x, axes, options)
}

/**
 * The arithmetic mean; NaN of nothing. Integers give float32.
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @example
 * tensor([[1, 2], [3, 4]]).mean().item() // => 2.5
 */
export function mean(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
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
export function prod(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  return reduce(ops.prod, x, axes, options)
}

/**
 * The largest element; NaN if there is one. Elements that tie share the gradient evenly (as PyTorch's amax).
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @throws ShapeError when there is nothing to choose from
 * @example
 * tensor([[1, 5], [3, 4]]).max(1).toArray() // => [5, 4]
 */
export function max(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  return reduce(ops.max, notEmpty('max', toTensor(x), axes), axes, options)
}

/**
 * The smallest element; NaN if there is one. Elements that tie share the gradient evenly (as PyTorch's amin).
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @throws ShapeError when there is nothing to choose from
 * @example
 * tensor([[1, 5], [3, 4]]).min(1).toArray() // => [1, 3]
 */
export function min(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  return reduce(ops.min, notEmpty('min', toTensor(x), axes), axes, options)
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

/**
 * The index of the first largest element along an axis; int32. NaN counts as the largest.
 * @param axis default: the flattened tensor
 * @throws ShapeError when there is nothing to choose from
 * @example
 * tensor([[1, 5], [7, 4]]).argMax(1).toArray() // => [1, 0]
 */
export function argMax(x: TensorLike, axis?: number | null, options: ReductionOptions = {}): Tensor {
  return argReduce('argMax', toTensor(x), axis, options)
}

/**
 * The index of the first smallest element along an axis; int32. NaN counts as the smallest.
 * @param axis default: the flattened tensor
 * @throws ShapeError when there is nothing to choose from
 * @example
 * tensor([[1, 5], [7, 4]]).argMin(1).toArray() // => [0, 1]
 */
export function argMin(x: TensorLike, axis?: number | null, options: ReductionOptions = {}): Tensor {
  return argReduce('argMin', toTensor(x), axis, options)
}

/**
 * exp(x) / Σ exp(x) along an axis: positive numbers that sum to 1. Stable for large x.
 * @param axis default −1, the last
 * @example
 * tensor([0, 0]).softmax().toArray() // => [0.5, 0.5]
 */
export function softmax(x: TensorLike, axis = -1): Tensor {
  return alongLast('softmax', toTensor(x), axis, (rows) => run(ops.softmax, [rows], undefined))
}

/**
 * log(softmax(x)) along an axis, more accurate than taking the logarithm afterwards.
 * @param axis default −1, the last
 * @example
 * tensor([0, 0]).logSoftmax().toArray() // => [-0.69315, -0.69315]
 */
export function logSoftmax(x: TensorLike, axis = -1): Tensor {
  return alongLast('logSoftmax', toTensor(x), axis, (rows) => run(ops.logSoftmax, [rows], undefined))
}

function reduce(row: ReductionRow, input: TensorLike, axes: Axes | undefined, options: ReductionOptions): Tensor {
  const { keepDims } = resolve(row.name, options, reductionRules)
  const x = toTensor(input)
  return run(row, [x], { axes: normalizeAxes(row.name, axes, x.rank), keepDims })
}

function withoutGradient(kind: ReduceKind, x: Tensor, axes: Axes | undefined, options: ReductionOptions): Tensor {
  const { keepDims } = resolve(kind, options, reductionRules)
  const list = normalizeAxes(kind, axes, x.rank)
  return new Tensor(backend.reduce(kind, x.buffer, x.shape, list), reducedShape(x.shape, list, keepDims))
}

function argReduce(
  kind: 'argMax' | 'argMin',
  x: Tensor,
  axis: number | null | undefined,
  options: ReductionOptions,
): Tensor {
  const { keepDims } = resolve(kind, options, reductionRules)
  if (axis === null || axis === undefined) {
    const index = argReduce(kind, x.detach().reshape([x.size]), 0, {})
    return keepDims ? index.reshape(x.shape.map(() => 1)) : index
  }
  const normalized = normalizeAxis(kind, axis, x.rank)
  notEmpty(kind, x, normalized)
  const shape = reducedShape(x.shape, [normalized], keepDims)
  return new Tensor(backend.argReduce(kind, x.buffer, x.shape, normalized), shape)
}

/** The largest number as a constant, 0 where it is infinite or NaN. */
function finiteMax(x: Tensor, axes: Axes | undefined): Tensor {
  const largest = x.detach().max(axes, { keepDims: true })
  return where(largest.isFinite(), largest, 0)
}

/** Applies a function of the last axis along another one. */
function alongLast(op: string, x: Tensor, axis: number, f: (x: Tensor) => Tensor): Tensor {
  if (!isFloat(x.dtype)) return alongLast(op, toExactFloat(x), axis, f).cast('float32')
  const normalized = normalizeAxis(op, axis, x.rank)
  if (normalized === x.rank - 1) return f(x)
  return f(x.swapAxes(normalized, -1)).swapAxes(normalized, -1)
}

function notEmpty(op: string, x: Tensor, axes: Axes | undefined): Tensor {
  if (normalizeAxes(op, axes, x.rank).some((axis) => x.shape[axis] === 0)) {
    throw new ShapeError(
      `${op}: shape ${formatShape(x.shape)} has nothing to choose from along the axis. Check for empty data.`,
    )
  }
  return x
}
