/**
 * Confusion matrices: which classes are taken for which.
 */
import { DTypeError } from '../../errors.js'
import { type Check, orNull, probability, resolve, whole } from '../../options.js'
import type { TensorLike } from '../../tensor/creation.js'
import { Metric, type MetricOptions, metricRules, ratio, type UpdateOptions } from './metric.js'
import { argMaxOf, classOf, type Rows } from './rows.js'

/** Weights of examples: `counts[true class][predicted class]`. */
export type Counts = number[][]

/** Adds one example, and rows and columns for classes that are new. */
export function countPair(counts: Counts, truth: number, prediction: number, weight: number): void {
  grow(counts, Math.max(truth, prediction) + 1)
  counts[truth][prediction] += weight
}

/** Makes a matrix of at least so many classes. */
export function grow(counts: Counts, classes: number): Counts {
  while (counts.length < classes) counts.push([])
  for (const row of counts) while (row.length < counts.length) row.push(0)
  return counts
}

/** @throws DTypeError for what is not the number of a class */
export function checkClass(owner: string, kind: string, label: number, row: number): void {
  if (Number.isInteger(label) && label >= 0) return
  throw new DTypeError(
    `${owner}: the ${kind} of example ${row} is ${label}, which is not a class. Classes are whole numbers from 0; encode texts with labelEncoder.`,
  )
}

/** Options of `ConfusionMatrix` and `confusionMatrix`. */
export interface ConfusionMatrixOptions extends MetricOptions {
  /** The names of the classes, which the table shows. Default null: their numbers. */
  labels?: readonly string[] | null
  /** The least number of classes. Default null: as many as there are names, outputs or labels. */
  numClasses?: number | null
  /** A single output above this is class 1. Default 0.5. */
  threshold?: number
}

const areNames: Check = (x) =>
  Array.isArray(x) && x.every((name) => typeof name === 'string') ? undefined : 'an array of strings'
const defaults = { labels: null, numClasses: null, threshold: 0.5 } as const
const ranges = { labels: orNull(areNames), numClasses: orNull(whole(1)), threshold: probability }
const rules = metricRules(defaults, ranges)

/**
 * The number of examples of each true class (rows) that are predicted as each class (columns). Prints itself as a table. In `compile` it
 * logs nothing: read it after `fit` or `evaluate`.
 *
 * Predictions are scores, of which the largest is chosen, one probability per example, or classes.
 *
 * @example
 * const matrix = new ConfusionMatrix({ labels: ['cat', 'dog'] })
 * matrix.update([0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]])
 * matrix.result() // => [[1, 0], [1, 1]]
 * matrix.accuracy // => 0.66667
 */
export class ConfusionMatrix extends Metric<number[][], Counts> {
  override readonly takesProbabilities: boolean = true
  override readonly isLogged: boolean = false
  /** The names of the classes; null if they have none. */
  readonly labels: readonly string[] | null
  private readonly classes: number
  private readonly threshold: number

  /** Makes a matrix without examples. */
  constructor(options: ConfusionMatrixOptions = {}) {
    const { labels, numClasses, threshold } = resolve('ConfusionMatrix', options, rules)
    super('confusionMatrix', options)
    this.labels = labels
    this.classes = Math.max(numClasses ?? 0, labels?.length ?? 0)
    this.threshold = threshold
  }

  protected start(): Counts {
    return grow([], this.classes)
  }

  protected add(rows: Rows): void {
    const { owner, width, count } = rows
    if (width > 1) grow(this.state, width)
    for (let row = 0; row < count; row++) {
      const truth = width > 1 ? classOf(rows, row) : rows.targets[row]
      const prediction = width > 1 ? argMaxOf(rows.predictions, width, row) : this.decided(rows.predictions[row])
      checkClass(owner, 'target', truth, row)
      checkClass(owner, 'prediction', prediction, row)
      countPair(this.state, truth, prediction, rows.weightOf(row))
    }
  }

  /** Whole numbers are classes, others probabilities. */
  private decided(prediction: number): number {
    return Number.isInteger(prediction) ? prediction : Number(prediction > this.threshold)
  }

  /** Returns the numbers of examples: `result()[true class][predicted class]`. */
  override result(): number[][] {
    return (this.state ?? this.start()).map((row) => [...row])
  }

  /** The share of examples that are predicted right. */
  get accuracy(): number {
    const counts = this.result()
    const all = counts.flat().reduce((a, b) => a + b, 0)
    return ratio(
      counts.reduce((sum, row, i) => sum + row[i], 0),
      all,
    )
  }

  /** The name of a class. */
  nameOf(label: number): string {
    return this.labels?.[label] ?? String(label)
  }

  /** Returns the matrix as a table, true classes at the left and predicted ones at the top. */
  override toString(): string {
    const counts = this.result()
    const cells = counts.map((row) => row.map((n) => (Number.isInteger(n) ? String(n) : n.toPrecision(4))))
    const names = counts.map((_, i) => this.nameOf(i))
    const widths = names.map((name, j) => Math.max(name.length, ...cells.map((row) => row[j].length)))
    const left = Math.max(0, ...names.map(({ length }) => length))
    const line = (title: string, texts: readonly string[]) =>
      [title.padEnd(left), ...texts.map((text, j) => text.padStart(widths[j]))].join('  ')
    return [line('', names), ...cells.map((row, i) => line(names[i], row))].join('\n')
  }
}

/**
 * Returns the confusion matrix of some predictions.
 * @param yTrue classes from 0, or one-hot rows
 * @param yPred classes, scores [examples, classes], or one probability per example
 * @param options those of `ConfusionMatrix`, and `sampleWeight`
 * @throws ShapeError when the shapes do not fit, DTypeError for what is not a class
 * @example
 * String(confusionMatrix([0, 1, 1], [0, 1, 0], { labels: ['cat', 'dog'] }))
 * // => '     cat  dog\ncat    1    0\ndog    1    1'
 */
export function confusionMatrix(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: ConfusionMatrixOptions & UpdateOptions = {},
): ConfusionMatrix {
  const { sampleWeight = null, ...own } = options
  return new ConfusionMatrix(own).update(yTrue, yPred, { sampleWeight })
}
