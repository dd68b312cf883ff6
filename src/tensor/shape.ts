/**
 * Shapes and axes: broadcasting, strides, negative axes, and their errors.
 */
import { BackendError, ShapeError } from '../errors.js'
import type { DType, Shape } from '../kernels/backend.js'
import { sizeOf } from '../kernels/sizes.js'
import { show } from '../options.js'

export { stridesOf } from '../kernels/strides.js'
export { sizeOf }

/** Returns whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** `[32, 4]`, for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/**
 * The shape two shapes broadcast to, by NumPy's rule: aligned at the last axis, each axis equal or 1.
 * @param whole the shapes to name in the message, if these are parts of them
 * @throws ShapeError when they do not fit
 */
export function broadcastShapes(op: string, a: Shape, b: Shape, whole?: readonly Shape[]): Shape {
  if (sameShape(a, b)) return a
  const rank = Math.max(a.length, b.length)
  const out = new Array<number>(rank)
  for (let i = 0; i < rank; i++) {
    const m = a[i - rank + a.length] ?? 1
    const n = b[i - rank + b.length] ?? 1
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(
        `${op}: shapes ${(whole ?? [a, b]).map(formatShape).join(' and ')} do not broadcast (${m} ≠ ${n}). Axes must be equal or 1, counted from the last.`,
      )
    }
    out[i] = m === 1 ? n : m
  }
  return out
}

/**
 * An axis as a number from 0 to rank − 1; negative axes count from the last.
 * @throws ShapeError when there is no such axis
 */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const normalized = Number.isInteger(axis) && axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    const range = rank === 0 ? 'A scalar has no axes' : `Axes go from ${-rank} to ${rank - 1}`
    throw new ShapeError(`${op}: there is no axis ${show(axis)} in ${rank} dimensions. ${range}.`)
  }
  return normalized
}

/** One axis, several, or null for all. */
export type Axes = number | readonly number[] | null

/**
 * Axes as ascending numbers from 0 to rank − 1.
 * @throws ShapeError when one does not exist or comes twice
 */
export function normalizeAxes(op: string, axes: Axes | undefined, rank: number): number[] {
  if (axes === null || axes === undefined) return Array.from({ length: rank }, (_, i) => i)
  if (typeof axes !== 'number' && !Array.isArray(axes)) {
    throw new ShapeError(
      `${op}: ${show(axes)} is not an axis. Give a number, an array of numbers, or null for all: ${op}(1).`,
    )
  }
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis(op, axis, rank))
  if (new Set(list).size < list.length) {
    throw new ShapeError(
      `${op}: axis given twice in ${formatShape(typeof axes === 'number' ? [axes] : axes)}. Name each axis once.`,
    )
  }
  return list.sort((a, b) => a - b)
}

/** The shape without these axes, or with 1 in their places. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  if (keepDims) return shape.map((n, i) => (axes.includes(i) ? 1 : n))
  return shape.filter((_, i) => !axes.includes(i))
}

/**
 * Checks that every size is a whole number, 0 or more.
 * @throws ShapeError otherwise
 */
export function checkShape(op: string, shape: Shape): void {
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0)) {
    const example = /^\w+$/.test(op) ? `: ${op}([2, 3])` : ', such as [2, 3]'
    throw new ShapeError(
      `${op}: ${show(shape)} is not a shape. A shape is an array of whole numbers, 0 or more${example}.`,
    )
  }
}

const bytes: Record<DType, number> = { bool: 1, int32: 4, float32: 4, float64: 8 }

/** The most bytes in one tensor: the whole of WebAssembly's memory. */
const mostBytes = 2 ** 32

/**
 * Checks a size before anything of it is built.
 * @throws BackendError when no tensor can be that large
 */
export function checkSize(op: string, dtype: DType, size: number): void {
  if (size * bytes[dtype] <= mostBytes) return
  throw new BackendError(
    `${op}: ${size} numbers of ${dtype} do not fit into memory. Check the shape, or process the data in parts.`,
  )
}

/** The number of elements before and behind an axis. */
export function around(shape: Shape, axis: number) {
  return { outer: sizeOf(shape.slice(0, axis)), inner: sizeOf(shape.slice(axis + 1)) }
}

/** @throws ShapeError when n is not a whole number, 0 or more */
export function checkCount(op: string, n: number): void {
  if (Number.isInteger(n) && n >= 0) return
  throw new ShapeError(`${op}: ${show(n)} is not a number of elements. Give a whole number, 0 or more.`)
}
