/**
 * Metrics that are means over all examples: accuracies and errors.
 */
import { ShapeError } from '../../errors.js'
import { type Check, resolve, whole } from '../../options.js'
import { Metric, type MetricOptions, metricRules, ratio } from './metric.js'
import { argMaxOf, classOf, type Rows } from './rows.js'

/** The sums of a mean. */
interface Sums {
  total: number
  weight: number
}

/** A weighted mean of a value per row. */
abstract class MeanMetric extends Metric<number, Sums> {
  /** Returns the value of a row. */
  protected abstract valueOfRow(rows: Rows, row: number): number

  protected start(): Sums {
    return { total: 0, weight: 0 }
  }

  protected add(rows: Rows): void {
    for (let row = 0; row < rows.count; row++) {
      const weight = rows.weightOf(row)
      this.state.total += weight * this.valueOfRow(rows, row)
      this.state.weight += weight
    }
  }

  override result(): number {
    const { total, weight } = this.state ?? this.start()
    return ratio(total, weight)
  }
}

/** The mean of a function of target and prediction over a row. */
function meanOfRow(
  { owner, targets, predictions, width, haveLabels }: Rows,
  row: number,
  f: (y: number, p: number) => number,
): number {
  if (haveLabels)
    throw new ShapeError(
      `${owner}: yTrue has one number per row of ${width} predictions. Give targets of the shape of yPred.`,
    )
  let sum = 0
  for (let i = row * width; i < (row + 1) * width; i++) sum += f(targets[i], predictions[i])
  return sum / width
}

const rules = metricRules()

/**
 * The share of predictions that are equal to their targets.
 * @example
 * new Accuracy().update([1, 2, 3, 4], [0, 2, 3, 4]).result() // => 0.75
 */
export class Accuracy extends MeanMetric {
  /** Makes a metric that counts predictions that are equal to their targets. */
  constructor(options: MetricOptions = {}) {
    resolve('Accuracy', options, rules)
    super('accuracy', options)
  }

  protected override valueOfRow(rows: Rows, row: number): number {
    return meanOfRow(rows, row, (y, p) => Number(y === p))
  }
}

/** Options of `BinaryAccuracy`. */
export interface BinaryAccuracyOptions extends MetricOptions {
  /** Predictions above this count as 1. Default 0.5. */
  threshold?: number
}

const binaryRules = metricRules({ threshold: 0.5 })

/**
 * The share of yes-or-no outputs that are on the label's side of a threshold.
 * @example
 * new BinaryAccuracy().update([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]]).result() // => 0.75
 */
export class BinaryAccuracy extends MeanMetric {
  override readonly takesProbabilities: boolean = true
  private readonly threshold: number

  /** Makes a metric that counts outputs on the right side of the threshold. */
  constructor(options: BinaryAccuracyOptions = {}) {
    const { threshold } = resolve('BinaryAccuracy', options, binaryRules)
    super('binaryAccuracy', options)
    this.threshold = threshold
  }

  protected override valueOfRow(rows: Rows, row: number): number {
    return meanOfRow(rows, row, (y, p) => Number(y === Number(p > this.threshold)))
  }
}

/**
 * The share of examples whose largest score is at the place of the largest target.
 * @example
 * new CategoricalAccuracy().update([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]).result()
 * // => 0.5
 */
export class CategoricalAccuracy extends MeanMetric {
  /** Makes a metric that compares scores with one-hot rows. */
  constructor(options: MetricOptions = {}) {
    resolve('CategoricalAccuracy', options, rules)
    super('categoricalAccuracy', options)
  }

  protected override valueOfRow(rows: Rows, row: number): number {
    return Number(argMaxOf(rows.predictions, rows.width, row) === classOf(rows, row))
  }
}

/**
 * The share of examples whose largest score is that of their label.
 * @example
 * new SparseCategoricalAccuracy().update([2, 1], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]]).result() // => 0.5
 */
export class SparseCategoricalAccuracy extends MeanMetric {
  /** Makes a metric that compares scores with labels. */
  constructor(options: MetricOptions = {}) {
    resolve('SparseCategoricalAccuracy', options, rules)
    super('sparseCategoricalAccuracy', options)
  }

