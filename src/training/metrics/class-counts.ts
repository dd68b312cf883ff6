/**
 * Hits and misses by class, and averages over classes.
 */
import { oneOf, orNull } from '../../options.js'
import { argMaxOf, type Rows, targetAt } from './rows.js'

/** Weights by class: hits, false alarms and misses. */
export interface ClassCounts {
  hits: number[]
  alarms: number[]
  misses: number[]
}

/**
 * The way in which the numbers of the classes become one: `'micro'` counts all decisions together, `'macro'` is their mean, `'weighted'`
 * their mean weighted by how many examples each has; null is one number per class.
 */
export type ClassAverage = 'micro' | 'macro' | 'weighted' | null

/** Accepts an `ClassAverage`. */
export const isAverage = orNull(oneOf(['micro', 'macro', 'weighted']))

/**
 * Adds the decisions of rows: without a threshold the class with the largest score is chosen; one output alone has a threshold of 0.5.
 */
export function countClasses(to: ClassCounts, rows: Rows, threshold: number | null): void {
  const { width, predictions } = rows
  while (to.hits.length < width) for (const list of [to.hits, to.alarms, to.misses]) list.push(0)
  const limit = threshold ?? (width === 1 ? 0.5 : null)
  for (let row = 0; row < rows.count; row++) {
    const weight = rows.weightOf(row)
    const most = limit === null ? predictions[row * width + argMaxOf(predictions, width, row)] : 0
    for (let i = 0; i < width; i++) {
      const p = predictions[row * width + i]
      const chosen = limit === null ? Number(p >= most && Math.abs(p) > 1e-9) : Number(p > limit)
      const target = targetAt(rows, row, i)
      to.hits[i] += weight * chosen * target
      to.alarms[i] += weight * chosen * (1 - target)
      to.misses[i] += weight * (1 - chosen) * target
    }
  }
}

/** A score of hits, false alarms and misses, averaged over the classes. */
export function averaged(
  { hits, alarms, misses }: ClassCounts,
  average: ClassAverage,
  score: (hits: number, alarms: number, misses: number) => number,
): number | number[] {
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0)
  if (average === 'micro') return score(sum(hits), sum(alarms), sum(misses))
  const scores = hits.map((_, i) => score(hits[i], alarms[i], misses[i]))
  if (average === null) return scores
  if (average === 'macro') return sum(scores) / Math.max(1, scores.length)
  const support = hits.map((_, i) => hits[i] + misses[i])
  return sum(scores.map((s, i) => s * support[i])) / (sum(support) || 1)
}
