/**
 * Running sums, products, maxima and minima, and linear recurrences, along the middle axis of [outer, axis, inner].
 */
import type { DataBuffer, ScanKind } from '../../backend.js'
import { begin, pointer, reserve, result } from '../memory/memory.js'
import { instantiate } from '../wasm/module.js'
import { recurrenceModule, scanModule } from './scan-kernel.js'

type Scan = (x: number, out: number, outer: number, n: number, inner: number) => void
type Recurrence = (a: number, b: number, out: number, outer: number, n: number, inner: number) => void
type Numeric = 'float32' | 'float64' | 'int32'

const scans: Record<Numeric, Partial<Record<ScanKind, Scan>>> = { float32: {}, float64: {}, int32: {} }
const recurrences: Partial<Record<Numeric, Recurrence>> = {}

function scanFor(kind: ScanKind, dtype: Numeric): Scan {
  scans[dtype][kind] ??= instantiate<{ scan: Scan }>(scanModule(kind, dtype)).scan
  return scans[dtype][kind]
}

function recurrenceFor(dtype: 'float32' | 'float64'): Recurrence {
  recurrences[dtype] ??= instantiate<{ recurrence: Recurrence }>(recurrenceModule(dtype)).recurrence
  return recurrences[dtype]
}

/** See `Backend.scan`. Sums and products of int32 wrap around; NaN stays NaN in all that follows. */
export function scan(kind: ScanKind, x: DataBuffer, outer: number, axis: number, inner: number): DataBuffer {
  begin()
  const from = pointer(x)
  const out = reserve(x.dtype, x.size)
  if (x.size > 0) scanFor(kind, x.dtype as Numeric)(from, out, outer, axis, inner)
  return result(out, x.dtype, x.size)
}

/** See `Backend.recurrence`. */
export function recurrence(a: DataBuffer, b: DataBuffer, outer: number, axis: number, inner: number): DataBuffer {
  begin()
  const [factors, terms] = [pointer(a), pointer(b)]
  const out = reserve(b.dtype, b.size)
  if (b.size > 0) recurrenceFor(b.dtype as 'float32' | 'float64')(factors, terms, out, outer, axis, inner)
  return result(out, b.dtype, b.size)
}
