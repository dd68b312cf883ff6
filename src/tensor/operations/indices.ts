/**
 * What operations on indices share: checks of the indices and of what is written there, and `take`, for indices that are right.
 */

import { DTypeError, ShapeError } from '../../errors.js'
import type { DType, Shape } from '../../kernels/backend.js'
import { backend } from '../backend.js'
import { type TensorLike, toTensorBeside, wrap } from '../creation.js'
import { isFloat } from '../dtype.js'
import { convert } from '../nested-arrays.js'
import { run } from '../operation.js'
import { broadcastShapes, formatShape, sameShape, stridesOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { where } from './comparisons.js'
import { ops } from './ops.js'

/** The words for indices in messages, and whether negative ones count from the end. */
interface IndexWords {
  lowest?: number
  item?: string
  all?: string
}

/**
 * Indices as int32 from 0 to size − 1.
 * @param words `lowest`: the least index allowed, −size (default) where negative ones count from the end
 * @throws ShapeError or DTypeError for an index out of range or with a fraction
 */
export function checkIndices(op: string, indices: TensorLike, size: number, words: IndexWords = {}): Tensor {
  const { lowest = -size } = words
  const tensor = toTensorBeside('int32', indices)
  if (backend.isPending?.(tensor.buffer)) return countedFromStart(tensor, size, lowest)
  const given = tensor.dataSync()
  const isReady = tensor.dtype === 'int32'
  const positions = isReady ? (given as Int32Array) : new Int32Array(given.length)
  let negatives = 0
  for (let i = 0; i < given.length; i++) {
    const n = given[i]
    if (!(n >= lowest && n < size) || (!isReady && !Number.isInteger(n))) throw badIndex(op, n, size, words)
    if (n < 0) negatives++
    positions[i] = n < 0 ? n + size : n
  }
  return isReady && negatives === 0 ? tensor : wrap(op, positions, 'int32', tensor.shape)
}

/** Indices that nobody can read yet, negative ones from the end. What does not exist becomes NaN where it is used. */
function countedFromStart(indices: Tensor, size: number, lowest: number): Tensor {
  const whole = indices.cast('int32')
  return lowest < 0 ? where(whole.less(0), whole.add(size), whole) : whole
}

function badIndex(op: string, n: number, size: number, words: IndexWords): Error {
  const { lowest = -size, item = 'index', all = 'elements' } = words
  const plural = item === 'index' ? 'Indices' : 'Labels'
  if (!Number.isInteger(n)) {
    return new DTypeError(`${op}: ${item} ${n} is not a whole number. ${plural} are integers.`)
  }
  return new ShapeError(
    `${op}: ${item} ${n} is out of range for ${size} ${all}. ${plural} go from ${lowest} to ${size - 1}.`,
  )
}

/** `takeAlongAxis` with indices that are right: int32, from 0 to the size of the axis − 1. */
export function take(x: Tensor, indices: Tensor, axis: number): Tensor {
  if (indices.rank !== x.rank) {
    throw new ShapeError(
      `takeAlongAxis: x ${formatShape(x.shape)} has ${x.rank} axes, the indices ${formatShape(indices.shape)} ${indices.rank}. Give them the same number.`,
    )
  }
  const others = (shape: Shape) => shape.map((n, i) => (i === axis ? 1 : n))
  const common = broadcastShapes('takeAlongAxis', others(x.shape), others(indices.shape))
  const rows = x.broadcastTo(withSize(common, axis, x.shape[axis]))
  const strides = stridesOf(rows.shape)
  let linear = indices.mul(strides[axis])
  common.forEach((n, i) => {
    if (n > 1) linear = linear.add(countAlong(i, n, strides[i], common.length))
  })
  return run(ops.gather, [rows.flatten(), linear.broadcastTo(withSize(common, axis, indices.shape[axis]))], { axis: 0 })
}

function withSize(shape: Shape, axis: number, size: number): number[] {
  return shape.map((n, i) => (i === axis ? size : n))
}

/** 0, step, 2 step, … along one of `rank` axes. */
function countAlong(axis: number, n: number, step: number, rank: number): Tensor {
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? n : 1))
  return wrap(
    'arange',
    Int32Array.from({ length: n }, (_, i) => i * step),
    'int32',
    shape,
  )
}

/**
 * Numbers that go into a tensor of this dtype.
 * @throws DTypeError when it is int32 and cannot hold one of them; numbers still on the GPU are cast
 */
export function fitting(op: string, x: Tensor, dtype: DType): Tensor {
  if (dtype !== 'int32' || !isFloat(x.dtype) || backend.isPending?.(x.buffer)) return x.cast(dtype)
  return wrap(
    op,
    Int32Array.from(x.dataSync(), (n, i) => convert(op, n, i, dtype)),
    dtype,
    x.shape,
  )
}

/** x broadcast to a shape. */
export function spreadTo(op: string, x: Tensor, shape: Shape): Tensor {
  if (!sameShape(broadcastShapes(op, x.shape, shape), shape)) {
    throw new ShapeError(
      `${op}: a value of shape ${formatShape(x.shape)} does not fit into ${formatShape(shape)}. Each axis must be 1 or as long, counted from the last.`,
    )
  }
  return x.broadcastTo(shape)
}
