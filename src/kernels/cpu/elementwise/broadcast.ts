/**
 * How broadcast arrays are walked: as few axes as possible, the last two by the kernel, the others by a loop around it.
 */
import type { Shape } from '../../backend.js'
import { broadcastStrides, mergeAxes } from '../../strides.js'

/** The walk over arrays of several shapes that are broadcast to one. */
export interface Walk {
  /** Sizes of the axes around the kernel's two, outermost first. */
  readonly around: readonly number[]
  readonly outer: number
  readonly inner: number
  /** Per array, numbers to move per axis of `around`, per row (the last but one), and within a row (0 or 1). */
  readonly strides: readonly (readonly number[])[]
}

/** Plans the walk. An array without a shape, a scalar, does not move. */
export function planWalk(shape: Shape, shapes: readonly (Shape | null)[]): Walk {
  const { sizes, strides } = mergeAxes(
    shape,
    shapes.map((from) => broadcastStrides(from ?? [], shape)),
  )
  return padded(sizes, strides)
}

/** Gives the walk its two axes, of size 1 where there are fewer. */
function padded(sizes: number[], strides: number[][]): Walk {
  while (sizes.length < 2) {
    sizes.unshift(1)
    for (const s of strides) s.unshift(0)
  }
  return { around: sizes.slice(0, -2), outer: sizes.at(-2)!, inner: sizes.at(-1)!, strides }
}

/** Calls `visit` with the offsets (in numbers) of the arrays for every position of the axes around, in row-major order. */
export function visitAround({ around, strides }: Walk, visit: (offsets: readonly number[]) => void): void {
  const offsets = strides.map(() => 0)
  const descend = (axis: number) => {
    if (axis === around.length) return visit(offsets)
    for (let i = 0; i < around[axis]; i++) {
      descend(axis + 1)
      strides.forEach((s, k) => {
        offsets[k] += s[axis]
      })
    }
    strides.forEach((s, k) => {
      offsets[k] -= s[axis] * around[axis]
    })
  }
  descend(0)
}
