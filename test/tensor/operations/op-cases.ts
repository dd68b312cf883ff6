/**
 * What the tests of the whole table run on: for every formula where its inputs are drawn from (a formula of any numbers between −2 and 2
 * needs no entry), for every other row functions that use it (the type asks for an entry). Used for the CPU (`ops.test.ts`) and the GPU.
 */
import {
  batchNorm,
  cholesky,
  dense,
  determinant,
  eigh,
  inverse,
  layerNorm,
  pinv,
  qr,
  rmsNorm,
  slogdet,
  solve,
  svd,
  type Tensor,
  tensor,
  triangularSolve,
} from '../../../src/index.js'
import { ElementwiseRow, run } from '../../../src/tensor/operation.js'
import { ops } from '../../../src/tensor/operations/ops.js'
import { place, scatterAdd, viewOf } from '../../../src/tensor/operations/shape-rows.js'
import { convolutionCases } from './convolution-cases.js'
import { type Case, draw, line } from './draw.js'

export { draw }

/** The table. */
export type Table = typeof ops
/** The rows that are formulas. */
export type Formulas = { [Name in keyof Table]: Table[Name] extends ElementwiseRow ? Name : never }[keyof Table]

/** Where a formula's inputs are drawn from, [low, high] each, away from kinks; `smooth: false` has no gradient to check. */
export interface Domain {
  inputs: [low: number, high: number][]
  smooth?: false
}

const positive: [number, number] = [0.3, 3]

const ownDomains: { [Name in Formulas]?: Domain } = {
  div: { inputs: [line, positive] },
  pow: { inputs: [positive, line] },
  mod: { inputs: [line, [5, 7]] },
  floorDiv: { inputs: [line, [5, 7]] },
  wholeDiv: { inputs: [[5, 7], line] },
  sqrt: { inputs: [positive] },
  rootOfSquares: { inputs: [positive] },
  powerOfSize: { inputs: [line, [0.5, 3]] },
  rootOfPowers: { inputs: [positive, [2, 3]] },
  cbrt: { inputs: [positive] },
  rsqrt: { inputs: [positive] },
  reciprocal: { inputs: [positive] },
  clip: { inputs: [line, [-1.1, -1], [1, 1.1]] },
  equal: { inputs: [line, line], smooth: false },
  notEqual: { inputs: [line, line], smooth: false },
  less: { inputs: [line, line], smooth: false },
  lessEqual: { inputs: [line, line], smooth: false },
  greater: { inputs: [line, line], smooth: false },
  greaterEqual: { inputs: [line, line], smooth: false },
  logicalAnd: { inputs: [line, line], smooth: false },
  logicalOr: { inputs: [line, line], smooth: false },
  logicalXor: { inputs: [line, line], smooth: false },
  logicalNot: { inputs: [line], smooth: false },
  isNaN: { inputs: [line], smooth: false },
  isFinite: { inputs: [line], smooth: false },
  isInf: { inputs: [line], smooth: false },
  isClose: { inputs: [line, line, [0, 0.1], [0, 0.1]], smooth: false },
  log: { inputs: [positive] },
  log1p: { inputs: [positive] },
  log2: { inputs: [positive] },
  log10: { inputs: [positive] },
  xlogy: { inputs: [line, positive] },
  logit: { inputs: [[0.05, 0.95]] },
  tan: { inputs: [[-1.2, 1.2]] },
  asin: { inputs: [[-0.9, 0.9]] },
  acos: { inputs: [[-0.9, 0.9]] },
  acosh: { inputs: [[1.2, 3]] },
  atanh: { inputs: [[-0.9, 0.9]] },
  erfinv: { inputs: [[-0.9, 0.9]] },
  relu6: { inputs: [[-3, 9]] },
  celu: { inputs: [line, positive] },
  hardSigmoid: { inputs: [[-5, 5]] },
  hardSwish: { inputs: [[-5, 5]] },
  hardTanh: { inputs: [line, [-1.1, -1], [1, 1.1]] },
  hardShrink: { inputs: [line, positive] },
  softShrink: { inputs: [line, positive] },
}

/** The domain of every formula: inputs between −2 and 2, unless there is another above. */
export const domains = Object.fromEntries(
  Object.entries(ops).flatMap(([name, row]) =>
    row instanceof ElementwiseRow
      ? [[name, ownDomains[name as Formulas] ?? { inputs: row.program.inputs.map(() => line) }]]
      : [],
  ),
) as Record<Formulas, Domain>

