/**
 * Predictions counted by thresholds: how many are above each, of the examples that are 1 and of those that are 0.
 */
import { OptionError } from '../../errors.js'
import type { Rows } from './rows.js'
import { targetAt } from './rows.js'

/** Weights of the examples that are 1 and 0, by the number of thresholds that their predictions are above. */
export interface Histogram {
  readonly ones: Float64Array
  readonly zeros: Float64Array
}

/** A histogram without examples, for so many thresholds. */
export function emptyHistogram(thresholds: number): Histogram {
  return { ones: new Float64Array(thresholds + 1), zeros: new Float64Array(thresholds + 1) }
}

/** Adds one prediction. Targets above 0 are ones, as in Keras. */
export function count(
  to: Histogram,
  thresholds: Float32Array,
  target: number,
  prediction: number,
  weight: number,
): void {
  ;(target > 0 ? to.ones : to.zeros)[above(thresholds, prediction)] += weight
}

/** Returns the number of sorted thresholds that a number is above. */
function above(thresholds: Float32Array, x: number): number {
  let [low, high] = [0, thresholds.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (thresholds[middle] < x) low = middle + 1
    else high = middle
  }
  return low
}

/** The weights of the examples above each threshold. */
export function aboveEach(counts: Float64Array): Float64Array {
  const sums = new Float64Array(counts.length - 1)
  let sum = 0
  for (let i = sums.length - 1; i >= 0; i--) sums[i] = sum += counts[i + 1]
  return sums
}

/** @throws OptionError for a prediction that is not a probability */
export function checkProbability(owner: string, p: number): void {
  if (p >= -1e-6 && p <= 1.000001) return
  throw new OptionError(
    `${owner}: the prediction ${Number(p.toPrecision(6))} is not a probability. Apply sigmoid or softmax to logits first.`,
  )
}

/** Adds all predictions of rows, or those of one column. */
export function countRows(
  to: Histogram,
  thresholds: Float32Array,
  rows: Rows,
  column: number | null,
  isCounted: (row: number, i: number) => boolean = () => true,
): void {
  const [first, last] = column === null ? [0, rows.width - 1] : [column, column]
  for (let row = 0; row < rows.count; row++) {
    const weight = rows.weightOf(row)
    for (let i = first; i <= last; i++) {
      const p = rows.predictions[row * rows.width + i]
      checkProbability(rows.owner, p)
      count(to, thresholds, targetAt(rows, row, i), isCounted(row, i) ? p : -Infinity, weight)
    }
  }
}
