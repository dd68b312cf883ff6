/**
 * Between indices and flags: `oneHot`, and what is picked or found where something is true.
 */

import { OptionError, ShapeError } from '../../errors.js'
import type { TypedArray } from '../../kernels/backend.js'
import { resolve, show } from '../../options.js'
import { type TensorLike, toTensor, wrap } from '../creation.js'
import { checkDType } from '../dtype.js'
import { arange, type FillOptions } from '../filling.js'
import { run } from '../operation.js'
import { checkSize, formatShape, sameShape, sizeOf, stridesOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { checkIndices } from './indices.js'
import { ops } from './ops.js'
import { reshape } from './shaping.js'

/**
 * 1 at the index, 0 elsewhere, along a new last axis.
 *
 * @param depth the length of the new axis
 * @param options `dtype` (default float32)
 * @param indices whole numbers, any shape
 * @throws ShapeError for an index outside 0 … depth − 1
 * @example
 * oneHot(tensor([2, 0], { dtype: 'int32' }), 3).toArray() // => [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot(indices: TensorLike, depth: number, options: Pick<FillOptions, 'dtype'> = {}): Tensor {
  if (!Number.isInteger(depth) || depth < 1)
    throw new OptionError(`oneHot: the depth is ${show(depth)}. Give the number of classes.`)
  const { dtype } = resolve('oneHot', options, { defaults: { dtype: 'float32' } })
  checkDType('oneHot', dtype)
  const index = checkIndices('oneHot', indices, depth, { lowest: 0 })
  checkSize('oneHot', dtype, Math.max(1, index.size) * depth)
  const classes = arange(depth, undefined, 1, { dtype: 'int32' })
  return index.expandDims(-1).equal(classes).cast(dtype)
}

/**
 * The elements (or slices) where the mask is true.
 * @param mask of x's shape, or of its first axes
 * @returns [count, ...the axes of x that the mask does not have]
 * @throws ShapeError when the mask does not fit
 * @example
 * const x = tensor([[1, 5], [3, 4]])
 * x.booleanMask(x.greater(2)).toArray() // => [5, 3, 4]
 * x.booleanMask([false, true]).toArray() // => [[3, 4]]
 */
export function booleanMask(x: TensorLike, mask: TensorLike): Tensor {
  const source = toTensor(x)
  const chosen = toTensor(mask)
  const first = source.shape.slice(0, chosen.rank)
  if (!sameShape(chosen.shape, first)) {
    throw new ShapeError(
      `booleanMask: mask ${formatShape(chosen.shape)}, x ${formatShape(source.shape)}. The mask must have the shape of x, or of its first axes.`,
    )
  }
  const indices = trueIndices(chosen.dataSync())
  const rows = reshape(source, [sizeOf(first), ...source.shape.slice(chosen.rank)])
  return run(ops.gather, [rows, wrap('booleanMask', indices, 'int32', [indices.length])], { axis: 0 })
}

/**
 * The indices of the elements that are not 0 (NaN is not): one row for each, in order; int32.
 * @returns [count, rank]; `gatherND` picks the elements there
 * @example
 * tensor([[0, 5], [3, 0]]).argWhere().toArray() // => [[0, 1], [1, 0]]
 */
export function argWhere(x: TensorLike): Tensor {
  const source = toTensor(x)
  const { shape, rank } = source
  const strides = stridesOf(shape)
  const places = trueIndices(source.dataSync())
  const indices = new Int32Array(places.length * rank)
  for (let i = 0; i < indices.length; i++) {
    const axis = i % rank
    indices[i] = Math.floor(places[Math.floor(i / rank)] / strides[axis]) % shape[axis]
  }
  return wrap('argWhere', indices, 'int32', [places.length, rank])
}

/** The indices of the numbers that are not 0. */
function trueIndices(flags: TypedArray): Int32Array {
  const indices = new Int32Array(flags.length)
  let count = 0
  for (let i = 0; i < flags.length; i++) if (flags[i] !== 0) indices[count++] = i
  return indices.slice(0, count)
}
