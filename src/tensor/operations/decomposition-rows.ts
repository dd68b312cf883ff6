/**
 * The rows of the table (`ops.ts`) that solve systems and decompose matrices. Computed in float64 whatever the dtype, and by columns
 * (`decompositions-by-columns.ts`) where numbers cannot be read at once. The gradient rules are those of Giles 2008, "Collected matrix
 * derivative results for forward and reverse mode algorithmic differentiation".
 */

import { GradientError, ShapeError } from '../../errors.js'
import { choleskyFactor, luDeterminant, luFactor, luSolve, qrFactor } from '../../kernels/small-matrices.js'
import { wrap } from '../creation.js'
import { eye, ones } from '../filling.js'
import { nameRows, primitive } from '../operation.js'
import type { Tensor } from '../tensor.js'
import {
  choleskyByColumns,
  determinantByColumns,
  inverseByColumns,
  isPending,
  qrByColumns,
  solveByColumns,
} from './decompositions-by-columns.js'
import { eachMatrix, transposed } from './small-matrices.js'

/** The rows of these operations in the table. */
export const decompositionRows = nameRows({
  solve: primitive<[a: Tensor, b: Tensor]>(
    ([a, b]) => {
      if (isPending(a, b)) return solveByColumns(a, b)
      return eachMatrix('solve', [a, b], b.shape, (n, [x, y]) =>
        luSolve(invertible('solve', x, n), y, n, b.shape[b.rank - 1]),
      )
    },
    [
      (g, { inputs: [a], output: x }) => transposed(a).solve(g).matmul(x, { transposeB: true }).neg(),
      (g, { inputs: [a] }) => transposed(a).solve(g),
    ],
  ),
  inverse: primitive<[a: Tensor]>(
    ([a]) => {
      if (isPending(a)) return inverseByColumns(a)
      return eachMatrix('inverse', [a], a.shape, (n, [x]) => luSolve(invertible('inverse', x, n), identity(n), n, n))
    },
    [(g, { output: y }) => y.matmul(g, { transposeA: true }).matmul(y, { transposeB: true }).neg()],
  ),
  determinant: primitive<[a: Tensor]>(
    ([a]) => {
      if (isPending(a)) return determinantByColumns(a)
      return eachMatrix('determinant', [a], a.shape.slice(0, -2), (n, [x]) =>
        Float64Array.of(luDeterminant(luFactor(x, n), n)),
      )
    },
    [(g, { inputs: [a], output: y }) => transposed(cofactorSource(a)).mul(g.mul(y).expandDims(-1).expandDims(-1))],
  ),
  cholesky: primitive<[a: Tensor]>(
    ([a]) => {
      if (isPending(a)) return choleskyByColumns(a)
      return eachMatrix('cholesky', [a], a.shape, (n, [x]) => choleskyFactor(x, n) ?? notPositive())
    },
    [
      (g, { output: l }) => {
        const middle = l.matmul(g, { transposeA: true }).mul(halfLower(l))
        const s = transposed(l).solve(transposed(transposed(l).solve(transposed(middle))))
        return s.add(transposed(s)).mul(0.5)
      },
    ],
  ),
  // Q above R in one matrix, [..., m + n, n]
  qr: primitive<[a: Tensor]>(
    ([a]) => {
      if (isPending(a)) return qrByColumns(a)
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
        return transposed(r.solve(transposed(gq.add(q.matmul(symmetric)))))
      },
    ],
  ),
})

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
    return a.inverse()
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
