/**
 * Strides: how far apart neighbours along each axis are in a flat array. Everyone who walks arrays by axes, tensors and both back
 * ends, takes them from here, and merges axes that need no loop of their own.
 */
import type { Shape } from './backend.js'

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
    strides[axis] = step
    step *= shape[axis]
  }
  return strides
}

/** The strides of an array of shape `from`, broadcast to `to`: 0 where it repeats. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const strides = new Array<number>(to.length).fill(0)
  const first = to.length - from.length
  for (let axis = from.length - 1, step = 1; axis >= 0; axis--) {
    if (from[axis] !== 1) strides[first + axis] = step
    step *= from[axis]
  }
  return strides
}

/** A walk over several arrays at once: sizes per axis, and for each array its strides. */
export interface Walk {
  readonly sizes: number[]
  readonly strides: number[][]
}

/** Leaves out axes of size 1 and merges neighbours that one stride walks in every array. */
export function mergeAxes(shape: Shape, strides: readonly (readonly number[])[]): Walk {
  const list = mergedList(shape, strides)
  const step = 1 + strides.length
  const column = (k: number) => list.filter((_, i) => i % step === k)
  return { sizes: column(0), strides: strides.map((_, k) => column(k + 1)) }
}

/** The same as one list: for each axis its size, and then the stride of each array. */
export function mergedList(shape: Shape, strides: readonly (readonly number[])[]): number[] {
  const list: number[] = []
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue
    const last = list.length - strides.length
    if (last > 0 && continues(list, last, strides, axis, shape[axis])) {
      list[last - 1] *= shape[axis]
      for (let k = 0; k < strides.length; k++) list[last + k] = strides[k][axis]
    } else {
      list.push(shape[axis])
      for (let k = 0; k < strides.length; k++) list.push(strides[k][axis])
    }
  }
  return list
}

/** True if in every array the last axis in the list takes its next step where this axis, of `size`, ends. */
function continues(
  list: readonly number[],
  last: number,
  strides: readonly (readonly number[])[],
  axis: number,
  size: number,
): boolean {
  for (let k = 0; k < strides.length; k++) if (list[last + k] !== strides[k][axis] * size) return false
  return true
}

/** A shape as groups of neighbouring axes. */
export interface AxisGroups {
  /** Their sizes: kept, reduced, kept, …, kept (three or more). */
  readonly groups: number[]
  /** The number of results. */
  readonly kept: number
  /** The number of elements that go into each. */
  readonly reduced: number
}

/** Groups the axes of a shape by whether they are reduced: those among `axes` (ascending) are. */
export function groupAxes(shape: Shape, axes: readonly number[]): AxisGroups {
  const groups = [1]
  let [kept, reduced] = [1, 1]
  for (let i = 0, next = 0; i < shape.length; i++) {
    const isReduced = axes[next] === i
    if (isReduced) next++
    if (shape[i] === 1) continue
    if (isReduced) reduced *= shape[i]
    else kept *= shape[i]
    if (isReduced === (groups.length % 2 === 1)) groups.push(shape[i])
    else groups[groups.length - 1] *= shape[i]
  }
  if (groups.length === 1) groups.push(1)
  if (groups.length % 2 === 0) groups.push(1)
  return { groups, kept, reduced }
}