/** Shapes for one to four inputs: equal, broadcast either way, scalars, size-1 axes, many axes. */
export const patterns: number[][][][] = [
  [[[]], [[3]], [[2, 3]], [[1, 2, 1, 2]], [[2, 0]]],
  [
    [[3], [3]],
    [[2, 3], [3]],
    [[3], [2, 3]],
    [
      [2, 1],
      [1, 3],
    ],
    [[], [2, 2]],
    [[2, 2], []],
    [[2, 0], [1]],
    [
      [2, 1, 2],
      [3, 1],
    ],
    [
      [1, 2, 1, 2, 1, 1],
      [2, 1, 2, 1, 2, 1],
    ],
  ],
  [
    [
      [2, 2],
      [2, 2],
      [2, 2],
    ],
    [[2, 1], [2], []],
    [[0], [2, 1], []],
    [[], [2], [3, 1]],
  ],
  [
    [[2, 3], [3], [], [2, 1]],
    [[0], [], [2, 1], []],
  ],
]

/** 0, ±1 and what is next to them, where rules that subtract nearly equal numbers lose their digits. */
const delicate = [0, 1, -1].flatMap((center) => [0, 1e-4, -1e-4, 1e-7, -1e-7].map((step) => center + step))

/** Every combination of a few random numbers and the delicate ones of each range, as float32 holds them: one list per input. */
export function delicatePoints({ inputs }: Domain): number[][] {
  const lists = inputs.map(([low, high], i) => {
    const inside = delicate.filter((x) => x >= low && x <= high)
    return [...draw([4], [low, high], 50 + i).dataSync(), ...inside].map(Math.fround)
  })
  const all = lists.reduce<number[][]>((rows, list) => rows.flatMap((row) => list.map((x) => [...row, x])), [[]])
  return inputs.map((_, i) => all.map((row) => row[i]))
}

const matrix = draw([2, 3], line, 1)
const other = draw([3, 4], line, 2)
const cube = draw([2, 3, 2], line, 3)
const withZeros = cube.mul(tensor([1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0]).reshape([2, 3, 2]))
const regular = tensor(
  [
    [2, 0.5],
    [-0.25, 3],
  ],
  { dtype: 'float64' },
)
const labels = tensor([2, 0], { dtype: 'int32' })
const rowsOf = (x: number[], columns: number) =>
  Array.from({ length: x.length / columns }, (_, i) => x.slice(i * columns, (i + 1) * columns))
const softmax = (row: number[]) => {
  const sum = row.reduce((a, v) => a + Math.exp(v), 0)
  return row.map((v) => Math.exp(v) / sum)
}
const total = (row: number[]) => row.reduce((a, b) => a + b, 0)
const standardized = (row: number[], epsilon: number) => {
  const mean = total(row) / row.length
  const variance = total(row.map((v) => (v - mean) ** 2)) / row.length
  return row.map((v) => (v - mean) / Math.sqrt(variance + epsilon))
}
const product = (a: number[], b: number[], m: number, k: number, n: number) =>
  Array.from({ length: m * n }, (_, i) =>
    total(Array.from({ length: k }, (_, j) => a[Math.floor(i / n) * k + j] * b[j * n + (i % n)])),
  )

const transposedOf = (x: number[], m: number, n: number) => x.map((_, i) => x[(i % m) * n + Math.floor(i / m)])

