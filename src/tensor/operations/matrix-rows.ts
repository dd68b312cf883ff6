/**
 * The rows of the table (`ops.ts`) that multiply matrices.
 */

import { backend } from '../backend.js'
import { elementwise, op, primitive, run } from '../operation.js'
import { broadcastShapes, sameShape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'

/** See `ops`. */
export const matrixRows = {
  matmul: primitive<[a: Tensor, b: Tensor], { transposeA: boolean; transposeB: boolean }>(product, [
    (g, { inputs: [, b], options: { transposeA, transposeB } }) =>
      transposeA
        ? multiply(b, g, { transposeA: transposeB, transposeB: true })
        : multiply(g, b, { transposeB: !transposeB }),
    (g, { inputs: [a], options: { transposeA, transposeB } }) =>
      transposeB
        ? multiply(g, a, { transposeA: true, transposeB: transposeA })
        : multiply(a, g, { transposeA: !transposeA }),
  ]),
  // The gradient of a relu, from its output (a) and its output's gradient (b)
  reluGradient: op('a > 0 ? b : 0'),
  // relu(x · w + b) in one pass: what a Dense layer computes
  dense: primitive<[x: Tensor, w: Tensor, b: Tensor], { relu: boolean }>(
    ([x, w, b], { relu }) => {
      const [m, k] = x.shape
      const n = w.shape[1]
      const size = { m, n, k, transposeA: false, transposeB: false, batch: 1, aStep: 0, bStep: 0 }
      return { buffer: backend.matmul(x.buffer, w.buffer, size, { bias: b.buffer, relu }), shape: [m, n] }
    },
    [
      (g, c) => multiply(beforeRelu(g, c), c.inputs[1], { transposeB: true }),
      (g, c) => multiply(c.inputs[0], beforeRelu(g, c), { transposeA: true }),
      (g, c) => beforeRelu(g, c).sum(0),
    ],
  ),
}

/** Matrices that are taken the other way round. Default: none. */
interface Transposed {
  transposeA?: boolean
  transposeB?: boolean
}

/** On a GPU, where one processor adds up one element of a product, longer rows than this are multiplied with columns as a `sum`. */
const longRow = 64

/** The product of two tensors of one dtype, of rank 2 or more, whose inner sizes agree. */
export function multiply(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: Transposed): Tensor {
  const k = a.shape[a.rank - (transposeA ? 2 : 1)]
  if (backend.name === 'gpu' && k > longRow && isOneNumber(a, b, transposeA, transposeB)) return sumOfProducts(a, b, k)
  if (a.rank === 2 && b.rank === 2) return run(matrixRows.matmul, [a, b], { transposeA, transposeB })
  if (b.rank === 2 && !transposeA) {
    const outer = a.shape.slice(0, -1)
    const rows = run(matrixRows.matmul, [a.reshape([sizeOf(outer), a.shape[a.rank - 1]]), b], {
      transposeA,
      transposeB,
    })
    return rows.reshape([...outer, rows.shape[1]])
  }
  const batch = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2), [a.shape, b.shape])
  return run(matrixRows.matmul, [repeatBatch(a, batch), repeatBatch(b, batch)], { transposeA, transposeB })
}

/** Returns whether each product is of one row with one column. */
function isOneNumber(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): boolean {
  return a.shape.at(transposeA ? -1 : -2) === 1 && b.shape.at(transposeB ? -2 : -1) === 1
}

/** [..., 1, k] · [..., k, 1], whichever way the two lie. */
function sumOfProducts(a: Tensor, b: Tensor, k: number): Tensor {
  const [left, right] = [a, b].map((x) => x.reshape([...x.shape.slice(0, -2), 1, k]))
  return left.mul(right).sum(-1, { keepDims: true })
}

/** A single matrix is read again for each of the batch; anything else that is smaller is repeated. */
function repeatBatch(x: Tensor, batch: readonly number[]): Tensor {
  const own = x.shape.slice(0, -2)
  return sizeOf(own) === 1 || sameShape(own, batch) ? x : x.broadcastTo([...batch, ...x.shape.slice(-2)])
}

/** a · b over the last two axes. The axes before them are equal, or hold one matrix. */
function product(
  [a, b]: readonly [a: Tensor, b: Tensor],
  { transposeA, transposeB }: { transposeA: boolean; transposeB: boolean },
) {
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)]
  const batch = broadcastShapes('matmul', batchA, batchB)
  const [aSize, bSize] = [a.shape.slice(-2), b.shape.slice(-2)]
  const [m, k] = transposeA ? [aSize[1], aSize[0]] : aSize
  const n = bSize[transposeB ? 0 : 1]
  const [aStep, bStep] = [sizeOf(batchA) === 1 ? 0 : m * k, sizeOf(batchB) === 1 ? 0 : k * n]
  const size = { m, n, k, transposeA, transposeB, batch: sizeOf(batch), aStep, bStep }
  return { buffer: backend.matmul(a.buffer, b.buffer, size), shape: [...batch, m, n] }
}

/** The gradient of what is before a relu in the same pass, given that of the relu. Computed once for all inputs. */
export function beforeRelu(
  g: Tensor,
  c: { output: Tensor; options: { relu: boolean }; memo?: { g: Tensor; value: Tensor } },
): Tensor {
  if (!c.options.relu) return g
  if (c.memo?.g !== g) c.memo = { g, value: reluGradient(c.output, g) }
  return (c.memo as { value: Tensor }).value
}

export function reluGradient(y: Tensor, g: Tensor): Tensor {
  return elementwise(matrixRows.reluGradient, [y, g])
}
