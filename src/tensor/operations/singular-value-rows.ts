/**
 * The rows of eigenvalues, singular values and the pseudoinverse in the table (`ops.ts`).
 */
import { eigenFactor, singularFactor } from '../../kernels/jacobi.js'
import { eye } from '../filling.js'
import { elementwise, nameRows, op, primitive } from '../operation.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { eachMatrix, transposed } from './small-matrices.js'

/** The rows of these operations in the table. */
export const singularValueRows = nameRows({
  // The eigenvalues above the eigenvectors, [..., n + 1, n]
  eigh: primitive<[a: Tensor]>(
    ([a]) => {
      const n = a.shape[a.rank - 1]
      return eachMatrix('eigh', [a], [...a.shape.slice(0, -2), n + 1, n], (_, [x]) => {
        const { values, vectors } = eigenFactor(x, n)
        return Float64Array.of(...values, ...vectors)
      })
    },
    [
      (g, { output }) => {
        const [values, vectors] = split(output)
        const [gValues, gVectors] = split(g)
        const inner = over(differences(values), vectors.matmul(gVectors, { transposeA: true }))
        const whole = vectors.matmul(inner.add(onDiagonal(gValues))).matmul(vectors, { transposeB: true })
        return whole.add(transposed(whole)).mul(0.5)
      },
    ],
  ),
  // U, s and V, one behind the other, [..., m · k + k + n · k]
  svd: primitive<[a: Tensor]>(
    ([a]) => {
      const [m, n] = a.shape.slice(-2)
      const k = Math.min(m, n)
      return eachMatrix('svd', [a], [...a.shape.slice(0, -2), (m + 1 + n) * k], (_, [x]) => {
        const { u, s, v } = singularFactor(x, m, n)
        return Float64Array.of(...u, ...s, ...v)
      })
    },
    [
      (g, { inputs: [a], output }) => {
        const { u, s, v } = factors(output, a)
        const { u: gu, s: gs, v: gv } = factors(g, a)
        const gaps = differences(s.square())
        const [column, row] = [s.expandDims(-1), s.expandDims(-2)]
        const left = over(gaps, skew(u.matmul(gu, { transposeA: true }))).mul(row)
        const right = over(gaps, skew(v.matmul(gv, { transposeA: true }))).mul(column)
        const inner = u.matmul(left.add(right).add(onDiagonal(gs))).matmul(v, { transposeB: true })
        const beyondU = over(row, beyond(u, gu)).matmul(v, { transposeB: true })
        const beyondV = u.matmul(over(row, beyond(v, gv)), { transposeB: true })
        return inner.add(beyondU).add(beyondV)
      },
    ],
  ),
  pinv: primitive<[a: Tensor], { rcond: number }>(
    ([a], { rcond }) => {
      const [m, n] = a.shape.slice(-2)
      return eachMatrix('pinv', [a], [...a.shape.slice(0, -2), n, m], (_, [x]) => pseudoinverse(x, m, n, rcond))
    },
    // Golub and Pereyra 1973, for matrices whose rank does not change
    [
      (g, { inputs: [a], output: p }) => {
        const inner = p.matmul(g, { transposeA: true }).matmul(p, { transposeB: true })
        const gt = transposed(g)
        const pp = p.matmul(p, { transposeB: true })
        const ptp = p.matmul(p, { transposeA: true })
        const left = gt.sub(a.matmul(p.matmul(gt))).matmul(pp)
        const right = ptp.matmul(gt.sub(gt.matmul(p).matmul(a)))
        return left.add(right).sub(inner)
      },
    ],
  ),
})

// Where two values are equal, the direction of their vectors is not defined; the gradient leaves it as it is
const quotient = op('divisor == 0 ? 0 : x / divisor')
const over = (divisor: Tensor, x: Tensor) => elementwise(quotient, [divisor, x])

/** x[j] − x[i] */
const differences = (x: Tensor) => x.expandDims(-2).sub(x.expandDims(-1))
const skew = (x: Tensor) => x.sub(transposed(x))
const onDiagonal = (x: Tensor) => x.expandDims(-1).mul(eye(x.shape[x.rank - 1], undefined, { dtype: x.dtype }))

/** The part of g that is orthogonal to the columns of u. */
const beyond = (u: Tensor, g: Tensor) => g.sub(u.matmul(u.matmul(g, { transposeA: true })))

export function split(both: Tensor): [values: Tensor, vectors: Tensor] {
  return [both.slice('..., 0, :'), both.slice('..., 1:, :')]
}

export function factors(all: Tensor, a: Tensor): { u: Tensor; s: Tensor; v: Tensor } {
  const [m, n] = a.shape.slice(-2)
  const k = Math.min(m, n)
  const batch = a.shape.slice(0, -2)
  const part = (from: number, shape: readonly number[]) =>
    all.slice(`..., ${from}:${from + sizeOf(shape)}`).reshape([...batch, ...shape])
  return { u: part(0, [m, k]), s: part(m * k, [k]), v: part((m + 1) * k, [n, k]) }
}

function pseudoinverse(a: Float64Array, m: number, n: number, rcond: number): Float64Array {
  const { u, s, v } = singularFactor(a, m, n)
  const k = s.length
  const out = new Float64Array(n * m)
  for (let l = 0; l < k && s[l] > rcond * s[0]; l++) {
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[i * m + j] += (v[i * k + l] / s[l]) * u[j * k + l]
  }
  return out
}
