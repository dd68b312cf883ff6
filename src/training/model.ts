/**
 * A layer that can be trained. One training step is in `trainer.ts`, the loop over steps in `fit.ts`, evaluation and prediction in
 * `evaluate.ts`.
 */
import { Layer } from '../layers/layer.js'
import { summarize } from '../layers/summary.js'
import { assignAll } from '../layers/weights.js'
import type { AnyOptimizer } from '../optim/base/any-optimizer.js'
import { checkOptions } from '../options.js'
import { backend } from '../tensor/backend.js'
import { type TensorLike, toTensor } from '../tensor/creation.js'
import type { TensorParts } from '../tensor/foreign.js'
import type { Tensor } from '../tensor/tensor.js'
import { type BatchIterable, isBatchIterable } from './batch-source.js'
import type { History } from './callbacks/history.js'
import { type CompileOptions, compiled, type ModelOptimizer } from './compile.js'
import { type BatchOptions, type EvaluateOptions, evaluate, evaluateAsync, predict } from './evaluate.js'
import { runFit } from './fit.js'
import type { FitOptions } from './fit-options.js'
import type { Logs } from './logs.js'
import { Trainer } from './trainer.js'
import { checkUnlocked, withLock } from './training-lock.js'

/** Options of `trainOnBatch` and `testOnBatch`. */
export interface StepOptions {
  /** A factor for the loss of each example. Default: 1 for all. */
  sampleWeight?: TensorLike | null
}

function sampleWeightOf(op: string, options: StepOptions): TensorLike | null {
  checkOptions(op, options, ['sampleWeight'])
  return options.sampleWeight ?? null
}

/** True for options, where targets could be. */
function isOptions(x: unknown): x is FitOptions {
  return typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype
}

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
  fit(x: TensorLike, y: TensorLike, options?: FitOptions): Promise<History>
  fit(batches: BatchIterable, options?: FitOptions): Promise<History>
  fit(x: TensorLike | BatchIterable, y?: TensorLike | FitOptions, options: FitOptions = {}): Promise<History> {
    const [targets, given] = isBatchIterable(x) && isOptions(y) ? [undefined, y] : [y as TensorLike, options]
    return withLock(this, 'fit', () => runFit(this, this.#trainer, x, targets, given))
  }

  /**
   * Makes one training step on one batch.
   * @returns the loss and the metrics, before the step
   * @throws GradientError when the loss or a gradient is NaN or infinite; no step is made then
   */
  trainOnBatch(x: TensorLike, y: TensorLike, options: StepOptions = {}): Logs {
    checkUnlocked(this, 'trainOnBatch')
    return this.trainStep(x, y, sampleWeightOf('trainOnBatch', options))
  }

  /**
   * Makes one step: predictions, loss, gradients, update. `fit` and `trainOnBatch` call it; override it for another recipe.
   *
   * @param sampleWeight a factor for the loss of each example; null for none
   * @returns numbers by name, whose means over an epoch are its logs
   * @example
   * class Distances extends Sequential {
   *   override trainStep(x, y) {
   *     const loss = () => this.apply(x, { training: true }).sub(y).abs().mean()
   *     return { loss: this.optimizer.minimize(loss, this.trainableVariables).item() }
   *   }
   * }
   * const model = new Distances([new Dense(1)])
   * model.compile({ optimizer: new SGD(), loss: 'mse' })
   * Object.keys((await model.fit([[1]], [[2]])).history) // => ['loss']
   */
  trainStep(x: TensorLike, y: TensorLike, sampleWeight: TensorLike | null = null): Logs {
    return this.#trainer.step(x, y, sampleWeight)
  }

  /**
   * Computes the loss and the metrics of one batch.
   * @example
   * const model = new Sequential([new Dense(1, { kernelInitializer: 'ones' })])
   * model.compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
   * model.testOnBatch([[1], [2]], [[1], [4]]) // => { loss: 2 }
   */
  testOnBatch(x: TensorLike, y: TensorLike, options: StepOptions = {}): Logs {
    const sampleWeight = sampleWeightOf('testOnBatch', options)
    const batchSize = Math.max(1, toTensor(x).shape[0] ?? 1)
    return this.evaluate(x, y, { batchSize, sampleWeight })
  }

  /**
   * `trainOnBatch` for every back end: WebGPU gives the loss only later.
   * @returns the loss and the metrics, before the step
   */
  async trainOnBatchAsync(x: TensorLike, y: TensorLike, options: StepOptions = {}): Promise<Logs> {
    if (!backend.isAsync) return this.trainOnBatch(x, y, options)
    const sampleWeight = sampleWeightOf('trainOnBatch', options)
    return withLock(this, 'trainOnBatchAsync', () => this.#trainer.stepAsync(x, y, sampleWeight))
  }

  /**
   * Computes the loss and the metrics over all examples.
   * @example
   * const model = new Sequential([new Dense(1, { kernelInitializer: 'ones' })])
   * model.compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
   * model.evaluate([[1], [2]], [[1], [4]]) // => { loss: 2 }
   */
  evaluate(x: TensorLike, y: TensorLike, options: EvaluateOptions = {}): Logs {
    return evaluate(this, this.#trainer.compiledOrThrow('evaluate'), x, y, options)
  }

  /** `evaluate` for every back end: WebGPU gives numbers only later. */
  async evaluateAsync(x: TensorLike, y: TensorLike, options: EvaluateOptions = {}): Promise<Logs> {
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
  get optimizer(): AnyOptimizer & ModelOptimizer {
    return this.#trainer.compiledOrThrow('optimizer').optimizer as AnyOptimizer & ModelOptimizer
  }
}
