/**
 * Strides and axes, which tensors and both back ends walk by: checked by walking.
 */
import test from 'ava'
import fc from 'fast-check'
import { broadcastStrides, groupAxes, mergeAxes, stridesOf } from '../../src/kernels/strides.js'

/** Where the elements of a strided view are, in row-major order of its shape. */
function places(shape: readonly number[], strides: readonly number[]): number[] {
  if (shape.length === 0) return [0]
  const inner = places(shape.slice(1), strides.slice(1))
  return Array.from({ length: shape[0] }, (_, i) => inner.map((place) => i * strides[0] + place)).flat()
}

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 })
const parameters = { seed: 20, numRuns: 200 }
const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1)

test('row-major strides visit the elements in their order', (t) => {
  t.deepEqual(stridesOf([2, 3, 4]), [12, 4, 1])
  t.deepEqual(stridesOf([]), [])
  fc.assert(
    fc.property(shapes, (shape) => {
      const visited = places(shape, stridesOf(shape))
      return visited.every((place, i) => place === i) && visited.length === product(shape)
    }),
    parameters,
  )
})

test('a broadcast array repeats along new axes and those of size 1', (t) => {
  t.deepEqual(broadcastStrides([3, 1], [2, 3, 4]), [0, 1, 0])
  t.deepEqual(broadcastStrides([], [2, 3]), [0, 0])
})

test('merged axes visit the same elements in the same order, on fewer axes', (t) => {
  t.deepEqual(mergeAxes([2, 1, 3, 4], [stridesOf([2, 1, 3, 4])]), { sizes: [24], strides: [[1]] })
  const mask = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(shapes, mask, mask, (shape, first, second) => {
      const strides = [first, second].map((kept) =>
        broadcastStrides(
          shape.map((n, axis) => (kept[axis] ? n : 1)),
          shape,
        ),
      )
      const merged = mergeAxes(shape, strides)
      t.true(merged.sizes.length <= shape.length && !merged.sizes.includes(1))
      strides.forEach((s, k) => {
        t.deepEqual(places(merged.sizes, merged.strides[k]), places(shape, s))
      })
    }),
    parameters,
  )
})

test('axes are grouped into kept and reduced ones, in turns', (t) => {
  t.deepEqual(groupAxes([2, 3, 4, 5], [1, 2]), { groups: [2, 12, 5], kept: 10, reduced: 12 })
  t.deepEqual(groupAxes([2, 3], [0]), { groups: [1, 2, 3], kept: 3, reduced: 2 })
  t.deepEqual(groupAxes([2, 1, 3], [0, 2]), { groups: [1, 6, 1], kept: 1, reduced: 6 })
  t.deepEqual(groupAxes([2, 3, 4], [0, 2]), { groups: [1, 2, 3, 4, 1], kept: 3, reduced: 8 })
  t.deepEqual(groupAxes([5], []), { groups: [5, 1, 1], kept: 5, reduced: 1 })
  t.deepEqual(groupAxes([], []), { groups: [1, 1, 1], kept: 1, reduced: 1 })
})
