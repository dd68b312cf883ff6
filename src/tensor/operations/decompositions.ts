/**
 * Small square systems: solve, inverse, determinant, Cholesky, QR. The last two axes are the matrices, the axes before them are
 * batches. Meant for matrices of up to a few hundred rows. Their rows are in `decomposition-rows.ts`.
 */

import { ShapeError } from '../../errors.js'
import { type TensorLike, toTensor, toTensors } from '../creation.js'
import { isFloat, promote } from '../dtype.js'
import { run, toExactFloat, withDType } from '../operation.js'
import { broadcastShapes, formatShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { decompositionRows } from './decomposition-rows.js'
import { ofFloats, square } from './small-matrices.js'

/**
 * X with A·X = B.
 *
 * @param a [..., n, n], invertible
 * @param b [..., n, columns] or, for one right-hand side, [n]
 * @throws ShapeError when A is not square, the sizes differ, or A is singular
 * @example
 * solve([[2, 0], [0, 4]], [[2], [8]]).toArray() // => [[1], [2]]
 */
export function solve(a: TensorLike, b: TensorLike): Tensor {
  const [first, second] = toTensors([a, b])
  const dtype = promote(first.dtype, second.dtype)
  if (!isFloat(dtype)) return solve(toExactFloat(first), toExactFloat(second)).cast('float32')
  const [left, right] = [square('solve', withDType(first, dtype)), withDType(second, dtype)]
  if (right.rank === 1) return solve(left, right.expandDims(-1)).squeeze(-1)
  if (right.shape[right.rank - 2] !== left.shape[left.rank - 1]) {
    throw new ShapeError(
      `solve: a ${formatShape(left.shape)} and b ${formatShape(right.shape)} do not fit. b must have as many rows as a.`,
    )
  }
  const batch = broadcastShapes('solve', left.shape.slice(0, -2), right.shape.slice(0, -2))
  const spread = (x: Tensor) => x.broadcastTo([...batch, ...x.shape.slice(-2)])
  return run(decompositionRows.solve, [spread(left), spread(right)], undefined)
}

/**
 * The inverse of a square matrix. To solve a system, `solve` is faster and more accurate.
 * @param a [..., n, n]
 * @throws ShapeError when A is not square or singular
 * @example
 * inverse([[2, 0], [0, 4]]).toArray() // => [[0.5, 0], [0, 0.25]]
 */
export function inverse(a: TensorLike): Tensor {
  return ofFloats(toTensor(a), (x) => run(decompositionRows.inverse, [square('inverse', x)], undefined))
}

/**
 * The determinant of a square matrix. Its gradient exists here for invertible matrices only.
 * @param a [..., n, n]
 * @returns [...]
 * @throws ShapeError when A is not square
 * @example
 * determinant([[1, 2], [3, 4]]).item() // => -2
 */
export function determinant(a: TensorLike): Tensor {
  return ofFloats(toTensor(a), (x) => run(decompositionRows.determinant, [square('determinant', x)], undefined))
}

/**
 * The lower triangular L with A = L·Lᵀ, read from A's lower triangle. The gradient is that of a symmetric A.
 * @param a [..., n, n], symmetric and positive definite
 * @throws ShapeError when A is not square or not positive definite
 * @example
 * cholesky([[4, 2], [2, 5]]).toArray() // => [[2, 0], [1, 2]]
 */
export function cholesky(a: TensorLike): Tensor {
  return ofFloats(toTensor(a), (x) => run(decompositionRows.cholesky, [square('cholesky', x)], undefined))
}

/**
 * A = Q·R with orthonormal columns in Q and upper triangular R (the reduced form with the signs of LAPACK, as in NumPy and PyTorch).
 * @param a [..., m, n] with m ≥ n
 * @returns q [..., m, n] and r [..., n, n]
 * @throws ShapeError when there are more columns than rows
 * @example
 * const { q, r } = qr([[3, 1], [4, 2]])
 * q.matmul(r).toArray() // => [[3.0, 1.0], [4.0, 2.0]]
 */
export function qr(a: TensorLike): {
  /** Orthonormal columns. */
  q: Tensor
  /** Upper triangular. */
  r: Tensor
} {
  const x = toTensor(a)
  const [m, n] = x.shape.slice(-2)
  if (x.rank < 2 || m < n) {
    throw new ShapeError(
      `qr: shape ${formatShape(x.shape)} is not supported. Give [..., m, n] with at least as many rows as columns.`,
    )
  }
  const both = ofFloats(x, (floats) => run(decompositionRows.qr, [floats], undefined))
  return { q: both.slice(`..., :${m}, :`), r: both.slice(`..., ${m}:, :`) }
}
