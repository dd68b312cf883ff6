/**
 * Intersection over union, for segmentation.
 */
import { type Check, flag, orNull, required, resolve, whole } from '../../options.js'
import { type Counts, checkClass, countPair, grow } from './confusion-matrix.js'
import { Metric, type MetricOptions, metricRules, ratio } from './metric.js'
import { argMaxOf, classOf, type Rows } from './rows.js'

/** Options of `MeanIoU`. */
export interface MeanIoUOptions extends MetricOptions {
  /** The number of classes. */
  numClasses: number
  /** A class whose pixels are left out. Default null. */
  ignoreClass?: number | null
  /** True (default) if targets are classes, false if they are one-hot rows along the last axis. */
  sparseYTrue?: boolean
  /** True (default) if predictions are classes, false if they are scores along the last axis. */
  sparseYPred?: boolean
}

const isInteger: Check = (x) => (Number.isInteger(x) ? undefined : 'a whole number')
const rules = metricRules(
  { numClasses: required as number, ignoreClass: null, sparseYTrue: true, sparseYPred: true },
  { numClasses: whole(1), ignoreClass: orNull(isInteger), sparseYTrue: flag, sparseYPred: flag },
)

/**
 * The mean over the classes of the intersection of the true and the predicted region, divided by their union. Classes that neither has are left
 * out.
 *
 * @example
 * new MeanIoU({ numClasses: 2 }).update([0, 0, 1, 1], [0, 1, 0, 1]).result() // => 0.33333
 */
export class MeanIoU extends Metric<number, Counts> {
  private readonly options: Required<Omit<MeanIoUOptions, 'name'>>

  /** Makes a metric for a number of classes. */
  constructor(given: MeanIoUOptions) {
    const options = resolve('MeanIoU', given, rules)
    super('meanIoU', given)
    this.options = options as typeof this.options
  }

  protected start(): Counts {
    return grow([], this.options.numClasses)
  }

  protected add(rows: Rows): void {
    const { sparseYPred } = this.options
    const count = sparseYPred ? rows.predictions.length : rows.count
    for (let i = 0; i < count; i++) this.addPixel(rows, i)
  }

  private addPixel(rows: Rows, i: number): void {
    const { numClasses, ignoreClass, sparseYTrue, sparseYPred } = this.options
    const truth = sparseYTrue ? rows.targets[i] : classOf(rows, i)
    const prediction = sparseYPred ? rows.predictions[i] : argMaxOf(rows.predictions, rows.width, i)
    if (truth === ignoreClass || truth < 0 || truth >= numClasses || prediction < 0 || prediction >= numClasses) return
    checkClass(rows.owner, 'target', truth, i)
    checkClass(rows.owner, 'prediction', prediction, i)
    countPair(this.state, truth, prediction, rows.weightOf(sparseYPred ? Math.floor(i / rows.width) : i))
  }

  override result(): number {
    const counts = this.state ?? this.start()
    const unions = counts.map(
      (row, i) => row.reduce((a, b) => a + b, 0) + counts.reduce((sum, r) => sum + r[i], 0) - row[i],
    )
    const shares = counts.map((row, i) => ratio(row[i], unions[i]))
    return ratio(
      shares.reduce((a, b) => a + b, 0),
      unions.filter((union) => union !== 0).length,
    )
  }
}
