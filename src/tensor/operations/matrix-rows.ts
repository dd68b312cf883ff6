/**
 * The rows of the table (`ops.ts`) that multiply matrices.
 */

import { backend } from '../backend.js'
import { elementwise, op, primitive } from '../operation.js'
import { broadcastShapes, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'

/** See `ops`. */
export const matrixRows = {
  matmul: primitive<[a: Tensor, b: Tensor], { transposeA: boolean; transposeB: boolean }>(product, [
    (g, { inputs: [, b], options: { transposeA, transposeB } }) =>
      transposeA ? b.matmul(g, { transposeA: transposeB, transposeB: true }) : g.matmul(b, { transposeB: !transposeB }),
    (g, { inputs: [a], options: { transposeA, transposeB } }) =>
      transposeB ? g.matmul(a, { transposeA: true, transposeB: transposeA }) : a.matmul(g, { transposeA: !transposeA }),
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
      (g, c) => beforeRelu(g, c).matmul(c.inputs[1], { transposeB: true }),
      (g, c) => c.inputs[0].matmul(beforeRelu(g, c), { transposeA: true }),
      (g, c) => beforeRelu(g, c).sum(0),
    ],
  ),
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

/** The gradient of x · w + b, given that of its relu. Computed once for the three inputs. */
function beforeRelu(
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
