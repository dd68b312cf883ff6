/**
 * Scaling of columns: to mean 0 and standard deviation 1, or to a range.
 */
import { OptionError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { checkOptions } from '../../options.js'
import type { TensorLike } from '../../tensor/creation.js'
import type { Tensor } from '../../tensor/tensor.js'
import { columnsOf, mapColumns } from './columns.js'

/** A `Scaler` in JSON. */
export interface ScalerJson {
  /** The number that is subtracted from each column. */
  readonly shift: readonly number[]
  /** The number that each column is divided by. */
  readonly scale: readonly number[]
  /** The shape of an example. */
  readonly features: Shape
}

/**
 * (x − shift) / scale for each column, with numbers that `standardize` or `minMaxScale` learned from the training data. What it does can be
 * undone, and it goes through JSON: save it with the model.
 *
 * @example
 * const scaler = standardize([[1, 10], [3, 30]])
 * scaler.apply([[2, 40]]).toArray() // => [[0, 2]]
 * scaler.invert([[0, 2]]).toArray() // => [[2, 40]]
 * const copy = Scaler.fromJSON(JSON.parse(JSON.stringify(scaler)))
 * copy.apply([[2, 40]]).toArray() // => [[0, 2]]
 */
export class Scaler {
  /** Internal: use `standardize`, `minMaxScale` or `Scaler.fromJSON`. */
  constructor(private readonly json: ScalerJson) {}

  /**
   * Makes it of what `toJSON` gave.
   * @param json parsed JSON
   * @throws OptionError for anything else
   */
  static fromJSON(json: ScalerJson): Scaler {
    const { shift, scale, features } = json ?? {}
    if (![shift, scale, features].every(Array.isArray) || shift.length !== scale.length)
      throw new OptionError(
        'Scaler.fromJSON: shift, scale and features must be arrays. Pass JSON.parse of what JSON.stringify(scaler) gave.',
      )
    return new Scaler({ shift, scale, features })
  }

  /** Returns what `Scaler.fromJSON` takes. */
  toJSON(): ScalerJson {
    return this.json
  }

  /**
   * Scales examples; no gradient flows through.
   * @throws ShapeError when they have other columns than those it was learned from
   */
  apply(x: TensorLike): Tensor {
    const { shift, scale, features } = this.json
    return mapColumns('Scaler.apply', x, features, (v, j) => (v - shift[j]) / scale[j])
  }

  /**
   * Gives back what was scaled, such as predictions in the units of the targets.
   * @throws ShapeError when they have other columns than those it was learned from
   */
  invert(x: TensorLike): Tensor {
    const { shift, scale, features } = this.json
    return mapColumns('Scaler.invert', x, features, (v, j) => v * scale[j] + shift[j])
  }

  /** `Scaler(4 columns)` */
  toString(): string {
    return `Scaler(${this.json.shift.length} columns)`
  }
}

/**
 * Learns to scale each column to mean 0 and standard deviation 1, from training data, [count, …]. NaN does not count; a constant column
 * becomes 0.
 *
 * @throws ShapeError when there are no examples; OptionError for a column without numbers
 * @example
 * const x = [[50, 2], [80, 3], [110, 4]]
 * standardize(x).apply(x).toArray() // => [[-1.2247, -1.2247], [0, 0], [1.2247, 1.2247]]
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.StandardScaler.html
 */
export function standardize(x: TensorLike): Scaler {
  const { columns, features } = columnsOf('standardize', x)
  const shift = columns.map((values) => values.reduce((sum, v) => sum + v, 0) / values.length)
  const scale = columns.map((values, j) => {
    const variance = values.reduce((sum, v) => sum + (v - shift[j]) ** 2, 0) / values.length
    return Math.sqrt(variance) || 1
  })
  return new Scaler({ shift, scale, features })
}

/**
 * Learns to scale each column to a range, from training data, [count, …]. NaN does not count; a constant column becomes `low`.
 *
 * @param options `low` and `high`, the range: default 0 and 1
 * @throws OptionError when `low` is not below `high`
 * @example
 * minMaxScale([[0], [5], [10]]).apply([[5], [20]]).toArray() // => [[0.5], [2]]
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.MinMaxScaler.html
 */
export function minMaxScale(x: TensorLike, options: { low?: number; high?: number } = {}): Scaler {
  checkOptions('minMaxScale', options, ['low', 'high'])
  const { low = 0, high = 1 } = options
  if (!(low < high)) throw new OptionError(`minMaxScale: low is ${low}, high ${high}. Give low < high.`)
  const { columns, features } = columnsOf('minMaxScale', x)
  const ranges = columns.map((values) =>
    values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]),
  )
  const scale = ranges.map(([least, most]) => (most - least || 1) / (high - low))
  return new Scaler({ shift: ranges.map(([least], j) => least - low * scale[j]), scale, features })
}
