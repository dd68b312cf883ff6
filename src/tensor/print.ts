/**
 * How tensors print: `Tensor [2, 3] float32` and the numbers, long axes abbreviated, columns aligned.
 */
import type { NestedArray, Tensor } from './tensor.js'

/** Axes longer than this show their first and last elements only. */
const longest = 8
const shown = 3

/** The text of a tensor. */
export function printTensor(x: Tensor, name = 'Tensor'): string {
  const head = `${name} [${x.shape.join(', ')}] ${x.dtype}${x.requiresGrad ? ', requires gradient' : ''}`
  if (x.size === 0) return `${head}\n[]`
  return `${head}\n${printValues(x.toArray())}`
}

/** Nested numbers as aligned text. */
export function printValues(values: NestedArray): string {
  const cells: string[] = []
  const collect = (v: NestedArray): unknown => (Array.isArray(v) ? abbreviate(v, collect) : cells.push(formatNumber(v)))
  collect(values)
  const width = Math.max(...cells.map((cell) => cell.length))
  return layOut(values, width, ' ')
}

/** A number with at most 5 significant digits. */
export function formatNumber(value: number | boolean): string {
  if (typeof value === 'boolean' || !Number.isFinite(value) || Number.isInteger(value)) return shorten(value)
  const size = Math.abs(value)
  return size >= 1e5 || size < 1e-4 ? value.toExponential(3) : String(Number(value.toPrecision(5)))
}

function shorten(value: number | boolean): string {
  if (typeof value === 'boolean' || Math.abs(value) < 1e9 || !Number.isFinite(value))
    return Object.is(value, -0) ? '-0' : String(value)
  return value.toExponential(3)
}

function layOut(values: NestedArray, width: number, indent: string): string {
  if (!Array.isArray(values)) return formatNumber(values).padStart(width)
  const isMatrix = values.some(Array.isArray)
  const separator = isMatrix ? `,\n${indent}` : ', '
  return `[${abbreviate(values, (v) => layOut(v, width, `${indent} `)).join(separator)}]`
}

function abbreviate<R>(values: NestedArray[], f: (v: NestedArray) => R): (R | string)[] {
  if (values.length <= longest) return values.map(f)
  return [...values.slice(0, shown).map(f), '…', ...values.slice(-shown).map(f)]
}
