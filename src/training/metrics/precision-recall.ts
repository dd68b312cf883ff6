/**
 * Precision and recall: how many of the predicted are right, and how many of the right ones are predicted.
 */
import { type Check, orNull, probability, resolve, whole } from '../../options.js'
import { averaged, type ClassAverage, type ClassCounts, countClasses, isAverage } from './class-counts.js'
import { Metric, type MetricOptions, metricRules, ratio } from './metric.js'
import type { Rows } from './rows.js'
import { aboveEach, countRows, emptyHistogram, type Histogram } from './thresholds.js'

/** Options of `Precision` and `Recall`. */
export interface PrecisionOptions extends MetricOptions {
  /** A prediction above this counts as 1; several give a result for each. Default 0.5; with `topK` none. */
  thresholds?: number | readonly number[] | null
  /** The number of classes with the largest scores that count as predicted. Default null: those above the threshold. */
  topK?: number | null
  /** The one class to look at. Default null: all outputs together. */
  classId?: number | null
  /**
   * `'micro'`, `'macro'`, `'weighted'` or `'none'`: the class with the largest score is predicted, as scikit-learn's functions assume, and the
   * numbers of the classes are averaged so; `'none'` gives one per class. Default null: every output is a decision, as in Keras.
   */
  average?: Exclude<ClassAverage, null> | 'none' | null
}

const areThresholds: Check = (x) =>
  (Array.isArray(x) ? x : [x]).some((v) => probability(v)) ? 'a number from 0 to 1, or an array of them' : undefined
const isAverageOrNone: Check = (x) => (x === 'none' ? undefined : isAverage(x) && 'one of micro, macro, weighted, none')

const rules = metricRules(
  { thresholds: null, topK: null, classId: null, average: null },
  { thresholds: orNull(areThresholds), topK: orNull(whole(1)), classId: orNull(whole(0)), average: isAverageOrNone },
)

type Counts = { readonly histogram: Histogram; readonly classes: ClassCounts }

/** The base of precision and recall. */
abstract class HitRate extends Metric<number | number[], Counts> {
  override readonly takesProbabilities: boolean = true
  override readonly isLogged: boolean
  private readonly thresholds: Float32Array
  private readonly options: PrecisionOptions

  constructor(owner: string, name: string, given: PrecisionOptions) {
    const options = resolve(owner, given, rules)
    super(name, given)
    this.options = options as PrecisionOptions
    this.thresholds = Float32Array.from([options.thresholds ?? (options.topK ? -Infinity : 0.5)].flat() as number[])
    this.isLogged = options.average === null ? this.thresholds.length === 1 : options.average !== 'none'
  }

  /** Returns the share, given the weights of hits, false alarms and misses. */
  protected abstract share(hits: number, alarms: number, misses: number): number

  protected start(): Counts {
    return { histogram: emptyHistogram(this.thresholds.length), classes: { hits: [], alarms: [], misses: [] } }
  }

  protected add(rows: Rows): void {
    const { classId, topK, average } = this.options
    if (average) countClasses(this.state.classes, rows, null)
    else countRows(this.state.histogram, this.thresholds, rows, classId ?? null, topK ? isAmong(rows, topK) : undefined)
  }

  override result(): number | number[] {
    const { average } = this.options
    const { histogram, classes } = this.state ?? this.start()
    const share = (hits: number, alarms: number, misses: number) => this.share(hits, alarms, misses)
    if (average) return averaged(classes, average === 'none' ? null : average, share)
    const [hits, alarms] = [aboveEach(histogram.ones), aboveEach(histogram.zeros)]
    const all = histogram.ones.reduce((a, b) => a + b, 0)
    const shares = Array.from(hits, (hit, i) => share(hit, alarms[i], all - hit))
    return shares.length === 1 ? shares[0] : shares
  }
}

/** Returns a test for being among the k largest of a row. */
function isAmong({ predictions, width }: Rows, k: number): (row: number, i: number) => boolean {
  return (row, i) => {
    const own = predictions[row * width + i]
    let larger = 0
    for (let j = 0; j < width; j++) {
      const other = predictions[row * width + j]
      if (other > own || (other === own && j < i)) larger++
    }
    return larger < k
  }
}

/**
 * Precision: the share of what is predicted that is right, 0 if nothing is.
 *
 * @example
 * new Precision().update([0, 1, 1, 1], [0.9, 0.2, 0.8, 0.7]).result() // => 0.66667
 * new Precision({ average: 'macro' }).update([0, 1, 2], [[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0, 0, 1]]).result() // => 0.5
 */
export class Precision extends HitRate {
  /** Makes a metric of the share of predictions that are right. */
  constructor(options: PrecisionOptions = {}) {
    super('Precision', 'precision', options)
  }

  protected override share(hits: number, alarms: number): number {
    return ratio(hits, hits + alarms)
  }
}

/**
 * Recall: the share of what should be predicted that is, 0 if there is nothing.
 *
 * @example
 * new Recall().update([0, 1, 1, 1], [0.9, 0.2, 0.8, 0.7]).result() // => 0.66667
 */
export class Recall extends HitRate {
  /** Makes a metric of the share of examples that are found. */
  constructor(options: PrecisionOptions = {}) {
    super('Recall', 'recall', options)
  }

  protected override share(hits: number, _alarms: number, misses: number): number {
    return ratio(hits, hits + misses)
  }
}
