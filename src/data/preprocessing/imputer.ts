/**
 * Values for what is missing: numbers that are learned from the training data.
 */
import { OptionError, ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { checkOptions, unknownName } from '../../options.js'
import { type TensorLike, toTensor } from '../../tensor/creation.js'
import { where } from '../../tensor/operations/comparisons.js'
import { concat } from '../../tensor/operations/joining.js'
import { cast } from '../../tensor/operations/rounding.js'
import { slice } from '../../tensor/operations/slicing.js'
import { formatShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import { type MissingFill, mean, median, mostFrequent } from '../csv/missing.js'
import { columnsOf, mapColumns } from './columns.js'

/** An `Imputer` in JSON. */
export interface ImputerJson {
  /** The number to fill in, for each column. */
  readonly values: readonly number[]
  /** True if it adds columns that mark what was missing. */
  readonly indicators: boolean
  /** The shape of an example. */
  readonly features: Shape
}

/** Options of `imputer`. */
export interface ImputerOptions {
  /** The value to fill in: the `mean` (default), `median` or `mostFrequent` of each column, or a constant, `{ fill: 0 }`. */
  strategy?: 'mean' | 'median' | 'mostFrequent' | MissingFill
  /** True adds a column of 0 and 1 for each column, which marks what was missing, so that a model can see it. Default false. */
  indicators?: boolean
}

/**
 * Fills in what is missing (NaN) with the number of its column that `imputer` learned. With `indicators` it can be undone. It goes through
 * JSON: save it with the model.
 *
 * @example
 * const filler = imputer([[1, 10], [NaN, 30], [3, NaN]], { indicators: true })
 * filler.apply([[NaN, 5]]).toArray() // => [[2, 5, 1, 0]]
 * filler.invert([[2, 5, 1, 0]]).toArray() // => [[NaN, 5]]
 */
export class Imputer {
  /** Internal: use `imputer` or `Imputer.fromJSON`. */
  constructor(private readonly json: ImputerJson) {}

  /**
   * Makes it of what `toJSON` gave.
   * @param json parsed JSON
   * @throws OptionError for anything else
   */
  static fromJSON(json: ImputerJson): Imputer {
    const { values, indicators, features } = json ?? {}
    if (![values, features].every(Array.isArray) || typeof indicators !== 'boolean')
      throw new OptionError(
        'Imputer.fromJSON: values and features must be arrays, indicators a boolean. Pass JSON.parse of what JSON.stringify(imputer) gave.',
      )
    return new Imputer({ values, indicators, features })
  }

  /** Returns what `Imputer.fromJSON` takes. */
  toJSON(): ImputerJson {
    return this.json
  }

  /**
   * Fills in what is missing; with `indicators`, the last axis gets twice as long.
   * @throws ShapeError when the examples have other columns than those it was learned from
   */
  apply(x: TensorLike): Tensor {
    const { values, features, indicators } = this.json
    const given = toTensor(x)
    const filled = mapColumns('Imputer.apply', given, features, (v, j) => (Number.isNaN(v) ? values[j] : v))
    return indicators ? concat([filled, cast(given.isNaN(), filled.dtype)], -1) : filled
  }

  /**
   * Gives back NaN where values were filled in, as the indicators mark them.
   * @throws OptionError when it has no indicators
   */
  invert(x: TensorLike): Tensor {
    const { indicators, features } = this.json
    if (!indicators)
      throw new OptionError(
        'Imputer.invert: without indicators it is not known which values were missing. Make it with { indicators: true }.',
      )
    const given = toTensor(x)
    const [size] = features
    const marks = slice(given, [null, [size, 2 * size]])
    return where(marks.greater(0.5), Number.NaN, slice(given, [null, [0, size]]))
  }

  /** `Imputer(4 columns)` */
  toString(): string {
    return `Imputer(${this.json.values.length} columns)`
  }
}

/**
 * Learns what to fill in for missing values (NaN) from training data, [count, …].
 *
 * @throws OptionError for an unknown strategy, and for a column without numbers; ShapeError when there are no examples
 * @example
 * imputer([[1], [NaN], [3]]).apply([[NaN], [5]]).toArray() // => [[2], [5]]
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.impute.SimpleImputer.html
 */
export function imputer(x: TensorLike, options: ImputerOptions = {}): Imputer {
  checkOptions('imputer', options, ['strategy', 'indicators'])
  const { strategy = 'mean', indicators = false } = options
  const { columns, features } = columnsOf('imputer', x)
  if (indicators && features.length !== 1)
    throw new ShapeError(
      `imputer: examples have shape ${formatShape(features)}, and indicators need columns. Reshape x to [count, columns].`,
    )
  return new Imputer({ values: columns.map((values) => fillOf(strategy, values)), indicators, features })
}

const strategies = { mean, median, mostFrequent }

function fillOf(strategy: NonNullable<ImputerOptions['strategy']>, values: readonly number[]): number {
  if (typeof strategy === 'object' && typeof strategy.fill === 'number') return strategy.fill
  const name = strategy as keyof typeof strategies
  if (Object.hasOwn(strategies, name)) return strategies[name](values)
  throw unknownName('imputer', 'strategy', JSON.stringify(strategy), Object.keys(strategies), '{ fill: number }')
}
