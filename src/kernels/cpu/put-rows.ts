/**
 * Writes single rows of a matrix in place.
 */
import type { DataBuffer } from '../backend.js'
import { pointer, values } from './memory.js'
import { memory } from './module.js'

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array } as const

/** See `Backend.putRows`. */
export function putRows(target: DataBuffer, rows: DataBuffer, indices: Int32Array, inner: number): void {
  const whole = new arrays[target.dtype](memory.buffer, pointer(target), target.size)
  const source = values(rows)
  for (let i = 0; i < indices.length; i++) {
    whole.set(source.subarray(i * inner, (i + 1) * inner), indices[i] * inner)
  }
}
