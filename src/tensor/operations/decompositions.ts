/**
 * Small square systems: solve, inverse, determinant, Cholesky, QR. The last two axes are the matrices, the axes before them are
 * batches. Computed in float64 whatever the dtype (but see `unread-decompositions.ts`); meant for matrices of up to a few hundred rows. The
 * gradient rules are those of Giles 2008, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation".
 */
import { GradientError, ShapeError } from '../../errors.js'
import { choleskyFactor, luDeterminant, luFactor, luSolve, qrFactor } from '../../kernels/small-matrices.js'
import { eye, ones, type TensorLike, toTensor, toTensors, wrap } from '../creation.js'
import { isFloat, promote } from '../dtype.js'
import { nameRows, primitive, run, toExactFloat, withDType } from '../operation.js'
import { broadcastShapes, formatShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { eachMatrix, ofFloats, square, transposed } from './small-matrices.js'
import {
  isUnread,
  unreadCholesky,
  unreadDeterminant,
  unreadInverse,
  unreadQr,
  unreadSolve,
} from './unread-decompositions.js'

/** The rows of these operations in the table. */
export const decompositionRows = nameRows({
  solve: primitive<[a: Tensor, b: Tensor]>(
    ([a, b]) => {
      if (isUnread(a, b)) return unreadSolve(a, b)
      return eachMatrix('solve', [a, b], b.shape, (n, [x, y]) =>
        luSolve(invertible('solve', x, n), y, n, b.shape[b.rank - 1]),
      )
    },
    [
      (g, { inputs: [a], output: x }) => solve(transposed(a), g).matmul(x, { transposeB: true }).neg(),
      (g, { inputs: [a] }) => solve(transposed(a), g),
    ],
  ),
  inverse: primitive<[a: Tensor]>(
    ([a]) => {
      if (isUnread(a)) return unreadInverse(a)
      return eachMatrix('inverse', [a], a.shape, (n, [x]) => luSolve(invertible('inverse', x, n), identity(n), n, n))
    },
    [(g, { output: y }) => y.matmul(g, { transposeA: true }).matmul(y, { transposeB: true }).neg()],
  ),
  determinant: primitive<[a: Tensor]>(
    ([a]) => {
      if (isUnread(a)) return unreadDeterminant(a)
      return eachMatrix('determinant', [a], a.shape.slice(0, -2), (n, [x]) =>
        Float64Array.of(luDeterminant(luFactor(x, n), n)),
      )
    },
    [(g, { inputs: [a], output: y }) => transposed(cofactorSource(a)).mul(g.mul(y).expandDims(-1).expandDims(-1))],
  ),
  cholesky: primitive<[a: Tensor]>(
    ([a]) => {
      if (isUnread(a)) return unreadCholesky(a)
      return eachMatrix('cholesky', [a], a.shape, (n, [x]) => choleskyFactor(x, n) ?? notPositive())
    },
    [
      (g, { output: l }) => {
        const middle = l.matmul(g, { transposeA: true }).mul(halfLower(l))
        const s = solve(transposed(l), transposed(solve(transposed(l), transposed(middle))))
        return s.add(transposed(s)).mul(0.5)
      },
    ],
  ),
  // Q above R in one matrix, [..., m + n, n]
  qr: primitive<[a: Tensor]>(
    ([a]) => {
      if (isUnread(a)) return unreadQr(a)
      const [m, n] = a.shape.slice(-2)
      return eachMatrix('qr', [a], [...a.shape.slice(0, -2), m + n, n], (_, [x]) => {
        const { q, r } = qrFactor(x, m, n)
        return Float64Array.of(...q, ...r)
      })
    },
    [
      (g, { inputs: [a], output: y }) => {
        const [m, n] = a.shape.slice(-2)
        const part = (x: Tensor, start: number, stop: number) => x.slice(`..., ${start}:${stop}, :`)
        const [q, r] = [part(y, 0, m), part(y, m, m + n)]
        const [gq, gr] = [part(g, 0, m), part(g, m, m + n)]
        const difference = r.matmul(gr, { transposeB: true }).sub(gq.matmul(q, { transposeA: true }))
        const lower = difference.mul(triangle(n, r, 0))
        const symmetric = lower.add(transposed(difference.mul(triangle(n, r, -1))))
        return transposed(solve(r, transposed(gq.add(q.matmul(symmetric)))))
      },
    ],
  ),
})

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

function invertible(op: string, a: Float64Array, n: number) {
  const factors = luFactor(a, n)
  if (factors.singular)
    throw new ShapeError(`${op}: the ${n} × ${n} matrix is singular. Its rows are linearly dependent; check the data.`)
  return factors
}

function notPositive(): never {
  throw new ShapeError(
    'cholesky: the matrix is not positive definite. Check that it is symmetric, or add a small multiple of eye(n).',
  )
}

/** A⁻¹, for the gradient of the determinant. */
function cofactorSource(a: Tensor): Tensor {
  try {
    return inverse(a)
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    throw new GradientError(
      'determinant: the matrix is singular, and the gradient is computed with its inverse. Move it a little.',
    )
  }
}

function identity(n: number): Float64Array {
  return eye(n, n, { dtype: 'float64' }).dataSync() as Float64Array
}

/** Ones at and below the diagonal number `k`, zeros above. */
function triangle(n: number, like: Tensor, k: number): Tensor {
  const values = ones([n, n], { dtype: like.dtype }).dataSync()
  for (let i = 0; i < n; i++) for (let j = i + k + 1; j < n; j++) values[i * n + j] = 0
  return wrap('triangle', values, like.dtype, [n, n])
}

/** The lower triangle, its diagonal halved. */
function halfLower(like: Tensor): Tensor {
  const n = like.shape[like.rank - 1]
  return triangle(n, like, 0)
    .add(triangle(n, like, -1))
    .mul(0.5)
}
