/**
 * The data that `fit` trains on, and the data that it validates on.
 */
import { noGrad } from '../autograd/transforms/grad.js'
import { OptionError, ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { inUse } from '../layers/calls.js'
import type { Layer } from '../layers/layer.js'
import type { TensorLike } from '../tensor/creation.js'
import { formatShape, sameShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { tidy } from '../tensor/tidy.js'
import type { Compiled } from './compile.js'
import type { DataOp } from './data-arguments.js'
import type { OrderedData } from './named-data.js'
import { TrainingData } from './training-data.js'

/** The options of `fit` that decide what it validates on. */
interface SplitOptions {
  readonly batchSize: number
  readonly validationSplit: number
  readonly validationData?: readonly [x: TensorLike, y: TensorLike]
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
  const { batchSize, validationData, validationSplit } = options
  const all = TrainingData.of('fit', x, y)
  const other = validationData
    ? TrainingData.of('fit (validationData)', ...(validationData as [OrderedData, OrderedData]))
    : null
  if (other) checkAlike(other, all)
  const count = validationSplit > 0 ? trainingCount(all.size, validationSplit) : all.size
  checkTargets(model, compiled, 'fit', all, batchSize)
  if (other) checkTargets(model, compiled, 'fit (validationData)', other, batchSize)
  return { training: all.part(0, count), validation: count < all.size ? all.part(count, all.size) : other }
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
