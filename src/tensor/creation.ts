/**
 * Tensors from numbers: `tensor`, and the arguments of operations, which take whatever it takes. (Filled ones are in `filling.ts`,
 * random ones in `random.ts`.)
 */

import { ShapeError } from '../errors.js'
import type { DType, Shape, TypedArray } from '../kernels/backend.js'
import { resolve } from '../options.js'
import { backend } from './backend.js'
import { checkDType, promote } from './dtype.js'
import { partsOf, type TensorParts } from './foreign.js'
import { dtypeBeside, flatten, type NestedNumbers, naturalDType, ownDType } from './nested-arrays.js'
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
