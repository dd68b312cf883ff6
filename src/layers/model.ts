/**
 * A layer that can be trained: `compile` says how, `fit`, `trainOnBatch`, `evaluate` and `predict` do it.
 */

import { noGrad } from '../autograd/grad.js'
import { GradientError, OptionError } from '../errors.js'
import { checkBatchSize, checkOptions } from '../options.js'
import { backend } from '../tensor/backend.js'
import { tidy } from '../tensor/backends.js'
import { type TensorLike, toTensor } from '../tensor/creation.js'
import { concat } from '../tensor/shaping.js'
import { type SavedTensor, Tensor } from '../tensor/tensor.js'
import { trainableChanges, type Variable } from '../tensor/variable.js'
import type { History } from './callbacks.js'
import { type Compiled, type CompileOptions, compiled, type TrainingOptimizer } from './compile.js'
import { arrived, Dataset } from './dataset.js'
import { type FitOptions, runFit } from './fit.js'
import { Layer } from './layer.js'
import { type Logs, MeanLogs } from './logs.js'
import { summarize } from './summary.js'
import { read, readAsync, type Sum, sumsOf } from './sums.js'
import { checkTargets } from './targets.js'
import { assignAll } from './weights.js'

/** Options of `evaluate` and `predict`. */
export interface BatchOptions {
  /** Examples at a time. Default 256. */
  batchSize?: number
}

/** The base of models: a layer with a training loop. */
export abstract class Model extends Layer {
  /** Set by a callback to end the training after the current batch. */
  stopTraining = false
  private compiled: Compiled | null = null
  /** The trainable variables, once they exist. */
  private weightsToTrain: Variable[] | null = null
  private trainableSince = 0

  /**
   * Says how to train.
   * @throws OptionError for an unknown loss, metric or option, or when the optimizer is not one
   */
  compile(options: CompileOptions): this {
    this.compiled = compiled(options, !this.givesProbabilities)
    return this
  }

  /**
   * Trains for a number of epochs: shuffles, cuts into batches, steps, validates. Yields to the event loop now and
   * then. After the last epoch, an optimizer with `useEma` writes the averaged weights into the variables.
   *
   * @param x [examples, ...]
   * @param y [examples, ...]
   * @returns the logs of every epoch
   * @throws ShapeError, DTypeError or OptionError when the data or an option is wrong; nothing has changed then
   * @throws GradientError when the loss becomes NaN or infinite; the weights are those before that batch
   */
  fit(x: TensorLike, y: TensorLike, options: FitOptions = {}): Promise<History> {
    return runFit(this, x, y, options)
  }

  /**
   * One training step on one batch.
   * @returns the loss and the metrics, before the step
   */
  trainOnBatch(x: TensorLike, y: TensorLike): Logs {
    const { loss, metrics } = this.howToTrain('trainOnBatch')
    const [inputs, targets] = [toTensor(x), toTensor(y)]
    if (loss.targets === 'probabilities' && !backend.isAsync)
      checkTargets('trainOnBatch', loss.targets, targets.dataSync(), targets.size / targets.shape[0], Infinity)
    return backend.inWorkspace(() => {
      const predictions = this.apply(inputs, { training: true })
      const value = loss.apply(targets, predictions)
      const logs = read(sumsOf(value, metrics, targets, predictions))
      if (!Number.isFinite(logs.loss)) throw badLoss(logs.loss)
      this.applyGradients(this.gradientsOf(this.scaled(value).gradientsOfLeaves()))
      return logs
    })
  }

  /**
   * `trainOnBatch` for every back end: WebGPU gives the loss only later.
   * @returns the loss and the metrics, before the step
   */
  async trainOnBatchAsync(x: TensorLike, y: TensorLike): Promise<Logs> {
    if (!backend.isAsync) return this.trainOnBatch(x, y)
    const { loss, metrics } = this.howToTrain('trainOnBatch')
    const results = backend.inWorkspace(() => {
      const [inputs, targets] = [toTensor(x), toTensor(y)]
      const predictions = this.apply(inputs, { training: true })
      const value = loss.apply(targets, predictions)
      const gradients = this.gradientsOf(this.scaled(value).gradientsOfLeaves())
      const decisive = this.optimizer.decisive?.(gradients) ?? []
      return { sums: sumsOf(value, metrics, targets, predictions), gradients, decisive }
    })
    const [logs] = await Promise.all([readAsync(results.sums), ...results.decisive.map((flag) => flag.data())])
    if (!Number.isFinite(logs.loss)) throw badLoss(logs.loss)
    backend.inWorkspace(() => this.applyGradients(results.gradients), results)
    return logs
  }

