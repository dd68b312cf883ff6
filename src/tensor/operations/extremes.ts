/**
 * The largest and the smallest element along axes, and where they stand.
 */

import { ShapeError } from '../../errors.js'
import { resolve } from '../../options.js'
import { backend } from '../backend.js'
import { type TensorLike, toTensor } from '../creation.js'
import { type Axes, formatShape, normalizeAxes, normalizeAxis, reducedShape } from '../shape.js'
import { Tensor } from '../tensor.js'
import { ops } from './ops.js'
import { type ReductionOptions, reduce, reductionRules } from './reducing.js'

/**
 * The largest element; NaN if there is one. Elements that tie share the gradient evenly (as PyTorch's amax).
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @throws ShapeError when there is nothing to choose from
 * @example
 * tensor([[1, 5], [3, 4]]).max(1).toArray() // => [5, 4]
 */
export function max(x: TensorLike, axes?: Axes, options?: ReductionOptions): Tensor {
  return reduce(ops.max, notEmpty('max', toTensor(x), axes), axes, options)
}

/**
 * The smallest element; NaN if there is one. Elements that tie share the gradient evenly (as PyTorch's amin).
 * @param axes one axis, several, or null for all (default); negative ones count from the last
 * @throws ShapeError when there is nothing to choose from
 * @example
 * tensor([[1, 5], [3, 4]]).min(1).toArray() // => [1, 3]
 */
export function min(x: TensorLike, axes?: Axes, options?: ReductionOptions): Tensor {
  return reduce(ops.min, notEmpty('min', toTensor(x), axes), axes, options)
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

function notEmpty(op: string, x: Tensor, axes: Axes | undefined): Tensor {
  if (normalizeAxes(op, axes, x.rank).some((axis) => x.shape[axis] === 0)) {
    throw new ShapeError(
      `${op}: shape ${formatShape(x.shape)} has nothing to choose from along the axis. Check for empty data.`,
    )
  }
  return x
}
