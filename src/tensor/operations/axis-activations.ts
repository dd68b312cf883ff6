/**
 * Activation functions that look at a whole axis: glu and sparsemax. (softmax is in `reductions.ts`, the others are in `activations.ts`.)
 */
import { ShapeError } from '../../errors.js'
import { type TensorLike, toTensor } from '../creation.js'
import { full } from '../filling.js'
import { formatShape, normalizeAxis } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { take } from './indices.js'

/**
 * The gated linear unit: the first half of an axis, multiplied by the sigmoid of the second half.
 * @param axis default −1, the last
 * @throws ShapeError when the axis cannot be halved
 * @example
 * tensor([1, 2, 0, 1]).glu().toArray() // => [0.5, 1.46212]
 */
export function glu(x: TensorLike, axis: number = -1): Tensor {
  const source = toTensor(x)
  const at = normalizeAxis('glu', axis, source.rank)
  const half = source.shape[at] / 2
  if (!Number.isInteger(half)) {
    throw new ShapeError(
      `glu: axis ${axis} of ${formatShape(source.shape)} has ${source.shape[at]} elements. It must be even, to be halved.`,
    )
  }
  const part = (from: number) => source.slice(source.shape.map((_, i) => (i === at ? [from, from + half] : null)))
  return part(0).mul(part(half).sigmoid())
}

/**
 * Probabilities along an axis, as by softmax, most of which may be exactly 0: the nearest point of the probability simplex.
 * @param axis default −1, the last
 * @example
 * tensor([1, 2, 0]).sparsemax().toArray() // => [0, 1, 0]
 * tensor([1, 1.5, 0]).sparsemax().toArray() // => [0.25, 0.75, 0]
 */
export function sparsemax(x: TensorLike, axis: number = -1): Tensor {
  const source = toTensor(x)
  const at = normalizeAxis('sparsemax', axis, source.rank)
  const sorted = source.detach().sort(at, { descending: true })
  const position = full(sorted.shape, 1, { dtype: sorted.dtype }).cumsum(at)
  // How many stay above 0: those of which j · x[j] + 1 > x[0] + … + x[j], the largest first
  const kept = sorted.mul(position).add(1).greater(sorted.cumsum(at)).sum(at, { keepDims: true })
  const least = take(sorted, kept.sub(1).maximum(0), at)
  const isKept = source.detach().greaterEqual(least).cast(source.dtype)
  const shift = source
    .mul(isKept)
    .sum(at, { keepDims: true })
    .sub(1)
    .div(isKept.sum(at, { keepDims: true }))
  return source.sub(shift).relu()
}
