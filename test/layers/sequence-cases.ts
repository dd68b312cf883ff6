/**
 * The cases of normalization, embedding, recurrent and attention layers for the contract (`contract.test.ts`).
 */
import * as nabla from '../../src/index.js'
import { type Shape, type Tensor, tensor } from '../../src/index.js'
import type { Case } from './contract-checks.js'

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const { tanh } = Math
const float64 = (data: nabla.TensorLike) => tensor(data, { dtype: 'float64' })
const words = (shape: Shape): Tensor => nabla.arange(0, shape.reduce((a, b) => a * b, 1)).mod(5).cast('int32').reshape(shape) // biome-ignore format: one line
const steps = [[[1], [0]]] // biome-ignore format: two steps
/** The cell c of an LSTM after one step. */
const cell = sigmoid(1) * tanh(2)
/** The weights of a SimpleRNN of one unit. */
const simple = [[[1]], [[0.5]], [0]] // biome-ignore format: three weights

/** Which steps count, for so many examples. */
const mask = (size: number): Tensor =>
  tensor(Array.from({ length: size * 3 }, (_, i) => i % 4 !== 1), { shape: [size, 3] }) // biome-ignore format: one call

/** By the name of the layer, or with some words more. */
export const sequenceCases: Record<string, Case> = {
  Embedding: {
    make: (options) => new nabla.Embedding(5, 2, options),
    input: [3],
    values: words,
    example: { x: [[2, 0]], weights: [[[1, 2], [3, 4], [5, 6], [0, 0], [0, 0]]], y: [[[5, 6], [1, 2]]] }, // biome-ignore format: matrices
  },
  BatchNormalization: {
    make: (options) => new nabla.BatchNormalization({ momentum: 0.5, epsilon: 0, ...options }),
    input: [2, 3],
    changesInTraining: true,
    example: { x: [[3]], weights: [[2], [1], [1], [4]], y: [[3]] },
  },
  'BatchNormalization along axis 1': {
    make: (options) => new nabla.BatchNormalization({ axis: 1, scale: false, center: false, epsilon: 0, ...options }),
    input: [3],
    changesInTraining: true,
    example: { x: [[3, 1]], weights: [[1, 1], [4, 1]], y: [[1, 0]] }, // biome-ignore format: weights
  },
  LayerNormalization: {
    make: (options) => new nabla.LayerNormalization({ epsilon: 0.25, ...options }),
    input: [2, 3],
    example: { x: [[-1, 1]], weights: [[2, 2], [0, 1]], y: [[-2 / Math.sqrt(1.25), 2 / Math.sqrt(1.25) + 1]] }, // biome-ignore format: weights
  },
  'LayerNormalization of two axes': {
    make: (options) => new nabla.LayerNormalization({ axis: [1, 2], epsilon: 0, scale: false, ...options }),
    input: [2, 2],
    example: { x: [[[1, 3], [3, 1]]], weights: [[[0, 0], [5, 0]]], y: [[[-1, 1], [6, -1]]] }, // biome-ignore format: matrices
  },
  RMSNormalization: {
    make: (options) => new nabla.RMSNormalization({ epsilon: 0, ...options }),
    input: [3],
    example: { x: [[1, 7]], weights: [[1, 2]], y: [[0.2, 2.8]] },
  },
  GroupNormalization: {
    make: (options) => new nabla.GroupNormalization({ groups: 2, epsilon: 0.1, ...options }),
    input: [3, 4],
    example: {
      x: [[2, 4, 1, 1]],
      weights: [[1, 1, 1, 1], [0, 0, 0, 3]], // biome-ignore format: gamma, beta
      y: [[-1 / Math.sqrt(1.1), 1 / Math.sqrt(1.1), 0, 3]],
    },
  },
  UnitNormalization: {
    make: (options) => new nabla.UnitNormalization(options),
    input: [2, 3],
    example: { x: [[3, 4]], y: [[0.6, 0.8]] },
  },
  SimpleRNN: {
    make: (options) => new nabla.SimpleRNN(2, options),
    input: [3, 2],
    example: { x: steps, weights: [[[1, 0]], [[0.5, 0], [0, 0]], [0, 0]], y: [[tanh(0.5 * tanh(1)), 0]] }, // biome-ignore format: weights
  },
  'SimpleRNN with an activation without formulas': {
    make: (options) => new nabla.SimpleRNN(1, { activation: 'elu', returnSequences: true, ...options }),
    input: [3, 2],
    call: (size) => ({ mask: mask(size) }),
    example: { x: [[[1], [9], [-1]]], weights: [[[1]], [[0.5]], [0]], y: [[[1], [1], [Math.expm1(-0.5)]]] }, // biome-ignore format: steps
  },
  LSTM: {
    make: (options) => new nabla.LSTM(1, options),
    input: [3, 2],
    example: { x: steps, weights: [[[1, 0, 2, 0]], [[0, 0, 0, 0]], [0, 0, 0, 0]], y: [[tanh(0.5 * cell) / 2]] },
  },
  'LSTM with sequences, states and a mask': {
    make: (options) => new nabla.LSTM(2, { returnSequences: true, returnState: true, dropout: 0, ...options }),
    input: [3, 2],
    call: (size) => ({
      mask: mask(size),
      initialState: [1, 2].map((seed) => nabla.randomNormal([size, 2], { seed, dtype: 'float64' })),
    }),
    example: {
      x: [[[0], [0], [0]]], // biome-ignore format: steps
      weights: [[[0, 0, 0, 0, 0, 0, 0, 0]], [0, 0].map(() => [0, 0, 0, 0, 0, 0, 0, 0]), [0, 0, 0, 0, 0, 0, 0, 0]],
      y: ((c: number[]) => [
        ...c.map((v) => tanh(v / 2) / 2),
        ...c.map((v) => tanh(v / 2) / 2),
        ...c.map((v) => tanh(v / 4) / 2),
        ...c.map((v) => tanh(v / 4) / 2),
        ...c.map((v) => v / 4),
      ])([...nabla.randomNormal([1, 2], { seed: 2, dtype: 'float64' }).dataSync()]),
    },
  },
  GRU: {
    make: (options) => new nabla.GRU(1, options),
    input: [3, 2],
    example: {
      x: [[[1]]],
      weights: [[[1, 0, 2]], [[0, 0, 0]], [[0, 0, 0], [0, 0, 1]]], // biome-ignore format: weights
      y: [[(1 - sigmoid(1)) * tanh(2.5)]],
    },
  },
  'GRU with the reset before, backwards': {
    make: (options) => new nabla.GRU(2, { resetAfter: false, goBackwards: true, returnSequences: true, ...options }),
    input: [3, 2],
    example: {
      x: [[[9], [1]]], // biome-ignore format: steps
      weights: [[[0, 0, 0, 0, 1, 0]], [0, 0].map(() => [0, 0, 0, 0, 0, 0]), [0, 0, 0, 0, 0, 0]],
      y: [[[tanh(1) / 2, 0], [tanh(1) / 4 + tanh(9) / 2, 0]]], // biome-ignore format: steps
    },
  },
  Bidirectional: {
    make: (options) => new nabla.Bidirectional(new nabla.SimpleRNN(1, { dtype: options.dtype }), options),
    input: [3, 2],
    example: { x: steps, weights: [...simple, ...simple], y: [[tanh(0.5 * tanh(1)), tanh(1)]] },
  },
  'Bidirectional, apart': {
    make: (options) =>
      new nabla.Bidirectional(new nabla.SimpleRNN(1, { dtype: options.dtype, returnSequences: true }), {
        mergeMode: null,
        ...options,
      }),
    input: [3, 2],
    example: { x: steps, weights: [...simple, ...simple], y: [tanh(1), tanh(0.5 * tanh(1)), tanh(1), 0] },
  },
  TimeDistributed: {
    make: (options) => new nabla.TimeDistributed(new nabla.Dense(2, { dtype: options.dtype }), options),
    input: [3, 2],
    example: { x: [[[1], [2]]], weights: [[[1, 2]], [0, 1]], y: [[[1, 3], [2, 5]]] }, // biome-ignore format: steps
  },
  Attention: {
    make: (options) => new nabla.Attention({ useScale: true, ...options }),
    input: [[2, 3], [4, 3]], // biome-ignore format: shapes
    example: {
      x: [float64([[[1], [0]]]), float64([[[0], [2]]])], // biome-ignore format: two inputs
      weights: [0.5 as never],
      y: [[[2 * sigmoid(1)], [1]]],
    },
  },
  'Attention by sums, causal': {
    make: (options) => new nabla.Attention({ scoreMode: 'concat', ...options }),
    input: [[3, 2], [3, 2], [3, 2]], // biome-ignore format: shapes
    call: () => ({ useCausalMask: true }),
    example: {
      x: [float64([[[0], [0]]]), float64([[[4], [2]]]), float64([[[0], [1]]])], // biome-ignore format: three inputs
      weights: [2 as never],
      y: [4, 4 - 2 * sigmoid(2 * tanh(1))],
    },
  },
  MultiHeadAttention: {
    make: (options) => new nabla.MultiHeadAttention(2, 3, options),
    input: [3, 4],
    example: {
      x: [[[1], [2]]], // biome-ignore format: steps
      weights: [
        ...[[[[1, 0, 0], [0, 0, 0]]], [[0, 0, 0], [0, 0, 0]]], // query
        ...[[[[0, 0, 0], [0, 0, 0]]], [[0, 0, 0], [0, 0, 0]]], // key
        ...[[[[1, 0, 0], [0, 0, 0]]], [[0, 0, 0], [0, 0, 0]]], // value
        ...[[[[2], [0], [0]], [[0], [0], [0]]], [1]], // attention_output
      ], // biome-ignore format: a line for each projection
      y: [[[4], [4]]],
    },
  },
  'MultiHeadAttention of two inputs, with a mask': {
    make: (options) => new nabla.MultiHeadAttention(1, 1, { useBias: false, outputShape: 2, ...options }),
    input: [[2, 1], [3, 2]], // biome-ignore format: shapes
    call: (size) => ({ attentionMask: tensor([[1, 1, 0], [0, 1, 1]]).broadcastTo([size, 2, 3]) }), // biome-ignore format: a matrix
    example: {
      x: [float64([[[1], [0]]]), float64([[[1, 0], [3, 0], [5, 0]]])], // biome-ignore format: two inputs
      weights: [[[[0]]], [[[1]], [[0]]], [[[1]], [[0]]], [[[1, 2]]]], // biome-ignore format: weights
      y: [[[2, 4], [4, 8]]], // biome-ignore format: steps
    },
  },
}
