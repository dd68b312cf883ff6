/**
 * The area under a curve of thresholds.
 */
import { type Check, flag, oneOf, orNull, probability, resolve, whole } from '../../options.js'
import { Metric, type MetricOptions, metricRules, ratio } from './metric.js'
import type { Rows } from './rows.js'
import { aboveEach, countRows, emptyHistogram, type Histogram } from './thresholds.js'

/** Options of `AUC`. */
export interface AUCOptions extends MetricOptions {
  /** The number of thresholds, spread evenly over [0, 1]. Default 200. */
  numThresholds?: number
  /** Thresholds of one's own choice between 0 and 1. Default null: `numThresholds` even ones. */
  thresholds?: readonly number[] | null
  /** `'ROC'` (default): recall against the share of false alarms. `'PR'`: precision against recall. */
  curve?: 'ROC' | 'PR'
  /** The area between two thresholds: `'interpolation'` (default), or the lower or upper bound, `'minoring'` or `'majoring'`. */
  summationMethod?: 'interpolation' | 'minoring' | 'majoring'
  /** True for a curve for each column, whose areas are averaged. Default false: all outputs are decisions of one curve. */
  multiLabel?: boolean
  /** True if predictions are logits, to which sigmoid is applied. Default false; `compile` converts them itself. */
  fromLogits?: boolean
}

const areThresholds: Check = (x) =>
  Array.isArray(x) && x.length > 0 && x.every((v) => !probability(v)) ? undefined : 'an array of numbers from 0 to 1'
const rules = metricRules(
  {
    numThresholds: 200,
    thresholds: null,
    curve: 'ROC',
    summationMethod: 'interpolation',
    multiLabel: false,
    fromLogits: false,
  },
  {
    numThresholds: whole(2),
    thresholds: orNull(areThresholds),
    curve: oneOf(['ROC', 'PR']),
    summationMethod: oneOf(['interpolation', 'minoring', 'majoring']),
    multiLabel: flag,
    fromLogits: flag,
  },
)

/** A weight for each threshold: hits, false alarms, and all that should be and should not be predicted. */
interface Curve {
  readonly hits: Float64Array
  readonly alarms: Float64Array
  readonly ones: number
  readonly zeros: number
}

/**
 * The area under the ROC curve (the chance that an example that is 1 has a higher score than one that is 0) or under the
 * precision–recall curve, as Keras approximates it with thresholds.
 *
 * @example
 * new AUC().update([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]).result() // => 0.75
 * @see Davis & Goadrich 2006, https://doi.org/10.1145/1143844.1143874
 */
export class AUC extends Metric<number, Histogram[]> {
  override readonly takesProbabilities: boolean = true
  /** The thresholds, one below 0 and one above 1 among them. */
  readonly thresholds: readonly number[]
  private readonly options: Required<Omit<AUCOptions, 'name' | 'thresholds'>>

  /** Makes a metric of the area under a curve. */
  constructor(given: AUCOptions = {}) {
    const { thresholds, ...options } = resolve('AUC', given, rules)
    super('auc', given)
    this.options = options as typeof this.options
    const { numThresholds: n } = options
    const inner = thresholds
      ? [...thresholds].sort((a, b) => a - b)
      : Array.from({ length: n - 2 }, (_, i) => (i + 1) / (n - 1))
    this.thresholds = [-1e-7, ...inner, 1 + 1e-7]
  }

  protected start(): Histogram[] {
    return []
  }

  protected add(given: Rows): void {
    const { multiLabel, fromLogits } = this.options
    const rows = fromLogits
      ? { ...given, predictions: given.predictions.map((x: number) => 1 / (1 + Math.exp(-x))) }
      : given
    const thresholds = Float32Array.from(this.thresholds)
    const columns = multiLabel ? [...Array(rows.width).keys()] : [null]
    for (const [i, column] of columns.entries()) {
      this.state[i] ??= emptyHistogram(thresholds.length)
      countRows(this.state[i], thresholds, rows as Rows, column)
    }
  }

  override result(): number {
    const areas = (this.state ?? []).map((histogram) => this.area(curveOf(histogram)))
    return ratio(
      areas.reduce((a, b) => a + b, 0),
      areas.length,
    )
  }

  private area(curve: Curve): number {
    const { curve: kind, summationMethod } = this.options
    if (kind === 'PR' && summationMethod === 'interpolation') return interpolatedArea(curve)
    const { hits, alarms, ones, zeros } = curve
    const recall = hits.map((hit) => ratio(hit, ones))
    const x = kind === 'ROC' ? alarms.map((alarm) => ratio(alarm, zeros)) : recall
    const y = kind === 'ROC' ? recall : hits.map((hit, i) => ratio(hit, hit + alarms[i]))
    return sumOfSteps(x.length, (i) => (x[i] - x[i + 1]) * height(summationMethod, y[i], y[i + 1]))
  }
}

function curveOf({ ones, zeros }: Histogram): Curve {
  const sum = (list: Float64Array) => list.reduce((a, b) => a + b, 0)
  return { hits: aboveEach(ones), alarms: aboveEach(zeros), ones: sum(ones), zeros: sum(zeros) }
}

function height(method: string, a: number, b: number): number {
  return method === 'interpolation' ? (a + b) / 2 : method === 'minoring' ? Math.min(a, b) : Math.max(a, b)
}

/** The sum of a function of each threshold but the last. */
function sumOfSteps(thresholds: number, f: (i: number) => number): number {
  let sum = 0
  for (let i = 0; i < thresholds - 1; i++) sum += f(i)
  return sum
}

/** The area under the precision–recall curve where hits are interpolated linearly, after Davis & Goadrich. */
function interpolatedArea({ hits, alarms, ones }: Curve): number {
  return sumOfSteps(hits.length, (i) => {
    const [p, next] = [hits[i] + alarms[i], hits[i + 1] + alarms[i + 1]]
    const gained = hits[i] - hits[i + 1]
    const slope = ratio(gained, Math.max(p - next, 0))
    const intercept = hits[i + 1] - slope * next
    const growth = p > 0 && next > 0 ? p / next : 1
    return ratio(slope * (gained + intercept * Math.log(growth)), ones)
  })
}
