/**
 * New tensors: from arrays, filled, in ranges. (Random ones are in `random.ts`.)
 */
import { DTypeError, OptionError, ShapeError } from '../errors.js'
import type { DType, Shape, TypedArray } from '../kernels/backend.js'
import { checkOptions } from '../options.js'
import { backend } from './backend.js'
import { checkDType } from './dtype.js'
import { checkShape, formatShape, sizeOf } from './shape.js'
import { checkDifferentiable, type NestedArray, Tensor } from './tensor.js'

/** Whatever `tensor` takes: a tensor, a number, nested arrays or a typed array. */
export type TensorLike = Tensor | NestedArray | readonly NestedArray[] | TypedArray

/** Options of `tensor`. */
export interface TensorOptions {
  /** Default: that of a typed array; bool for booleans; float32 for everything else. */
  dtype?: DType
  /** For flat data: the shape to give it. Default: how the arrays are nested. */
  shape?: Shape
  /** Whether `backward` computes its gradient. Default false. */
  requiresGrad?: boolean
}

/** Options of the functions that fill a tensor. */
export interface FillOptions {
  /** Default float32. */
  dtype?: DType
  /** Whether `backward` computes its gradient. Default false. */
  requiresGrad?: boolean
}

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array } as const

/**
 * Makes a tensor of numbers, nested arrays or a typed array. The data is copied.
 *
 * @param data nested arrays of equal lengths, a flat (typed) array together with `shape`, a number, or a tensor
 * @throws ShapeError when nested arrays are ragged, or the data does not fill `shape`
 * @throws DTypeError when something in the data is not a number, or does not fit an integer dtype
 * @example
 * const x = tensor([[1, 2, 3], [4, 5, 6]])
 * x.shape // => [2, 3]
 * tensor([1, 2, 3, 4], { shape: [2, 2], dtype: 'int32' }).toArray() // => [[1, 2], [3, 4]]
 */
export function tensor(data: TensorLike, options: TensorOptions = {}): Tensor {
  checkOptions('tensor', options, ['dtype', 'shape', 'requiresGrad'])
  const source = data instanceof Tensor ? data.dataSync() : data
  const flat = isTypedArray(source) ? source : flatten(source)
  const dtype = options.dtype ?? (data instanceof Tensor ? data.dtype : dtypeOf(source, flat))
  checkDType('tensor', dtype)
  const natural = data instanceof Tensor ? data.shape : isTypedArray(source) ? [source.length] : nestedShape(source)
  return wrap('tensor', toTyped(flat, dtype), dtype, options.shape ?? natural, options.requiresGrad)
}

/** The tensor itself, or a constant made of the data: what operations call on their arguments. */
export function toTensor(x: TensorLike): Tensor {
  return x instanceof Tensor ? x : tensor(x)
}

/** Makes a tensor of an array that from now on belongs to it. */
export function wrap(op: string, values: TypedArray, dtype: DType, shape: Shape, requiresGrad = false): Tensor {
  checkShape(op, shape)
  if (sizeOf(shape) !== values.length) {
    throw new ShapeError(
      `${op}: ${values.length} numbers do not fill the shape ${formatShape(shape)}, which has ${sizeOf(shape)}. Check the shape or the data.`,
    )
  }
  if (requiresGrad) checkDifferentiable(op, dtype)
  return new Tensor(backend.upload(values, dtype), [...shape], requiresGrad)
}

/**
 * A tensor of zeros.
 * @example
 * zeros([2, 3]).toArray() // => [[0, 0, 0], [0, 0, 0]]
 */
export function zeros(shape: Shape, options: FillOptions = {}): Tensor {
  return full(shape, 0, options)
}

/**
 * A tensor of ones.
 * @example
 * ones([3]).toArray() // => [1, 1, 1]
 */
export function ones(shape: Shape, options: FillOptions = {}): Tensor {
  return full(shape, 1, options)
}

/**
 * A tensor whose elements are all `value`.
 * @param value what it is filled with
 * @example
 * full([2, 2], 7).toArray() // => [[7, 7], [7, 7]]
 */
export function full(shape: Shape, value: number, options: FillOptions = {}): Tensor {
  checkOptions('full', options, ['dtype', 'requiresGrad'])
  const { dtype = 'float32', requiresGrad } = options
  checkDType('full', dtype)
  checkShape('full', shape)
  const [fitting] = toTyped([value], dtype)
  return wrap('full', new arrays[dtype](sizeOf(shape)).fill(fitting), dtype, shape, requiresGrad)
}

/**
 * Zeros of the shape and dtype of `x`.
 * @example
 * zerosLike(tensor([1, 2])).toArray() // => [0, 0]
 */
