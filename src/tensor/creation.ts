/**
 * New tensors: from arrays, filled, in ranges. (Random ones are in `random.ts`.)
 */
import { OptionError, ShapeError } from '../errors.js'
import type { DType, Shape, TypedArray } from '../kernels/backend.js'
import { resolve, show } from '../options.js'
import { backend } from './backend.js'
import { checkDType, promote } from './dtype.js'
import { partsOf, type TensorParts } from './foreign.js'
import {
  convert,
  dtypeBeside,
  flatten,
  type NestedNumbers,
  naturalDType,
  newValues,
  ownDType,
} from './nested-arrays.js'
import { checkShape, formatShape, sameShape, sizeOf } from './shape.js'
import { checkDifferentiable, Tensor } from './tensor.js'

/** Anything that `tensor` accepts: a tensor, a number, nested arrays (read-only ones, too) or a typed array. */
export type TensorLike = Tensor | NestedNumbers

/** Options of `tensor`. */
export interface TensorOptions {
  /** Default: that of a typed array; bool for booleans; float32 for everything else. */
  dtype?: DType
  /** The shape to give to flat data, or to a tensor. Default: how the arrays are nested. */
  shape?: Shape
  /** If true, `backward` computes its gradient. Default false. */
  requiresGrad?: boolean
}

const tensorRules = { defaults: { dtype: undefined, shape: undefined, requiresGrad: false } }

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
 * Makes a tensor of numbers, nested arrays or a typed array. The data is copied.
 *
 * @param data nested arrays of equal lengths, a flat (typed) array together with `shape`, a number, a tensor, or what JSON,
 * `structuredClone` or `postMessage` made of one
 * @throws ShapeError when nested arrays are ragged or have another shape than `shape` (`reshape` changes that), or flat data does not fill it
 * @throws DTypeError when something in the data is not a number, or does not fit an integer dtype
 * @example
 * const x = tensor([[1, 2, 3], [4, 5, 6]])
 * x.shape // => [2, 3]
 * tensor([1, 2, 3, 4], { shape: [2, 2], dtype: 'int32' }).toArray() // => [[1, 2], [3, 4]]
 */
export function tensor(data: TensorLike | TensorParts, options: TensorOptions = {}): Tensor {
  const given = resolve('tensor', options, tensorRules)
  const parts = data instanceof Tensor ? { shape: data.shape, dtype: data.dtype, data: data.dataSync() } : partsOf(data)
  const source = parts ? parts.data : data
  const dtype = given.dtype ?? parts?.dtype ?? naturalDType(source)
  checkDType('tensor', dtype)
  const { values, shape } = flatten('tensor', source, dtype)
  if (given.shape && shape.length > 1) checkNesting(shape, given.shape)
  return wrap('tensor', values, dtype, given.shape ?? parts?.shape ?? shape, given.requiresGrad)
}

/** @throws ShapeError when data that is nested is asked for in another shape */
function checkNesting(nested: Shape, shape: Shape): void {
  if (!Array.isArray(shape) || sameShape(nested, shape)) return
  throw new ShapeError(
    `tensor: the data is nested as ${formatShape(nested)}, the shape is ${formatShape(shape)}. Give flat data, or write tensor(data).reshape(${formatShape(shape)}).`,
  )
}

/** The tensor itself, or a constant made of the data: what operations call on an argument that stands alone. */
export function toTensor(x: TensorLike): Tensor {
  return x instanceof Tensor ? x : tensor(x)
}

/** The tensor itself, or a constant made of the data, which takes this dtype where it has none of its own and the dtype can hold it. */
export function toTensorBeside(dtype: DType, x: TensorLike): Tensor {
  return x instanceof Tensor ? x : tensor(x, { dtype: dtypeBeside(x, dtype) })
}

/**
 * The arguments of one operation: plain numbers and arrays take the dtype of the tensors and typed arrays among the arguments, if it can hold
 * them; without any, they are float32.
 * @param least the narrowest dtype that they take: float32 where derivatives may be asked for
 */
export function toTensors(xs: readonly TensorLike[], least: DType = 'bool'): readonly Tensor[] {
  for (let i = 0; i < xs.length; i++) if (!(xs[i] instanceof Tensor)) return besideEachOther(xs, least)
  return xs as readonly Tensor[]
}

function besideEachOther(xs: readonly TensorLike[], least: DType): readonly Tensor[] {
  const dtype = dtypeAmong(xs)
  return xs.map((x) => (dtype === null ? toTensor(x) : toTensorBeside(promote(dtype, least), x)))
}

/** The widest dtype of tensors and typed arrays; null where there are none. */
export function dtypeAmong(xs: readonly TensorLike[]): DType | null {
  let widest: DType | null = null
  for (const x of xs) {
    const dtype = x instanceof Tensor ? x.dtype : ownDType(x)
    if (dtype && (dtype !== 'bool' || x instanceof Tensor)) widest = promote(dtype, widest ?? 'bool')
  }
  return widest
}

/** @throws ShapeError unless it is a non-empty array of tensors */
export function checkTensors(op: string, tensors: unknown): void {
  if (tensors instanceof Tensor) {
    throw new ShapeError(
      `${op}: expected an array of tensors, received one tensor of shape ${formatShape(tensors.shape)}. Write ${op}([a, b]).`,
    )
  }
  if (Array.isArray(tensors) && tensors.length > 0) return
  throw new ShapeError(`${op}: no tensors were given. Pass an array of at least one: ${op}([a, b]).`)
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

function checkCount(op: string, count: number): void {
  if (!Number.isInteger(count) || count < 0) {
    throw new ShapeError(`${op}: ${show(count)} is not a number of elements. Give a whole number, 0 or more.`)
  }
}
