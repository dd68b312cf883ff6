/**
 * Lengths and angles of vectors: made one long, how alike their directions are, the vector that stands upright on two. (`norm` is in
 * `statistics.ts`, products are in `linalg.ts`.)
 */
import { ShapeError } from '../../errors.js'
import { resolve } from '../../options.js'
import { type TensorLike, toTensor, toTensors } from '../creation.js'
import { type Axes, broadcastShapes, formatShape, normalizeAxes, normalizeAxis } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { type NormOrder, norm } from './statistics.js'

/** Options of `normalize` and `cosineSimilarity`. */
export interface NormalizeOptions {
  /** The least number a length is taken for, so that nothing is divided by 0. Default 1e-12; of `cosineSimilarity` 1e-8. */
  epsilon?: number
}

const synonyms = { eps: 'epsilon' }

/**
 * Vectors divided by their length: x / max(‖x‖, ε). Zeros stay zeros.
 *
 * @param order which norm is the length, as for `norm`; default 2
 * @param axes along which the vectors lie: one axis (default −1, the last; PyTorch: 1), several, or null for all
 * @param options `epsilon` (default 1e-12)
 * @example
 * tensor([[3, -4], [0, 0]]).normalize().toArray() // => [[0.6, -0.8], [0, 0]]
 * tensor([1, 3]).normalize(1).toArray() // => [0.25, 0.75]
 */
export function normalize(
  x: TensorLike,
  order: NormOrder = 2,
  axes: Axes = -1,
  options: NormalizeOptions = {},
): Tensor {
  const { epsilon } = resolve('normalize', options, { defaults: { epsilon: 1e-12 }, synonyms })
  const source = toTensor(x)
  const list = normalizeAxes('normalize', axes, source.rank)
  return source.div(norm(source, order, list, { keepDims: true }).maximum(epsilon))
}

/**
 * The cosine of the angle between vectors: 1 where they point the same way, 0 where they are at right angles, −1 where they are opposite;
 * 0 for zeros. As a loss, take its negative (that is what Keras's loss of this name does).
 *
 * @param axis along which the vectors lie, after broadcasting; default −1, the last (PyTorch: 1)
 * @param options `epsilon` (default 1e-8): the least number a length is taken for
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * cosineSimilarity([[1, 0], [1, 1]], [1, 0]).toArray() // => [1.0, 0.70711]
 */
export function cosineSimilarity(a: TensorLike, b: TensorLike, axis = -1, options: NormalizeOptions = {}): Tensor {
  const { epsilon } = resolve('cosineSimilarity', options, { defaults: { epsilon: 1e-8 }, synonyms })
  const [x, y] = toTensors([a, b])
  const shape = broadcastShapes('cosineSimilarity', x.shape, y.shape)
  const at = normalizeAxis('cosineSimilarity', axis, shape.length)
  const [u, v] = [x, y].map((vector) => normalize(vector.broadcastTo(shape), 2, at, { epsilon }))
  return u.mul(v).sum(at)
}

/**
 * The cross product of vectors of three numbers: at right angles to both. All other axes are broadcast.
 * @param axis along which the vectors lie, after broadcasting; default −1, the last
 * @throws ShapeError when that axis is not 3 long
 * @example
 * cross([1, 0, 0], [0, 1, 0]).toArray() // => [0, 0, 1]
 */
export function cross(a: TensorLike, b: TensorLike, axis = -1): Tensor {
  const [x, y] = toTensors([a, b])
  const rank = Math.max(x.rank, y.rank)
  const at = normalizeAxis('cross', axis, rank) - rank
  if (x.shape.at(at) !== 3 || y.shape.at(at) !== 3) {
    throw new ShapeError(
      `cross: got shapes ${formatShape(x.shape)} and ${formatShape(y.shape)}. Give vectors of three numbers along axis ${axis}.`,
    )
  }
  return x
    .roll(-1, at)
    .mul(y.roll(-2, at))
    .sub(x.roll(-2, at).mul(y.roll(-1, at)))
}
