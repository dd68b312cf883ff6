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
import { concat } from '../tensor/operations/joining.js'
import { ready } from '../tensor/ready.js'
import { received } from '../tensor/received.js'
import { Tensor } from '../tensor/tensor.js'
import { tidy } from '../tensor/tidy.js'
import type { Compiled } from './compile.js'
import { type BatchLogs, batchLogs, type Logs, MeanLogs, readLogs } from './logs.js'
import type { OrderedData } from './named-data.js'
import { TrainingData } from './training-data.js'

/** Options of `evaluate` and `predict`. */
export interface BatchOptions {
  /** Examples at a time. Default 256. */
  batchSize?: number
}

/** `Model.evaluate`. */
export function evaluate(
  model: Layer,
  compiled: Compiled,
  x: OrderedData,
  y: OrderedData,
  options: BatchOptions,
): Logs {
  const batchSize = batchSizeOf('evaluate', options)
  const data = checkedData(compiled, x, y)
  const mean = new MeanLogs()
  for (const [start, stop] of ranges(data.size, batchSize)) {
    const logs = tidy(() => readLogs(compiled, logsOf(model, compiled, data, start, stop)))
    mean.add(logs, stop - start)
  }
  return mean.logs
}

/** `Model.evaluateAsync`. */
export async function evaluateAsync(
  model: Layer,
  compiled: Compiled,
  x: OrderedData,
  y: OrderedData,
  options: BatchOptions,
): Promise<Logs> {
  const batchSize = batchSizeOf('evaluate', options)
  await ready([x, y])
  return evaluateOn(model, compiled, checkedData(compiled, x, y), batchSize)
}

/** `evaluate` on checked data, on every back end; `between` is awaited after each batch. */
export async function evaluateOn(
  model: Layer,
  compiled: Compiled,
  data: TrainingData,
  batchSize: number,
  between?: () => Promise<void>,
): Promise<Logs> {
  const mean = new MeanLogs()
  for (const [start, stop] of ranges(data.size, batchSize)) {
    const logs = tidy(() => logsOf(model, compiled, data, start, stop))
    await ready(logs.totals)
    mean.add(readLogs(compiled, logs), stop - start)
    backend.free(logs)
    await between?.()
  }
  return mean.logs
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

function batchSizeOf(op: string, options: BatchOptions): number {
  checkOptions(op, options, ['batchSize'])
  const { batchSize = 256 } = options
  checkBatchSize(op, batchSize)
  return batchSize
}

function checkedData({ loss }: Compiled, x: OrderedData, y: OrderedData): TrainingData {
  const data = TrainingData.of('evaluate', x, y)
  data.checkTargets('evaluate', loss.targets)
  return data
}

/** The loss and the metrics of the examples from `start` to `stop`. */
function logsOf(model: Layer, compiled: Compiled, data: TrainingData, start: number, stop: number): BatchLogs {
  const { x, y } = data.batch(start, stop) as { x: Tensor; y: Tensors }
  return noGrad(() => {
    const predictions = model.apply<Tensors>(x, inUse)
    const loss = withPenalties(compiled.loss.apply(y as Tensor, predictions as Tensor), model)
    return batchLogs(compiled, loss, y, predictions)
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
