/**
 * Random numbers and plain index arithmetic for the tests of kernels.
 */

/** A seeded generator of numbers in [0, 1). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32
  }
}

/** The number of elements. */
export const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)

/** Row-major strides. */
export const stridesOf = (shape: readonly number[]) => shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))

/** Every index of a shape in row-major order. */
export function indicesOf(shape: readonly number[]): number[][] {
  let indices: number[][] = [[]]
  for (const size of shape) indices = indices.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i]))
  return indices
}
