/**
 * The rows of normalization in the table (`ops.ts`), and batch normalization of a matrix with its statistics.
 */
import { backend } from '../backend.js'
import { fused } from '../fused.js'
import { elementwise, nameRows, op, run } from '../operation.js'
import { Tensor } from '../tensor.js'

/** Of matrices, row by row. */
export interface Rows {
  epsilon: number
}

/** The rows of these operations in the table. */
export const normalizationRows = nameRows({
  layerNorm: fused<[x: Tensor, gamma: Tensor, beta: Tensor], Rows>({
    composition: ([x, gamma, beta], { epsilon }) => {
      const d = x.sub(x.mean(-1, { keepDims: true }))
      const variance = d.square().mean(-1, { keepDims: true })
      return elementwise(affine, [elementwise(scaled, [d, variance, epsilon]), gamma, beta])
    },
    forward: ([x, gamma, beta], options) => normalizeRows(x, gamma, beta, options),
    backward: (g, { inputs: [x, gamma], options }) => normalizeRowsGradient(g, x, gamma, true, options),
  }),
  rmsNorm: fused<[x: Tensor, gamma: Tensor], Rows>({
    composition: ([x, gamma], { epsilon }) =>
      elementwise(scaled, [x, x.square().mean(-1, { keepDims: true }), epsilon]).mul(gamma),
    forward: ([x, gamma], options) => normalizeRows(x, gamma, null, options),
    backward: (g, { inputs: [x, gamma], options }) => normalizeRowsGradient(g, x, gamma, false, options),
  }),
  // The mean and the variance are those of the columns of x, so gradients flow through them to x alone
  batchNorm: fused<[x: Tensor, gamma: Tensor, beta: Tensor], Rows & Statistics>({
    composition: ([x, gamma, beta], { epsilon }) => {
      const d = x.sub(x.mean(0))
      return elementwise(affine, [elementwise(scaled, [d, d.square().mean(0), epsilon]), gamma, beta])
    },
    forward: ([x, gamma, beta], { mean, variance, epsilon }) =>
      elementwise(shifted, [x, mean, elementwise(scaled, [gamma, variance, epsilon]), beta]),
    backward: (g, { inputs: [x, gamma], options: { mean, variance, epsilon } }) => {
      const n = x.shape[0]
      const size = elementwise(scaled, [1, variance, epsilon])
      const sum = g.sum(0)
      const product = elementwise(deviation, [g, x, mean]).sum(0).mul(size)
      const slope = product.mul(size).div(n)
      return [elementwise(batchGradient, [size.mul(gamma), g, sum.div(n), x, mean, slope]), product, sum]
    },
  }),
})

// Inputs in the order of their first appearance
export const scaled = op('x / sqrt(variance + epsilon)')
const affine = op('x * gamma + beta')
export const shifted = op('(x - mean) * scale + beta')
const deviation = op('g * (x - mean)')
const batchGradient = op('scale * (g - shift - (x - mean) * slope)')

function normalizeRows(x: Tensor, gamma: Tensor, beta: Tensor | null, options: Rows) {
  const [rows, columns] = x.shape
  const buffer = backend.normalize?.(x.buffer, gamma.buffer, beta?.buffer ?? null, { rows, columns, ...options })
  return buffer ? { buffer, shape: x.shape } : null
}

function normalizeRowsGradient(g: Tensor, x: Tensor, gamma: Tensor, centered: boolean, options: Rows) {
  const [rows, columns] = x.shape
  const size = { rows, columns, ...options }
  const buffers = backend.normalizeGradient?.(g.buffer, x.buffer, gamma.buffer, centered, size)
  return buffers ? buffers.map((buffer, i) => new Tensor(buffer, i === 0 ? x.shape : gamma.shape)) : null
}

/** The statistics of the columns of a matrix. */
export interface Statistics {
  readonly mean: Tensor
  readonly variance: Tensor
}

/** `batchNorm` of a matrix with its own mean and variance, and these, through which no gradient flows. */
export function batchNormOfColumns(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
): Statistics & { y: Tensor } {
  const source = x.detach()
  const mean = source.mean(0)
  const variance = elementwise(squareDeviation, [source, mean]).mean(0)
  return { y: run(normalizationRows.batchNorm, [x, gamma, beta], { mean, variance, epsilon }), mean, variance }
}

const squareDeviation = op('(x - mean)^2')

/** x as a matrix whose columns are those of an axis, and the way back. */
export function columnsLast(x: Tensor, axis: number): { matrix: Tensor; back: (y: Tensor) => Tensor } {
  const moved = axis === x.rank - 1 ? x : x.swapAxes(axis, -1)
  const matrix = moved.reshape([x.shape[axis] === 0 ? 0 : x.size / x.shape[axis], x.shape[axis]])
  const back = (y: Tensor) => {
    const whole = y.reshape(moved.shape)
    return moved === x ? whole : whole.swapAxes(axis, -1)
  }
  return { matrix, back }
}
