/**
 * Predictions and targets as rows of numbers, for metrics: a row is one example, or one step of a sequence.
 */
import { ShapeError } from '../../errors.js'
import type { Shape, TypedArray } from '../../kernels/backend.js'
import { type TensorLike, toTensor } from '../../tensor/creation.js'
import { formatShape, sameShape } from '../../tensor/shape.js'
import { alignTargets } from '../targets.js'

/** Rows of predictions, and their targets. */
export interface Rows {
  /** The metric's class, for messages. */
  readonly owner: string
  /** The number of rows, and of the predictions in each. */
  readonly count: number
  readonly width: number
  readonly predictions: TypedArray
  /** The targets: as many as the predictions, or one label a row. */
  readonly targets: TypedArray
  /** True if each row of several predictions has one label. */
  readonly haveLabels: boolean
  /** The weight of a row. */
  weightOf(row: number): number
}

/** @throws ShapeError when the shapes do not fit */
export function rowsOf(owner: string, yTrue: TensorLike, yPred: TensorLike, sampleWeight: TensorLike | null): Rows {
  const prediction = toTensor(yPred)
  const target = alignTargets(toTensor(yTrue), prediction)
  const { shape, rank } = prediction
  const width = rank > 1 ? shape[rank - 1] : 1
  const count = prediction.size / width
  const haveLabels = width > 1 && isLabels(target.shape, shape)
  if (!haveLabels && !sameShape(target.shape, shape))
    throw new ShapeError(
      `${owner}: yTrue has shape ${formatShape(target.shape)}, yPred ${formatShape(shape)}. Give targets of the shape of the predictions, or one label per row.`,
    )
  const predictions = prediction.dataSync()
  return {
    owner,
    count,
    width,
    predictions,
    targets: target.dataSync(),
    haveLabels,
    weightOf: weights(owner, sampleWeight, shape, count),
  }
}

/** True for one label per row of predictions, [batch] or [batch, 1]. */
function isLabels(target: Shape, predictions: Shape): boolean {
  const rows = predictions.slice(0, -1)
  return sameShape(target, rows) || sameShape(target, [...rows, 1])
}

/** The weight of each row: one weight may be that of several. */
function weights(owner: string, given: TensorLike | null, shape: Shape, count: number): (row: number) => number {
  if (given === null) return () => 1
  const weight = toTensor(given)
  const values = weight.dataSync()
  if (weight.rank === 0) return () => values[0]
  const own = weight.shape[weight.rank - 1] === 1 && weight.rank > 1 ? weight.shape.slice(0, -1) : weight.shape
  const fits = own.length <= Math.max(1, shape.length - 1) && sameShape(own, shape.slice(0, own.length))
  if (!fits)
    throw new ShapeError(
      `${owner}: sampleWeight has shape ${formatShape(weight.shape)}, yPred ${formatShape(shape)}. Give one weight per example.`,
    )
  const rowsOfEach = count / values.length
  return (row) => values[Math.floor(row / rowsOfEach)]
}

/** The position of the largest of the numbers of a row; the first where several are. */
export function argMaxOf(values: TypedArray, width: number, row: number): number {
  let best = row * width
  for (let i = best + 1; i < (row + 1) * width; i++) if (values[i] > values[best]) best = i
  return best - row * width
}

/** The class of a row's target: its label, or the position of the largest of its numbers. */
export function classOf({ targets, width, haveLabels }: Rows, row: number): number {
  return haveLabels ? targets[row] : argMaxOf(targets, width, row)
}

/** The target of one prediction: of labels, 1 where it is that class and 0 elsewhere. */
export function targetAt({ targets, width, haveLabels }: Rows, row: number, column: number): number {
  return haveLabels ? Number(targets[row] === column) : targets[row * width + column]
}
