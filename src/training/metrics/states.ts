/**
 * The metrics with a state of a compiled model: they see every batch of an epoch or an evaluation, and report once.
 */
import type { Tensor } from '../../tensor/tensor.js'
import type { Logs } from '../logs.js'
import type { Metric } from './metric.js'

/** A metric with a state, as `compile` was given it. */
export interface StatefulMetric {
  readonly metric: Metric<unknown>
  /** Turns logits into the probabilities that the metric takes; null where the predictions are right as they are. */
  readonly toProbabilities: ((yPred: Tensor) => Tensor) | null
  /** True if it counts the weights of examples. */
  readonly isWeighted: boolean
}

/** What the metrics read of a batch; a plain object, so that a workspace finds its tensors. */
export interface Held {
  readonly yTrue: Tensor
  /** The predictions for each metric. */
  readonly predictions: readonly Tensor[]
  readonly weights: Tensor | null
}

/** The metrics with a state. */
export class MetricStates {
  /** True during an epoch of `fit`, in which batches add up; a batch on its own starts anew. */
  isAccumulating = false

  constructor(private readonly list: readonly StatefulMetric[]) {}

  /** The names of the results that are logged. */
  get names(): string[] {
    return this.list.filter(({ metric }) => metric.isLogged).map(({ metric }) => metric.name)
  }

  /** Keeps what the metrics need of a batch, until it can be read. */
  hold(yTrue: Tensor, yPred: Tensor, weights: Tensor | null): Held {
    return { yTrue, weights, predictions: this.list.map(({ toProbabilities }) => toProbabilities?.(yPred) ?? yPred) }
  }

  /** Adds a batch. */
  update({ yTrue, predictions, weights }: Held): void {
    for (const [i, { metric, isWeighted }] of this.list.entries())
      metric.update(yTrue, predictions[i], { sampleWeight: isWeighted ? weights : null })
  }

  /** Forgets all batches. */
  reset(): void {
    for (const { metric } of this.list) metric.reset()
  }

  /** The results so far, by name. */
  get results(): Logs {
    const logged = this.list.filter(({ metric }) => metric.isLogged)
    return Object.fromEntries(logged.map(({ metric }) => [metric.name, metric.result() as number]))
  }

  /** Starts an evaluation. Returns a function that ends it: in the middle of an epoch, it restores the epoch's states. */
  beginEvaluation(): () => void {
    const before = this.isAccumulating ? this.list.map(({ metric }) => metric.state) : null
    this.reset()
    return () => {
      for (const [i, state] of before?.entries() ?? []) this.list[i].metric.state = state
    }
  }
}
