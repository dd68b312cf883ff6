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
  const items = itemsOf(value)
  if (items) for (const item of items) search(item, found, searched)
  else addHeld(value, found)
}

/** The items of an array, a map, a set or a plain object; undefined for anything else. */
export function itemsOf(value: object): Iterable<unknown> | undefined {
  if (Array.isArray(value) || isTagged(value, 'Map') || isTagged(value, 'Set')) return (value as Set<unknown>).values()
  const prototype = Object.getPrototypeOf(value)
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null
  return isPlain ? Object.values(value) : undefined
}

/** By its tag, which is the same in every realm. */
function isTagged(value: object, tag: string): boolean {
  return Object.prototype.toString.call(value) === `[object ${tag}]`
}

/** Adds the buffer of a tensor; of a sparse one, whose `buffer` would be made by asking for it, those that it holds. */
function addHeld(value: object, found: Set<DataBuffer>): void {
  const { held } = value as { held?: unknown }
  const buffers = Array.isArray(held) ? held : [(value as { buffer?: unknown }).buffer]
  for (const buffer of buffers) if (isDataBuffer(buffer)) found.add(buffer)
}

function isDataBuffer(value: unknown): value is DataBuffer {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'size' in value
}
