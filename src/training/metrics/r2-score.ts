/**
 * R²: how much of the variance of the targets is explained.
 */
import { ShapeError } from '../../errors.js'
import { type Check, resolve, whole } from '../../options.js'
import { Metric, type MetricOptions, metricRules } from './metric.js'
import type { Rows } from './rows.js'

/** Options of `R2Score`. */
export interface R2ScoreOptions extends MetricOptions {
  /**
   * The mean over the outputs: `'uniformAverage'` (default), `'varianceWeightedAverage'`, also in Keras's spelling, or null for one number
   * per output.
   */
  classAggregation?:
    | 'uniformAverage'
    | 'varianceWeightedAverage'
    | 'uniform_average'
    | 'variance_weighted_average'
    | null
  /** The number of inputs of the model, for the adjusted R²; 0 (default) does not adjust. */
  numRegressors?: number
}

const isAggregation: Check = (x) =>
  x === null || /^(uniform|variance_?[wW]eighted)(A|_a)verage$/.test(String(x))
    ? undefined
    : 'one of uniformAverage, varianceWeightedAverage, or null'
const rules = metricRules(
  { classAggregation: 'uniformAverage', numRegressors: 0 },
  { classAggregation: isAggregation, numRegressors: whole(0) },
)

/** Weighted sums by output: of the weights, the targets, their squares and the squared errors. */
interface Sums {
  samples: number
  readonly outputs: { weight: number; sum: number; squares: number; errors: number }[]
}

/**
 * R² = 1 − Σ (yTrue − yPred)² / Σ (yTrue − mean)²: 1 for perfect predictions, 0 for those that are no better than the mean.
 *
 * @example
 * new R2Score().update([[1], [4], [3]], [[2], [4], [4]]).result() // => 0.57143
 */
export class R2Score extends Metric<number | number[], Sums> {
  override readonly isLogged: boolean
  private readonly aggregation: string | null
  private readonly regressors: number

  /** Makes a metric of the explained variance. */
  constructor(options: R2ScoreOptions = {}) {
    const { classAggregation, numRegressors } = resolve('R2Score', options, rules)
    super('r2Score', options)
    this.aggregation = classAggregation
    this.regressors = numRegressors
    this.isLogged = classAggregation !== null
  }

  protected start(): Sums {
    return { samples: 0, outputs: [] }
  }

  protected add({ owner, count, width, targets, predictions, haveLabels, weightOf }: Rows): void {
    if (haveLabels) throw new ShapeError(`${owner}: yTrue has one number per row. Give targets of the shape of yPred.`)
    const { outputs } = this.state
    while (outputs.length < width) outputs.push({ weight: 0, sum: 0, squares: 0, errors: 0 })
    this.state.samples += count * width
    for (let i = 0; i < count * width; i++) {
      const [weight, y, to] = [weightOf(Math.floor(i / width)), targets[i], outputs[i % width]]
      to.weight += weight
      to.sum += weight * y
      to.squares += weight * y * y
      to.errors += weight * (y - predictions[i]) ** 2
    }
  }

  override result(): number | number[] {
    const { samples, outputs } = this.state ?? this.start()
    const totals = outputs.map(({ weight, sum, squares }) => squares - (sum * sum) / weight)
    const scores = outputs.map(({ errors }, i) => (totals[i] === 0 ? 0 : 1 - errors / totals[i]))
    if (this.aggregation === null) return scores.map((score) => this.adjusted(score, samples))
    const weights = this.aggregation.startsWith('uniform') ? scores.map(() => 1) : totals
    const sum = (list: number[]) => list.reduce((a, b) => a + b, 0)
    return this.adjusted(sum(scores.map((score, i) => score * weights[i])) / (sum(weights) || 1), samples)
  }

  /** R² adjusted for the number of inputs, where there are enough examples. */
  private adjusted(score: number, samples: number): number {
    const { regressors } = this
    if (regressors === 0 || regressors >= samples - 1) return score
    return 1 - ((1 - score) * (samples - 1)) / (samples - regressors - 1)
  }
}
