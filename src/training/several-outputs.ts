/**
 * Models with several outputs: a loss, a weight and metrics for each, and their sum as the loss that is trained. The logs have the loss and
 * the metrics of each output under its name: `price_loss`, `kind_accuracy`.
 */
import { OptionError } from '../errors.js'
import { show } from '../options.js'
import type { Tensor } from '../tensor/tensor.js'
import { type CompiledLoss, getLoss } from './losses/get-loss.js'
import type { LossLike } from './losses/named-losses.js'
import { getMetric, type MetricLike } from './metrics/get-metric.js'
import type { NamedMetric } from './metrics/metric.js'

/** Something for each output: in their order, or by their names. */
export type PerOutput<T> = readonly T[] | Readonly<Record<string, T>>

/** The outputs of a model. */
export interface Outputs {
  readonly names: readonly string[]
  /** True for those that are probabilities, where losses otherwise expect logits. */
  readonly areProbabilities: readonly boolean[]
}

/** The part of `compile`'s options that there is one of for each output. */
export interface OutputOptions {
  readonly loss: LossLike | PerOutput<LossLike | null>
  readonly lossWeights?: PerOutput<number>
  readonly metrics?: readonly MetricLike[] | PerOutput<MetricLike | readonly MetricLike[]>
}

/** The loss and the metrics of several outputs, as those of one that get arrays. */
export function combined(
  options: OutputOptions,
  { names, areProbabilities }: Outputs,
): { loss: CompiledLoss; metrics: NamedMetric[] } {
  const losses = perOutput('loss', forEach(options.loss, names), names).map((loss, i) =>
    loss == null ? null : getLoss(loss as LossLike, !areProbabilities[i]),
  )
  if (losses.every((loss) => loss === null))
    throw new OptionError(`compile: no output has a loss. Give one for at least one of ${names.join(', ')}.`)
  const weights = perOutput('lossWeights', options.lossWeights ?? names.map(() => 1), names).map((w) =>
    checkWeight(w ?? 1),
  )
  const metrics = perOutput('metrics', metricsFor(options.metrics, names), names)
  const total = (yTrue: readonly Tensor[], yPred: readonly Tensor[], sampleWeight?: Tensor | null) => {
    checkCount(names, yTrue, 'y')
    checkCount(names, yPred, 'the model')
    const parts = losses.flatMap((loss, i) =>
      loss ? [scaled(loss.apply(yTrue[i], yPred[i], sampleWeight), weights[i])] : [],
    )
    return parts.reduce((sum, one) => sum.add(one))
  }
  return {
    loss: { name: 'loss', targets: 'custom', apply: total as never },
    metrics: names.flatMap((name, i) => {
      const own = [metrics[i] ?? []].flat() as MetricLike[]
      return [
        ...lossMetric(name, losses[i]),
        ...own.map((metric) => getMetric(metric, losses[i]?.targets ?? 'custom', !areProbabilities[i])),
      ].map((metric) => ofOutput(metric, name, i))
    }),
  }
}

const scaled = (loss: Tensor, weight: number) => (weight === 1 ? loss : loss.mul(weight))

function lossMetric(_name: string, loss: CompiledLoss | null): NamedMetric[] {
  return loss ? [{ name: 'loss', apply: loss.apply }] : []
}

/** A metric of output i, which gets those of all outputs. */
function ofOutput({ name, apply }: NamedMetric, output: string, i: number): NamedMetric {
  const pick = (all: Tensor) => (all as unknown as readonly Tensor[])[i]
  return { name: `${output}_${name}`, apply: (yTrue, yPred) => apply(pick(yTrue), pick(yPred)) }
}

/** One loss for all outputs, or one for each. */
function forEach(loss: OutputOptions['loss'], names: readonly string[]): PerOutput<LossLike | null> {
  const isOne = typeof loss === 'string' || typeof loss === 'function'
  return isOne ? names.map(() => loss as LossLike) : (loss as PerOutput<LossLike | null>)
}

function metricsFor(metrics: OutputOptions['metrics'], names: readonly string[]): PerOutput<unknown> {
  if (!Array.isArray(metrics)) return (metrics as PerOutput<unknown>) ?? names.map(() => [])
  return metrics.length === 0 ? names.map(() => []) : metrics
}

/** The entries in the order of the outputs. */
function perOutput<T>(what: string, given: PerOutput<T>, names: readonly string[]): (T | undefined)[] {
  if (typeof given !== 'object' || given === null)
    throw new OptionError(
      `compile: ${what} must be an array, or an object of the names ${names.join(', ')}, received ${show(given)}. Give one entry for each output.`,
    )
  if (Array.isArray(given)) {
    if (given.length !== names.length)
      throw new OptionError(
        `compile: ${what} has ${given.length} entries, but the model has ${names.length} outputs: ${names.join(', ')}. Give one for each.`,
      )
    return given
  }
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new OptionError(
      `compile: ${what} names ${unknown}, which is not an output. The outputs are ${names.join(', ')}.`,
    )
  return names.map((name) => (given as Readonly<Record<string, T>>)[name])
}

function checkWeight(weight: unknown): number {
  if (typeof weight === 'number' && Number.isFinite(weight)) return weight
  throw new OptionError(`compile: a weight in lossWeights is ${show(weight)}. Give finite numbers.`)
}

function checkCount(names: readonly string[], given: unknown, what: string): void {
  const count = Array.isArray(given) ? given.length : 1
  if (Array.isArray(given) && count === names.length) return
  throw new OptionError(
    `loss: ${what} has ${count} outputs, but compile was given ${names.length}: ${names.join(', ')}. Pass an array with one entry each.`,
  )
}
