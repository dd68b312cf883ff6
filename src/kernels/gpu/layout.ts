/**
 * How kernels find elements: the coordinates of a result's element, and where an operand that is broadcast has it.
 */
import type { Shape } from '../backend.js'

/** A walk over several arrays at once: sizes per axis, and for each array its strides. Neighbouring axes are merged where possible. */
export interface Walk {
  readonly sizes: readonly number[]
  readonly strides: readonly (readonly number[])[]
}

/** Leaves out axes of size 1 and merges those that every array walks through without a jump. */
export function merged(shape: Shape, strides: readonly (readonly number[])[]): Walk {
  const sizes: number[] = []
  const result: number[][] = strides.map(() => [])
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue
    const last = sizes.length - 1
    if (last >= 0 && strides.every((s, k) => result[k][last] === s[axis] * shape[axis])) {
      sizes[last] *= shape[axis]
      for (const [k, s] of strides.entries()) result[k][last] = s[axis]
    } else {
      sizes.push(shape[axis])
      for (const [k, s] of strides.entries()) result[k].push(s[axis])
    }
  }
  return { sizes, strides: result }
}

/** The strides of an array of shape `from`, broadcast to `to`: 0 where it repeats. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const strides = new Array<number>(to.length).fill(0)
  const first = to.length - from.length
  let step = 1
  for (let axis = from.length - 1; axis >= 0; axis--) {
    if (from[axis] !== 1) strides[first + axis] = step
    step *= from[axis]
  }
  return strides
}

/** Statements that give the coordinates `c0`, `c1`, … of element `i`; the sizes are `n1`, `n2`, … (the first is not needed). */
export function coordinates(rank: number): string {
  let text = ''
  let rest = 'i'
  for (let axis = rank - 1; axis > 0; axis--) {
    text += `const q${axis} = quotient(${rest}, n${axis}); const c${axis} = ${rest} - q${axis} * n${axis}; `
    rest = `q${axis}`
  }
  return rank > 0 ? `${text}const c0 = ${rest}; ` : text
}

/** The names of the sizes that `coordinates` reads. */
export const sizeNames = (rank: number): string[] =>
  Array.from({ length: Math.max(rank - 1, 0) }, (_, i) => `n${i + 1}`)

/** The sum c0 · prefix0 + c1 · prefix1 + …, and the names of the strides in it. */
export function dot(rank: number, prefix: string): { text: string; names: string[] } {
  const names = Array.from({ length: rank }, (_, axis) => `${prefix}${axis}`)
  return { text: names.map((name, axis) => `c${axis} * ${name}`).join(' + ') || '0', names }
}
