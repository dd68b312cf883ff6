/**
 * What a loss takes as targets, and the search for impossible ones: once for all examples, before the first step moves
 * a weight.
 */
import { DTypeError, ShapeError } from '../errors.js'
import type { TypedArray } from '../kernels/backend.js'

/** What the targets of a loss are: integer labels, probabilities (one-hot rows too), or any numbers. */
export type TargetKind = 'labels' | 'probabilities' | 'numbers'

/** How far from 0 and 1 rounding may carry a probability. */
const tolerance = 1e-5

/**
 * Checks the targets of all examples.
 *
 * @param values the targets, example after example, `width` of them each
 * @param classes how many classes the model tells apart; infinite where that is not known
 * @throws ShapeError for a label out of range, DTypeError for one with a fraction or what is no probability
 */
export function checkTargets(op: string, kind: TargetKind, values: TypedArray, width: number, classes: number): void {
  if (kind === 'labels') checkLabels(op, values, width, classes)
  if (kind === 'probabilities') checkProbabilities(op, values, width)
}

function checkLabels(op: string, labels: TypedArray, width: number, classes: number): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]
    if (!Number.isInteger(label)) {
      throw new DTypeError(
        `${op}: label ${label} at example ${Math.floor(i / width)} is not a whole number. Labels are integers, from 0 on; for one-hot rows use categoricalCrossentropy.`,
      )
    }
    if (label < 0 || label >= classes) throw outOfRange(op, label, Math.floor(i / width), classes)
  }
}

function outOfRange(op: string, label: number, example: number, classes: number): ShapeError {
  const [count, range] = Number.isFinite(classes)
    ? [`${classes} classes`, `from 0 to ${classes - 1}`]
    : ['a class', 'from 0 on']
  return new ShapeError(
    `${op}: label ${label} at example ${example} is out of range for ${count}. Labels go ${range}; has the last layer enough units?`,
  )
}

function checkProbabilities(op: string, values: TypedArray, width: number): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] >= -tolerance && values[i] <= 1 + tolerance) continue
    throw new DTypeError(
      `${op}: target ${values[i]} at example ${Math.floor(i / width)} is no probability. This loss takes 0, 1 and what lies between; for integer labels use sparseCategoricalCrossentropy, for other numbers meanSquaredError.`,
    )
  }
}