export const cases: Record<Exclude<keyof Table, Formulas>, Case[]> = {
  ...convolutionCases,
  sum: [
    { f: (x) => x.sum(1), inputs: [matrix], want: (x) => rowsOf(x, 3).map(total) },
    {
      f: (x) => x.sum([0, 2], { keepDims: true }),
      inputs: [cube],
      want: (x) => [0, 2, 4].map((i) => x[i] + x[i + 1] + x[i + 6] + x[i + 7]),
    },
  ],
  mean: [{ f: (x) => x.mean(-1), inputs: [matrix], want: (x) => rowsOf(x, 3).map((row) => total(row) / 3) }],
  prod: [
    { f: (x) => x.prod(1), inputs: [matrix], want: (x) => rowsOf(x, 3).map((row) => row.reduce((a, b) => a * b, 1)) },
    {
      f: (x) => x.prod([0, 2], { keepDims: true }),
      inputs: [withZeros],
      want: (x) => [0, 2, 4].map((i) => x[i] * x[i + 1] * x[i + 6] * x[i + 7]),
    },
  ],
  cumsum: [
    {
      f: (x) => x.cumsum(1),
      inputs: [matrix],
      want: (x) => rowsOf(x, 3).flatMap(([a, b, c]) => [a, a + b, a + b + c]),
    },
    {
      f: (x) => x.cumsum(-1, { exclusive: true, reverse: true }),
      inputs: [matrix],
      want: (x) => rowsOf(x, 3).flatMap(([, b, c]) => [b + c, c, 0]),
    },
  ],
  cumprod: [
    {
      f: (x) => x.cumprod(2),
      inputs: [withZeros],
      want: (x) => rowsOf(x, 2).flatMap(([a, b]) => [a, a * b]),
    },
    {
      f: (x) => x.cumprod(),
      inputs: [tensor([2, 0, 3, 0, 4], { dtype: 'float64' })],
      want: () => [2, 0, 0, 0, 0],
    },
    {
      f: (x) => x.cumprod(0, { exclusive: true }),
      inputs: [matrix],
      want: (x) => [1, 1, 1, x[0], x[1], x[2]],
    },
  ],
  recurrence: [
    {
      f: (a, b) => run(ops.recurrence, [a, b], { axis: 1 }),
      inputs: [matrix, draw([2, 3], line, 12)],
      want: (a, b) =>
        rowsOf(b, 3).flatMap((row, i) => {
          const second = a[3 * i + 1] * row[0] + row[1]
          return [row[0], second, a[3 * i + 2] * second + row[2]]
        }),
    },
  ],
  max: [{ f: (x) => x.max(1), inputs: [matrix], want: (x) => rowsOf(x, 3).map((row) => Math.max(...row)) }],
  min: [{ f: (x) => x.min(), inputs: [matrix], want: (x) => [Math.min(...x)] }],
  softmax: [{ f: (x) => x.softmax(), inputs: [matrix], want: (x) => rowsOf(x, 3).flatMap(softmax) }],
  logSoftmax: [
    { f: (x) => x.logSoftmax(), inputs: [matrix], want: (x) => rowsOf(x, 3).flatMap(softmax).map(Math.log) },
  ],
  crossEntropy: [
    {
      f: (x) => run(ops.crossEntropy, [x, labels], undefined),
      inputs: [matrix],
      want: (x) => rowsOf(x, 3).map((row, i) => -Math.log(softmax(row)[i === 0 ? 2 : 0])),
    },
  ],
  crossEntropyGradient: [
    {
      f: (g, x) => run(ops.crossEntropyGradient, [g, x, labels], undefined),
      inputs: [draw([2], line, 4), matrix],
      want: (g, x) =>
        rowsOf(x, 3).flatMap((row, i) => softmax(row).map((p, j) => g[i] * (p - Number(j === (i === 0 ? 2 : 0))))),
    },
  ],
  matmul: [
    { f: (a, b) => a.matmul(b), inputs: [matrix, other], want: (a, b) => product(a, b, 2, 3, 4) },
    {
      f: (a, b) => a.transpose().matmul(b.transpose(), { transposeA: true, transposeB: true }),
      inputs: [matrix, other],
      want: (a, b) => product(a, b, 2, 3, 4),
    },
    {
      f: (a, b) => a.matmul(b, { transposeB: true }),
      inputs: [matrix, draw([1, 3], line, 5)],
      want: (a, b) => product(a, b, 2, 3, 1),
    },
    {
      f: (a, b) => a.transpose().matmul(b, { transposeA: true }),
      inputs: [matrix, other],
      want: (a, b) => product(a, b, 2, 3, 4),
    },
    {
      f: (a, b) => a.matmul(b),
      inputs: [cube, draw([2, 3], line, 6)],
      want: (a, b) => [...product(a.slice(0, 6), b, 3, 2, 3), ...product(a.slice(6), b, 3, 2, 3)],
    },
    {
      f: (a, b) => a.matmul(b),
      inputs: [draw([2, 1, 1, 2], line, 7), draw([3, 2, 1], line, 8)],
      want: (a, b) => [0, 2].flatMap((i) => [0, 2, 4].map((j) => a[i] * b[j] + a[i + 1] * b[j + 1])),
    },
  ],
  dense: [false, true].map((relu) => ({
    f: (x, w, b) => dense(x, w, b, { relu }),
    inputs: [matrix, other, draw([4], line, 9)],
    want: (x, w, b) => product(x, w, 2, 3, 4).map((v, i) => (relu ? Math.max(0, v + b[i % 4]) : v + b[i % 4])),
  })),
  // Batches, and NumPy's numbers, are in linalg.test.ts
  solve: [
    {
      f: solve,
      inputs: [regular, tensor([[1], [2]], { dtype: 'float64' })],
      want: ([a, b, c, d], [x, y]) => [(d * x - b * y) / (a * d - b * c), (a * y - c * x) / (a * d - b * c)],
    },
  ],
  inverse: [{ f: inverse, inputs: [regular], want: ([a, b, c, d]) => [d, -b, -c, a].map((v) => v / (a * d - b * c)) }],
  determinant: [{ f: determinant, inputs: [regular], want: ([a, b, c, d]) => [a * d - b * c] }],
  cholesky: [
    {
      f: (x) => cholesky(x.add(x.transpose()).mul(0.5)),
      inputs: [regular],
      want: ([a, b, c, d]) => [Math.sqrt(a), 0, (b + c) / 2 / Math.sqrt(a), Math.sqrt(d - (b + c) ** 2 / 4 / a)],
    },
  ],
  triangularSolve: [
    {
      f: (a, b) => triangularSolve(a, b),
      inputs: [regular, tensor([[1], [2]], { dtype: 'float64' })],
      want: ([a, b, , d], [x, y]) => [(x - (b * y) / d) / a, y / d],
    },
    {
      f: (a, b) => triangularSolve(a, b, { lower: true, unitDiagonal: true }),
      inputs: [regular, tensor([[1], [2]], { dtype: 'float64' })],
      want: ([, , c], [x, y]) => [x, y - c * x],
    },
  ],
  logDeterminant: [
    { f: (a) => slogdet(a).logDeterminant, inputs: [regular], want: ([a, b, c, d]) => [Math.log(a * d - b * c)] },
  ],
  eigh: [
    {
      f: (x) => eigh(x.add(x.transpose()).mul(0.5)).values,
      inputs: [regular],
      want: ([a, b, c, d]) => {
        const [middle, radius] = [(a + d) / 2, Math.hypot((a - d) / 2, (b + c) / 2)]
        return [middle - radius, middle + radius]
      },
    },
    // A function of the vectors, too, that does not depend on their signs: the square of the matrix
    {
      f: (x) => {
        const { values, vectors } = eigh(x.add(x.transpose()).mul(0.5))
        return vectors.mul(values.square().expandDims(0)).matmul(vectors, { transposeB: true })
      },
      inputs: [regular],
      want: ([a, b, c, d]) => {
        const e = (b + c) / 2
        return [a * a + e * e, e * (a + d), e * (a + d), d * d + e * e]
      },
    },
  ],
  svd: [
    ...[matrix, matrix.transpose()].map((input) => ({
      f: (x: Tensor) => {
        const { u, s, vt } = svd(x)
        return u.mul(s.pow(3).expandDims(0)).matmul(vt)
      },
      inputs: [input],
      want: (x: number[]) => {
        const [m, n] = input.shape
        const gram = product(x, transposedOf(x, m, n), m, n, m)
        return product(gram, x, m, m, n)
      },
    })),
    { f: (x) => svd(x).s.square().sum(), inputs: [cube], want: (x) => [total(x.map((v) => v * v))] },
  ],
  pinv: [
    { f: (x) => pinv(x), inputs: [regular], want: ([a, b, c, d]) => [d, -b, -c, a].map((v) => v / (a * d - b * c)) },
    ...[matrix, matrix.transpose()].map((input) => ({
      f: (x: Tensor) => x.matmul(pinv(x)).matmul(x).add(pinv(x).transpose()),
      inputs: [input],
      want: (x: number[]) => {
        const inverted = [
          ...inverse(
            input.shape[0] === 2 ? input.matmul(input.transpose()) : input.transpose().matmul(input),
          ).dataSync(),
        ]
        const part = input.shape[0] === 2 ? product(inverted, x, 2, 2, 3) : product(x, inverted, 3, 2, 2)
        return x.map((v, i) => v + part[i])
      },
    })),
  ],
  qr: [{ f: (x) => qr(x).q.matmul(qr(x).r), inputs: [regular], want: (x) => x }],
  layerNorm: [
    {
      f: (x, gamma, beta) => layerNorm(x, { gamma, beta }),
      inputs: [draw([2, 3], line, 13), draw([3], line, 14), draw([3], line, 15)],
      want: (x, gamma, beta) =>
        rowsOf(x, 3).flatMap((row) => standardized(row, 1e-3).map((v, i) => v * gamma[i] + beta[i])),
    },
    // Rows of every length modulo the vectors of the kernel, and more of them than one block
    ...[17, 5, 4].map((columns) => ({
      f: (x: Tensor) => layerNorm(x, { epsilon: 0.1 }),
      inputs: [draw([3, columns], line, columns)],
      want: (x: number[]) => rowsOf(x, columns).flatMap((row) => standardized(row, 0.1)),
    })),
    {
      f: (x) => layerNorm(x, { axes: [0, 2], epsilon: 0.1 }),
      inputs: [cube],
      want: (x) => {
        const rows = [0, 2, 4].map((i) => standardized([x[i], x[i + 1], x[i + 6], x[i + 7]], 0.1))
        return [0, 2].flatMap((i) => rows.flatMap((row) => row.slice(i, i + 2)))
      },
    },
  ],
  rmsNorm: [3, 18].map((columns) => ({
    f: (x, gamma) => rmsNorm(x, { gamma, epsilon: 0.01 }),
    inputs: [draw([2, columns], line, 16), draw([columns], line, 17)],
    want: (x, gamma) =>
      rowsOf(x, columns).flatMap((row) => {
        const size = Math.sqrt(total(row.map((v) => v * v)) / columns + 0.01)
        return row.map((v, i) => (v / size) * gamma[i])
      }),
  })),
  batchNorm: [
    {
      f: (x, gamma, beta) => batchNorm(x, { gamma, beta }),
      inputs: [draw([4, 2], line, 18), draw([2], line, 19), draw([2], line, 20)],
      want: (x, gamma, beta) => {
        const columns = [0, 1].map((j) => standardized(rowsOf(x, 2).map((row) => row[j]), 1e-3)) // biome-ignore format: a column
        return x.map((_, i) => columns[i % 2][i >> 1] * gamma[i % 2] + beta[i % 2])
      },
    },
  ],
  reshape: [{ f: (x) => x.reshape([3, -1]), inputs: [matrix], want: (x) => x }],
  transpose: [
    { f: (x) => x.transpose(), inputs: [matrix], want: (x) => [0, 3, 1, 4, 2, 5].map((i) => x[i]) },
    {
      f: (x) => x.transpose([1, 2, 0]),
      inputs: [cube],
      want: (x) => [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11].map((i) => x[i]),
    },
  ],
  broadcastTo: [
    {
      f: (x) => x.broadcastTo([2, 2, 3]),
      inputs: [draw([2, 1], line, 10)],
      want: ([a, b]) => [a, a, a, b, b, b, a, a, a, b, b, b],
    },
  ],
  view: [
    { f: (x) => x.slice('::-1, 1:'), inputs: [matrix], want: (x) => [4, 5, 1, 2].map((i) => x[i]) },
    {
      f: (x) => viewOf(x, { shape: [2, 2], strides: [3, 2], offset: 0 }),
      inputs: [matrix],
      want: (x) => [0, 2, 3, 5].map((i) => x[i]),
    },
  ],
  place: [
    {
      f: (a, b) =>
        place([a, b], {
          shape: [3, 4],
          fill: 7,
          views: [
            { shape: [2, 3], strides: [4, 1], offset: 0 },
            { shape: [2], strides: [-2], offset: 11 },
          ],
        }),
      inputs: [matrix, draw([2], line, 11)],
      want: (a, b) => [...a.slice(0, 3), 7, ...a.slice(3), 7, 7, b[1], 7, b[0]],
    },
  ],
  gather: [
    { f: (x) => x.gather([1, 0, 1]), inputs: [matrix], want: (x) => [3, 4, 5, 0, 1, 2, 3, 4, 5].map((i) => x[i]) },
    { f: (x) => x.gather([[-1, 0]], { axis: 1 }), inputs: [matrix], want: (x) => [2, 0, 5, 3].map((i) => x[i]) },
  ],
  scatterAdd: [
    {
      f: (x) => scatterAdd(x, tensor([2, 2], { dtype: 'int32' }), 0, [4, 3]),
      inputs: [matrix],
      want: (x) => [0, 0, 0, 0, 0, 0, x[0] + x[3], x[1] + x[4], x[2] + x[5], 0, 0, 0],
    },
  ],
}
