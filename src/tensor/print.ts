/**
 * How tensors print: `Tensor [2, 3] float32` and the numbers, long axes abbreviated, columns aligned.
 */
import { backend } from './backend.js'
import type { Tensor } from './tensor.js'

/** Axes longer than this show their first and last elements only. */
const longest = 8
const shown = 3

/** Numbers as text, nested as the axes are; `…` stands for what is left out. */
type Cells = string | Cells[]

/** The text of a tensor. */
export function printTensor(x: Tensor, name = 'Tensor'): string {
  const head = `${name} [${x.shape.join(', ')}] ${x.dtype}${x.requiresGrad ? ', requires gradient' : ''}`
  if (x.size === 0) return `${head}\n[]`
  if (backend.isPending?.(x.buffer)) return `${head}\n(on the GPU; await data() first to see the numbers)`
  return `${head}\n${printNumbers(x)}`
}

/** The numbers of a tensor as aligned text. Of a long one only what is shown is read. */
export function printNumbers(x: Tensor): string {
  const flat = x.size > 1000 && backend.name === 'cpu' ? null : x.dataSync()
  const at = (i: number) => flat?.[i] ?? backend.readAt(x.buffer, i)
  const cells = pick(x, x.dtype === 'bool' ? (i) => String(at(i) !== 0) : (i) => formatNumber(at(i)), 0, 0)
  return layOut(cells, widest(cells), ' ')
}

function widest(cells: Cells): number {
  return typeof cells === 'string' ? cells.length : Math.max(...cells.map(widest))
}

function pick(x: Tensor, text: (i: number) => string, axis: number, start: number): Cells {
  if (axis === x.rank) return text(start)
  const n = x.shape[axis]
  const step = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const part = (i: number) => pick(x, text, axis + 1, start + i * step)
  const count = (length: number, from = 0) => Array.from({ length }, (_, i) => part(from + i))
  return n <= longest ? count(n) : [...count(shown), '…', ...count(shown, n - shown)]
}

/** A number with at most 5 significant digits. */
function formatNumber(value: number): string {
  if (Object.is(value, -0)) return '-0'
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (Number.isInteger(value)) return size < 1e9 ? String(value) : value.toExponential(3)
  return size >= 1e5 || size < 1e-4 ? value.toExponential(3) : String(Number(value.toPrecision(5)))
}

function layOut(cells: Cells, width: number, indent: string): string {
  if (typeof cells === 'string') return cells.padStart(width)
  const isMatrix = cells.some(Array.isArray)
  const separator = isMatrix ? `,\n${indent}` : ', '
  return `[${cells.map((cell) => (cell === '…' ? cell : layOut(cell, width, `${indent} `))).join(separator)}]`
}
