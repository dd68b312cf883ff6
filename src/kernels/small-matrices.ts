/**
 * Factorizations of small matrices, in plain float64 loops that every back end uses. Matrices are row-major.
 */

/** P·A = L·U in one array (unit diagonal of L not stored), the row order of P, and the sign of its permutation. */
export interface LU {
  readonly lu: Float64Array
  readonly order: Int32Array
  readonly sign: number
  /** True if a pivot is exactly 0. */
  readonly singular: boolean
}

/** Gaussian elimination with partial pivoting of an n × n matrix. */
export function luFactor(a: Float64Array, n: number): LU {
  const lu = a.slice()
  const order = Int32Array.from({ length: n }, (_, i) => i)
  let sign = 1
  let singular = false
  for (let k = 0; k < n; k++) {
    const pivot = largestBelow(lu, n, k)
    if (pivot !== k) {
      swapRows(lu, n, k, pivot)
      ;[order[k], order[pivot]] = [order[pivot], order[k]]
      sign = -sign
    }
    if (lu[k * n + k] === 0) singular = true
    else eliminate(lu, n, k)
  }
  return { lu, order, sign, singular }
}

function largestBelow(lu: Float64Array, n: number, k: number): number {
  let best = k
  for (let i = k + 1; i < n; i++) if (Math.abs(lu[i * n + k]) > Math.abs(lu[best * n + k])) best = i
  return best
}

function swapRows(x: Float64Array, n: number, i: number, j: number): void {
  const row = x.slice(i * n, (i + 1) * n)
  x.copyWithin(i * n, j * n, (j + 1) * n)
  x.set(row, j * n)
}

function eliminate(lu: Float64Array, n: number, k: number): void {
  for (let i = k + 1; i < n; i++) {
    lu[i * n + k] /= lu[k * n + k]
    const factor = lu[i * n + k]
    for (let j = k + 1; j < n; j++) lu[i * n + j] -= factor * lu[k * n + j]
  }
}

/** X with A·X = B, from A's factors; B is [n, columns]. */
export function luSolve({ lu, order }: LU, b: Float64Array, n: number, columns: number): Float64Array {
  const x = new Float64Array(n * columns)
  for (let i = 0; i < n; i++) x.set(b.subarray(order[i] * columns, (order[i] + 1) * columns), i * columns)
  for (let i = 0; i < n; i++) for (let k = 0; k < i; k++) subtractRow(x, columns, i, k, lu[i * n + k])
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractRow(x, columns, i, k, lu[i * n + k])
    for (let j = 0; j < columns; j++) x[i * columns + j] /= lu[i * n + i]
  }
  return x
}

function subtractRow(x: Float64Array, columns: number, i: number, k: number, factor: number): void {
  for (let j = 0; j < columns; j++) x[i * columns + j] -= factor * x[k * columns + j]
}

/** The determinant, from the factors. */
export function luDeterminant({ lu, sign }: LU, n: number): number {
  let product = sign
  for (let i = 0; i < n; i++) product *= lu[i * n + i]
  return product
}

/** L with A = L·Lᵀ, from A's lower triangle; null when A is not positive definite. */
export function choleskyFactor(a: Float64Array, n: number): Float64Array | null {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k]
      if (i === j && !(sum > 0)) return null
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j]
    }
  }
  return l
}

/** Q [m, n] with orthonormal columns and upper triangular R [n, n], A = Q·R, m ≥ n, by Householder reflections. */
export function qrFactor(a: Float64Array, m: number, n: number): { q: Float64Array; r: Float64Array } {
  const work = a.slice()
  const reflections: Float64Array[] = []
  for (let k = 0; k < n; k++) {
    const v = reflection(work, m, n, k)
    reflect(work, v, m, n, k)
    reflections.push(v)
  }
  const q = new Float64Array(m * n)
  for (let i = 0; i < n; i++) q[i * n + i] = 1
  for (let k = n - 1; k >= 0; k--) reflect(q, reflections[k], m, n, 0)
  const r = work.slice(0, n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) r[i * n + j] = 0
  return { q, r }
}

/** The unit vector whose reflection clears column k below the diagonal; zeros when it is clear already, as in LAPACK. */
function reflection(work: Float64Array, m: number, n: number, k: number): Float64Array {
  const v = new Float64Array(m)
  if (isClear(work, m, n, k)) return v
  for (let i = k; i < m; i++) v[i] = work[i * n + k]
  const length = Math.hypot(...v)
  v[k] += v[k] >= 0 ? length : -length
  const norm = Math.hypot(...v)
  return v.map((x) => x / norm)
}

function isClear(work: Float64Array, m: number, n: number, k: number): boolean {
  for (let i = k + 1; i < m; i++) if (work[i * n + k] !== 0) return false
  return true
}

/** x − 2·v·vᵀ·x for the columns from `first` on. */
function reflect(x: Float64Array, v: Float64Array, m: number, n: number, first: number): void {
  for (let j = first; j < n; j++) {
    let dot = 0
    for (let i = 0; i < m; i++) dot += v[i] * x[i * n + j]
    for (let i = 0; i < m; i++) x[i * n + j] -= 2 * dot * v[i]
  }
}
