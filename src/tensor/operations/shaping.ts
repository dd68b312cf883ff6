/**
 * The same numbers in another shape: axes split, merged, exchanged, added and dropped. (Repeating is in `broadcasting.ts`, joining and
 * splitting in `joining.ts`, `flip` and `roll` in `turning.ts`, `pad` in `padding.ts`.)
 */

import { ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { show } from '../../options.js'
import { type TensorLike, toTensor } from '../creation.js'
import { run } from '../operation.js'
import { formatShape, normalizeAxes, normalizeAxis, reducedShape, sameShape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { ops } from './ops.js'
import { snapshot } from './shape-rows.js'

/**
 * The same numbers in another shape (row-major order is kept; the numbers are shared, not copied).
 * @param shape an array, or one argument per axis; one size may be −1: it is computed from the others
 * @throws ShapeError when the number of elements differs
 * @example
 * arange(6).reshape([2, -1]).shape // => [2, 3]
 * arange(6).reshape(3, 2).shape // => [3, 2]
 */
export function reshape(x: TensorLike, ...shape: [shape: Shape] | number[]): Tensor {
  const source = toTensor(x)
  const target = resolveShape(source.shape, listOf<Shape>(shape))
  return sameShape(source.shape, target) ? snapshot(source) : run(ops.reshape, [source], { shape: target })
}

/** Returns arguments given either as one array or one by one, as an array. */
function listOf<List>(given: readonly unknown[]): List {
  return (given.length === 1 && typeof given[0] !== 'number' ? given[0] : given) as List
}

/**
 * All elements along one axis.
 * @example
 * ones([2, 3]).flatten().shape // => [6]
 */
export function flatten(x: TensorLike): Tensor {
  return reshape(x, [-1])
}

/**
 * The axes in another order.
 * @param axes an array, or one argument per axis; default: reversed (the transpose of a matrix)
 * @throws ShapeError when `axes` is not a permutation (to exchange two axes of several, use `swapAxes`)
 * @example
 * tensor([[1, 2, 3]]).transpose().toArray() // => [[1], [2], [3]]
 * ones([2, 3, 4]).transpose([1, 0, 2]).shape // => [3, 2, 4]
 */
export function transpose(x: TensorLike, ...axes: [axes?: readonly number[]] | number[]): Tensor {
  const source = toTensor(x)
  const given = axes.length === 0 ? undefined : listOf<readonly number[] | undefined>(axes)
  if (given !== undefined && !Array.isArray(given)) {
    throw new ShapeError(`transpose: the axes are ${show(given)}. Give one array: transpose([1, 0]).`)
  }
  const order = given
    ? given.map((axis: number) => normalizeAxis('transpose', axis, source.rank))
    : source.shape.map((_, i) => source.rank - 1 - i)
  if (order.length !== source.rank || new Set(order).size !== source.rank) {
    throw new ShapeError(
      `transpose: axes ${formatShape(given as Shape)} are not a permutation of the ${source.rank} axes of ${formatShape(source.shape)}. Name each axis once, or swap two with swapAxes().`,
    )
  }
  return run(ops.transpose, [source], { axes: order })
}

/**
 * Another name of `transpose`.
 * @example
 * ones([2, 3, 4]).permute([2, 0, 1]).shape // => [4, 2, 3]
 * @function
 */
export const permute = transpose

/**
 * Two axes exchanged.
 * @param a one axis; negative ones count from the last
 * @param b the other
 * @example
 * ones([2, 3, 4]).swapAxes(0, -1).shape // => [4, 3, 2]
 */
export function swapAxes(x: TensorLike, a: number, b: number): Tensor {
  const source = toTensor(x)
  const order = source.shape.map((_, i) => i)
  const [i, j] = [normalizeAxis('swapAxes', a, source.rank), normalizeAxis('swapAxes', b, source.rank)]
  order[i] = j
  order[j] = i
  return transpose(source, order)
}

/**
 * A new axis of size 1.
 * @param axis where it will stand in the result
 * @example
 * ones([2, 3]).expandDims(1).shape // => [2, 1, 3]
 */
export function expandDims(x: TensorLike, axis: number): Tensor {
  const source = toTensor(x)
  const at = normalizeAxis('expandDims', axis, source.rank + 1)
  return reshape(source, [...source.shape.slice(0, at), 1, ...source.shape.slice(at)])
}

/**
 * Without axes of size 1.
 * @param axes the one to drop, or several; default: all of size 1
 * @throws ShapeError when the axis is longer
 * @example
 * ones([1, 3, 1]).squeeze().shape // => [3]
 */
export function squeeze(x: TensorLike, axes?: number | readonly number[]): Tensor {
  const source = toTensor(x)
  const { shape } = source
  const gone =
    axes === undefined ? shape.flatMap((n, i) => (n === 1 ? [i] : [])) : normalizeAxes('squeeze', axes, source.rank)
  const long = gone.find((axis) => shape[axis] !== 1)
  if (long !== undefined) {
    throw new ShapeError(
      `squeeze: axis ${long} of ${formatShape(shape)} has ${shape[long]} elements. Only axes of size 1 can go.`,
    )
  }
  return reshape(source, reducedShape(shape, gone, false))
}

function resolveShape(from: Shape, to: Shape): Shape {
  if (!Array.isArray(to)) throw new ShapeError(`reshape: the shape is ${show(to)}. Give one array: reshape([2, -1]).`)
  const size = sizeOf(from)
  const shape = [...to]
  const free = to.indexOf(-1)
  if (free >= 0) shape[free] = 1
  if (shape.every(isSize)) {
    if (free >= 0) shape[free] = size / sizeOf(shape)
    if (sizeOf(shape) === size && shape.every(isSize)) return shape
  }
  throw new ShapeError(
    `reshape: ${formatShape(from)} has ${size} elements and does not fill ${show(to)}. The product of the sizes must stay the same; one may be -1.`,
  )
}

const isSize = (n: number) => Number.isInteger(n) && n >= 0