  /** The gradients of the trainable variables, in their order. */
  private gradientsOf(gradients: ReadonlyMap<Tensor, Tensor>): (Tensor | null)[] {
    if (!this.weightsToTrain || this.trainableSince !== trainableChanges) {
      if (this.variables.length === 0) throw withoutWeights(this.name)
      this.weightsToTrain = this.trainableVariables
      this.trainableSince = trainableChanges
    }
    return this.weightsToTrain.map((v) => gradients.get(v) ?? null)
  }

  private applyGradients(gradients: (Tensor | null)[]): void {
    this.optimizer.apply(gradients, this.weightsToTrain ?? [])
  }

  /**
   * The loss and the metrics over all examples.
   * @example
   * const model = new Sequential([new Dense(1, { kernelInitializer: 'ones' })])
   * model.compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
   * model.evaluate([[1], [2]], [[1], [4]]) // => { loss: 2 }
   */
  evaluate(x: TensorLike, y: TensorLike, options: BatchOptions = {}): Logs {
    const batchSize = this.howToEvaluate(options)
    return this.evaluateOn(this.dataToEvaluate(x, y), batchSize)
  }

  /** `evaluate` for every back end: WebGPU gives numbers only later. */
  async evaluateAsync(x: TensorLike, y: TensorLike, options: BatchOptions = {}): Promise<Logs> {
    const batchSize = this.howToEvaluate(options)
    await arrived([x, y])
    return this.evaluateOnAsync(this.dataToEvaluate(x, y), batchSize)
  }

  /** The batch size. */
  private howToEvaluate(options: BatchOptions): number {
    this.howToTrain('evaluate')
    checkOptions('evaluate', options, ['batchSize'])
    const { batchSize = 256 } = options
    checkBatchSize('evaluate', batchSize)
    return batchSize
  }

  private dataToEvaluate(x: TensorLike, y: TensorLike): Dataset {
    const data = Dataset.of('evaluate', x, y)
    data.checkTargets('evaluate', this.howToTrain('evaluate').loss.targets)
    return data
  }

  /** Internal: `evaluate` on checked data. */
  evaluateOn(data: Dataset, batchSize: number): Logs {
    const mean = new MeanLogs()
    for (let start = 0; start < data.size; start += batchSize) {
      const stop = Math.min(start + batchSize, data.size)
      mean.add(
        tidy(() => read(this.sumsOn(data, start, stop))),
        stop - start,
      )
    }
    return mean.logs
  }

  /** Internal: `evaluateOn` where numbers cannot be read at once, or others want their turn between the batches. */
  async evaluateOnAsync(data: Dataset, batchSize: number, between?: () => Promise<void>): Promise<Logs> {
    const mean = new MeanLogs()
    for (let start = 0; start < data.size; start += batchSize) {
      const stop = Math.min(start + batchSize, data.size)
      const sums = tidy(() => this.sumsOn(data, start, stop))
      mean.add(await readAsync(sums), stop - start)
      backend.inWorkspace(() => {}, sums)
      await between?.()
    }
    return mean.logs
  }

  /**
   * Internal: finds a target that would fail in a later batch, before the first one moves a weight. To know the number
   * of classes it calls the model on the first examples, which builds it if need be.
   * @throws ShapeError or DTypeError for a target that the loss cannot take
   */
  checkTargets(op: string, data: Dataset, batchSize: number): void {
    const { targets } = this.howToTrain(op).loss
    data.checkTargets(op, targets)
    if (targets !== 'labels') return
    const first = () => data.batch(0, Math.min(batchSize, data.size)).x
    const outputs = tidy(() => noGrad(() => this.apply(first()).shape))
    data.checkTargets(op, targets, outputs[outputs.length - 1])
  }

