/**
 * Reading and writing strided views on the GPU. Every kernel gathers: each element of the result looks where it comes from.
 */

import type { DataBuffer, DType, View } from '../backend.js'
import { sizeOf } from '../sizes.js'
import { mergeAxes, stridesOf } from '../strides.js'
import type { Buffers } from './buffers.js'
import type { DeviceArray } from './device-arrays.js'
import { cached, kernelSource } from './kernel-source.js'
import { coordinates, dot, sizeNames } from './layout.js'

/** See `Backend.copy`. */
export function copy(buffers: Buffers, x: DataBuffer, { shape, strides, offset }: View): DataBuffer {
  const walk = mergeAxes(shape, [strides])
  const scalars = [...walk.sizes.slice(1), offset, ...walk.strides[0]]
  return buffers.compute(strided(walk.sizes.length), sizeOf(shape), [x], scalars, x.dtype)
}

const strided = cached((rank: number) => {
  const { text, names } = dot(rank, 'p')
  return kernelSource(1, [...sizeNames(rank), 'offset', ...names], `${coordinates(rank)} return a0[offset + ${text}];`)
})

/** See `Backend.place`: one pass for each piece. */
export function place(
  buffers: Buffers,
  pieces: readonly { x: DataBuffer; view: View }[],
  dtype: DType,
  size: number,
  fill: number,
): DataBuffer {
  let result = buffers.onDevice.launch(filled, size, [], [fill])
  for (const { x, view } of pieces) {
    if (x.size === 0) continue
    const fresh = insert(buffers, buffers.toDevice(x), view, result)
    result.release()
    result = fresh
  }
  return buffers.fromDevice(result, dtype)
}

const filled = kernelSource(0, ['fill'], 'return fill;')

/**
 * The axes of a view by falling stride: an element's coordinates are then quotients, one after the other. Views without repeated
 * elements allow it, as long as each stride is larger than all that the smaller ones reach.
 */
function insert(buffers: Buffers, piece: DeviceArray, view: View, into: DeviceArray): DeviceArray {
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
  return buffers.onDevice.launch(insertion(axes.length), into.size, [piece, into], scalars)
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
  return kernelSource(
    2,
    scalars,
    `${text}
    if (rest > 0) { inside = 0; }
    let y = a1[i];
    if (inside > 0) { y = a0[index]; }
    return y;`,
  )
})