export function zerosLike(x: Tensor): Tensor {
  return full(x.shape, 0, { dtype: x.dtype })
}

/**
 * Ones of the shape and dtype of `x`.
 * @example
 * onesLike(tensor([3, 2])).toArray() // => [1, 1]
 */
export function onesLike(x: Tensor): Tensor {
  return full(x.shape, 1, { dtype: x.dtype })
}

/**
 * `value` in the shape and dtype of `x`.
 * @param value what it is filled with
 * @example
 * fullLike(tensor([1, 2]), 7).toArray() // => [7, 7]
 */
export function fullLike(x: Tensor, value: number): Tensor {
  return full(x.shape, value, { dtype: x.dtype })
}

/**
 * Numbers from `start` (included) to `stop` (not included). With one argument: from 0 to it.
 *
 * @param step default 1; may be negative
 * @param start the first number; the end, if it stands alone
 * @param stop the end, which is left out
 * @example
 * arange(4).toArray() // => [0, 1, 2, 3]
 * arange(10, 0, -3).toArray() // => [10, 7, 4, 1]
 */
export function arange(start: number, stop?: number, step = 1, options: FillOptions = {}): Tensor {
  const [first, last] = stop === undefined ? [0, start] : [start, stop]
  if (step === 0 || !Number.isFinite((last - first) / step)) {
    throw new OptionError(
      `arange: from ${first} to ${last} in steps of ${step} never ends. Give finite numbers and a step other than 0.`,
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
 * @example
 * linspace(0, 1, 5).toArray() // => [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, stop: number, count: number, options: FillOptions = {}): Tensor {
  checkCount('linspace', count)
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
  const { dtype = 'float32', requiresGrad } = options
  checkDType('eye', dtype)
  const values = new arrays[dtype](rows * columns)
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1
  return wrap('eye', values, dtype, [rows, columns], requiresGrad)
}

function fromNumbers(op: string, count: number, value: (i: number) => number, options: FillOptions): Tensor {
  checkOptions(op, options, ['dtype', 'requiresGrad'])
  const { dtype = 'float32', requiresGrad } = options
  checkDType(op, dtype)
  const values = new arrays[dtype](count)
  for (let i = 0; i < count; i++) values[i] = value(i)
  return wrap(op, values, dtype, [count], requiresGrad)
}

function checkCount(op: string, count: number): void {
  if (!Number.isInteger(count) || count < 0) {
    throw new ShapeError(`${op}: ${count} is not a number of elements. Give a whole number, 0 or more.`)
  }
}

function isTypedArray(x: unknown): x is TypedArray {
  return x instanceof Float32Array || x instanceof Float64Array || x instanceof Int32Array || x instanceof Uint8Array
}

function flatten(data: unknown): (number | boolean)[] {
  if (!Array.isArray(data)) return [data as number | boolean]
  return data.flat(Number.POSITIVE_INFINITY) as (number | boolean)[]
}

/** The shape of nested arrays. */
function nestedShape(data: unknown): number[] {
  if (!Array.isArray(data)) return []
  const inner = data.length > 0 ? nestedShape(data[0]) : []
  for (let i = 1; i < data.length; i++) {
    const other = nestedShape(data[i])
    if (other.join() !== inner.join()) {
      throw new ShapeError(
        `tensor: ragged data, element 0 has shape ${formatShape(inner)}, element ${i} ${formatShape(other)}. All rows must be of one length.`,
      )
    }
  }
  return [data.length, ...inner]
}

function dtypeOf(source: unknown, flat: TypedArray | (number | boolean)[]): DType {
  if (source instanceof Float64Array) return 'float64'
  if (source instanceof Int32Array) return 'int32'
  if (Array.isArray(flat) && flat.length > 0 && typeof flat[0] === 'boolean') return 'bool'
  return 'float32'
}

/** A new array of the dtype. Every element is checked: what is not a number is an error, not a NaN. */
function toTyped(flat: TypedArray | (number | boolean)[], dtype: DType): TypedArray {
  const values = new arrays[dtype](flat.length)
  for (let i = 0; i < flat.length; i++) {
    const x = flat[i]
    if (typeof x !== 'number' && typeof x !== 'boolean') {
      throw new DTypeError(`tensor: element ${i} is ${describe(x)}, not a number. Convert the data to numbers first.`)
    }
    values[i] = dtype === 'bool' ? Number(x !== 0 && x !== false) : Number(x)
    if (dtype === 'int32' && values[i] !== Number(x)) {
      throw new DTypeError(`tensor: element ${i} is ${x}, which int32 cannot hold. Use float32, or round it.`)
    }
  }
  return values
}

function describe(x: unknown): string {
  return x === null || x === undefined ? String(x) : `${typeof x} ${JSON.stringify(x)}`
}
