/**
 * The arguments of elementwise operations: plain numbers stay numbers, arrays become tensors, shapes are broadcast.
 */

import type { DType, Shape } from '../kernels/backend.js'
import { dtypeAmong, type TensorLike, toTensor, toTensorBeside } from './creation.js'
import { dtypeOfNumber } from './dtype.js'
import { broadcastShapes } from './shape.js'
import { Tensor } from './tensor.js'

/** An argument of an elementwise operation. */
export type TensorOrNumber = Tensor | number

/** Arguments as kernels take them: numbers stay, arrays take the dtype of the tensors next to them (see `toTensors`). */
export function toArguments(inputs: readonly TensorLike[]): readonly TensorOrNumber[] {
  for (const x of inputs) if (typeof x !== 'number' && !(x instanceof Tensor)) return withoutArrays(inputs)
  return inputs as readonly TensorOrNumber[]
}

function withoutArrays(inputs: readonly TensorLike[]): TensorOrNumber[] {
  const dtype = dtypeAmong(inputs)
  return inputs.map((x) => (typeof x === 'number' ? x : dtype === null ? toTensor(x) : toTensorBeside(dtype, x)))
}

/** The shape that all of them broadcast to; that of a scalar where there are only numbers. */
export function broadcastAll(name: string, args: readonly TensorOrNumber[]): Shape {
  let shape: Shape | undefined
  for (const x of args) {
    if (typeof x !== 'number') shape = shape === undefined ? x.shape : broadcastShapes(name, shape, x.shape)
  }
  return shape ?? []
}

/** The dtype of an argument. */
export function dtypeOf(x: TensorOrNumber): DType {
  return typeof x === 'number' ? dtypeOfNumber(x) : x.dtype
}
