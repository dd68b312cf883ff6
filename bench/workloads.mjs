/**
 * What is raced, and the numbers everybody starts from. A workload is plain JSON, so that a contestant in any language
 * can be told about it; the data come from one seeded generator that `torch.py` repeats bit for bit.
 */

const adamw = { learningRate: 3e-4, weightDecay: 0.004, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
const train = (sizes, batch, more) => ({ kind: 'train', sizes, batch, batches: 8, adamw, ...more })
const elementwise = (name, inputs = 1, low = -3, high = 3, size = 1e6) => ({
  kind: 'elementwise',
  name,
  inputs,
  low,
  high,
  size,
})
const matmul = (n) => ({ kind: 'matmul', n })

/** The workloads of an ordinary run, by name. `fresh` ones start a new process for every measurement. */
export const workloads = {
  A: train([784, 256, 128, 10], 64),
  B: train([2, 16, 16, 2], 32),
  C: train([784, 512, 512, 10], 256),
  D: { kind: 'lenet', side: 28, window: 5, filters: [16, 32], units: [128, 10], batch: 64, batches: 8, adamw },
  E: { kind: 'lstm', inputs: 32, units: 128, classes: 10, steps: 64, batch: 32, batches: 4, adamw },
  F: { kind: 'gpt', layers: 4, width: 128, heads: 4, context: 128, vocabulary: 64, batch: 8, batches: 4, adamw },
  'matmul 64': matmul(64),
  'matmul 128': matmul(128),
  'matmul 256': matmul(256),
  'matmul 512': matmul(512),
  'matmul 1024': matmul(1024),
  tanh: elementwise('tanh'),
  exp: elementwise('exp'),
  log: elementwise('log', 1, 0.1, 3.1),
  gelu: elementwise('gelu'),
  'gelu-tanh': elementwise('gelu-tanh'),
  'a*b+c': elementwise('a*b+c', 3),
  'adamw 1M': { kind: 'adamw', size: 1e6, adamw },
  'cross-entropy 256×1000': { kind: 'crossEntropy', rows: 256, columns: 1000 },
  'import + first op': { ...elementwise('tanh', 1, -3, 3, 4), fresh: true },
  'import + first step of A': train([784, 256, 128, 10], 64, { fresh: true }),
}

/** Workloads that run only when `--only` names them: how the time of a step grows with the width and with the batch. */
export const growth = Object.fromEntries([
  ...[64, 128, 256, 512, 1024, 2048].map((width) => [`width ${width}`, train([784, width, width, 10], 64)]),
  ...[1, 4, 16, 64, 256, 1024].map((batch) => [`batch ${batch}`, train([784, 256, 128, 10], batch)]),
])

/** The workloads that are a word of `only` (`'A,matmul'`) or start with one; all ordinary ones without it. */
export function choose(only) {
  if (!only) return workloads
  const all = Object.entries({ ...workloads, ...growth })
  const named = (word) => all.filter(([name]) => name === word || name.startsWith(`${word} `))
  const words = only.split(',').map((word) => word.trim())
  const unknown = words.filter((word) => named(word).length === 0)
  if (unknown.length)
    throw new Error(`bench: no workload ${unknown}. There are ${all.map(([name]) => name).join(', ')}.`)
  return Object.fromEntries(words.flatMap(named))
}

/** `n` uniform numbers in [low, high): the generator mulberry32, whose i-th number depends on `seed` and i alone. */
export function uniform(seed, n, low = 0, high = 1) {
  return Float32Array.from({ length: n }, (_, i) => low + (high - low) * mulberry32(seed + (i + 1) * 0x6d2b79f5))
}

function mulberry32(state) {
  let t = Math.imul(state ^ (state >>> 15), state | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

/** The batches and Glorot-uniform weights of a training workload: `{ batches: [{ x, labels }], weights: [{ shape, kernel, bias }] }`. */
export function trainingData({ sizes, batch, batches }) {
  const classes = sizes.at(-1)
  return {
    batches: Array.from({ length: batches }, (_, i) => ({
      x: uniform(100 + i, batch * sizes[0]),
      labels: labels(200 + i, batch, classes),
    })),
    weights: sizes.slice(1).map((columns, i) => glorot(300 + i, sizes[i], columns)),
  }
}

/**
 * The batches and Glorot-uniform weights of the LeNet-like network: images [batch, side, side, 1]; twice a convolution (window × window,
 * `filters`, relu) and a pool of 2 × 2; two dense layers. Kernels of convolutions are [window, window, channels, filters].
 */
export function lenetData({ side, window, filters, units, batch, batches }) {
  const size = filters.reduce((n) => (n - window + 1) / 2, side)
  const channels = [1, ...filters]
  const sizes = [size * size * filters.at(-1), ...units]
  const convolution = (count, i) => {
    const area = window * window
    const { kernel, bias } = glorot(300 + i, area * channels[i], area * count, area * channels[i] * count)
    return { shape: [window, window, channels[i], count], kernel, bias: bias.subarray(0, count) }
  }
  return {
    batches: Array.from({ length: batches }, (_, i) => ({
      x: uniform(100 + i, batch * side * side),
      labels: labels(200 + i, batch, units.at(-1)),
    })),
    convolutions: filters.map(convolution),
    dense: units.map((columns, i) => glorot(300 + filters.length + i, sizes[i], columns)),
  }
}

/** `n` class numbers below `classes`. */
export const labels = (seed, n, classes) => Int32Array.from(uniform(seed, n), (u) => Math.min(u * classes, classes - 1))

function glorot(seed, rows, columns, count = rows * columns) {
  const limit = Math.sqrt(6 / (rows + columns))
  return {
    shape: [rows, columns],
    kernel: uniform(seed, count, -limit, limit),
    bias: new Float32Array(columns),
  }
}

/** Class numbers as rows of zeros with a one, for peers whose cross-entropy wants them so. */
export function oneHot(labels, classes) {
  const rows = new Float32Array(labels.length * classes)
  labels.forEach((label, i) => {
    rows[i * classes + label] = 1
  })
  return rows
}

/** The input arrays of an elementwise workload. */
export const elementwiseInputs = ({ inputs, size, low, high }) =>
  Array.from({ length: inputs }, (_, i) => uniform(1 + i, size, low, high))

/** The two square matrices of a matmul workload. */
export const matmulInputs = ({ n }) => [uniform(1, n * n, -1, 1), uniform(2, n * n, -1, 1)]

/** Weight and gradient of the AdamW workload. */
export const adamwInputs = ({ size }) => [uniform(1, size, -1, 1), uniform(2, size, -1, 1)]

/** Logits and class numbers of the cross-entropy workload. */
export const crossEntropyInputs = ({ rows, columns }) => ({
  logits: uniform(1, rows * columns, -3, 3),
  labels: labels(2, rows, columns),
})
