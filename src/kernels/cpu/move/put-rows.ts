/**
 * Writes single rows of a matrix in place.
 */
import type { DataBuffer } from '../../backend.js'
import { pointer, values } from '../memory/memory.js'
import { numbersOf } from '../wasm/dtypes.js'
import { memory } from '../wasm/module.js'

/** See `Backend.putRows`. */
export function putRows(target: DataBuffer, rows: DataBuffer, indices: Int32Array, inner: number): void {
  const whole = new numbersOf[target.dtype].array(memory.buffer, pointer(target), target.size)
  const source = values(rows)
  for (let i = 0; i < indices.length; i++) {
    whole.set(source.subarray(i * inner, (i + 1) * inner), indices[i] * inner)
  }
}
