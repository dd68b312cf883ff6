/**
 * The two spellings of a slice, `':, 1:-1, ::2'` and `[null, [1, -1], [null, null, 2]]`, turned into a view.
 */

import { ShapeError } from '../../errors.js'
import type { Shape, View } from '../../kernels/backend.js'
import { show } from '../../options.js'
import { formatShape, stridesOf } from '../shape.js'

/** One axis of a slice: an index, a range, or null for all of it; `'newaxis'` for one more, of size 1; `'...'` for those between. */
export type SliceEntry =
  | number
  | null
  | 'newaxis'
  | '...'
  | readonly [start: number | null, stop: number | null, step?: number | null]

/** An entry for an axis that is there. */
type AxisEntry = Exclude<SliceEntry, string>

/** A slice: NumPy's notation as text, or an entry per axis. */
export type SliceSpec = string | readonly SliceEntry[]

/**
 * The view that a slice of `shape` names, and the result's shape (the view's, without the axes that an index picked from, with new ones).
 * @throws ShapeError when the slice does not fit the shape
 */
export function parseSlice(op: string, spec: SliceSpec, shape: Shape): { view: View; shape: Shape } {
  if (typeof spec !== 'string' && !Array.isArray(spec)) {
    throw new ShapeError(
      `${op}: ${show(spec)} is not a slice. Give a string, or an array with one entry per axis: '0, 1:' or [0, [1, null]].`,
    )
  }
  const entries = expand(op, typeof spec === 'string' ? parseText(op, spec) : spec, spec, shape)
  const strides = stridesOf(shape)
  const ranges = entries.filter((entry) => entry !== 'newaxis').map((entry, axis) => resolve(op, entry, shape, axis))
  const sizes = ranges.map((r) => r.count)
  const left = [...sizes]
  return {
    view: {
      shape: sizes,
      strides: ranges.map((r, axis) => r.step * strides[axis]),
      offset: ranges.reduce((sum, r, axis) => sum + (r.count > 0 ? r.start * strides[axis] : 0), 0),
    },
    shape: entries.flatMap((entry) => {
      const size = entry === 'newaxis' ? 1 : (left.shift() as number)
      return typeof entry === 'number' ? [] : [size]
    }),
  }
}

function parseText(op: string, text: string): SliceEntry[] {
  if (text.trim() === '') return []
  return text.split(',').map((part) => parseEntry(op, part.trim(), text))
}

function parseEntry(op: string, part: string, text: string): SliceEntry {
  if (part === '...' || part === '…') return '...'
  if (part === 'newaxis' || part === 'None') return 'newaxis'
  const numbers = part.split(':').map((n) => (n.trim() === '' ? null : Number(n)))
  if (numbers.length > 3 || part === '' || numbers.some((n) => n !== null && !Number.isInteger(n))) {
    throw new ShapeError(
      `${op}: cannot read "${part}" in "${text}". Write an index, or start:stop:step with any of them left out, or newaxis.`,
    )
  }
  if (numbers.length === 1) return numbers[0]
  return [numbers[0], numbers[1], numbers[2] ?? null]
}

/** One entry per axis, and the new ones: `...` and what was left out are whole axes. */
function expand(op: string, entries: readonly SliceEntry[], spec: SliceSpec, shape: Shape): (AxisEntry | 'newaxis')[] {
  const at = entries.indexOf('...')
  const given = entries.filter((entry) => entry !== '...')
  const missing = shape.length - given.filter((entry) => entry !== 'newaxis').length
  if (missing < 0 || entries.length - given.length > 1) {
    const received = typeof spec === 'string' ? `"${spec}"` : show(spec)
    throw new ShapeError(
      `${op}: ${received} does not fit the ${shape.length} axes of ${formatShape(shape)}. Give at most one entry per axis.`,
    )
  }
  given.splice(at < 0 ? given.length : at, 0, ...new Array<null>(missing).fill(null))
  return given
}

export function resolve(
  op: string,
  entry: AxisEntry,
  shape: Shape,
  axis: number,
): { start: number; step: number; count: number } {
  const size = shape[axis]
  if (typeof entry === 'number') return { start: checkIndex(op, entry, shape, axis), step: 1, count: 1 }
  if (entry !== null && !Array.isArray(entry)) {
    throw new ShapeError(
      `${op}: ${show(entry)} is not a valid entry for axis ${axis}. Give an index, [start, stop], null or 'newaxis'.`,
    )
  }
  const [start, stop, step] = entry ?? [null, null, null]
  const by = step ?? 1
  const wrong = [start, stop].findIndex((n) => n !== null && !Number.isInteger(n))
  if (wrong >= 0) {
    throw new ShapeError(
      `${op}: ${show([start, stop][wrong])} is not a valid bound for axis ${axis} of ${formatShape(shape)}. Bounds are whole numbers, or null: [start, stop].`,
    )
  }
  if (by === 0 || !Number.isInteger(by))
    throw new ShapeError(`${op}: the step of axis ${axis} is ${show(by)}. Steps are whole numbers other than 0.`)
  const [low, high] = by > 0 ? [0, size] : [-1, size - 1]
  const bound = (n: number | null, fallback: number) =>
    n === null ? fallback : Math.min(high, Math.max(low, n < 0 ? n + size : n))
  const first = bound(start, by > 0 ? 0 : size - 1)
  const last = bound(stop, by > 0 ? size : -1)
  return { start: first, step: by, count: Math.max(0, Math.ceil((last - first) / by)) }
}

function checkIndex(op: string, index: number, shape: Shape, axis: number): number {
  const size = shape[axis]
  if (!Number.isInteger(index) || index < -size || index >= size) {
    throw new ShapeError(
      `${op}: index ${index} is out of range for axis ${axis} of ${formatShape(shape)}. Indices go from ${-size} to ${size - 1}.`,
    )
  }
  return index < 0 ? index + size : index
}
