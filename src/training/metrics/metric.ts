/**
 * The type of metrics. The metrics are in files by family; `get-metric.ts` lists them all.
 */
import type { Shape, TypedArray } from '../../kernels/backend.js'
import type { Tensor } from '../../tensor/tensor.js'

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
