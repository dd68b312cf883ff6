/**
 * What lies between neighbours along an axis: their differences, and the area below the line through them.
 */
import { OptionError, ShapeError } from '../../errors.js'
import { number, resolve, show } from '../../options.js'
import { type TensorLike, toTensor, toTensors } from '../creation.js'
import { isFloat } from '../dtype.js'
import { toExactFloat } from '../operation.js'
import { formatShape, normalizeAxis } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { concat } from './joining.js'

/** Options of `diff`. */
export interface DiffOptions {
  /** A number or tensor to put before the first element. Default: nothing. */
  prepend?: TensorLike
  /** A number or tensor to put after the last element. Default: nothing. */
  append?: TensorLike
}

/**
 * Each element less the one before it, along an axis; of bools, where they differ.
 *
 * @param n how many times; default 1
 * @param axis default −1, the last
 * @param options `prepend`, `append`: more elements before and behind
 * @throws OptionError when n is not a whole number, 0 or more
 * @example
 * tensor([1, 4, 9, 16]).diff().toArray() // => [3, 5, 7]
 * tensor([1, 4, 9, 16]).diff(2).toArray() // => [2, 2]
 * tensor([1, 4, 9]).diff(1, -1, { prepend: 0 }).toArray() // => [1, 3, 5]
 */
export function diff(x: TensorLike, n = 1, axis = -1, options: DiffOptions = {}): Tensor {
  if (!Number.isInteger(n) || n < 0) throw new OptionError(`diff: n is ${show(n)}. Give a whole number, 0 or more.`)
  const { prepend, append } = resolve('diff', options, { defaults: { prepend: undefined, append: undefined } })
  const [source, ...edges] = toTensors([x, ...[prepend, append].filter((edge) => edge !== undefined)])
  const [before, behind] = prepend === undefined ? [undefined, ...edges] : edges
  const at = normalizeAxis('diff', axis, source.rank)
  if (n === 0) return source.reshape(source.shape)
  let y = concat([...onEdge(source, at, before), source, ...onEdge(source, at, behind)], at)
  for (let times = Math.min(n, y.shape[at]); times > 0; times--) {
    const [left, right] = neighbours(y, at)
    y = y.dtype === 'bool' ? right.notEqual(left) : right.sub(left)
  }
  return y
}

/** Options of `trapezoid`. */
export interface TrapezoidOptions {
  /** The positions of the elements: one number for each along the axis, or a tensor that broadcasts to y's shape. Default: `dx` apart. */
  x?: TensorLike
  /** The distance between elements, if `x` is not given. Default 1. */
  dx?: number
  /** Along which axis. Default −1, the last. */
  axis?: number
}

const trapezoidRules = {
  defaults: { x: undefined, dx: undefined, axis: -1 },
  ranges: { dx: number },
}

/**
 * The integral by the trapezoidal rule: the area below straight lines from each element to the next.
 * @param y heights
 * @param options `x` or `dx` (default 1), `axis` (default −1)
 * @throws ShapeError when there are not as many places as heights
 * @example
 * trapezoid([1, 2, 3]).item() // => 4
 * trapezoid([1, 2, 3], { x: [0, 1, 4] }).item() // => 9
 */
export function trapezoid(y: TensorLike, options: TrapezoidOptions = {}): Tensor {
  const { x, dx, axis } = resolve('trapezoid', options, trapezoidRules)
  if (x !== undefined && dx !== undefined) {
    throw new OptionError(`trapezoid: x and dx (${show(dx)}) are both given. Give one of them.`)
  }
  const [heights, places] = x === undefined ? [toTensor(y)] : toTensors([y, x])
  const at = normalizeAxis('trapezoid', axis, heights.rank)
  if (!isFloat(heights.dtype))
    return trapezoid(toExactFloat(heights), { ...options, ...(x !== undefined && { x: places }), axis: at }).cast(
      'float32',
    )
  const [before, behind] = neighbours(heights, at)
  const widths = places === undefined ? (dx ?? 1) : widthsOf(places, heights, at)
  return before.add(behind).mul(widths).sum(at).div(2)
}

/** The distance from each element to the next, in a shape that broadcasts. */
function widthsOf(x: Tensor, y: Tensor, at: number): Tensor {
  const places = x.rank === 1 ? x.reshape([x.size, ...y.shape.slice(at + 1).map(() => 1)]) : x
  if (places.shape.at(at - y.rank) !== y.shape[at]) {
    throw new ShapeError(
      `trapezoid: x ${formatShape(x.shape)}, y ${formatShape(y.shape)}. Give one x for each of the ${y.shape[at]} elements along axis ${at}.`,
    )
  }
  return places.diff(1, at - y.rank)
}

/** All but the last, and all but the first. */
function neighbours(x: Tensor, at: number): Tensor[] {
  const part = (range: readonly [number, number | null]) => x.slice(x.shape.map((_, i) => (i === at ? range : null)))
  return [part([0, -1]), part([1, null])]
}

/** A list of what is to be joined to x along an axis; a number is one more element of each lane. */
function onEdge(x: Tensor, at: number, edge: Tensor | undefined): Tensor[] {
  if (edge === undefined) return []
  return [edge.rank === 0 ? edge.broadcastTo(x.shape.map((n, i) => (i === at ? 1 : n))) : edge]
}
