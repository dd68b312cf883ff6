/**
 * F-scores: a mean of precision and recall.
 */
import { orNull, positive, probability, resolve } from '../../options.js'
import { averaged, type ClassAverage, type ClassCounts, countClasses, isAverage } from './class-counts.js'
import { Metric, type MetricOptions, metricRules, ratio } from './metric.js'
import type { Rows } from './rows.js'

/** Options of `F1Score`. */
export interface F1ScoreOptions extends MetricOptions {
  /** Averages the classes: `'micro'`, `'macro'` or `'weighted'`. Default null: one number per class. */
  average?: ClassAverage
  /** Outputs above this count as predicted. Default null: the largest of each row; for one output alone 0.5. */
  threshold?: number | null
}

/** Options of `FBetaScore`. */
export interface FBetaScoreOptions extends F1ScoreOptions {
  /** β: how much more recall counts than precision. Default 1. */
  beta?: number
}

const f1Rules = metricRules({ average: null, threshold: null }, { average: isAverage, threshold: orNull(probability) })
const fBetaRules = metricRules(
  { average: null, threshold: null, beta: 1 },
  { average: isAverage, threshold: orNull(probability), beta: positive },
)

/**
 * The F-score (1 + β²) · precision · recall / (β² · precision + recall), by class or averaged.
 *
 * @example
 * const score = new FBetaScore({ beta: 2, average: 'macro' })
 * score.update([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]).result() // => 0.69444
 */
export class FBetaScore extends Metric<number | number[], ClassCounts> {
  override readonly takesProbabilities: boolean = true
  override readonly isLogged: boolean
  private readonly average: ClassAverage
  private readonly threshold: number | null
  private readonly beta: number

  /** Makes a metric of precision and recall together. */
  constructor(options: FBetaScoreOptions = {}) {
    const { average, threshold, beta } = resolve('FBetaScore', options, fBetaRules)
    super('fbetaScore', options)
    this.average = average
    this.threshold = threshold
    this.beta = beta
    this.isLogged = average !== null
  }

  protected start(): ClassCounts {
    return { hits: [], alarms: [], misses: [] }
  }

  protected add(rows: Rows): void {
    countClasses(this.state, rows, this.threshold)
  }

  override result(): number | number[] {
    const squared = this.beta ** 2
    return averaged(this.state ?? this.start(), this.average, (hits, alarms, misses) => {
      const [precision, recall] = [ratio(hits, hits + alarms), ratio(hits, hits + misses)]
      return ratio((1 + squared) * precision * recall, squared * precision + recall)
    })
  }
}

/**
 * The F1-score 2 · precision · recall / (precision + recall), by class or averaged.
 *
 * @example
 * new F1Score().update([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]).result() // => [0.66667, 0.66667]
 */
export class F1Score extends FBetaScore {
  /** Makes a metric of precision and recall, which count alike. */
  constructor(options: F1ScoreOptions = {}) {
    resolve('F1Score', options, f1Rules)
    super({ name: 'f1Score', ...options })
  }
}
