/**
 * Reductions on the GPU. A group of neighbouring axes at a time, the last first, and long axes as a tree: 64 numbers to one, over and over,
 * which keeps the sums accurate and many threads busy.
 */
import type { DataBuffer, ReduceKind, Shape } from '../backend.js'
import { reducedType, sizeOf } from '../sizes.js'
import { groupAxes } from '../strides.js'
import type { Buffers } from './buffers.js'
import type { KernelSource } from './device.js'
import type { DeviceArray } from './device-arrays.js'
import { cached, kernelSource } from './kernel-source.js'

/** The kinds that have kernels; the others are made of these. */
type Kind = 'sum' | 'sumSquares' | 'prod' | 'max' | 'min' | 'any' | 'all'

/** The number of elements that a thread takes, if there are more than twice as many. */
const width = 64

/** See `Backend.reduce`; not over axes of size 0. */
export function reduce(
  buffers: Buffers,
  kind: ReduceKind,
  x: DataBuffer,
  shape: Shape,
  axes: readonly number[],
): DataBuffer {
  const { groups, reduced } = groupAxes(shape, axes)
  let array = buffers.toDevice(x).share()
  let next: Kind = kind === 'mean' ? 'sum' : kind
  while (groups.length > 1) {
    const inner = groups.pop() as number
    const n = groups.pop() as number
    array = overAxis(buffers, next, array, sizeOf(groups), n, inner)
    groups[groups.length - 1] *= inner
    if (next === 'sumSquares') next = 'sum'
  }
  if (kind === 'mean') array = consume(buffers, scale, array, array.size, [1 / reduced])
  return buffers.fromDevice(array, reducedType(kind, x.dtype))
}

/** Reduces the middle axis, and releases the array. */
function overAxis(
  buffers: Buffers,
  kind: Kind,
  x: DeviceArray,
  outer: number,
  axis: number,
  inner: number,
): DeviceArray {
  const parts = axis > 2 * width ? Math.ceil(axis / width) : 1
  const each = Math.ceil(axis / parts)
  const partial = consume(buffers, reduction(kind), x, outer * parts * inner, [axis, inner, parts, each])
  if (parts === 1) return partial
  return overAxis(buffers, kind === 'sumSquares' ? 'sum' : kind, partial, outer, parts, inner)
}

function consume(
  buffers: Buffers,
  source: KernelSource,
  x: DeviceArray,
  size: number,
  scalars: readonly number[],
): DeviceArray {
  const result = buffers.onDevice.launch(source, size, [x], scalars)
  x.release()
  return result
}

const scale = kernelSource(1, ['factor'], 'return a0[i] * factor;')

const reduction = cached((kind: Kind) =>
  kernelSource(
    1,
    ['axis', 'inner', 'parts', 'each'],
    `const line = quotient(i, inner);
    const column = i - line * inner;
    const page = quotient(line, parts);
    const start = (line - page * parts) * each;
    const first = (page * axis + start) * inner + column;
    let y = ${kind === 'max' || kind === 'min' ? 'a0[first]' : start[kind]};
    for (let j = 0; j < each; j++) {
      if (start + j < axis) {
        const x = a0[first + j * inner];
        ${combine[kind]}
      }
    }
    return y;`,
  ),
)

const start = { sum: '0', sumSquares: '0', prod: '1', any: '0', all: '1' }

/** Statements that add the next number x to the result y so far. */
const combine: Record<Kind, string> = {
  sum: 'y = y + x;',
  sumSquares: 'y = y + x * x;',
  prod: 'y = y * x;',
  max: 'if (x > y || !(x === x)) { y = x; }',
  min: 'if (x < y || !(x === x)) { y = x; }',
  any: 'if (!(x === 0)) { y = 1; }',
  all: 'if (x === 0) { y = 0; }',
}

/** See `Backend.argReduce`. */
export function argReduce(
  buffers: Buffers,
  kind: 'argMax' | 'argMin',
  x: DataBuffer,
  shape: Shape,
  axis: number,
): DataBuffer {
  const [outer, count, inner] = groupAxes(shape, [axis]).groups
  return buffers.compute(extreme(kind), outer * inner, [x], [count, inner], 'int32')
}

const extreme = cached((kind: 'argMax' | 'argMin') =>
  kernelSource(
    1,
    ['axis', 'inner'],
    `const page = quotient(i, inner);
    const first = page * axis * inner + (i - page * inner);
    let best = a0[first];
    let index = 0;
    for (let j = 1; j < axis; j++) {
      const x = a0[first + j * inner];
      if (best === best && (x ${kind === 'argMax' ? '>' : '<'} best || !(x === x))) {
        best = x;
        index = j;
      }
    }
    return index;`,
  ),
)
