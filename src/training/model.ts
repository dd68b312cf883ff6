/**
 * A layer that can be trained. One training step is in `trainer.ts`, the loop over steps in `fit.ts`, evaluation and prediction in
 * `evaluate.ts`.
 */
import { Layer } from '../layers/layer.js'
import { summarize } from '../layers/summary.js'
import { assignAll } from '../layers/weights.js'
import { backend } from '../tensor/backend.js'
import type { TensorLike } from '../tensor/creation.js'
import type { TensorParts } from '../tensor/foreign.js'
import type { Tensor } from '../tensor/tensor.js'
import type { History } from './callbacks/history.js'
import { type CompileOptions, compiled, type ModelOptimizer } from './compile.js'
import { type BatchOptions, evaluate, evaluateAsync, predict } from './evaluate.js'
import { runFit } from './fit.js'
import type { FitOptions } from './fit-options.js'
import type { Logs } from './logs.js'
import { Trainer } from './trainer.js'
import { checkUnlocked, withLock } from './training-lock.js'

/** The base of models: a layer with a training loop. */
export abstract class Model extends Layer {
  /** Set to true by a callback to end the training after the current batch. */
  stopTraining = false
  readonly #trainer = new Trainer(this)

  /**
   * Sets the optimizer, the loss and the metrics.
   * @throws OptionError for an unknown loss, metric or option, when the optimizer is not one, or while the model is being trained
   */
  compile(options: CompileOptions): this {
    checkUnlocked(this, 'compile')
    this.#trainer.compiled = compiled(options, !this.givesProbabilities)
    return this
  }

  /**
   * Trains for a number of epochs: shuffles, cuts into batches, steps, validates. Yields to the event loop every 30 ms.
   * After the last epoch, an optimizer with `useEma` writes the averaged weights into the variables.
   *
   * @param x [examples, ...]
   * @param y [examples, ...]
   * @returns the logs of every epoch
   * @throws ShapeError, DTypeError or OptionError when the data or an option is invalid; nothing has changed then
   * @throws GradientError when the loss or a gradient becomes NaN or infinite; no step is made with that batch
   * @throws OptionError when the model is being trained already; callbacks cannot train their own model either
   */
  fit(x: TensorLike, y: TensorLike, options: FitOptions = {}): Promise<History> {
    return withLock(this, 'fit', () => runFit(this, this.#trainer, x, y, options))
  }

  /**
   * Makes one training step on one batch.
   * @returns the loss and the metrics, before the step
   * @throws GradientError when the loss or a gradient is NaN or infinite; no step is made then
   */
  trainOnBatch(x: TensorLike, y: TensorLike): Logs {
    checkUnlocked(this, 'trainOnBatch')
    return this.#trainer.step(x, y)
  }

  /**
   * `trainOnBatch` for every back end: WebGPU gives the loss only later.
   * @returns the loss and the metrics, before the step
   */
  async trainOnBatchAsync(x: TensorLike, y: TensorLike): Promise<Logs> {
    if (!backend.isAsync) return this.trainOnBatch(x, y)
    return withLock(this, 'trainOnBatchAsync', () => this.#trainer.stepAsync(x, y))
  }

  /**
   * Computes the loss and the metrics over all examples.
   * @example
   * const model = new Sequential([new Dense(1, { kernelInitializer: 'ones' })])
   * model.compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
   * model.evaluate([[1], [2]], [[1], [4]]) // => { loss: 2 }
   */
  evaluate(x: TensorLike, y: TensorLike, options: BatchOptions = {}): Logs {
    return evaluate(this, this.#trainer.compiledOrThrow('evaluate'), x, y, options)
  }

  /** `evaluate` for every back end: WebGPU gives numbers only later. */
  async evaluateAsync(x: TensorLike, y: TensorLike, options: BatchOptions = {}): Promise<Logs> {
    return evaluateAsync(this, this.#trainer.compiledOrThrow('evaluate'), x, y, options)
  }

  /** Returns the model's outputs for all examples, without recording gradients. */
  predict(x: TensorLike, options: BatchOptions = {}): Tensor {
    return predict(this, x, options)
  }

  /**
   * Returns a table of the layers, their output shapes and numbers of weights, and prints it.
   * @param print receives the table; default `console.log`
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
   * Returns copies of all weights, in the order of `variables`. `setWeights` takes them, also from JSON and from other threads.
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
   * Replaces all weights. In a callback of `fit` the next step starts from them.
   * @param weights tensors, arrays, or what JSON, `structuredClone` or `postMessage` made of tensors: one for each of `variables`, of its shape; rounded
   * to its dtype (float32 has ±∞ for numbers beyond ±3.4e38)
   * @throws OptionError, ShapeError or DTypeError when the number of weights or a shape differs, or something is not a number; nothing is
   * changed then
   */
  setWeights(weights: readonly (TensorLike | TensorParts)[]): void {
    assignAll(this, weights)
  }

  /**
   * The optimizer of `compile`. A callback may set `model.optimizer.learningRate`, but must not make steps with it. A custom
   * optimizer may lack some of the members.
   */
  get optimizer(): ModelOptimizer {
    return this.#trainer.compiledOrThrow('optimizer').optimizer as ModelOptimizer
  }
}
