/**
 * The metrics with a state of a compiled model: they see every batch of an epoch or an evaluation, and report once.
 */
import type { Tensors } from '../../layers/layer.js'
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
  /** The output that it looks at, where there are several, and its name in the logs then. */
  readonly output?: number
  readonly logName?: string
}

/** The values of a batch that metrics read; a plain object, so that a workspace finds its tensors. */
export interface Held {
  /** The targets and the predictions for each metric. */
  readonly targets: readonly Tensor[]
  readonly predictions: readonly Tensor[]
  readonly weights: Tensor | null
}

const nameOf = ({ metric, logName }: StatefulMetric) => logName ?? metric.name

const pick = (x: Tensors, output: number | undefined) =>
  (output === undefined ? x : (x as readonly Tensor[])[output]) as Tensor

/** The metrics with a state. */
export class MetricStates {
  /** True during an epoch of `fit`, in which batches add up; a batch on its own starts anew. */
  isAccumulating = false

  constructor(private readonly list: readonly StatefulMetric[]) {}

  /** The names of the results that are logged. */
  get names(): string[] {
    return this.list.filter(({ metric }) => metric.isLogged).map(nameOf)
  }

  /** Keeps what the metrics need of a batch, until it can be read. */
  hold(yTrue: Tensors, yPred: Tensors, weights: Tensor | null): Held {
    const predictions = this.list.map(({ toProbabilities, output }) => {
      const own = pick(yPred, output).detach()
      return toProbabilities?.(own) ?? own
    })
    return { targets: this.list.map(({ output }) => pick(yTrue, output)), weights, predictions }
  }

  /** Adds a batch. */
  update({ targets, predictions, weights }: Held): void {
    for (const [i, { metric, isWeighted }] of this.list.entries())
      metric.update(targets[i], predictions[i], { sampleWeight: isWeighted ? weights : null })
  }

  /** Forgets all batches. */
  reset(): void {
    for (const { metric } of this.list) metric.reset()
  }

  /** The results so far, by name. */
  get results(): Logs {
    const logged = this.list.filter(({ metric }) => metric.isLogged)
    return Object.fromEntries(logged.map((each) => [nameOf(each), each.metric.result() as number]))
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
