/**
 * Sorting on the GPU: every number counts those that come before it. n² comparisons, all at once.
 */
import type { DataBuffer } from '../backend.js'
import type { Buffers } from './buffers.js'
import { cached, kernel } from './kernels.js'

/** See `Backend.argSort`. */
export function argSort(
  buffers: Buffers,
  x: DataBuffer,
  rows: number,
  columns: number,
  descending: boolean,
): DataBuffer {
  const size = rows * columns
  const ranks = buffers.blocks.launch(rank(descending), size, [buffers.block(x)], [columns])
  const order = buffers.blocks.launch(inverse(null), size, [ranks], [columns])
  ranks.release()
  return buffers.fromBlock(order, 'int32')
}

/** Whether a comes before b, when they differ; NaN is larger than all others. */
const before = {
  ascending: '(p < x || (!(x === x) && p === p))',
  descending: '(p > x || (!(p === p) && x === x))',
}

const rank = cached((descending: boolean) =>
  kernel(
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

const inverse = cached((_: null) =>
  kernel(
    1,
    ['columns'],
    `const first = quotient(i, columns) * columns;
    let index = 0;
    for (let j = 0; j < columns; j++) { if (a0[first + j] === i - first) { index = j; } }
    return index;`,
  ),
)
