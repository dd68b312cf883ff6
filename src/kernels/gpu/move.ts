/**
 * Moving numbers on the GPU. Every kernel gathers: each element of the result looks where it comes from.
 */

import type { DataBuffer, DType, View } from '../backend.js'
import { sizeOf } from '../sizes.js'
import { mergeAxes, stridesOf } from '../strides.js'
import type { Block } from './blocks.js'
import type { Buffers } from './buffers.js'
import { values } from './host.js'
import { cached, kernel } from './kernels.js'
import { coordinates, dot, sizeNames } from './layout.js'

/** See `Backend.copy`. */
export function copy(buffers: Buffers, x: DataBuffer, { shape, strides, offset }: View): DataBuffer {
  const walk = mergeAxes(shape, [strides])
  const size = sizeOf(shape)
  const scalars = [...walk.sizes.slice(1), offset, ...walk.strides[0]]
  const source = strided(walk.sizes.length)
  return buffers.fromBlock(buffers.blocks.launch(source, size, [buffers.block(x)], scalars), x.dtype)
}

const strided = cached((rank: number) => {
  const { text, names } = dot(rank, 'p')
  return kernel(1, [...sizeNames(rank), 'offset', ...names], `${coordinates(rank)} return a0[offset + ${text}];`)
})

/** See `Backend.place`: one pass for each piece. */
export function place(
  buffers: Buffers,
  pieces: readonly { x: DataBuffer; view: View }[],
  dtype: DType,
  size: number,
  fill: number,
): DataBuffer {
  let result = buffers.blocks.launch(filled(null), size, [], [fill])
  for (const { x, view } of pieces) {
    if (x.size === 0) continue
    const fresh = insert(buffers, buffers.block(x), view, result)
    result.release()
    result = fresh
  }
  return buffers.fromBlock(result, dtype)
}

const filled = cached((_: null) => kernel(0, ['fill'], 'return fill;'))

/**
 * The axes of a view by falling stride: an element's coordinates are then quotients, one after the other. Views without repeated
 * elements allow it, as long as each stride is larger than all that the smaller ones reach.
 */
function insert(buffers: Buffers, piece: Block, view: View, into: Block): Block {
  const own = stridesOf(view.shape)
  const axes = view.shape
    .map((size, axis) => ({ size, stride: view.strides[axis], own: own[axis] }))
    .filter((a) => a.size > 1)
  // A flipped axis is walked from its other end
  let low = view.offset
  let start = 0
  for (const axis of axes) {
    if (axis.stride > 0) continue
    low += (axis.size - 1) * axis.stride
    start += (axis.size - 1) * axis.own
    axis.stride = -axis.stride
    axis.own = -axis.own
  }
  axes.sort((a, b) => b.stride - a.stride)
  const scalars = [low, start, ...axes.flatMap((a) => [a.stride, a.size, a.own])]
  return buffers.blocks.launch(insertion(axes.length), into.size, [piece, into], scalars)
}

const insertion = cached((rank: number) => {
  const scalars = ['low', 'start']
  let text = 'let rest = i - low; let index = start; let inside = 1; if (rest < 0) { inside = 0; rest = 0; }'
  for (let axis = 0; axis < rank; axis++) {
    scalars.push(`p${axis}`, `n${axis}`, `o${axis}`)
    text += `
    const c${axis} = quotient(rest, p${axis});
    if (c${axis} >= n${axis}) { inside = 0; }
    rest = rest - c${axis} * p${axis};
    index = index + c${axis} * o${axis};`
  }
  return kernel(
    2,
    scalars,
    `${text}
    if (rest > 0) { inside = 0; }
    let y = a1[i];
    if (inside > 0) { y = a0[index]; }
    return y;`,
  )
})

/** What an index that does not exist gives: nobody could check it before, and it must not go unnoticed. */
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
  const size = outer * indices.size * inner
  const blocks = [buffers.block(x), buffers.block(indices)]
  return buffers.fromBlock(buffers.blocks.launch(gathering(null), size, blocks, [indices.size, axis, inner]), x.dtype)
}

const gathering = cached((_: null) =>
  kernel(
    2,
    ['count', 'axis', 'inner'],
    `const line = quotient(i, inner);
    const page = quotient(line, count);
    const own = a1[line - page * count];
    let y = ${notANumber('own')};
    if (own >= 0 && own < axis) { y = a0[(page * axis + own) * inner + (i - line * inner)]; }
    return y;`,
  ),
)

/**
 * See `Backend.scatterAdd`. Where the CPU has the indices, it says which updates belong to each row; otherwise every element of the result looks
 * through all of them.
 */
export function scatterAdd(
  buffers: Buffers,
  updates: DataBuffer,
  indices: DataBuffer,
  outer: number,
  axis: number,
  inner: number,
): DataBuffer {
  const { blocks } = buffers
  const size = outer * axis * inner
  const scalars = [indices.size, axis, inner]
  const source = buffers.block(updates)
  if (!buffers.isOnHost(indices) || indices.size === 0) {
    return buffers.fromBlock(
      blocks.launch(scattering(null), size, [source, buffers.block(indices)], scalars),
      updates.dtype,
    )
  }
  const lists = listsOf(values(indices) as Int32Array, axis).map((list) => blocks.upload(list))
  const sums = blocks.launch(summing(null), size, [source, ...lists], scalars)
  for (const list of lists) list.release()
  return buffers.fromBlock(sums, updates.dtype)
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

/** Where a thread stands in the result: its index along the axis (`own`), and the first update of its row (`first`). */
const placeInScatter = `const line = quotient(i, inner);
    const page = quotient(line, axis);
    const own = line - page * axis;
    const first = page * count * inner + (i - line * inner);`

const summing = cached((_: null) =>
  kernel(
    3,
    ['count', 'axis', 'inner'],
    `${placeInScatter}
    const start = a2[own];
    const length = a2[own + 1] - start;
    let sum = 0;
    for (let j = 0; j < length; j++) { sum = sum + a0[first + a1[start + j] * inner]; }
    return sum;`,
  ),
)

const scattering = cached((_: null) =>
  kernel(
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
  ),
)
