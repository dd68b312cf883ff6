/**
 * Ranges picked and replaced. (The two spellings of a slice are read by `slice-spec.ts`.)
 */
import { type TensorLike, toTensor, toTensors, wrap } from '../creation.js'
import type { Tensor } from '../tensor.js'
import { where } from './comparisons.js'
import { fitting, spreadTo } from './indices.js'
import { place, viewOf } from './shape-rows.js'
import { reshape } from './shaping.js'
import { parseSlice, type SliceSpec } from './slice-spec.js'

/**
 * Picks ranges: NumPy's slices as text, or an entry per axis (`[start, stop]`, `[start, stop, step]`, one index, or null for all).
 * Negative numbers count from the end; an index drops its axis; axes not mentioned are taken whole; `...` stands for those between,
 * `newaxis` for a new axis of size 1.
 *
 * @param spec one entry for each axis, or one text for all of them
 * @throws ShapeError for an index outside its axis, too many axes or a step of 0
 * @example
 * const x = arange(12).reshape([3, 4])
 * x.slice('1:, ::2').toArray() // => [[4, 6], [8, 10]]
 * x.slice([[0, 2], 3]).toArray() // => [3, 7]
 * x.slice('::-1, 0').toArray() // => [8, 4, 0]
 * x.slice(':, newaxis, 0').shape // => [3, 1]
 */
export function slice(x: TensorLike, spec: SliceSpec): Tensor {
  const source = toTensor(x)
  const { view, shape } = parseSlice('slice', spec, source.shape)
  return reshape(viewOf(source, view), shape)
}

/**
 * A copy of x in which a slice has another value; x stays as it was. Gradients flow to both.
 * @param spec as for `slice`
 * @param value broadcast to the shape of the slice, and cast to the dtype of x
 * @throws ShapeError when the slice does not fit x, or the value not the slice
 * @throws DTypeError when x is int32 and the value holds a number that int32 does not
 * @example
 * zeros([2, 3]).withSlice(':, 1', [5, 6]).toArray() // => [[0, 5, 0], [0, 6, 0]]
 */
export function withSlice(x: TensorLike, spec: SliceSpec, value: TensorLike): Tensor {
  const [source, given] = toTensors([x, value])
  const { view, shape } = parseSlice('withSlice', spec, source.shape)
  const piece = spreadTo('withSlice', fitting('withSlice', given, source.dtype), shape).reshape(view.shape)
  const options = { views: [view], shape: source.shape, fill: 0 }
  const isInside = place([wrap('withSlice', new Uint8Array(piece.size).fill(1), 'bool', view.shape)], options)
  return where(isInside, place([piece], options), source)
}
