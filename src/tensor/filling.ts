/**
 * Filled tensors: with one number, in ranges, the identity.
 */

import { OptionError } from '../errors.js'
import type { DType, Shape } from '../kernels/backend.js'
import { resolve, show } from '../options.js'
import { type TensorLike, toTensor, wrap } from './creation.js'
import { checkDType } from './dtype.js'
import { convert, newValues } from './nested-arrays.js'
import { checkCount, checkShape, sizeOf } from './shape.js'
import type { Tensor } from './tensor.js'

/** Options of the functions that fill a tensor. */
export interface FillOptions {
  /** Default float32. */
  dtype?: DType
  /** If true, `backward` computes its gradient. Default false. */
  requiresGrad?: boolean
}

/** The options of the functions that fill a tensor, checked. */
export function resolveFill(op: string, options: FillOptions): Required<FillOptions> {
  const resolved = resolve(op, options, fillRules)
  checkDType(op, resolved.dtype)
  return resolved
}

const fillRules = { defaults: { dtype: 'float32', requiresGrad: false } } as const

/**
 * A tensor of zeros.
 * @example
 * zeros([2, 3]).toArray() // => [[0, 0, 0], [0, 0, 0]]
 */
export function zeros(shape: Shape, options: FillOptions = {}): Tensor {
  return filled('zeros', shape, 0, options)
}

/**
 * A tensor of ones.
 * @example
 * ones([3]).toArray() // => [1, 1, 1]
 */
export function ones(shape: Shape, options: FillOptions = {}): Tensor {
  return filled('ones', shape, 1, options)
}

/**
 * A tensor whose elements are all `value`.
 * @param value what it is filled with
 * @throws DTypeError when the dtype cannot hold it
 * @example
 * full([2, 2], 7).toArray() // => [[7, 7], [7, 7]]
 */
export function full(shape: Shape, value: number, options: FillOptions = {}): Tensor {
  return filled('full', shape, value, options)
}

function filled(op: string, shape: Shape, value: number, options: FillOptions): Tensor {
  checkShape(op, shape)
  const { dtype, requiresGrad } = resolveFill(op, options)
  const fitting = convert(op, value, 0, dtype)
  return wrap(op, newValues(op, dtype, sizeOf(shape)).fill(fitting), dtype, shape, requiresGrad)
}

/**
 * Zeros of the shape and dtype of `x`.
 * @example
 * zerosLike(tensor([1, 2])).toArray() // => [0, 0]
 */
export function zerosLike(x: TensorLike): Tensor {
  return fullLike(x, 0)
}

/**
 * Ones of the shape and dtype of `x`.
 * @example
 * onesLike(tensor([3, 2])).toArray() // => [1, 1]
 */
export function onesLike(x: TensorLike): Tensor {
  return fullLike(x, 1)
}

/**
 * `value` in the shape and dtype of `x`.
 * @param value what it is filled with
 * @example
 * fullLike(tensor([1, 2]), 7).toArray() // => [7, 7]
 */
export function fullLike(x: TensorLike, value: number): Tensor {
  const { shape, dtype } = toTensor(x)
  return full(shape, value, { dtype })
}

/**
 * Numbers from `start` (included) to `stop` (not included). With one argument: from 0 to it.
 *
 * @param step default 1; may be negative
 * @param start the first number; the end, if it stands alone
 * @param stop the end, which is left out
 * @throws OptionError when it would never end; DTypeError for a number that the dtype cannot hold
 * @example
 * arange(4).toArray() // => [0, 1, 2, 3]
 * arange(10, 0, -3).toArray() // => [10, 7, 4, 1]
 */
export function arange(start: number, stop?: number, step = 1, options: FillOptions = {}): Tensor {
  const [first, last] = stop === undefined ? [0, start] : [start, stop]
  if (step === 0 || ![first, last, step].every(Number.isFinite) || !Number.isFinite((last - first) / step)) {
    throw new OptionError(
      `arange: from ${show(first)} to ${show(last)} in steps of ${show(step)} never ends. Give finite numbers and a step other than 0.`,
    )
  }
  const count = Math.max(0, Math.ceil((last - first) / step))
  return fromNumbers('arange', count, (i) => first + i * step, options)
}

/**
 * `count` evenly spaced numbers from `start` to `stop`, both included.
 * @param start the first number
 * @param stop the last number
 * @param count how many there are, both ends included
 * @throws DTypeError for a number that the dtype cannot hold
 * @example
 * linspace(0, 1, 5).toArray() // => [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, stop: number, count: number, options: FillOptions = {}): Tensor {
  checkCount('linspace', count)
  if (typeof start !== 'number' || typeof stop !== 'number') {
    throw new OptionError(`linspace: from ${show(start)} to ${show(stop)}. Give two numbers: linspace(0, 1, 5).`)
  }
  const step = (stop - start) / Math.max(1, count - 1)
  return fromNumbers('linspace', count, (i) => (i === count - 1 && i > 0 ? stop : start + i * step), options)
}

/**
 * The identity matrix, [rows, columns].
 * @param columns default: as many as rows
 * @param rows how many
 * @example
 * eye(2).toArray() // => [[1, 0], [0, 1]]
 */
export function eye(rows: number, columns: number = rows, options: FillOptions = {}): Tensor {
  checkCount('eye', rows)
  checkCount('eye', columns)
  const { dtype, requiresGrad } = resolveFill('eye', options)
  const values = newValues('eye', dtype, rows * columns)
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1
  return wrap('eye', values, dtype, [rows, columns], requiresGrad)
}

function fromNumbers(op: string, count: number, value: (i: number) => number, options: FillOptions): Tensor {
  const { dtype, requiresGrad } = resolveFill(op, options)
  const values = newValues(op, dtype, count)
  for (let i = 0; i < count; i++) values[i] = convert(op, value(i), i, dtype)
  return wrap(op, values, dtype, [count], requiresGrad)
}
