/**
 * What `Model.evaluate` and `Model.predict` do: the model over all examples, a batch at a time, without gradients and in the mode
 * for use (no dropout).
 */
import { noGrad } from '../autograd/transforms/grad.js'
import { OptionError } from '../errors.js'
import { inUse } from '../layers/calls.js'
import { checkBatchSize, checkOptions } from '../options.js'
import { backend } from '../tensor/backend.js'
import type { TensorLike } from '../tensor/creation.js'
import { concat } from '../tensor/operations/shaping.js'
import { Tensor } from '../tensor/tensor.js'
import { tidy } from '../tensor/tidy.js'
import { arrived, Dataset } from './dataset.js'
import { type Logs, MeanLogs } from './logs.js'
import { read, readAsync, type Sum, sumsOf } from './metrics/batch-metrics.js'
import type { BatchOptions, Model } from './model.js'
import { received } from './received.js'

/** `Model.evaluate`. */
export function evaluate(model: Model, x: TensorLike, y: TensorLike, options: BatchOptions): Logs {
  const batchSize = batchSizeOf('evaluate', model, options)
  const data = dataFor(model, x, y)
  const mean = new MeanLogs()
  for (const [start, stop] of ranges(data.size, batchSize))
    mean.add(
      tidy(() => read(sumsOn(model, data, start, stop))),
      stop - start,
    )
  return mean.logs
}

/** `Model.evaluateAsync`. */
export async function evaluateAsync(model: Model, x: TensorLike, y: TensorLike, options: BatchOptions): Promise<Logs> {
  const batchSize = batchSizeOf('evaluate', model, options)
  await arrived([x, y])
  return evaluateOn(model, dataFor(model, x, y), batchSize)
}

/** `evaluate` on checked data, on every back end; `between` gives others their turn between the batches. */
export async function evaluateOn(
  model: Model,
  data: Dataset,
  batchSize: number,
  between?: () => Promise<void>,
): Promise<Logs> {
  const mean = new MeanLogs()
  for (const [start, stop] of ranges(data.size, batchSize)) {
    const sums = tidy(() => sumsOn(model, data, start, stop))
    mean.add(await readAsync(sums), stop - start)
    backend.inWorkspace(() => {}, sums)
    await between?.()
  }
  return mean.logs
}

/** `Model.predict`. */
export function predict(model: Model, x: TensorLike, options: BatchOptions): Tensor {
  if (Array.isArray(options) || options instanceof Tensor)
    throw new OptionError(
      `predict: the second argument is ${received(options)}, but predict takes no targets. Write predict(x), or evaluate(x, y).`,
    )
  const batchSize = checkedBatchSize('predict', options)
  const outputs: Tensor[] = []
  for (const rows of batchesOf(x, batchSize)) outputs.push(tidy(() => noGrad(() => model.apply(rows(), inUse))))
  return outputs.length === 1 ? outputs[0] : concat(outputs)
}

function batchSizeOf(op: string, model: Model, options: BatchOptions): number {
  model.howToTrain(op)
  return checkedBatchSize(op, options)
}

function checkedBatchSize(op: string, options: BatchOptions): number {
  checkOptions(op, options, ['batchSize'])
  const { batchSize = 256 } = options
  checkBatchSize(op, batchSize)
  return batchSize
}

function dataFor(model: Model, x: TensorLike, y: TensorLike): Dataset {
  const data = Dataset.of('evaluate', x, y)
  data.checkTargets('evaluate', model.howToTrain('evaluate').loss.targets)
  return data
}

/** The loss and the metrics of the examples from `start` to `stop`. */
function sumsOn(model: Model, data: Dataset, start: number, stop: number): Sum[] {
  const { loss, metrics } = model.howToTrain('evaluate')
  const { x, y } = data.batch(start, stop)
  return noGrad(() => {
    const predictions = model.apply(x, inUse)
    return sumsOf(loss.apply(y as Tensor, predictions), metrics, y as Tensor, predictions)
  })
}

/**
 * The examples in batches, each made when it is asked for. What is on a GPU that cannot be read at once is cut there.
 */
function* batchesOf(x: TensorLike, batchSize: number): Generator<() => Tensor> {
  const isPending = x instanceof Tensor && x.rank > 0 && backend.isPending?.(x.buffer)
  const data = isPending ? null : Dataset.inputs('predict', x)
  const size = isPending ? x.shape[0] : (data as Dataset).size
  for (const [start, stop] of ranges(size, batchSize))
    yield () => (data ? data.batch(start, stop).x : (x as Tensor).slice([[start, stop]]))
}

/** Where the batches start and stop. */
function* ranges(size: number, batchSize: number): Generator<[start: number, stop: number]> {
  for (let start = 0; start < size; start += batchSize) yield [start, Math.min(start + batchSize, size)]
}