  /** The loss as the optimizer wants it differentiated. */
  private scaled(loss: Tensor): Tensor {
    return this.optimizer.scaleLoss?.(loss) ?? loss
  }

  private sumsOn(data: Dataset, start: number, stop: number): Sum[] {
    const { loss, metrics } = this.howToTrain('evaluate')
    const { x, y } = data.batch(start, stop)
    return noGrad(() => {
      const predictions = this.apply(x)
      return sumsOf(loss.apply(y as Tensor, predictions), metrics, y as Tensor, predictions)
    })
  }

  /** The model's outputs for all examples, without recording gradients. */
  predict(x: TensorLike, options: BatchOptions = {}): Tensor {
    checkOptions('predict', options, ['batchSize'])
    const { batchSize = 256 } = options
    checkBatchSize('predict', batchSize)
    const outputs: Tensor[] = []
    for (const rows of batchesOf(x, batchSize)) outputs.push(tidy(() => noGrad(() => this.apply(rows()))))
    return outputs.length === 1 ? outputs[0] : concat(outputs)
  }

  /**
   * A table of the layers, their output shapes and numbers of weights; printed too, unless told otherwise.
   * @param print gets the table; default `console.log`
   */
  summary(print: (text: string) => void = console.log): string {
    const text = summarize(this)
    print(text)
    return text
  }

  /** The table of the layers. */
  protected override forConsole(): string {
    return summarize(this)
  }

  /**
   * Copies of all weights, in the order of `variables`: what `setWeights` takes, from JSON too.
   * @example
   * const model = new Sequential([new Dense(1, { inputShape: [2], kernelInitializer: 'ones' })])
   * const text = JSON.stringify(model.getWeights())
   * model.setWeights(JSON.parse(text))
   * text // => '[{"shape":[2,1],"dtype":"float32","data":[1,1]},{"shape":[1],"dtype":"float32","data":[0]}]'
   */
  getWeights(): Tensor[] {
    return this.variables.map((v) => v.detach())
  }

  /**
   * Replaces all weights.
   * @param weights tensors, arrays, or tensors that went through JSON: one for each of `variables`, of its shape
   * @throws OptionError, ShapeError or DTypeError when number or shapes differ, or something is no number; nothing is
   * changed then
   */
  setWeights(weights: readonly (TensorLike | SavedTensor)[]): void {
    assignAll(this, weights)
  }

  /** The optimizer of `compile`: a callback may set `model.optimizer.learningRate`. */
  get optimizer(): TrainingOptimizer {
    return this.howToTrain('optimizer').optimizer
  }

  /**
   * Internal: what `compile` was told.
   * @throws OptionError before `compile`
   */
  howToTrain(op: string): Compiled {
    if (this.compiled) return this.compiled
    throw new OptionError(`${op}: the model ${this.name} is not compiled. Call compile({ optimizer, loss }) first.`)
  }
}

/**
 * The examples in batches, each made when it is asked for. What is on a GPU that cannot be read at once is cut there.
 */
function* batchesOf(x: TensorLike, batchSize: number): Generator<() => Tensor> {
  const isPending = x instanceof Tensor && x.rank > 0 && backend.isPending?.(x.buffer)
  const data = isPending ? null : Dataset.inputs('predict', x)
  const size = isPending ? x.shape[0] : (data as Dataset).size
  for (let start = 0; start < size; start += batchSize) {
    const stop = Math.min(start + batchSize, size)
    yield () => (data ? data.batch(start, stop).x : (x as Tensor).slice([[start, stop]]))
  }
}

function badLoss(loss: number): GradientError {
  return new GradientError(
    `trainOnBatch: the loss is ${loss}; the weights were not changed. Lower the learning rate, clip gradients (globalClipnorm), and look for NaN or huge numbers in the data.`,
  )
}

function withoutWeights(name: string): OptionError {
  return new OptionError(
    `fit: the model ${name} has no weights to train. A model of your own tells its layers by layersInside and their weights by variables; Sequential does so by itself.`,
  )
}
