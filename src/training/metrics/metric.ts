/**
 * The types of metrics: functions of one batch, and objects with a state that grows from batch to batch. The metrics are in files by
 * family; `get-metric.ts` has the functions by name, `catalog.ts` the classes.
 */
import { OptionError } from '../../errors.js'
import { type Config, toKeras } from '../../keras-names.js'
import type { Shape, TypedArray } from '../../kernels/backend.js'
import { type Check, resolve, string } from '../../options.js'
import { Printed } from '../../printed.js'
import type { TensorLike } from '../../tensor/creation.js'
import type { Tensor } from '../../tensor/tensor.js'
import { type Rows, rowsOf } from './rows.js'

/**
 * A metric: one number per example, or their mean, given what is true and what was predicted. Targets come in the shape
 * of the predictions where only a trailing 1 differs.
 */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor

/** A metric and its name in the logs. */
export interface NamedMetric {
  readonly name: string
  readonly apply: MetricFunction
  /**
   * Looks for targets that it cannot take and the loss can; `shape` and `output` are those of one example's target and
   * prediction.
   */
  readonly checkTargets?: (op: string, values: TypedArray, shape: Shape, output: Shape) => void
}

/** Options that every metric takes. */
export interface MetricOptions {
  /** The name in the logs. Default: the class's, in camelCase. */
  name?: string
}

/** Options of `update`. */
export interface UpdateOptions {
  /** A weight for each example, [batch], or for each step, [batch, steps]. Default: 1 for all. */
  sampleWeight?: TensorLike | null
}

const updateRules = { defaults: { sampleWeight: null } } as const

/**
 * The base of metrics with a state: `update` adds a batch, `result` gives the metric of all examples since the last `reset`.
 *
 * @example
 * const precision = new Precision()
 * precision.update([1, 0, 1], [0.9, 0.8, 0.2])
 * precision.update([1], [0.7])
 * precision.result() // => 0.66667
 */
export abstract class Metric<Result = number, State = unknown> extends Printed {
  /** The name in the logs. */
  readonly name: string
  /** True if the predictions must be probabilities: `compile` converts the logits of a model that ends in logits. */
  readonly takesProbabilities: boolean = false
  /** True if the result is one number, which `fit` logs. */
  readonly isLogged: boolean = true
  /**
   * The sums so far.
   * @internal
   */
  state: State

  /**
   * Makes a metric.
   * @param name its name, unless the options have one
   */
  protected constructor(
    name: string,
    private readonly given: MetricOptions & object,
  ) {
    super()
    this.name = given.name ?? name
    this.state = undefined as State
  }

  /** Returns the state before the first example. */
  protected abstract start(): State
  /** Adds rows of predictions to the state. */
  protected abstract add(rows: Rows): void
  /** Returns the metric of all examples since the last `reset`. */
  abstract result(): Result

  /**
   * Adds a batch.
   * @param yTrue the targets: of the shape of `yPred`, or one label for each row of it
   * @param yPred the predictions, [batch, …]
   * @returns the metric
   * @throws ShapeError when the shapes do not fit
   */
  update(yTrue: TensorLike, yPred: TensorLike, options: UpdateOptions = {}): this {
    const owner = this.constructor.name
    const { sampleWeight } = resolve(owner, options, updateRules)
    if (yPred === undefined)
      throw new OptionError(`${owner}: yPred is missing. Call update(yTrue, yPred), with one entry per example.`)
    const rows = rowsOf(owner, yTrue, yPred, sampleWeight)
    this.state ??= this.start()
    this.add(rows)
    return this
  }

  /** Forgets all examples. */
  reset(): void {
    this.state = this.start()
  }

  /** Returns the options in Keras's spelling, ready for JSON. */
  getConfig(): Config {
    const own = Object.entries(this.given).map(([key, value]) => [toKeras(key), value])
    return { ...Object.fromEntries(own), name: this.name }
  }

  /** Returns the class and the result. */
  toString(): string {
    const result: unknown = this.result()
    return `${this.constructor.name}(${typeof result === 'number' ? Number(result.toPrecision(5)) : String(result)})`
  }
}

/** The rules of a metric's options, see `resolve`: its name, and its own. */
// @__NO_SIDE_EFFECTS__ so that bundlers leave out what nobody uses
export function metricRules<const Defaults extends object = object>(
  defaults?: Defaults,
  ranges?: { readonly [Name in keyof Defaults]?: Check },
) {
  const all = { name: undefined, ...defaults } as unknown as Defaults & { readonly name: undefined }
  return { defaults: all, ranges: { name: string, ...ranges } }
}

/** a / b, and 0 where b is 0. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b
}