  protected override valueOfRow(rows: Rows, row: number): number {
    return Number(argMaxOf(rows.predictions, rows.width, row) === classOf(rows, row))
  }
}

/** Options of the top-k accuracies. */
export interface TopKOptions extends MetricOptions {
  /** The number of classes that may be named. Default 5. */
  k?: number
}

const topKRules = metricRules({ k: 5 }, { k: whole(1) as Check })

/** True if fewer than k scores are larger than that of the class. */
function isInTopK({ predictions, width }: Rows, row: number, k: number, label: number): boolean {
  const own = predictions[row * width + label]
  let larger = 0
  for (let i = row * width; i < (row + 1) * width; i++) if (predictions[i] > own) larger++
  return larger < k
}

/**
 * The share of examples whose class, given as a one-hot row, is among the k with the largest scores.
 * @example
 * new TopKCategoricalAccuracy({ k: 1 }).update([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]).result()
 * // => 0.5
 */
export class TopKCategoricalAccuracy extends MeanMetric {
  private readonly k: number

  /** Makes a metric that looks for the class among the k best. */
  constructor(options: TopKOptions = {}) {
    const { k } = resolve('TopKCategoricalAccuracy', options, topKRules)
    super('topKCategoricalAccuracy', options)
    this.k = k
  }

  protected override valueOfRow(rows: Rows, row: number): number {
    return Number(isInTopK(rows, row, this.k, classOf(rows, row)))
  }
}

/**
 * The share of examples whose label is among the k with the largest scores.
 * @example
 * new SparseTopKCategoricalAccuracy({ k: 2 }).update([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]).result() // => 1
 */
export class SparseTopKCategoricalAccuracy extends MeanMetric {
  private readonly k: number

  /** Makes a metric that looks for the label among the k best. */
  constructor(options: TopKOptions = {}) {
    const { k } = resolve('SparseTopKCategoricalAccuracy', options, topKRules)
    super('sparseTopKCategoricalAccuracy', options)
    this.k = k
  }

  protected override valueOfRow(rows: Rows, row: number): number {
    return Number(isInTopK(rows, row, this.k, classOf(rows, row)))
  }
}

/**
 * The mean of (yPred − yTrue)².
 * @example
 * new MeanSquaredError().update([1, 2], [1, 4]).result() // => 2
 */
export class MeanSquaredError extends MeanMetric {
  /** Makes a metric of squared errors. */
  constructor(options: MetricOptions = {}) {
    resolve('MeanSquaredError', options, rules)
    super('meanSquaredError', options)
  }

  protected override valueOfRow(rows: Rows, row: number): number {
    return meanOfRow(rows, row, (y, p) => (p - y) ** 2)
  }
}

/**
 * The square root of the mean of (yPred − yTrue)², in the unit of the targets.
 * @example
 * new RootMeanSquaredError().update([1, 2], [1, 4]).result() // => 1.41421
 */
export class RootMeanSquaredError extends MeanMetric {
  /** Makes a metric of squared errors, whose result is their root. */
  constructor(options: MetricOptions = {}) {
    resolve('RootMeanSquaredError', options, rules)
    super('rootMeanSquaredError', options)
  }

  protected override valueOfRow(rows: Rows, row: number): number {
    return meanOfRow(rows, row, (y, p) => (p - y) ** 2)
  }

  /** Returns the root of the mean. */
  override result(): number {
    return Math.sqrt(super.result())
  }
}

/**
 * The mean of |yPred − yTrue|.
 * @example
 * new MeanAbsoluteError().update([1, 2], [1, 4]).result() // => 1
 */
export class MeanAbsoluteError extends MeanMetric {
  /** Makes a metric of absolute errors. */
  constructor(options: MetricOptions = {}) {
    resolve('MeanAbsoluteError', options, rules)
    super('meanAbsoluteError', options)
  }

  protected override valueOfRow(rows: Rows, row: number): number {
    return meanOfRow(rows, row, (y, p) => Math.abs(p - y))
  }
}
