/**
 * A line search for the strong Wolfe conditions: how far to go along a descent direction. Plain numbers, no tensors.
 */
import type { Reading } from './reading.js'

/** A function along a line, and its slope there. */
export interface Point {
  readonly step: number
  readonly value: number
  readonly slope: number
}

/** A function along a line, which may have to read numbers. */
export type Line = (step: number) => Reading<Point>

/** When a point is good enough: it lies low enough (c1), and the slope has flattened enough (c2). */
const c1 = 1e-4
const c2 = 0.9

/**
 * The first point found that satisfies the strong Wolfe conditions, or the best one after `limit` evaluations.
 * @param f the value and slope at a step
 * @param start the point at step 0; its slope is negative
 * @param first the step to try first
 * @see Nocedal and Wright, Numerical Optimization (2006), algorithms 3.5 and 3.6
 */
export function* lineSearch(f: Line, start: Point, first: number, limit: number): Reading<Point> {
  const isHigh = (p: Point) => !(p.value <= start.value + c1 * p.step * start.slope)
  const isFlat = (p: Point) => Math.abs(p.slope) <= -c2 * start.slope
  let before = start
  let point = yield* f(first)
  for (let count = 1; count < limit; count++) {
    if (isHigh(point) || (count > 1 && point.value >= before.value)) {
      return yield* zoom(f, before, point, limit - count, isHigh, isFlat)
    }
    if (isFlat(point)) return point
    if (point.slope >= 0) return yield* zoom(f, point, before, limit - count, isHigh, isFlat)
    before = point
    point = yield* f(2 * point.step)
  }
  return point.value < before.value ? point : before
}

/** Narrows an interval that holds a good point down. `low` is the end with the smaller value. */
function* zoom(
  f: Line,
  low: Point,
  high: Point,
  limit: number,
  isHigh: (p: Point) => boolean,
  isFlat: (p: Point) => boolean,
): Reading<Point> {
  for (let count = 0; count < limit; count++) {
    const point = yield* f(between(low, high))
    if (isHigh(point) || point.value >= low.value) high = point
    else {
      if (isFlat(point)) return point
      if (point.slope * (high.step - low.step) >= 0) high = low
      low = point
    }
    if (Math.abs(high.step - low.step) < 1e-14 * Math.max(1, Math.abs(low.step))) break
  }
  return low
}

/** The minimum of the cubic through both points, kept away from the ends; the middle where there is no such cubic. */
function between(a: Point, b: Point): number {
  const middle = (a.step + b.step) / 2
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step)
  const square = d1 * d1 - a.slope * b.slope
  if (!(square >= 0)) return middle
  const d2 = Math.sign(b.step - a.step) * Math.sqrt(square)
  const step = b.step - ((b.step - a.step) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2)
  const margin = 0.1 * Math.abs(b.step - a.step)
  const [low, high] = [Math.min(a.step, b.step) + margin, Math.max(a.step, b.step) - margin]
  return Number.isFinite(step) ? Math.min(Math.max(step, low), high) : middle
}
