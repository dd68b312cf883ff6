/**
 * Sorting on the GPU. In short rows every number counts those that come before it: n² comparisons, all at once. Long rows take a
 * bitonic network: log² n rounds in which every place is compared with another one.
 */
import type { DataBuffer } from '../backend.js'
import type { Buffers } from './buffers.js'
import type { DeviceArray } from './device-arrays.js'
import { cached, kernelSource } from './kernel-source.js'

/** Rows that are longer take the network. */
const longest = 1024

/** See `Backend.argSort`. */
export function argSort(
  buffers: Buffers,
  x: DataBuffer,
  rows: number,
  columns: number,
  descending: boolean,
): DataBuffer {
  if (columns > longest) return buffers.fromDevice(network(buffers, x, rows, columns, descending), 'int32')
  const size = rows * columns
  const ranks = buffers.onDevice.launch(rank(descending), size, [buffers.toDevice(x)], [columns])
  const order = buffers.onDevice.launch(inverse, size, [ranks], [columns])
  ranks.release()
  return buffers.fromDevice(order, 'int32')
}

/** Conditions for p to come before x, if they differ; NaN is larger than all others. */
const before = {
  ascending: '(p < x || (!(x === x) && p === p))',
  descending: '(p > x || (!(p === p) && x === x))',
}

const rank = cached((descending: boolean) =>
  kernelSource(
    1,
    ['columns'],
    `const first = quotient(i, columns) * columns;
    const x = a0[i];
    let count = 0;
    for (let j = 0; j < columns; j++) {
      const p = a0[first + j];
      if (${before[descending ? 'descending' : 'ascending']}) { count = count + 1; }
      else if (first + j < i && (p === x || (!(p === p) && !(x === x)))) { count = count + 1; }
    }
    return count;`,
  ),
)

const inverse = kernelSource(
  1,
  ['columns'],
  `const first = quotient(i, columns) * columns;
    let index = 0;
    for (let j = 0; j < columns; j++) { if (a0[first + j] === i - first) { index = j; } }
    return index;`,
)

/** Batcher's bitonic network over places 0 … padded − 1 of each row; those behind the columns hold what comes last. */
function network(buffers: Buffers, x: DataBuffer, rows: number, columns: number, descending: boolean): DeviceArray {
  const padded = 2 ** Math.ceil(Math.log2(columns))
  const numbers = buffers.toDevice(x)
  let order = buffers.onDevice.launch(places, rows * padded, [], [padded])
  for (let size = 2; size <= padded; size *= 2) {
    for (let distance = size / 2; distance >= 1; distance /= 2) {
      const scalars = [columns, padded, size, distance]
      const next = buffers.onDevice.launch(exchange(descending), rows * padded, [numbers, order], scalars)
      order.release()
      order = next
    }
  }
  const result = buffers.onDevice.launch(firstOf, rows * columns, [order], [columns, padded])
  order.release()
  return result
}

const places = kernelSource(0, ['padded'], 'return i - quotient(i, padded) * padded;')

const firstOf = kernelSource(
  1,
  ['columns', 'padded'],
  'const row = quotient(i, columns); return a0[row * padded + (i - row * columns)];',
)

/** One round: keeps the own index, or takes that of the partner. Equal numbers are ordered by their indices, so that none are equal. */
const exchange = cached((descending: boolean) =>
  kernelSource(
    2,
    ['columns', 'padded', 'size', 'distance'],
    `const row = quotient(i, padded);
    const place = i - row * padded;
    const half = quotient(place, distance);
    let isLow = 1;
    if (half - 2 * quotient(half, 2) > 0) { isLow = 0; }
    const block = quotient(place, size);
    let rises = 1;
    if (block - 2 * quotient(block, 2) > 0) { rises = 0; }
    const own = a1[i];
    let other = 0;
    if (isLow > 0) { other = a1[i + distance]; } else { other = a1[i - distance]; }
    let isFirst = 0;
    if (own >= columns || other >= columns) {
      if (own < other) { isFirst = 1; }
    } else {
      const x = a0[row * columns + other];
      const p = a0[row * columns + own];
      if (${before[descending ? 'descending' : 'ascending']}) { isFirst = 1; }
      else if (own < other && (p === x || (!(p === p) && !(x === x)))) { isFirst = 1; }
    }
    let y = other;
    if ((isLow === rises && isFirst > 0) || (!(isLow === rises) && isFirst === 0)) { y = own; }
    return y;`,
  ),
)
