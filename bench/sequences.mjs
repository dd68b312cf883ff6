/**
 * The networks for sequences that are raced: an LSTM (workload E) and a GPT (workload F), their first weights and their data. Weights come in
 * one list, in Keras's order, as `{ shape, values }`; `torch.py` makes the same ones.
 */
import { labels, uniform } from './workloads.mjs'

/** A kernel with Glorot's limits; a number of seeds are used up by what comes before. */
const kernel = (seed, shape, limit = Math.sqrt(6 / (shape[0] + shape[1]))) => ({
  shape,
  values: uniform(seed, shape[0] * shape[1], -limit, limit),
})
const filled = (size, value) => ({ shape: [size], values: new Float32Array(size).fill(value) })

/** kernel, recurrent kernel, bias; kernel, bias of the output. */
export function lstmWeights({ inputs, units, classes }) {
  return [
    kernel(300, [inputs, 4 * units]),
    kernel(301, [units, 4 * units]),
    filled(4 * units, 0),
    kernel(302, [units, classes]),
    filled(classes, 0),
  ]
}

/** The tables of letters and places, the blocks, the last normalization, the output. */
export function gptWeights({ layers, width, context, vocabulary }) {
  let seed = 300
  const dense = (rows, columns) => [kernel(seed++, [rows, columns]), filled(columns, 0)]
  const norm = () => [filled(width, 1), filled(width, 0)]
  const projections = () => [1, 2, 3, 4].flatMap(() => dense(width, width))
  const block = () => [...norm(), ...projections(), ...norm(), ...dense(width, 4 * width), ...dense(4 * width, width)]
  const tables = [kernel(seed++, [vocabulary, width], 0.05), kernel(seed++, [context, width], 0.05)]
  return [...tables, ...Array.from({ length: layers }, block).flat(), ...norm(), ...dense(width, vocabulary)]
}

/** Sequences of numbers, and the class of each. */
export const lstmBatches = ({ batch, batches, steps, inputs, classes }) =>
  Array.from({ length: batches }, (_, i) => ({
    x: uniform(100 + i, batch * steps * inputs, -1, 1),
    labels: labels(200 + i, batch, classes),
  }))

/** Texts, and for each letter the next one. */
export const gptBatches = ({ batch, batches, context, vocabulary }) =>
  Array.from({ length: batches }, (_, i) => ({
    x: labels(100 + i, batch * context, vocabulary),
    labels: labels(200 + i, batch * context, vocabulary),
  }))
