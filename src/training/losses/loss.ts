/**
 * The parts that all losses share: their type, their arguments, and how the losses of examples become one number. The losses are in files
 * by family; `get-loss.ts` lists them all.
 */
import { OptionError, ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { type Check, show, toCamelCase } from '../../options.js'
import type { TensorOrNumber } from '../../tensor/arguments.js'
import { type TensorLike, toTensorBeside, toTensors } from '../../tensor/creation.js'
import { type ElementwiseRow, elementwise } from '../../tensor/operation.js'
import { formatShape, normalizeAxis, sameShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import { matchShape } from '../targets.js'

/**
 * A loss: a scalar tensor, given what is true and what was predicted. Models pass targets in the shape of the predictions where only
 * a trailing 1 differs: [batch] for [batch, 1]. Where `fit` has weights of examples, they are in the options: a function that takes
 * options applies them, another one returns a number per example, which models weight.
 */
export type LossFunction = (yTrue: Tensor, yPred: Tensor, options?: LossOptions) => Tensor

/** A way to make one loss of those of the examples. */
type Way = 'sumOverBatchSize' | 'sum' | 'mean' | 'meanWithSampleWeight' | 'none'

const ways: readonly string[] = ['sumOverBatchSize', 'sum', 'mean', 'meanWithSampleWeight', 'none']

/**
 * The way in which the losses of examples become one, in nabla's or Keras's spelling: `'sumOverBatchSize'` (or `'mean'`) is their mean, `'sum'` their
 * sum, `'meanWithSampleWeight'` the weighted sum divided by the sum of the weights; `'none'` (or null) leaves one loss per example.
 */
export type Reduction =
  | 'sumOverBatchSize'
  | 'sum'
  | 'mean'
  | 'meanWithSampleWeight'
  | 'none'
  | 'sum_over_batch_size'
  | 'mean_with_sample_weight'
  | null

/** Options that every loss takes. */
export interface LossOptions {
  /** Turns the losses of the examples into one. Default `'sumOverBatchSize'`: their mean. */
  reduction?: Reduction
  /**
   * A factor for the loss of each example, [batch], or of each step, [batch, steps]; a trailing 1 more is allowed. Default: 1 for all.
   */
  sampleWeight?: TensorLike | null
}

const isReduction: Check = (x) =>
  x === null || ways.includes(toCamelCase(String(x))) ? undefined : `one of ${ways.join(', ')}`

const commonDefaults = { reduction: 'sumOverBatchSize', sampleWeight: null } as const
type CommonDefaults = { readonly reduction: Reduction; readonly sampleWeight: null }

/** The rules of a loss's options, see `resolve`: those that every loss takes, and its own. */
// @__NO_SIDE_EFFECTS__ so that bundlers leave out what nobody uses
export function lossRules<const Defaults extends object = object>(
  defaults?: Defaults,
  ranges?: { readonly [Name in keyof Defaults]?: Check },
  synonyms?: Readonly<Record<string, string>>,
) {
  const all = { ...defaults, ...commonDefaults } as unknown as Defaults & CommonDefaults
  return { defaults: all, ranges: { ...ranges, reduction: isReduction }, synonyms }
}

/**
 * The two arguments of a loss as tensors; plain arrays take the dtype of the other.
 * @throws OptionError when the loss was called with one argument, as Keras's loss classes are, or with the two the wrong way round
 */
export function operands(name: string, yTrue: TensorLike, yPred: TensorLike): readonly Tensor[] {
  if (yPred === undefined)
    throw new OptionError(
      `${name}: yPred is missing. Call ${name}(yTrue, yPred), or pass the loss itself to compile: { loss: '${name}' }.`,
    )
  const both = toTensors([yTrue, yPred], 'float32')
  if (both[0].requiresGrad && !both[1].requiresGrad) throw swapped(name)
  return both
}

function swapped(name: string): OptionError {
  return new OptionError(
    `${name}: gradients flow to yTrue, but not to yPred. Are the arguments swapped? Write ${name}(yTrue, yPred).`,
  )
}

/** The loss whose value for each element is a formula of the prediction, the target and further numbers. */
export function elementwiseLoss(
  row: ElementwiseRow,
  name: string,
  yTrue: TensorLike,
  yPred: TensorLike,
  options: LossOptions,
  ...numbers: TensorOrNumber[]
): Tensor {
  const [target, prediction] = operands(name, yTrue, yPred)
  return meanOfElements(name, elementwise(row, [prediction, matchShape(name, target, prediction), ...numbers]), options)
}

/** The loss, given the values of all elements: each example has the mean along the axis. */
export function meanOfElements(name: string, values: Tensor, options: LossOptions, axis = -1): Tensor {
  if (axis !== -1) normalizeAxis(name, axis, values.rank)
  if (options.sampleWeight == null && isMean(options.reduction)) return values.mean()
  return reduced(name, values.rank === 0 ? values : values.mean(axis), options)
}

function isMean(reduction: Reduction | undefined): boolean {
  return reduction === 'sumOverBatchSize' || reduction === 'mean' || reduction === 'sum_over_batch_size'
}

/**
 * The loss, given those of the examples.
 * @param mask 1 for the examples that count and 0 for others, which a mean leaves out
 * @throws ShapeError when the weights do not fit
 */
export function reduced(name: string, values: Tensor, options: LossOptions, mask?: Tensor): Tensor {
  const how = toCamelCase(options.reduction ?? 'none') as Way
  const weights = weightsFor(name, values, options.sampleWeight)
  const given = weights && mask ? weights.mul(mask) : (weights ?? mask)
  const weighted = given ? values.mul(given) : values
  if (how === 'none' || values.rank === 0) return weighted
  if (how === 'sum') return weighted.sum()
  if (how === 'meanWithSampleWeight' && weights) return quotient(weighted, given as Tensor)
  return mask ? quotient(weighted, mask) : weighted.mean()
}

/** The sum of values, divided by that of weights; 0 if all weights are 0. */
function quotient(values: Tensor, weights: Tensor): Tensor {
  const divisor = weights.sum()
  return values.sum().div(divisor.add(divisor.equal(0)))
}

function weightsFor(name: string, values: Tensor, given: TensorLike | null | undefined): Tensor | undefined {
  if (given === null || given === undefined) return undefined
  const weights = toTensorBeside(values.dtype, given)
  if (weights.rank === 0) return weights
  const shape = fitted(weights.shape, values.shape)
  if (shape) return weights.reshape(shape)
  throw new ShapeError(
    `${name}: sampleWeight has shape ${formatShape(weights.shape)}, the losses ${formatShape(values.shape)}. Give one weight per example.`,
  )
}

/** The shape in which weights broadcast to values: theirs are the first axes of the values, with one trailing 1 more or less. */
function fitted(weights: Shape, values: Shape): Shape | null {
  const own = weights.length > values.length && weights[weights.length - 1] === 1 ? weights.slice(0, -1) : weights
  if (own.length > values.length) return null
  const first = values.slice(0, own.length)
  if (!sameShape(own, first) && !own.every((size, i) => size === first[i] || (i > 0 && size === 1))) return null
  return [...own, ...new Array<number>(values.length - own.length).fill(1)]
}

/** @throws OptionError for an axis of classes that is not a whole number */
export const isAxis: Check = (x) => (Number.isInteger(x) ? undefined : `a whole number, not ${show(x)}`)
