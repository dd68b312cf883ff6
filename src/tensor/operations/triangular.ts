/**
 * Systems with a triangular matrix, and determinants too large or too small for a number. (`solve` and `determinant` are in `decompositions.ts`.)
 */
import { ShapeError } from '../../errors.js'
import { resolve } from '../../options.js'
import { type TensorLike, toTensor, toTensors } from '../creation.js'
import { promote } from '../dtype.js'
import { run, withDType } from '../operation.js'
import { broadcastShapes, formatShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { determinantByColumns, isPending } from './decompositions-by-columns.js'
import { eachMatrix, ofFloats, square } from './small-matrices.js'
import { diagonalOf, triangularRows } from './triangular-rows.js'

/** Options of `triangularSolve`. */
export interface TriangularSolveOptions {
  /** If true, the lower triangle of A is read; else the upper one. Default false. */
  lower?: boolean
  /** If true, the diagonal counts as ones, whatever is there. Default false. */
  unitDiagonal?: boolean
}

/**
 * X with A·X = B, for a triangular A, by substitution. The other triangle is not read.
 *
 * @param a [..., n, n]
 * @param b [..., n, columns] or, for one right-hand side, [n]
 * @param options `lower` (default false, as in SciPy and Keras), `unitDiagonal` (default false)
 * @throws ShapeError when A is not square, the sizes differ, or there is a 0 in the diagonal
 * @example
 * triangularSolve([[2, 0], [1, 4]], [2, 9], { lower: true }).toArray() // => [1, 2]
 */
export function triangularSolve(a: TensorLike, b: TensorLike, options: TriangularSolveOptions = {}): Tensor {
  const resolved = resolve('triangularSolve', options, {
    defaults: { lower: false, unitDiagonal: false },
    synonyms: { unitriangular: 'unitDiagonal', unit_diagonal: 'unitDiagonal' },
  })
  const given = toTensors([a, b])
  const dtype = promote(promote(given[0].dtype, given[1].dtype), 'float32')
  const [left, right] = given.map((x) => withDType(x, dtype))
  square('triangularSolve', left)
  if (right.rank === 1) return triangularSolve(left, right.expandDims(-1), resolved).squeeze(-1)
  if (right.shape[right.rank - 2] !== left.shape[left.rank - 1]) {
    throw new ShapeError(
      `triangularSolve: a ${formatShape(left.shape)} and b ${formatShape(right.shape)} do not fit. b must have as many rows as a.`,
    )
  }
  const batch = broadcastShapes('triangularSolve', left.shape.slice(0, -2), right.shape.slice(0, -2))
  const spread = (x: Tensor) => x.broadcastTo([...batch, ...x.shape.slice(-2)])
  return run(triangularRows.triangularSolve, [spread(left), spread(right)], resolved)
}

/**
 * The sign of a determinant, and the logarithm of its size, where the determinant itself may be too large or too small for a number.
 *
 * @param a [..., n, n]
 * @returns `sign`, 1, −1, or 0 of a singular matrix, and `logDeterminant`, −∞ of a singular matrix; both have the shape of the batch
 * @throws ShapeError when A is not square
 * @example
 * const { sign, logDeterminant } = slogdet([[0, 2], [1, 0]])
 * sign.item() // => -1
 * logDeterminant.item() // => 0.69315
 */
export function slogdet(a: TensorLike): {
  /** 1, −1 or 0. */
  sign: Tensor
  /** The logarithm of the determinant's size. */
  logDeterminant: Tensor
} {
  const x = square('slogdet', toTensor(a))
  return {
    sign: ofFloats(x.detach(), signOf),
    logDeterminant: ofFloats(x, (floats) => run(triangularRows.logDeterminant, [floats], undefined)),
  }
}

function signOf(a: Tensor): Tensor {
  if (isPending(a)) return determinantByColumns(a).sign()
  return eachMatrix(
    'slogdet',
    [a],
    a.shape.slice(0, -2),
    (n, [x]) => Float64Array.of(diagonalOf(x, n).reduce((sign, d) => sign * Math.sign(d), 1) + 0), // not −0
  )
}
