/**
 * Targets: their shape, given that of the predictions, and the search for impossible ones in all examples before the first step.
 */
import { DTypeError, ShapeError } from '../errors.js'
import type { Shape, TypedArray } from '../kernels/backend.js'
import { type TensorLike, toTensor } from '../tensor/creation.js'
import { formatShape, sameShape, sizeOf } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'

/**
 * The kind of targets that a loss takes: integer labels, rows of probabilities that sum to 1 (one-hot rows too), single
 * probabilities, any numbers, or anything for a custom loss.
 */
export type TargetKind = 'labels' | 'distributions' | 'probabilities' | 'numbers' | 'custom'

/** The largest errors of rounding: of a probability, and of the sum of a row of them. */
const tolerance = 1e-5
const sumTolerance = 1e-3

/** yTrue in the shape of yPred where only a trailing 1 differs, as Keras passes it to losses; unchanged otherwise. */
export function alignTargets(yTrue: Tensor, yPred: Tensor): Tensor {
  if (yTrue.shape.length === yPred.shape.length || yTrue.size !== yPred.size) return yTrue
  const [shorter, longer] = yTrue.rank < yPred.rank ? [yTrue, yPred] : [yPred, yTrue]
  return sameShape([...shorter.shape, 1], longer.shape) ? yTrue.reshape(yPred.shape) : yTrue
}

/**
 * yTrue in the shape of the predictions: a trailing 1 more or less fits; nothing else is broadcast, because that hides
 * mistakes.
 * @throws ShapeError for other shapes
 */
export function matchShape(
  name: string,
  yTrue: TensorLike,
  yPred: Tensor,
  more = "is the last layer's number of units right?",
): Tensor {
  const target = alignTargets(toTensor(yTrue), yPred)
  if (sameShape(target.shape, yPred.shape)) return target
  throw new ShapeError(
    `${name}: yTrue has shape ${formatShape(target.shape)}, yPred ${formatShape(yPred.shape)}. They must be equal; ${more}`,
  )
}

/**
 * Checks the targets of all examples.
 *
 * @param values the targets, example after example
 * @param shape the shape of one example's target
 * @param classes the number of classes; infinite where it is not known
 * @throws ShapeError for a label out of range, DTypeError for one with a fraction, for a number that is not a probability, and for
 * a row that is not a distribution
 */
export function checkTargets(op: string, kind: TargetKind, values: TypedArray, shape: Shape, classes: number): void {
  if (kind === 'labels') checkLabels(op, values, sizeOf(shape), classes)
  if (kind === 'probabilities' || kind === 'distributions') checkProbabilities(op, values, sizeOf(shape))
  if (kind === 'distributions') checkDistributions(op, values, shape)
}

function checkLabels(op: string, labels: TypedArray, width: number, classes: number): void {
  if (classes === 1) throw oneClass(op)
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]
    if (!Number.isInteger(label)) {
      throw new DTypeError(
        `${op}: label ${label} at example ${Math.floor(i / width)} is not a whole number. Labels are integers, from 0 on; for one-hot rows use categoricalCrossentropy.`,
      )
    }
    if (label < 0) throw negative(op, label, Math.floor(i / width))
    if (label >= classes) throw outOfRange(op, label, Math.floor(i / width), classes)
  }
}

/** The error for a categorical loss whose only class has probability 1 whatever the weights are. */
export function oneClass(op: string): ShapeError {
  return new ShapeError(
    `${op}: the predictions have 1 class, and a categorical loss of one class is always 0. Give the last layer one unit per class, or use binaryCrossentropy for one yes-or-no output.`,
  )
}

function negative(op: string, label: number, example: number): ShapeError {
  return new ShapeError(
    `${op}: label ${label} at example ${example} is out of range: the classes are 0, 1, 2 and so on. Number them from 0, such as 0 and 1 for -1 and 1.`,
  )
}

function outOfRange(op: string, label: number, example: number, classes: number): ShapeError {
  return new ShapeError(
    `${op}: label ${label} at example ${example} is out of range for ${classes} classes. Labels go from 0 to ${classes - 1}; has the last layer enough units?`,
  )
}

function checkProbabilities(op: string, values: TypedArray, width: number): void {
  for (let i = 0; i < values.length; i++) {
    if (isProbability(values[i])) continue
    const hint =
      values[i] === -1
        ? 'replace labels of -1 by 0'
        : 'for integer labels use sparseCategoricalCrossentropy, for other numbers meanSquaredError'
    throw new DTypeError(
      `${op}: target ${rounded(values[i])} at example ${Math.floor(i / width)} is not a probability. This loss expects values from 0 to 1; ${hint}.`,
    )
  }
}

function isProbability(value: number): boolean {
  return value >= -tolerance && value <= 1 + tolerance
}

/** Rows of one number are left to the loss, which can distinguish one class from labels. */
function checkDistributions(op: string, values: TypedArray, shape: Shape): void {
  const row = shape[shape.length - 1] ?? 1
  if (row === 1) return
  for (let i = 0; i < values.length; i += row) {
    if (isDistribution(values, i, row)) continue
    throw new DTypeError(
      `${op}: the target of example ${Math.floor(i / sizeOf(shape))}, ${formatRow(values, i, row)}, sums to ${rounded(sumOf(values, i, row))}, not 1. categoricalCrossentropy expects one-hot rows or distributions; for several yes-or-no outputs use binaryCrossentropy.`,
    )
  }
}

/** True if the `length` numbers from `start` on are probabilities that sum to 1. */
export function isDistribution(values: TypedArray, start: number, length: number): boolean {
  for (let i = start; i < start + length; i++) if (!isProbability(values[i])) return false
  return Math.abs(sumOf(values, start, length) - 1) <= sumTolerance
}

function sumOf(values: TypedArray, start: number, length: number): number {
  let sum = 0
  for (let i = start; i < start + length; i++) sum += values[i]
  return sum
}

/** The `length` numbers from `start` on, for messages: `[0, 1, 1]`; a single number without brackets. */
export function formatRow(values: TypedArray, start: number, length: number): string {
  if (length === 1) return String(rounded(values[start]))
  const shown = Array.from(values.subarray(start, start + Math.min(length, 8)), rounded).join(', ')
  return `[${shown}${length > 8 ? ', …' : ''}]`
}

/** A number without the digits that float32 adds. */
const rounded = (value: number): number => Number(value.toPrecision(7))
