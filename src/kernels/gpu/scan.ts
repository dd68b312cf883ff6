/**
 * Running reductions and recurrences on the GPU: in round d every element takes in the one d before it, for d = 1, 2, 4, …
 */
import type { DataBuffer, ScanKind } from '../backend.js'
import type { Buffers } from './buffers.js'
import type { DeviceArray } from './device-arrays.js'
import { cached, kernelSource } from './kernel-source.js'

/** See `Backend.scan`. */
export function scan(
  buffers: Buffers,
  kind: ScanKind,
  x: DataBuffer,
  outer: number,
  axis: number,
  inner: number,
): DataBuffer {
  const size = outer * axis * inner
  let y = buffers.toDevice(x).share()
  for (let distance = 1; distance < axis; distance *= 2) {
    y = next(y, buffers.onDevice.launch(round(kind), size, [y], [axis, inner, distance]))
  }
  return buffers.fromDevice(y, x.dtype)
}

/** See `Backend.recurrence`: composes the steps y → a · y + b. */
export function recurrence(
  buffers: Buffers,
  a: DataBuffer,
  b: DataBuffer,
  outer: number,
  axis: number,
  inner: number,
): DataBuffer {
  const size = outer * axis * inner
  let factor = buffers.toDevice(a).share()
  let y = buffers.toDevice(b).share()
  for (let distance = 1; distance < axis; distance *= 2) {
    const scalars = [axis, inner, distance]
    y = next(y, buffers.onDevice.launch(addition, size, [factor, y], scalars))
    factor = next(factor, buffers.onDevice.launch(round('prod'), size, [factor], scalars))
  }
  factor.release()
  return buffers.fromDevice(y, b.dtype)
}

function next(old: DeviceArray, fresh: DeviceArray): DeviceArray {
  old.release()
  return fresh
}

/** The place along the axis, and the element `distance` before. */
const position = `
  const line = quotient(i, inner);
  const place = line - quotient(line, axis) * axis;
  const before = i - distance * inner;`

const combine: Record<ScanKind, string> = {
  sum: 'y = p + y;',
  prod: 'y = p * y;',
  max: 'if (y < p || !(p === p)) { y = p; }',
  min: 'if (y > p || !(p === p)) { y = p; }',
}

const round = cached((kind: ScanKind) =>
  kernelSource(
    1,
    ['axis', 'inner', 'distance'],
    `${position}
    let y = a0[i];
    if (place >= distance) {
      const p = a0[before];
      ${combine[kind]}
    }
    return y;`,
  ),
)

const addition = kernelSource(
  2,
  ['axis', 'inner', 'distance'],
  `${position}
    let y = a1[i];
    if (place >= distance) { y = y + a0[i] * a1[before]; }
    return y;`,
)
