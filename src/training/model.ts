/**
 * A layer that can be trained. One training step is in `trainer.ts`, the loop over steps in `fit.ts`, evaluation and prediction in
 * `evaluate.ts`.
 */

import { OptionError } from '../errors.js'
import { type Config, checkConfig } from '../keras-names.js'
import { isCalling } from '../layers/calls.js'
import { withoutCall } from '../layers/checks.js'
import { type ConfigRules, type LayerClass, layerFrom } from '../layers/config.js'
import { contents } from '../layers/contents.js'
import { Graph, shapesOf } from '../layers/functional.js'
import { graphConfig, tensorsFrom } from '../layers/graph-config.js'
import { Layer, type Tensors } from '../layers/layer.js'
import { type LayerOptions, layerRules, type Mask, type Shapes } from '../layers/layer-options.js'
import { activationsOf, layerCalled } from '../layers/looking.js'
import { summarize } from '../layers/summary.js'
import { fromVector, toVector } from '../layers/weight-vector.js'
import { assignAll } from '../layers/weights.js'
import type { AnyOptimizer } from '../optim/base/any-optimizer.js'
import { checkOptions, type OptionRules } from '../options.js'
import { backend } from '../tensor/backend.js'
import type { TensorLike } from '../tensor/creation.js'
import type { TensorParts } from '../tensor/foreign.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { type BatchIterable, isBatchIterable } from './batch-source.js'
import type { History } from './callbacks/history.js'
import { type CompileOptions, compiled, type ModelOptimizer } from './compile.js'
import { toConstant } from './data-arguments.js'
import { type BatchOptions, type EvaluateOptions, evaluate, evaluateAsync, predict } from './evaluate.js'
import { runFit } from './fit.js'
import type { FitOptions } from './fit-options.js'
import type { Logs } from './logs.js'
import { type Data, inOrder, type OrderedData } from './named-data.js'
import type { Outputs } from './several-outputs.js'
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

/** Options of a functional model. */
export interface FunctionalOptions extends LayerOptions {
  /** The result of `input(…)`; an array for several inputs. */
  inputs: Tensor | readonly Tensor[]
  /** The results of layers on these inputs; an array for several outputs. */
  outputs: Tensor | readonly Tensor[]
}

/**
 * The base of models: a layer with a training loop. A model is made of inputs and outputs, or by a class that extends this one with
 * layers in its properties and a `call`.
 *
 * @example
 * const a = input({ shape: [2] })
 * const b = input({ shape: [3] })
 * const joined = new Concatenate().apply([a, b])
 * const model = new Model({ inputs: [a, b], outputs: new Dense(1).apply(joined) })
 * model.predict([ones([4, 2]), ones([4, 3])]).shape // => [4, 1]
 */
export class Model extends Layer {
  /** Set to true by a callback to end the training after the current batch; see `Callback`. */
  stopTraining = false
  readonly #trainer = new Trainer(this)
  readonly #graph: Graph | null = null

  /**
   * Makes a model.
   * @param options `inputs` and `outputs` of a functional model; a class that extends this one passes the options of every layer
   * @throws OptionError when outputs do not come from the inputs by layers
   */
  constructor(options: LayerOptions | FunctionalOptions = {}, rules: OptionRules<object> | null = null) {
    super(options, rules)
    if (new.target === Model) checkModelOptions(options)
    if (!('inputs' in options || 'outputs' in options)) return
    const { inputs, outputs } = options as FunctionalOptions
    this.#graph = new Graph(this, inputs, outputs)
    Object.assign(this, { layers: this.#graph.layers }) // no field: classes that extend this one have their own
    this.inputShape = shapesOf(Array.isArray(inputs) ? [...inputs] : (inputs as Tensor))
    this.built = true
    if (!this.trainable) this.trainable = false
    contents(this)
  }

  /** The inputs of a functional model in their order. */
  #x(op: string, x: Data): OrderedData {
    return this.#graph ? inOrder(op, 'x', x, this.#graph.inputNames) : (x as OrderedData)
  }

  /** The targets of a functional model in the order of its outputs. */
  #y(op: string, y: Data): OrderedData {
    return this.#graph ? inOrder(op, 'y', y, this.#graph.outputNames) : (y as OrderedData)
  }

