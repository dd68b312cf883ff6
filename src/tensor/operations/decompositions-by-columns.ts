/**
 * The decompositions where numbers cannot be read at once (WebGPU): a few tensor operations for each column, for all matrices of a
 * batch at the same time. In float32, and without errors on the way: what is singular or not positive definite ends in NaN or ∞.
 */
import { setRecording } from '../../autograd/engine.js'
import { backend } from '../backend.js'
import { arange, eye } from '../filling.js'
import { elementwise, op } from '../operation.js'
import type { Tensor } from '../tensor.js'

/** Returns whether the numbers of one of them are not available yet. */
export function isPending(...inputs: readonly Tensor[]): boolean {
  return inputs.some((x) => backend.isPending?.(x.buffer))
}

/** X with A·X = B, for A [..., n, n] and B [..., n, columns]. */
export function solveByColumns(a: Tensor, b: Tensor): Tensor {
  const n = b.shape[b.rank - 2]
  return setRecording(false, () => gaussJordan(joined(a, b, -1), n).reduced.slice(`..., ${n}:`))
}

/** A⁻¹. */
export function inverseByColumns(a: Tensor): Tensor {
  const n = a.shape[a.rank - 1]
  return solveByColumns(a, eye(n, n, { dtype: a.dtype }).broadcastTo(a.shape))
}

/** |A|. */
export function determinantByColumns(a: Tensor): Tensor {
  const shape = a.shape.slice(0, -2)
  return setRecording(false, () => gaussJordan(a, a.shape[a.rank - 1]).determinant.reshape(shape))
}

/** L with A = L·Lᵀ, column by column. */
export function choleskyByColumns(a: Tensor): Tensor {
  return setRecording(false, () => {
    const rows = rowNumbers(a)
    const columns = rows.swapAxes(-1, -2)
    let [factor, rest] = [a, a]
    for (let k = 0; k < a.shape[a.rank - 1]; k++) {
      const entry = column(rest, k)
      const l = elementwise(columnOfL, [rows, k, entry, row(entry, k)])
      factor = elementwise(withColumn, [columns, k, l, factor])
      rest = rest.sub(l.mul(l.swapAxes(-1, -2)))
    }
    return factor
  })
}

/** Q above R, [..., m + n, n], by Householder reflections. */
export function qrByColumns(a: Tensor): Tensor {
  const [m, n] = a.shape.slice(-2)
  return setRecording(false, () => {
    const rows = rowNumbers(a)
    const vectors: Tensor[] = []
    let r = a
    for (let k = 0; k < n; k++) {
      const v = reflection(rows, column(r, k), k)
      vectors.push(v)
      r = reflected(r, v)
    }
    let q = eye(m, n, { dtype: a.dtype }).broadcastTo(a.shape)
    for (const v of vectors.reverse()) q = reflected(q, v)
    const top = elementwise(upper, [rows, arange(n).cast(a.dtype), r]).slice(`..., :${n}, :`)
    return joined(q, top, -2)
  })
}

// Inputs in the order of their first appearance
const columnOfL = op('rows < k ? 0 : entry / sqrt(pivot)')
const withColumn = op('columns == k ? entry : x')
const upper = op('rows > columns ? 0 : x')
const candidate = op('rows < k ? -1 : abs(entry)')
const chosen = op('rows == p ? x : 0')
const signed = op('before == 0 ? 0 : (p == k ? before * pivot : -before * pivot)')
/** One round: the pivot's row changes places with row k and is divided; the others lose their entry in column k. */
const round = op('rows == k ? first : (rows == p ? kth : x) - (rows == p ? kthEntry : entry) * first')
const below = op('rows < k ? 0 : entry')
const mirrored = op('rows == k ? (x >= 0 ? x + length : x - length) : x')
const unit = op('rest == 0 ? 0 : v / length')

/** Makes the first n columns of [..., n, columns] the identity, choosing the largest pivot in each column. */
function gaussJordan(matrices: Tensor, n: number): { reduced: Tensor; determinant: Tensor } {
  const rows = rowNumbers(matrices)
  let x = matrices
  let determinant: Tensor | number = 1
  for (let k = 0; k < n; k++) {
    const entry = column(x, k)
    const p = elementwise(candidate, [rows, k, entry]).argMax(-2).cast(x.dtype).expandDims(-2)
    const pivotRow = elementwise(chosen, [rows, p, x]).sum(-2, { keepDims: true })
    const pivot = column(pivotRow, k)
    determinant = elementwise(signed, [determinant, p, k, pivot])
    const [kth, kthEntry] = [row(x, k), row(entry, k)]
    x = elementwise(round, [rows, k, pivotRow.div(pivot), p, kth, x, kthEntry, entry])
  }
  return { reduced: x, determinant: determinant as Tensor }
}

/** The unit vector whose reflection clears a column below row k; zeros when it is clear already. */
function reflection(rows: Tensor, entry: Tensor, k: number): Tensor {
  const x = elementwise(below, [rows, k, entry])
  const rest = lengthOf(elementwise(below, [rows, k + 1, entry]))
  const v = elementwise(mirrored, [rows, k, x, lengthOf(x)])
  return elementwise(unit, [rest, v, lengthOf(v)])
}

/** x − 2·v·vᵀ·x */
function reflected(x: Tensor, v: Tensor): Tensor {
  return x.sub(v.mul(v.mul(x).sum(-2, { keepDims: true })).mul(2))
}

/** Two tensors, one behind the other along one of the last two axes. */
function joined(a: Tensor, b: Tensor, axis: -1 | -2): Tensor {
  const at = a.rank + axis
  const room = (i: number, before: number, after: number) => (i === at ? [before, after] : [0, 0]) as [number, number]
  return a
    .pad(a.shape.map((_, i) => room(i, 0, b.shape[at])))
    .add(b.pad(a.shape.map((_, i) => room(i, a.shape[at], 0))))
}

const lengthOf = (x: Tensor): Tensor => x.square().sum(-2, { keepDims: true }).sqrt()
const row = (x: Tensor, k: number): Tensor => x.slice(`..., ${k}:${k + 1}, :`)
const column = (x: Tensor, k: number): Tensor => x.slice(`..., ${k}:${k + 1}`)

/** 0, 1, 2, … down the rows, [rows, 1]. */
function rowNumbers(x: Tensor): Tensor {
  return arange(x.shape[x.rank - 2])
    .cast(x.dtype)
    .expandDims(-1)
}
