/**
 * The rows of triangular systems and of the logarithm of a determinant in the table (`ops.ts`).
 */
import { GradientError, ShapeError } from '../../errors.js'
import { luFactor } from '../../kernels/small-matrices.js'
import { nameRows, primitive } from '../operation.js'
import type { Tensor } from '../tensor.js'
import { determinantByColumns, inverseByColumns, isPending, solveByColumns } from './decompositions-by-columns.js'
import { eachMatrix, transposed } from './small-matrices.js'

/** The triangle of a matrix that is read. */
export interface Triangle {
  lower: boolean
  unitDiagonal: boolean
}

/** The rows of these operations in the table. */
export const triangularRows = nameRows({
  triangularSolve: primitive<[a: Tensor, b: Tensor], Triangle>(
    ([a, b], options) => {
      if (isPending(a, b)) return solveByColumns(triangleOf(a, options), b)
      const columns = b.shape[b.rank - 1]
      return eachMatrix('triangularSolve', [a, b], b.shape, (n, [x, y]) => substitute(x, y, n, columns, options))
    },
    [
      (g, { inputs: [a], output: x, options }) => {
        const gb = transposed(a).triangularSolve(g, { ...options, lower: !options.lower })
        const whole = gb.matmul(x, { transposeB: true }).neg()
        const half = options.lower
          ? whole.tril(options.unitDiagonal ? -1 : 0)
          : whole.triu(options.unitDiagonal ? 1 : 0)
        return half
      },
      (g, { inputs: [a], options }) => transposed(a).triangularSolve(g, { ...options, lower: !options.lower }),
    ],
  ),
  // log |det A|
  logDeterminant: primitive<[a: Tensor]>(
    ([a]) => {
      if (isPending(a)) return determinantByColumns(a).abs().log()
      return eachMatrix('slogdet', [a], a.shape.slice(0, -2), (n, [x]) =>
        Float64Array.of(diagonalOf(x, n).reduce((sum, d) => sum + Math.log(Math.abs(d)), 0)),
      )
    },
    [(g, { inputs: [a] }) => transposed(inverseOf(a)).mul(g.expandDims(-1).expandDims(-1))],
  ),
})

function substitute(a: Float64Array, b: Float64Array, n: number, columns: number, { lower, unitDiagonal }: Triangle) {
  const x = b.slice()
  for (let step = 0; step < n; step++) {
    const i = lower ? step : n - 1 - step
    const diagonal = unitDiagonal ? 1 : a[i * n + i]
    if (diagonal === 0) {
      throw new ShapeError(
        `triangularSolve: the ${n} × ${n} matrix is singular: number ${i} of its diagonal is 0. Check the data.`,
      )
    }
    for (let j = 0; j < columns; j++) {
      let sum = x[i * columns + j]
      for (let k = lower ? 0 : i + 1; k < (lower ? i : n); k++) sum -= a[i * n + k] * x[k * columns + j]
      x[i * columns + j] = sum / diagonal
    }
  }
  return x
}

function triangleOf(a: Tensor, { lower, unitDiagonal }: Triangle): Tensor {
  const half = lower ? a.tril(unitDiagonal ? -1 : 0) : a.triu(unitDiagonal ? 1 : 0)
  return unitDiagonal ? half.add(half.mul(0).add(1).tril().triu()) : half
}

/** The pivots, with the sign of the exchanges of rows in the first. */
export function diagonalOf(a: Float64Array, n: number): Float64Array {
  const { lu, sign } = luFactor(a, n)
  return Float64Array.from({ length: n }, (_, i) => lu[i * n + i] * (i === 0 ? sign : 1))
}

function inverseOf(a: Tensor): Tensor {
  try {
    return isPending(a) ? inverseByColumns(a) : a.inverse()
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    throw new GradientError(
      'slogdet: the matrix is singular, and the gradient is computed with its inverse. Move it a little.',
    )
  }
}
