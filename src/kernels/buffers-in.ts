/** The buffers in what a function returns. */
import type { DataBuffer } from './backend.js'

/** The buffers of a tensor, or of the tensors in an array, a map, a set or a plain object, which may contain itself. */
export function buffersIn(value: unknown): Set<DataBuffer> {
  const found = new Set<DataBuffer>()
  search(value, found, new Set())
  return found
}

function search(value: unknown, found: Set<DataBuffer>, searched: Set<object>): void {
  if (typeof value !== 'object' || value === null || searched.has(value)) return
  searched.add(value)
  const { buffer } = value as { buffer?: unknown }
  if ('indices' in value && 'values' in value && typeof value.values !== 'function')
    searchAll([value.indices, value.values], found, searched) // sparse: its one buffer would be the dense form
  else if (isDataBuffer(buffer)) found.add(buffer)
  else if (value instanceof Map || value instanceof Set || Array.isArray(value))
    searchAll(value.values(), found, searched)
  else if (Object.getPrototypeOf(value) === Object.prototype) searchAll(Object.values(value), found, searched)
}

function searchAll(values: Iterable<unknown>, found: Set<DataBuffer>, searched: Set<object>): void {
  for (const value of values) search(value, found, searched)
}

function isDataBuffer(value: unknown): value is DataBuffer {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'size' in value
}
