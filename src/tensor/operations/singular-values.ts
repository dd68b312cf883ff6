/**
 * Eigenvalues of symmetric matrices, singular values, and what follows from them: the pseudoinverse, least squares, norms of matrices. Computed in
 * float64 by Jacobi's method (`kernels/jacobi.ts`), for matrices of up to a few hundred rows; on WebGPU, read the numbers first.
 *
 * That method is a page, synchronous as every other operation, and more accurate for small singular values than the usual ones; so no library is
 * needed, which could only be loaded on demand by an asynchronous function. Gradients: Giles 2008, and Townsend 2016.
 */
import { OptionError, ShapeError } from '../../errors.js'
import { notNegative, orNull, resolve, show } from '../../options.js'
import { type TensorLike, toTensor, toTensors } from '../creation.js'
import { promote } from '../dtype.js'
import { run, withDType } from '../operation.js'
import { formatShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { factors, singularValueRows, split } from './singular-value-rows.js'
import { ofFloats, square, transposed } from './small-matrices.js'

/**
 * The eigenvalues of a symmetric matrix, ascending, and its eigenvectors: A = V · diag(values) · Vᵀ. Reads the lower triangle. The signs of
 * the vectors are arbitrary; the gradient is that of a symmetric A, and where eigenvalues are equal, that of the vectors is taken as 0.
 *
 * @param a [..., n, n], symmetric
 * @returns `values` [..., n], `vectors` [..., n, n], one in each column
 * @throws ShapeError when A is not square
 * @example
 * const { values, vectors } = eigh([[2, 1], [1, 2]])
 * values.toArray() // => [1.0, 3.0]
 * vectors.abs().toArray() // => [[0.70711, 0.70711], [0.70711, 0.70711]]
 */
export function eigh(a: TensorLike): {
  /** The eigenvalues, ascending. */
  values: Tensor
  /** The eigenvectors, in columns. */
  vectors: Tensor
} {
  const both = ofFloats(toTensor(a), (x) => run(singularValueRows.eigh, [square('eigh', x)], undefined))
  const [values, vectors] = split(both)
  return { values, vectors }
}

/**
 * The singular value decomposition A = U · diag(s) · Vᵀ, in the reduced form. The signs of the vectors are arbitrary; where singular values
 * are equal, the gradient of the vectors is taken as 0.
 *
 * @param a [..., m, n]; k is the smaller of m and n
 * @returns `u` [..., m, k] and `vt` [..., k, n] with orthonormal columns and rows, `s` [..., k], descending
 * @throws ShapeError when A is not a matrix
 * @example
 * svd([[3, 0], [0, -2]]).s.toArray() // => [3, 2]
 */
export function svd(a: TensorLike): {
  /** Orthonormal columns. */
  u: Tensor
  /** The singular values, descending. */
  s: Tensor
  /** Orthonormal rows. */
  vt: Tensor
} {
  const x = matrix('svd', toTensor(a))
  const { u, s, v } = factors(
    ofFloats(x, (floats) => run(singularValueRows.svd, [floats], undefined)),
    x,
  )
  return { u, s, vt: transposed(v) }
}

/** Options of `pinv` and `lstsq`. */
export interface PinvOptions {
  /** Singular values of at most this share of the largest count as 0. Default: the larger size times the distance from 1 to the next float. */
  rcond?: number | null
}

const pinvRules = { defaults: { rcond: null }, ranges: { rcond: orNull(notNegative) }, synonyms: { rtol: 'rcond' } }

/**
 * The pseudoinverse of Moore and Penrose: the inverse, where there is one; otherwise that which solves systems with the least error. The gradient is
 * right where the rank does not change.
 *
 * @param a [..., m, n]
 * @param options `rcond`: smaller singular values, relative to the largest, count as 0
 * @returns [..., n, m]
 * @throws ShapeError when A is not a matrix
 * @example
 * pinv([[2, 0], [0, 4], [0, 0]]).toArray() // => [[0.5, 0, 0], [0, 0.25, 0]]
 */
export function pinv(a: TensorLike, options: PinvOptions = {}): Tensor {
  return pseudoinverseOf('pinv', toTensor(a), options)
}

/**
 * The X with the least ‖A·X − B‖, and of several such X the one with the least ‖X‖.
 *
 * @param a [..., m, n]
 * @param b [..., m, columns] or, for one right-hand side, [m]
 * @param options `rcond`, as for `pinv`
 * @throws ShapeError when the sizes differ
 * @example
 * lstsq([[0, 1], [1, 1], [2, 1]], [1, 3, 5]).toArray() // => [2.0, 1.0]
 */
export function lstsq(a: TensorLike, b: TensorLike, options: PinvOptions = {}): Tensor {
  const given = toTensors([a, b])
  const dtype = promote(promote(given[0].dtype, given[1].dtype), 'float32')
  const [left, right] = given.map((x) => withDType(x, dtype))
  if (right.rank === 1) return lstsq(left, right.expandDims(-1), options).squeeze(-1)
  if (left.rank < 2 || right.shape[right.rank - 2] !== left.shape[left.rank - 2]) {
    throw new ShapeError(
      `lstsq: a ${formatShape(left.shape)} and b ${formatShape(right.shape)} do not fit. b must have as many rows as a.`,
    )
  }
  return pseudoinverseOf('lstsq', left, options).matmul(right)
}

function pseudoinverseOf(name: string, a: Tensor, options: PinvOptions): Tensor {
  const { rcond } = resolve(name, options, pinvRules)
  const x = matrix(name, a)
  const [m, n] = x.shape.slice(-2)
  const least = rcond ?? Math.max(m, n) * (x.dtype === 'float64' ? 2 ** -52 : 2 ** -23)
  return ofFloats(x, (floats) => run(singularValueRows.pinv, [floats], { rcond: least }))
}

/** The order of a matrix norm. */
export type MatrixNormOrder = 'fro' | 'nuc' | number

/**
 * The norm of matrices, in the last two axes.
 *
 * @param order `'fro'` (default): the square root of the sum of squares; `'nuc'`: the sum of the singular values; 2 and −2: the largest and the
 * smallest of them; 1 and −1: the largest and the smallest sum of sizes in a column; ∞ and −∞: in a row
 * @returns [...]
 * @throws OptionError when there is no such norm, ShapeError when x is not a matrix
 * @example
 * matrixNorm([[3, 0], [0, -4]]).item() // => 5
 * matrixNorm([[3, 0], [0, -4]], 2).item() // => 4
 * matrixNorm([[3, 0], [0, -4]], 'nuc').item() // => 7
 */
export function matrixNorm(x: TensorLike, order: MatrixNormOrder = 'fro'): Tensor {
  const source = matrix('matrixNorm', toTensor(x))
  if (order === 'fro') return source.norm('fro', [-2, -1])
  if (order === 'nuc') return svd(source).s.sum(-1)
  if (order === 2) return svd(source).s.max(-1)
  if (order === -2) return svd(source).s.min(-1)
  const size = typeof order === 'number' ? Math.abs(order) : Number.NaN
  if (size !== 1 && size !== Number.POSITIVE_INFINITY) {
    throw new OptionError(
      `matrixNorm: unknown order ${show(order)}. Give 'fro', 'nuc', 1, 2, Infinity or their negatives.`,
    )
  }
  const sums = source.abs().sum(size === 1 ? -2 : -1)
  return order > 0 ? sums.max(-1) : sums.min(-1)
}

function matrix(name: string, x: Tensor): Tensor {
  if (x.rank >= 2) return x
  throw new ShapeError(`${name}: shape ${formatShape(x.shape)} is not a matrix. Give at least two axes.`)
}
