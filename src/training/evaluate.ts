/**
 * Evaluation and prediction: the model over all examples, a batch at a time, without gradients and in the mode for use (no dropout).
 */
import { noGrad } from '../autograd/transforms/grad.js'
import { OptionError } from '../errors.js'
import { inUse } from '../layers/calls.js'
import type { Layer, Tensors } from '../layers/layer.js'
import { withPenalties } from '../layers/penalties.js'
import { checkBatchSize, checkOptions } from '../options.js'
import { backend } from '../tensor/backend.js'
import type { TensorLike } from '../tensor/creation.js'
import { concat } from '../tensor/operations/joining.js'
import { ready } from '../tensor/ready.js'
import { received } from '../tensor/received.js'
import { Tensor } from '../tensor/tensor.js'
import { tidy } from '../tensor/tidy.js'
import type { Compiled } from './compile.js'
import { awaited, type BatchLogs, batchLogs, type Logs, MeanLogs, readLogs } from './logs.js'
import type { OrderedData } from './named-data.js'
import { type Batch, sizeOfBatch, TrainingData } from './training-data.js'

/** Options of `evaluate` and `predict`. */
export interface BatchOptions {
  /** Examples at a time. Default 256. */
  batchSize?: number
}

/** Options of `evaluate`. */
export interface EvaluateOptions extends BatchOptions {
  /** A weight for each example. Default: 1 for all. */
  sampleWeight?: TensorLike | null
}

/** `Model.evaluate`. */
export function evaluate(
  model: Layer,
  compiled: Compiled,
  x: OrderedData,
  y: OrderedData,
  options: EvaluateOptions,
): Logs {
  const batchSize = batchSizeOf('evaluate', options, ['sampleWeight'])
  const data = checkedData(compiled, x, y, options)
  return evaluation(compiled, (mean) => {
    for (const [start, stop] of ranges(data.size, batchSize)) {
      tidy(() => read(compiled, logsOf(model, compiled, data.batch(start, stop)), mean, stop - start))
    }
  })
}

/** The logs of an evaluation, in which the metrics see the batches that `run` reads. */
function evaluation(compiled: Compiled, run: (mean: MeanLogs) => void): Logs {
  const mean = new MeanLogs()
  const end = compiled.states?.beginEvaluation()
  try {
    run(mean)
    return { ...mean.logs, ...compiled.states?.results }
  } finally {
    end?.()
  }
}

/** Adds the logs of a batch. */
function read(compiled: Compiled, logs: BatchLogs, mean: MeanLogs, size: number): void {
  mean.add(readLogs(compiled, logs), size)
  if (logs.held) compiled.states?.update(logs.held)
}

/** `Model.evaluateAsync`. */
export async function evaluateAsync(
  model: Layer,
  compiled: Compiled,
  x: OrderedData,
  y: OrderedData,
  options: EvaluateOptions,
): Promise<Logs> {
  const batchSize = batchSizeOf('evaluate', options, ['sampleWeight'])
  await ready([x, y])
  return evaluateOn(model, compiled, checkedData(compiled, x, y, options).batches(batchSize))
}

/** `evaluate` on checked data, on every back end; `between` is awaited after each batch. */
export async function evaluateOn(
  model: Layer,
  compiled: Compiled,
  batches: Iterable<() => Batch> | AsyncIterable<() => Batch>,
  between?: () => Promise<void>,
): Promise<Logs> {
  const mean = new MeanLogs()
  const end = compiled.states?.beginEvaluation()
  try {
    for await (const batch of batches) {
      const [logs, size] = tidy(() => {
        const rows = batch()
        return [logsOf(model, compiled, rows), sizeOfBatch(rows)] as const
      })
      await ready(awaited(logs))
      read(compiled, logs, mean, size)
      backend.free(logs)
      await between?.()
    }
    return { ...mean.logs, ...compiled.states?.results }
  } finally {
    end?.()
  }
}

/** `Model.predict`. */
export function predict(model: Layer, x: OrderedData, options: BatchOptions): Tensors {
  if (Array.isArray(options) || options instanceof Tensor)
    throw new OptionError(
      `predict: the second argument is ${received(options)}, but predict takes no targets. Write predict(x), or evaluate(x, y).`,
    )
  const batchSize = batchSizeOf('predict', options)
  const outputs: Tensors[] = []
  for (const rows of batchesOf(x, batchSize))
    outputs.push(tidy(() => noGrad(() => model.apply<Tensors>(rows() as Tensor, inUse))))
  if (outputs.length === 1) return outputs[0]
  const [first] = outputs
  if (!Array.isArray(first)) return concat(outputs as Tensor[])
  return first.map((_, i) => concat(outputs.map((one) => (one as Tensor[])[i])))
}

function batchSizeOf(op: string, options: BatchOptions, others: readonly string[] = []): number {
  checkOptions(op, options, ['batchSize', ...others])
  const { batchSize = 256 } = options
  checkBatchSize(op, batchSize)
  return batchSize
}

function checkedData({ loss }: Compiled, x: OrderedData, y: OrderedData, options: EvaluateOptions): TrainingData {
  const data = TrainingData.of('evaluate', x, y).weighted('evaluate', options.sampleWeight)
  data.checkTargets('evaluate', loss.targets)
  return data
}

/** The loss and the metrics of a batch. */
function logsOf(model: Layer, compiled: Compiled, batch: Batch): BatchLogs {
  const { x, y, weights } = batch as { x: Tensor; y: Tensors; weights: Tensor | null }
  return noGrad(() => {
    const predictions = model.apply<Tensors>(x, inUse)
    const loss = withPenalties(compiled.loss.apply(y as Tensor, predictions as Tensor, weights), model)
    return batchLogs(compiled, loss, y, predictions, weights)
  })
}

/** The examples in batches, each made when it is needed. Examples on a GPU that cannot be read at once are cut there. */
function* batchesOf(x: OrderedData, batchSize: number): Generator<() => Tensors> {
  const isPending = x instanceof Tensor && x.rank > 0 && backend.isPending?.(x.buffer)
  const data = isPending ? null : TrainingData.inputs('predict', x)
  const size = isPending ? x.shape[0] : (data as TrainingData).size
  for (const [start, stop] of ranges(size, batchSize))
    yield () => (data ? data.batch(start, stop).x : (x as Tensor).slice([[start, stop]]))
}

/** The starts and stops of the batches. */
function* ranges(size: number, batchSize: number): Generator<[start: number, stop: number]> {
  for (let start = 0; start < size; start += batchSize) yield [start, Math.min(start + batchSize, size)]
}