  #ordered(options: FitOptions): FitOptions {
    const { validationData: data } = options ?? {}
    if (!this.#graph || !Array.isArray(data) || data.length !== 2) return options
    return { ...options, validationData: [this.#x('fit', data[0]), this.#y('fit', data[1])] as never }
  }

  /** The names of its outputs, where it has several, and which of them are probabilities. */
  get #outputs(): Outputs {
    const graph = this.#graph
    if (graph?.isList) return { names: graph.outputNames, areProbabilities: graph.areProbabilities }
    return { names: [], areProbabilities: [this.givesProbabilities] }
  }

  override get givesProbabilities(): boolean {
    return this.#graph ? this.#graph.areProbabilities.every(Boolean) : super.givesProbabilities
  }

  override call(x: Tensors): Tensors {
    if (this.#graph) return this.#graph.run(x)
    throw withoutCall(this)
  }

  /**
   * Makes the weights of the layers inside, for examples of this shape: the model is called with zeros.
   * @param inputShape the shape of one example, without the batch axis; of several inputs, the shape of each
   */
  override build(inputShape: Shapes): void {
    if (!isCalling(this)) super.outputShape(inputShape)
  }

  /** All weights of the model. With the option `inputShape`, they are there before the first call. */
  override get variables(): Variable[] {
    if (!this.built && this.inputShape && !isCalling(this)) this.buildFor(this.inputShape)
    return super.variables
  }

  /** Its options in Keras's spelling; of a functional model, its layers and how they are connected. */
  override getConfig(): Config {
    const config = super.getConfig()
    return this.#graph ? { ...config, ...graphConfig(this.#graph) } : config
  }

  /**
   * Makes a functional model from what `getConfig` returned, or Python Keras wrote.
   * @param config `{ name, layers, input_layers, output_layers }`
   * @param classes those of its layers: `[Dense, Concatenate]`
   * @throws OptionError for an entry that is not an option, and a layer of another class
   * @example
   * const x = input({ shape: [2] })
   * const model = new Model({ inputs: x, outputs: new Dense(3).apply(x) })
   * Model.fromConfig(model.getConfig(), [Dense]).predict([[1, 2]]).shape // => [1, 3]
   */
  static override fromConfig<L extends Layer>(
    this: { name: string; configRules: ConfigRules; new (...args: never[]): L },
    config: Config,
    classes: readonly LayerClass[] = [],
  ): L {
    checkConfig('Model.fromConfig', config)
    const { layers, input_layers, output_layers, ...options } = config
    const op = 'Model.fromConfig'
    const graph = input_layers && tensorsFrom(op, { layers, input_layers, output_layers }, [...classes, Model])
    // biome-ignore lint/complexity/noThisInStatic: of a subclass, its own class
    return layerFrom(this, graph ? { ...options, ...(graph as object) } : config)
  }

  override computeMask(): Mask {
    return null // the layers inside attach those of their outputs
  }

  /**
   * Sets the optimizer, the loss and the metrics.
   * @throws OptionError for an unknown loss, metric or option, when the optimizer is not one, or while the model is being trained
   */
  compile(options: CompileOptions): this {
    checkUnlocked(this, 'compile')
    this.#trainer.compiled = compiled(options, this.#outputs)
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
  fit(x: Data, y: Data, options?: FitOptions): Promise<History>
  fit(batches: BatchIterable, options?: FitOptions): Promise<History>
  fit(x: Data | BatchIterable, y?: Data | FitOptions, options: FitOptions = {}): Promise<History> {
    const run = (a: OrderedData | BatchIterable, b: OrderedData | undefined, given: FitOptions) =>
      runFit(this, this.#trainer, a, b, given)
    return withLock(this, 'fit', () => {
      if (!isBatchIterable(x)) return run(this.#x('fit', x), this.#y('fit', y as Data), this.#ordered(options))
      return isOptions(y) ? run(x, undefined, this.#ordered(y)) : run(x, y as OrderedData, this.#ordered(options))
    })
  }

  /**
   * Makes one training step on one batch.
   * @returns the loss and the metrics, before the step
   * @throws GradientError when the loss or a gradient is NaN or infinite; no step is made then
   */
  trainOnBatch(x: Data, y: Data, options: StepOptions = {}): Logs {
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
   * const model = new Distances([new Dense(1, { inputShape: [1] })])
   * model.compile({ optimizer: new SGD(), loss: 'mse' })
   * Object.keys((await model.fit([[1]], [[2]])).history) // => ['loss']
   */
  trainStep(x: Data, y: Data, sampleWeight: TensorLike | null = null): Logs {
    return this.#trainer.step(this.#x('trainOnBatch', x), this.#y('trainOnBatch', y), sampleWeight)
  }

  /**
   * Computes the loss and the metrics of one batch.
   * @example
   * const model = new Sequential([new Dense(1, { kernelInitializer: 'ones' })])
   * model.compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
   * model.testOnBatch([[1], [2]], [[1], [4]]) // => { loss: 2 }
   */
  testOnBatch(x: Data, y: Data, options: StepOptions = {}): Logs {
    const sampleWeight = sampleWeightOf('testOnBatch', options)
    return this.evaluate(x, y, { batchSize: Number.MAX_SAFE_INTEGER, sampleWeight })
  }

  /**
   * `trainOnBatch` for every back end: WebGPU gives the loss only later.
   * @returns the loss and the metrics, before the step
   */
  async trainOnBatchAsync(x: Data, y: Data, options: StepOptions = {}): Promise<Logs> {
    if (!backend.isAsync) return this.trainOnBatch(x, y, options)
    const sampleWeight = sampleWeightOf('trainOnBatch', options)
    return withLock(this, 'trainOnBatchAsync', () =>
      this.#trainer.stepAsync(this.#x('trainOnBatch', x), this.#y('trainOnBatch', y), sampleWeight),
    )
  }

  /**
   * Computes the loss and the metrics over all examples.
   * @example
   * const model = new Sequential([new Dense(1, { kernelInitializer: 'ones' })])
   * model.compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
   * model.evaluate([[1], [2]], [[1], [4]]) // => { loss: 2 }
   */
  evaluate(x: Data, y: Data, options: EvaluateOptions = {}): Logs {
    return evaluate(
      this,
      this.#trainer.compiledOrThrow('evaluate'),
      this.#x('evaluate', x),
      this.#y('evaluate', y),
      options,
    )
  }

  /** `evaluate` for every back end: WebGPU gives numbers only later. */
  async evaluateAsync(x: Data, y: Data, options: EvaluateOptions = {}): Promise<Logs> {
    return evaluateAsync(
      this,
      this.#trainer.compiledOrThrow('evaluate'),
      this.#x('evaluate', x),
      this.#y('evaluate', y),
      options,
    )
  }

  /** Returns the model's outputs for all examples, without recording gradients. */
  predict<Y extends Tensors = Tensor>(x: Data, options: BatchOptions = {}): Y {
    return predict(this, this.#x('predict', x), options) as Y
  }

  /** Prints a table of the layers, their output shapes and numbers of weights; of a functional model, with what each is connected to. */
  summary(): void
  /**
   * Returns the table.
   * @param print receives it in place of the console
   */
  summary(print: (text: string) => void): string
  summary(print?: (text: string) => void): string | undefined {
    const text = this.forConsole()
    if (!print) return console.log(text) as undefined
    print(text)
    return text
  }

  /**
   * Returns a layer of the model.
   * @param name its name, or its place: `encoder/dense`
   * @throws OptionError naming the nearest one when there is none
   * @example
   * const model = new Sequential([new Dense(2, { name: 'code' }), new Dense(3)])
   * String(model.layer('code')) // => 'Dense(2)'
   */
  layer(name: string): Layer {
    return layerCalled(this, name)
  }

  /**
   * Returns what each layer computes, by its place in the model, outside of training.
   * @example
   * const model = new Sequential([new Dense(2, { name: 'code' }), new Dense(3, { name: 'out' })])
   * Object.keys(model.activations([[1, 2, 3]])) // => ['code', 'out']
   */
  activations(x: Data): Record<string, Tensor> {
    return activationsOf(this, toConstant(this.#x('predict', x))) as Record<string, Tensor>
  }

  /**
   * Returns copies of all trainable weights, one after the other, as one vector.
   * @example
   * const model = new Sequential([new Dense(1, { inputShape: [2], kernelInitializer: 'ones' })])
   * model.toVector().toArray() // => [1, 1, 0]
   * model.fromVector([1, 2, 3])
   * model.predict([[10, 1]]).toArray() // => [[15]]
   */
  toVector(): Tensor {
    return toVector(this)
  }

  /**
   * Replaces all trainable weights.
   * @param vector as `toVector` returns it
   * @throws ShapeError when it has another length; nothing is changed then
   */
  fromVector(vector: TensorLike): void {
    fromVector(this, vector)
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

/** @throws OptionError for options that a model without a class of its own does not take, or lacks */
function checkModelOptions(options: object): void {
  checkOptions('Model', options, ['inputs', 'outputs', ...Object.keys(layerRules.defaults)])
  if (!('inputs' in options && 'outputs' in options))
    throw new OptionError(
      'Model: inputs or outputs are missing. Pass both, new Model({ inputs, outputs }), or write a class that extends Model.',
    )
}
