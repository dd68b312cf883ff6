/**
 * Eigenvalues and singular values by Jacobi's method: rotations of two rows or columns at a time, each of which makes one product of them
 * 0, until all are. In plain float64 loops that every back end uses. Matrices are row-major.
 *
 * @see Golub and Van Loan, Matrix Computations, 8.5 and 8.6.3
 */

/** More than enough: the method converges quadratically, mostly in six to ten sweeps. */
const mostSweeps = 60

/** Half the distance from 1 to the next float64. */
const epsilon = 2 ** -53

/** The eigenvalues of a symmetric matrix, ascending, and its eigenvectors in the columns of an orthogonal one; reads the lower triangle. */
export function eigenFactor(a: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const rows = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) => a[Math.max(i, j) * n + Math.min(i, j)]),
  )
  const vectors = unitVectors(n, n)
  const small = 0.1 * epsilon * Math.sqrt(rows.reduce((sum, row) => sum + dot(row, row), 0))
  for (let sweep = 0, turned = true; turned && sweep < mostSweeps; sweep++) {
    turned = false
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (!(Math.abs(rows[p][q]) > small)) continue
        turned = true
        const { c, s } = rotation(rows[p][p], rows[q][q], rows[p][q])
        rotate(rows[p], rows[q], c, s)
        for (const row of rows) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]]
        rows[p][q] = rows[q][p] = 0
        rotate(vectors[p], vectors[q], c, s)
      }
    }
  }
  const order = [...rows.keys()].sort((i, j) => rows[i][i] - rows[j][j])
  return { values: Float64Array.from(order, (i) => rows[i][i]), vectors: inColumns(order.map((i) => vectors[i])) }
}

/** U [m, k] and V [n, k] with orthonormal columns and k = min(m, n) singular values, descending: A = U · diag(s) · Vᵀ. */
export interface SingularFactors {
  readonly u: Float64Array
  readonly s: Float64Array
  readonly v: Float64Array
}

/** The singular value decomposition of an m × n matrix. */
export function singularFactor(a: Float64Array, m: number, n: number): SingularFactors {
  if (m < n) {
    const { u, s, v } = singularFactor(inColumns(rowsOf(a, m, n)), n, m)
    return { u: v, s, v: u }
  }
  const columns = rowsOf(inColumns(rowsOf(a, m, n)), n, m)
  const vectors = unitVectors(n, n)
  for (let sweep = 0, turned = true; turned && sweep < mostSweeps; sweep++) {
    turned = false
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const [alpha, beta] = [dot(columns[p], columns[p]), dot(columns[q], columns[q])]
        const product = dot(columns[p], columns[q])
        if (!(Math.abs(product) > 4 * epsilon * Math.sqrt(alpha) * Math.sqrt(beta))) continue
        turned = true
        const { c, s } = rotation(alpha, beta, product)
        rotate(columns[p], columns[q], c, s)
        rotate(vectors[p], vectors[q], c, s)
      }
    }
  }
  const lengths = columns.map((column) => Math.sqrt(dot(column, column)))
  const order = [...lengths.keys()].sort((i, j) => lengths[j] - lengths[i])
  const left = completed(order.map((i) => columns[i].map((x) => x / (lengths[i] || 1))), m) // biome-ignore format: a list
  return {
    u: inColumns(left),
    s: Float64Array.from(order, (i) => lengths[i]),
    v: inColumns(order.map((i) => vectors[i])),
  }
}

/** The angle that makes the product of two rows 0, given the squares of their lengths. */
function rotation(alpha: number, beta: number, product: number): { c: number; s: number } {
  const zeta = (beta - alpha) / (2 * product)
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta))
  const c = 1 / Math.hypot(1, t)
  return { c, s: c * t }
}

function rotate(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i], y[i]]
    x[i] = c * a - s * b
    y[i] = s * a + c * b
  }
}

/** Unit vectors, some of which may be zeros: these are replaced by vectors orthogonal to all others. */
function completed(vectors: Float64Array[], m: number): Float64Array[] {
  const candidates = unitVectors(m, m)
  return vectors.map((vector, i) => {
    if (vector.some((x) => x !== 0)) return vector
    for (const candidate of candidates) {
      for (const other of vectors) subtract(candidate, other, dot(candidate, other))
      for (const other of vectors) subtract(candidate, other, dot(candidate, other)) // what rounding left
      const length = Math.sqrt(dot(candidate, candidate))
      if (length < 0.5 / Math.sqrt(m)) continue
      vectors[i] = candidate.map((x) => x / length)
      break
    }
    return vectors[i]
  })
}

function subtract(x: Float64Array, y: Float64Array, factor: number): void {
  for (let i = 0; i < x.length; i++) x[i] -= factor * y[i]
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i]
  return sum
}

const unitVectors = (count: number, n: number): Float64Array[] =>
  Array.from({ length: count }, (_, i) => Float64Array.from({ length: n }, (_, j) => Number(i === j)))

const rowsOf = (a: Float64Array, rows: number, columns: number): Float64Array[] =>
  Array.from({ length: rows }, (_, i) => a.slice(i * columns, (i + 1) * columns))

/** The matrix with these columns. */
function inColumns(columns: readonly Float64Array[]): Float64Array {
  const n = columns.length
  const out = new Float64Array(n * (columns[0]?.length ?? 0))
  columns.forEach((column, j) => {
    for (let i = 0; i < column.length; i++) out[i * n + j] = column[i]
  })
  return out
}
