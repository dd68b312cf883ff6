/** The buffers in what a function returns. */
import type { DataBuffer } from './backend.js'

/** The buffers of a tensor, or of the tensors in an array, a map, a set or a plain object. */
export function buffersIn(value: unknown, found = new Set<DataBuffer>()): Set<DataBuffer> {
  if (typeof value !== 'object' || value === null) return found
  if ('indices' in value && 'values' in value && typeof value.values !== 'function') {
    buffersIn(value.indices, found) // sparse: its one buffer would be the dense form
    return buffersIn(value.values, found)
  }
  const { buffer } = value as { buffer?: unknown }
  if (isDataBuffer(buffer)) found.add(buffer)
  else if (value instanceof Map || value instanceof Set || Array.isArray(value))
    for (const item of value.values()) buffersIn(item, found)
  else if (Object.getPrototypeOf(value) === Object.prototype)
    for (const item of Object.values(value)) buffersIn(item, found)
  return found
}

function isDataBuffer(value: unknown): value is DataBuffer {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'size' in value
}
