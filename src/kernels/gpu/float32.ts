/**
 * The numbers of a buffer as the device holds them: all dtypes are float32 there.
 */
import type { DType, TypedArray } from '../backend.js'
import { BackendError, newArray } from './cpu-services.js'

const largestWhole = 2 ** 24

/**
 * Converts for the device.
 * @throws BackendError for an int32 that float32 does not hold exactly
 */
export function toFloat32(numbers: TypedArray, dtype: DType): Float32Array {
  if (dtype === 'float32') return numbers as Float32Array
  if (dtype === 'int32') for (const n of numbers) if (Math.abs(n) > largestWhole) throw notExact(n)
  return Float32Array.from(numbers)
}

/** Converts what the device returned. */
export function fromFloat32(numbers: Float32Array, dtype: DType): TypedArray {
  if (dtype === 'float32') return numbers
  const result = newArray(dtype, numbers.length)
  result.set(numbers)
  return result
}

function notExact(n: number): BackendError {
  return new BackendError(
    `gpu: the int32 ${n} is larger than ${largestWhole}, the largest that a GPU's float32 holds exactly. Compute with it before it meets float32 tensors, or await setBackend('cpu').`,
  )
}
