/**
 * How quantities vary together: covariances and correlations. (The variance of one is in `statistics.ts`.)
 */
import { OptionError, ShapeError } from '../../errors.js'
import type { DType } from '../../kernels/backend.js'
import { resolve } from '../../options.js'
import { backend } from '../backend.js'
import { dtypeAmong, type TensorLike, toTensor, toTensorBeside } from '../creation.js'
import { promote } from '../dtype.js'
import { ones } from '../filling.js'
import { toExactFloat } from '../operation.js'
import { formatShape } from '../shape.js'
import type { Tensor } from '../tensor.js'

/** Options of `corrcoef`. */
export interface CorrelationOptions {
  /** If true, each row is a quantity and each column an observation, as in NumPy and PyTorch. Default true. */
  rowVar?: boolean
  /** The number of times each observation was made: whole numbers, [observations]. Default 1. */
  fweights?: TensorLike
  /** The weight of each observation, [observations]. Default 1. */
  aweights?: TensorLike
}

/** Options of `cov`. */
export interface CovarianceOptions extends CorrelationOptions {
  /** The sum of products is divided by the number of observations less this. Default 1, as in NumPy and PyTorch. */
  correction?: number
}

const correlationDefaults = { rowVar: true, fweights: undefined, aweights: undefined }

/**
 * The covariances of several quantities: Σ (xᵢ − meanᵢ)(xⱼ − meanⱼ) / (n − correction).
 *
 * @param x [quantities, observations], or [observations] of one
 * @param options `rowVar` (default true), `correction` (default 1; NumPy: ddof), `fweights`, `aweights` (default: all 1)
 * @returns [quantities, quantities]; of one quantity, its variance as a scalar
 * @throws ShapeError when x has more than two axes, or the weights are not one for each observation
 * @throws OptionError when weights are negative or sum to 0, or `fweights` are not whole numbers
 * @example
 * cov([[1, 2, 3], [6, 4, 2]]).toArray() // => [[1, -2], [-2, 4]]
 * cov([[1, 2, 3], [6, 4, 2]], { aweights: [1, 0, 1], correction: 0 }).toArray() // => [[1, -2], [-2, 4]]
 */
export function cov(x: TensorLike, options: CovarianceOptions = {}): Tensor {
  const resolved = resolve('cov', options, {
    defaults: { ...correlationDefaults, correction: 1 },
    synonyms: { ddof: 'correction', bias: 'correction: 0' },
  })
  return covariances('cov', x, resolved).cast(resultDType(x, resolved))
}

/**
 * The correlations of several quantities: their covariances, each divided by both standard deviations; from −1 to 1.
 *
 * @param x [quantities, observations], or [observations] of one
 * @param options `rowVar` (default true), `fweights`, `aweights` (default: all 1)
 * @returns [quantities, quantities]; of one quantity, a scalar. NaN where a quantity does not vary
 * @throws ShapeError when x has more than two axes, or the weights are not one for each observation
 * @throws OptionError when weights are negative or sum to 0, or `fweights` are not whole numbers
 * @example
 * corrcoef([[1, 2, 3], [6, 4, 2]]).toArray() // => [[1.0, -1.0], [-1.0, 1.0]]
 */
export function corrcoef(x: TensorLike, options: CorrelationOptions = {}): Tensor {
  const resolved = resolve('corrcoef', options, { defaults: correlationDefaults })
  const c = covariances('corrcoef', x, { ...resolved, correction: 0 })
  const dtype = resultDType(x, resolved)
  if (c.rank === 0) return c.div(c).cast(dtype)
  const deviations = c.diagonal().sqrt()
  return c.div(deviations.expandDims(-1)).div(deviations).clip(-1, 1).cast(dtype)
}

/** At least float32; whole numbers are computed with in float64, and the result is rounded. */
function resultDType(x: TensorLike, options: CorrelationOptions): DType {
  return promote(widest(x, options), 'float32')
}

function widest(x: TensorLike, { fweights, aweights }: CorrelationOptions): DType {
  return dtypeAmong([x, fweights, aweights].filter((numbers) => numbers !== undefined)) ?? 'float32'
}

function covariances(
  op: string,
  given: TensorLike,
  options: Required<Pick<CovarianceOptions, 'rowVar' | 'correction'>> & CovarianceOptions,
): Tensor {
  const x = quantities(op, toTensorBeside(widest(given, options), given), options.rowVar)
  const [f, a] = (['fweights', 'aweights'] as const).map((name) => weightsOf(op, x, name, options[name]))
  const weights = f.mul(a)
  const total = weights.sum()
  const lost = options.aweights === undefined ? 1 : weights.mul(a).sum().div(total)
  const deviations = x.sub(x.mul(weights).sum(1, { keepDims: true }).div(total))
  const products = deviations.mul(weights).matmul(deviations, { transposeB: true })
  return products.div(total.sub(toTensor(lost).mul(options.correction)).maximum(0)).squeeze()
}

/** [quantities, observations] of floats. */
function quantities(op: string, given: Tensor, rowVar: boolean): Tensor {
  if (given.rank > 2) {
    throw new ShapeError(
      `${op}: shape ${formatShape(given.shape)} has ${given.rank} axes. Give [quantities, observations].`,
    )
  }
  const x = toExactFloat(given)
  if (given.rank < 2) return x.reshape([1, given.size])
  return rowVar ? x : x.transpose()
}

/** One weight for each observation. */
function weightsOf(op: string, x: Tensor, name: 'fweights' | 'aweights', given: TensorLike | undefined): Tensor {
  const count = x.shape[1]
  if (given === undefined) return ones([count], { dtype: x.dtype })
  const weights = toExactFloat(toTensorBeside(x.dtype, given))
  if (weights.rank !== 1 || weights.size !== count) {
    throw new ShapeError(
      `${op}: ${name} of shape ${formatShape(weights.shape)} for ${count} observations. Give one number for each.`,
    )
  }
  if (!backend.isPending?.(weights.buffer)) checkWeights(op, name, Array.from(weights.dataSync()))
  return weights
}

function checkWeights(op: string, name: 'fweights' | 'aweights', values: readonly number[]): void {
  const bad = values.find((w) => !(w >= 0) || (name === 'fweights' && !Number.isInteger(w)))
  if (bad === undefined && (values.length === 0 || values.some((w) => w > 0))) return
  throw new OptionError(
    `${op}: ${bad === undefined ? `all ${name} are 0` : `one of the ${name} is ${bad}`}. Give ${name === 'fweights' ? 'whole numbers' : 'numbers'}, 0 or more, not all of them 0.`,
  )
}
