/**
 * Numbers in another order along their axes: turned round, or moved on.
 */

import { ShapeError } from '../../errors.js'
import { show } from '../../options.js'
import { type TensorLike, toTensor } from '../creation.js'
import { type Axes, normalizeAxes, normalizeAxis, stridesOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { concat } from './joining.js'
import { part, snapshot, viewOf } from './shape-rows.js'

/**
 * Turned round along axes.
 * @param axes one axis, several, or null for all (default)
 * @example
 * tensor([[1, 2], [3, 4]]).flip(1).toArray() // => [[2, 1], [4, 3]]
 */
export function flip(x: TensorLike, axes?: Axes): Tensor {
  const source = toTensor(x)
  const turned = normalizeAxes('flip', axes, source.rank)
  const strides = stridesOf(source.shape)
  if (source.size === 0) return snapshot(source)
  const offset = turned.reduce((sum, axis) => sum + (source.shape[axis] - 1) * strides[axis], 0)
  const signed = strides.map((stride, axis) => (turned.includes(axis) ? -stride : stride))
  return viewOf(source, { shape: source.shape, strides: signed, offset })
}

/**
 * Moved on along an axis; what falls off the end comes in at the front.
 * @param shift how far; negative: towards the front; one number for each of several axes
 * @param axes default: the flattened tensor
 * @throws ShapeError when there are not as many shifts as axes
 * @example
 * arange(5).roll(2).toArray() // => [3, 4, 0, 1, 2]
 * tensor([[1, 2], [3, 4]]).roll(1, 0).toArray() // => [[3, 4], [1, 2]]
 */
export function roll(
  x: TensorLike,
  shift: number | readonly number[],
  axes?: number | readonly number[] | null,
): Tensor {
  const source = toTensor(x)
  if (axes === undefined || axes === null) return roll(source.flatten(), shift, 0).reshape(source.shape)
  const list = Array.isArray(axes) ? (axes as readonly number[]) : [axes as number]
  const shifts = Array.isArray(shift) ? (shift as readonly number[]) : list.map(() => shift as number)
  if (shifts.length !== list.length || !shifts.every(Number.isInteger)) {
    throw new ShapeError(`roll: shifts ${show(shifts)} for axes ${show(list)}. Give one whole number for each axis.`)
  }
  return list.reduce((y, axis, i) => rollAxis(y, shifts[i], normalizeAxis('roll', axis, y.rank)), snapshot(source))
}

function rollAxis(x: Tensor, shift: number, axis: number): Tensor {
  const n = x.shape[axis]
  const start = n === 0 ? 0 : ((shift % n) + n) % n
  if (start === 0) return x
  return concat([part(x, axis, n - start, start), part(x, axis, 0, n - start)], axis)
}
