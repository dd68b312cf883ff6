/**
 * Picking rows by their indices on the GPU, and adding rows at indices.
 */

import type { DataBuffer } from '../backend.js'
import type { Buffers } from './buffers.js'
import { values } from './cpu-services.js'
import { kernelSource } from './kernel-source.js'

/** The result for an index that does not exist, which nobody could check before: it must not go unnoticed. */
const notANumber = (index: string): string => `Math.sqrt(-1 - Math.abs(${index}))`

/** See `Backend.gather`. */
export function gather(
  buffers: Buffers,
  x: DataBuffer,
  indices: DataBuffer,
  outer: number,
  axis: number,
  inner: number,
): DataBuffer {
  const scalars = [indices.size, axis, inner]
  return buffers.compute(gathering, outer * indices.size * inner, [x, indices], scalars, x.dtype)
}

const gathering = kernelSource(
  2,
  ['count', 'axis', 'inner'],
  `const line = quotient(i, inner);
    const page = quotient(line, count);
    const own = a1[line - page * count];
    let y = ${notANumber('own')};
    if (own >= 0 && own < axis) { y = a0[(page * axis + own) * inner + (i - line * inner)]; }
    return y;`,
)

/**
 * See `Backend.scatterAdd`. Where the CPU has the indices, it lists which updates belong to each row; otherwise every element of the
 * result looks through all of them.
 */
export function scatterAdd(
  buffers: Buffers,
  updates: DataBuffer,
  indices: DataBuffer,
  outer: number,
  axis: number,
  inner: number,
): DataBuffer {
  const size = outer * axis * inner
  if (size === 0) return buffers.empty(updates.dtype)
  const scalars = [indices.size, axis, inner]
  if (!buffers.isOnCpu(indices)) return buffers.compute(scattering, size, [updates, indices], scalars, updates.dtype)
  const lists = listsOf(values(indices) as Int32Array, axis).map((list) => buffers.onDevice.upload(list))
  const sums = buffers.onDevice.launch(summing, size, [buffers.toDevice(updates), ...lists], scalars)
  for (const list of lists) list.release()
  return buffers.fromDevice(sums, updates.dtype)
}

/** The places of each index, one list behind the other, and where each list starts. */
function listsOf(indices: Int32Array, axis: number): [places: Float32Array, starts: Float32Array] {
  const starts = new Float32Array(axis + 1)
  for (const index of indices) starts[index + 1]++
  for (let i = 0; i < axis; i++) starts[i + 1] += starts[i]
  const places = new Float32Array(indices.length)
  const next = starts.slice()
  indices.forEach((index, place) => {
    places[next[index]++] = place
  })
  return [places, starts]
}

/** Statements for the thread's index along the axis (`own`) and the first update of its row (`first`). */
const placeInScatter = `const line = quotient(i, inner);
    const page = quotient(line, axis);
    const own = line - page * axis;
    const first = page * count * inner + (i - line * inner);`

const summing = kernelSource(
  3,
  ['count', 'axis', 'inner'],
  `${placeInScatter}
    const start = a2[own];
    const length = a2[own + 1] - start;
    let sum = 0;
    for (let j = 0; j < length; j++) { sum = sum + a0[first + a1[start + j] * inner]; }
    return sum;`,
)

const scattering = kernelSource(
  2,
  ['count', 'axis', 'inner'],
  `${placeInScatter}
    let sum = 0;
    for (let j = 0; j < count; j++) {
      const at = a1[j];
      if (at === own) { sum = sum + a0[first + j * inner]; }
      if (at < 0 || at >= axis) { sum = ${notANumber('at')}; }
    }
    return sum;`,
)
