/**
 * The data that `fit` trains on, and the data that it validates on.
 */
import { noGrad } from '../autograd/transforms/grad.js'
import { trainTestSplit } from '../data/splits.js'
import { OptionError, ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { inUse } from '../layers/calls.js'
import type { Layer } from '../layers/layer.js'
import type { TensorLike } from '../tensor/creation.js'
import { formatShape, sameShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { tidy } from '../tensor/tidy.js'
import type { BatchIterable } from './batch-source.js'
import type { Compiled } from './compile.js'
import type { DataOp } from './data-arguments.js'
import type { OrderedData } from './named-data.js'
import type { ClassWeight } from './sample-weights.js'
import { TrainingData } from './training-data.js'

/** A part of the examples to validate on, and how it is chosen. */
export interface ValidationSplit {
  /** The fraction of the examples, from 0 up to, not including, 1. */
  fraction: number
  /** True to choose them at random; false (default) takes the last ones. */
  shuffle?: boolean
  /** True to choose them at random with the same share of each class. Default false. */
  stratify?: boolean
  /** The seed of the choice. Default: the global stream of random numbers. */
  seed?: number
}

/** The options of `fit` that decide what it validates on, and what examples weigh. */
interface SplitOptions {
  readonly batchSize: number
  readonly validationSplit: ValidationSplit
  readonly validationData?: BatchIterable | readonly [x: TensorLike, y: TensorLike, sampleWeight?: TensorLike | null]
  readonly sampleWeight?: TensorLike | null
  readonly classWeight?: ClassWeight | null
}

/** The data of a `fit`. */
export interface FitData {
  readonly training: TrainingData
  readonly validation: TrainingData | null
}

/**
 * Checks the data, and sets aside the part to validate on.
 * @throws ShapeError, DTypeError or OptionError when training or validation would fail later
 */
export function splitData(
  model: Layer,
  compiled: Compiled,
  x: OrderedData,
  y: OrderedData,
  options: SplitOptions,
): FitData {
  const { batchSize, validationSplit, sampleWeight, classWeight } = options
  const all = TrainingData.of('fit', x, y)
  const other = validationDataOf(options)
  if (other) checkAlike(other, all)
  checkTargets(model, compiled, 'fit', all, batchSize)
  if (other) checkTargets(model, compiled, 'fit (validationData)', other, batchSize)
  const weighted = all.weighted('fit', sampleWeight, classWeight)
  if (validationSplit.fraction === 0) return { training: weighted, validation: other }
  // As in Keras, the weights of classes are for training only
  return splitBy(all.weighted('fit', sampleWeight), weighted, validationSplit)
}

/** The data to validate on, if it is given as arrays. */
export function validationDataOf({ validationData }: Pick<SplitOptions, 'validationData'>): TrainingData | null {
  if (!Array.isArray(validationData)) return null
  const [x, y, sampleWeight] = validationData
  return TrainingData.of('fit (validationData)', x, y).weighted('fit (validationData)', sampleWeight)
}

function splitBy(plain: TrainingData, weighted: TrainingData, split: ValidationSplit): FitData {
  const { fraction, shuffle = false, stratify = false, seed } = split
  const count = trainingCount(plain.size, fraction)
  if (!shuffle && !stratify) {
    warnIfSorted(plain, count)
    return { training: weighted.part(0, count), validation: plain.part(count, plain.size) }
  }
  const indices = Int32Array.from({ length: plain.size }, (_, i) => i)
  const { train, test } = trainTestSplit(indices, plain.classes ?? indices, {
    testSize: plain.size - count,
    stratify,
    seed,
  })
  return { training: weighted.pick(train), validation: plain.pick(test) }
}

/** Warns where labels are sorted, so that the last examples have classes that the others lack. */
function warnIfSorted(data: TrainingData, count: number): void {
  const classes = data.classes
  if (!classes?.every((label, i) => i === 0 || classes[i - 1] <= label)) return
  if (classes[0] === classes[classes.length - 1] || new Set(classes).size > classes.length / 2) return
  console.warn(
    `fit: the examples are sorted by class, and validationSplit takes the last ${data.size - count} of them. Pass validationSplit: { fraction, stratify: true }, or shuffle the examples first.`,
  )
}

/**
 * The number of examples to train on, rounded as Keras rounds, errors of 1 − split included.
 * @throws OptionError when none would be left for one of both
 */
function trainingCount(size: number, split: number): number {
  const count = Math.floor(size * (1 - split))
  if (count > 0 && count < size) return count
  throw new OptionError(
    `fit: validationSplit ${split} of ${size} ${size === 1 ? 'example' : 'examples'} leaves ${count} to train on and ${size - count} to validate on. Choose another fraction.`,
  )
}

/** @throws ShapeError when validation would fail after an epoch of training */
function checkAlike(validation: TrainingData, training: TrainingData): void {
  validation.exampleShapes.forEach((shape, i) => {
    checkShapes('examples', shape, training.exampleShapes[i])
  })
  validation.targetShapes.forEach((shape, i) => {
    checkShapes('targets', withoutOne(shape), withoutOne(training.targetShapes[i]))
  })
}

function checkShapes(what: string, validation: Shape, training: Shape): void {
  if (sameShape(validation, training)) return
  throw new ShapeError(
    `fit: validation ${what} have shape ${formatShape(validation)}, training ${what} ${formatShape(training)}. Give [x, y] of the same shapes as x and y, except for the first axis.`,
  )
}

/** [1] as []: one target per example is [examples] or [examples, 1]. */
function withoutOne(shape: Shape): Shape {
  return shape[shape.length - 1] === 1 ? shape.slice(0, -1) : shape
}

/**
 * Finds a target that would fail in a later batch, before the first one moves a weight. To know the number of classes it calls the model
 * on the first examples, which builds it.
 * @throws ShapeError or DTypeError for a target that the loss or a metric cannot take
 */
function checkTargets(model: Layer, compiled: Compiled, op: DataOp, data: TrainingData, batchSize: number): void {
  const { loss, metrics } = compiled
  const checking = metrics.filter((metric) => metric.checkTargets)
  data.checkTargets(op, loss.targets)
  if (loss.targets !== 'labels' && checking.length === 0) return
  const first = () => data.batch(0, Math.min(batchSize, data.size)).x as Tensor
  const outputs = tidy(() => noGrad(() => model.apply(first(), inUse).shape))
  data.checkTargets(op, loss.targets, outputs[outputs.length - 1])
  for (const metric of checking) metric.checkTargets?.(op, data.targetValues, data.targetShape, outputs.slice(1))
}
