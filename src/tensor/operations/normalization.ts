/**
 * Numbers brought to mean 0 and variance 1: over the features of each example (layer and RMS normalization), or over the examples for each
 * feature (batch normalization). The first two are kernels of one pass over memory, two on the way back (`kernels/cpu/normalize/`).
 */
import { ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { notNegative, resolve } from '../../options.js'
import { type TensorLike, toTensor, toTensorBeside } from '../creation.js'
import { promote } from '../dtype.js'
import { ones, zeros } from '../filling.js'
import { elementwise, run, withDType } from '../operation.js'
import { type Axes, formatShape, normalizeAxes, normalizeAxis, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { batchNormOfColumns, columnsLast, normalizationRows, scaled, shifted } from './normalization-rows.js'

/** Options of `rmsNorm`. */
export interface RmsNormOptions {
  /** Factors, of the size of the axes. Default ones. */
  gamma?: TensorLike
  /** The axes that are normalized together: one (default −1, the last), several, or null for all. */
  axes?: Axes
  /** Added to the variance, so that nothing is divided by 0. Default 1e-3; of `rmsNorm` 1e-6. */
  epsilon?: number
}

/** Options of `layerNorm`. */
export interface LayerNormOptions extends RmsNormOptions {
  /** Offsets, of the size of the axes. Default zeros. */
  beta?: TensorLike
}

const synonyms = { eps: 'epsilon', scale: 'gamma', weight: 'gamma', offset: 'beta', bias: 'beta', axis: 'axes' }
const ranges = { epsilon: notNegative }
const layerRules = {
  defaults: { gamma: undefined, beta: undefined, axes: -1, epsilon: 1e-3 },
  ranges: { ...ranges, axes: () => undefined },
  synonyms,
}
const rmsRules = {
  defaults: { gamma: undefined, axes: -1, epsilon: 1e-6 },
  ranges: { ...ranges, axes: () => undefined },
  synonyms,
}

/**
 * Layer normalization: (x − mean) / √(variance + ε) · γ + β, with the mean and the variance of each example.
 *
 * @param options `gamma`, `beta` (of the size of the axes), `axes` (default −1), `epsilon` (default 1e-3, as in Keras; PyTorch: 1e-5)
 * @throws ShapeError when gamma or beta do not have the size of the axes
 * @example
 * layerNorm([[1, 3], [4, 8]], { epsilon: 0 }).toArray() // => [[-1, 1], [-1, 1]]
 * @see Ba et al. 2016, https://arxiv.org/abs/1607.06450
 */
export function layerNorm(x: TensorLike, options: LayerNormOptions = {}): Tensor {
  const { gamma, beta, axes, epsilon } = resolve('layerNorm', options, layerRules)
  return alongRows('layerNorm', x, axes, { gamma, beta }, (rows, weight, offset) =>
    run(normalizationRows.layerNorm, [rows, weight, offset], { epsilon }),
  )
}

/**
 * Root mean square normalization: x / √(mean of x² + ε) · γ.
 *
 * @param options `gamma` (of the size of the axes), `axes` (default −1), `epsilon` (default 1e-6, as in Keras)
 * @throws ShapeError when gamma does not have the size of the axes
 * @example
 * rmsNorm([[1, 7], [6, 8]], { gamma: [1, 2] }).toArray() // => [[0.2, 2.8], [0.84853, 2.26274]]
 * @see Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467
 */
export function rmsNorm(x: TensorLike, options: RmsNormOptions = {}): Tensor {
  const { gamma, axes, epsilon } = resolve('rmsNorm', options, rmsRules)
  return alongRows('rmsNorm', x, axes, { gamma }, (rows, weight) =>
    run(normalizationRows.rmsNorm, [rows, weight], { epsilon }),
  )
}

/** Options of `batchNorm`. */
export interface BatchNormOptions {
  /** Factors, one for each index along the axis. Default ones. */
  gamma?: TensorLike
  /** Offsets, one for each index along the axis. Default zeros. */
  beta?: TensorLike
  /** The mean to subtract. Default: that of x. */
  mean?: TensorLike
  /** The variance to divide by. Default: that of x. */
  variance?: TensorLike
  /** The axis of the features, which is kept. Default −1, the last (PyTorch: 1). */
  axis?: number
  /** Added to the variance, so that nothing is divided by 0. Default 1e-3. */
  epsilon?: number
}

const batchRules = {
  defaults: {
    ...{ gamma: undefined, beta: undefined, mean: undefined, variance: undefined },
    ...{ axis: -1, epsilon: 1e-3 },
  },
  ranges,
  synonyms,
}

/**
 * Batch normalization: (x − mean) / √(variance + ε) · γ + β, with the mean and the variance of each feature over all examples.
 *
 * @param options `gamma`, `beta`, `mean`, `variance` (one number for each feature; without the last two those of x are taken), `axis` of
 * the features (default −1), `epsilon` (default 1e-3, as in Keras; PyTorch: 1e-5)
 * @throws ShapeError when one of them does not have the size of the axis
 * @example
 * batchNorm([[1, 4], [3, 8]], { epsilon: 0 }).toArray() // => [[-1, -1], [1, 1]]
 * batchNorm([[1, 4]], { mean: [0, 0], variance: [4, 4], epsilon: 0 }).toArray() // => [[0.5, 2]]
 * @see Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167
 */
export function batchNorm(x: TensorLike, options: BatchNormOptions = {}): Tensor {
  const { gamma, beta, mean, variance, axis, epsilon } = resolve('batchNorm', options, batchRules)
  const source = floats(x)
  const at = normalizeAxis('batchNorm', axis, source.rank)
  const columns = columnsLast(source, at)
  const vector = (name: string, value: TensorLike | null | undefined, otherwise: () => Tensor) =>
    weightOf('batchNorm', name, value, [source.shape[at]], source) ?? otherwise()
  const like = { dtype: source.dtype }
  const weight = vector('gamma', gamma, () => ones([source.shape[at]], like))
  const offset = vector('beta', beta, () => zeros([source.shape[at]], like))
  if (mean === undefined && variance === undefined) {
    return columns.back(batchNormOfColumns(columns.matrix, weight, offset, epsilon).y)
  }
  const center = vector('mean', mean, () => columns.matrix.mean(0))
  const spread = vector('variance', variance, () => columns.matrix.sub(center).square().mean(0))
  const scale = elementwise(scaled, [weight, spread, epsilon])
  return columns.back(elementwise(shifted, [columns.matrix, center, scale, offset]))
}

/** Applies f to x as a matrix with the axes in its rows, and to the weights as vectors. */
function alongRows(
  name: string,
  x: TensorLike,
  axes: Axes | undefined,
  given: { gamma?: TensorLike | null; beta?: TensorLike | null },
  f: (rows: Tensor, weight: Tensor, offset: Tensor) => Tensor,
): Tensor {
  const source = floats(x)
  const list = normalizeAxes(name, axes, source.rank)
  const shape = list.map((axis) => source.shape[axis])
  const columns = sizeOf(shape)
  const order = [...source.shape.keys()].filter((axis) => !list.includes(axis)).concat(list)
  const isLast = order.every((axis, i) => axis === i)
  const moved = isLast ? source : source.transpose(order)
  const like = { dtype: source.dtype }
  const weight = weightOf(name, 'gamma', given.gamma, shape, source)?.reshape([columns]) ?? ones([columns], like)
  const offset = weightOf(name, 'beta', given.beta, shape, source)?.reshape([columns]) ?? zeros([columns], like)
  const y = f(moved.reshape([columns ? source.size / columns : 0, columns]), weight, offset).reshape(moved.shape)
  return isLast ? y : y.transpose(order.map((_, i) => order.indexOf(i)))
}

function floats(x: TensorLike): Tensor {
  const source = toTensor(x)
  return withDType(source, promote(source.dtype, 'float32'))
}

function weightOf(name: string, what: string, given: TensorLike | null | undefined, shape: Shape, like: Tensor) {
  if (given === undefined || given === null) return null
  const weight = withDType(toTensorBeside(like.dtype, given), like.dtype)
  if (weight.size === sizeOf(shape)) return weight.reshape(shape)
  throw new ShapeError(
    `${name}: ${what} has shape ${formatShape(weight.shape)}, x ${formatShape(like.shape)}. It must have the shape of the axes, ${formatShape(shape)}.`,
  )
}
