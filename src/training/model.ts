/**
 * A layer that can be trained: `compile` says how, and `trainOnBatch` is one step of it. The loop over steps is in `fit.ts`; evaluation
 * and prediction are in `evaluate.ts`.
 */

import { noGrad } from '../autograd/transforms/grad.js'
import { GradientError, OptionError } from '../errors.js'
import { Layer } from '../layers/layer.js'
import { summarize } from '../layers/summary.js'
import { assignAll } from '../layers/weights.js'
import { backend } from '../tensor/backend.js'
import type { TensorLike } from '../tensor/creation.js'
import type { TensorParts } from '../tensor/foreign.js'
import { areFinite, checkFinite, checkFiniteAsync, finiteFlag } from '../tensor/operations/finite.js'
import type { Tensor } from '../tensor/tensor.js'
import { tidy } from '../tensor/tidy.js'
import { Variable } from '../tensor/variable.js'
import type { History } from './callbacks/callbacks.js'
import { type Compiled, type CompileOptions, compiled, type ModelOptimizer, type TrainingOptimizer } from './compile.js'
import { type Dataset, toData } from './dataset.js'
import { evaluate, evaluateAsync, predict } from './evaluate.js'
import { type FitOptions, runFit } from './fit.js'
import type { Logs } from './logs.js'
import { read, readAsync, type Sum, sumsOf } from './metrics/batch-metrics.js'
import { alone, checkFree, claim } from './one-at-a-time.js'
import { checkTargets } from './targets.js'
import { notHeld, nothingToTrain, withoutGradient } from './untrainable.js'

/** Options of `evaluate` and `predict`. */
export interface BatchOptions {
  /** Examples at a time. Default 256. */
  batchSize?: number
}

/** The entry of the logs that says, on a GPU, whether the gradients are finite. */
const finiteLog = 'the gradients are finite'

/** The base of models: a layer with a training loop. */
export abstract class Model extends Layer {
  /** Set by a callback to end the training after the current batch. */
  stopTraining = false
  #compiled: Compiled | null = null
  /** The variables of the last step, and who moved them. */
  #trained: { variables: Variable[]; optimizer: TrainingOptimizer | null } | null = null

  /**
   * Says how to train.
   * @throws OptionError for an unknown loss, metric or option, when the optimizer is not one, or while the model is being trained
   */
  compile(options: CompileOptions): this {
    checkFree(this, 'compile')
    this.#compiled = compiled(options, !this.givesProbabilities)
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
   * @throws GradientError when the loss or a gradient becomes NaN or infinite; no step is made with that batch
   * @throws OptionError when the model is being trained already: one training at a time, and callbacks do not train
   */
  fit(x: TensorLike, y: TensorLike, options: FitOptions = {}): Promise<History> {
    return alone(this, 'fit', () => runFit(this, x, y, options))
  }

  /**
   * One training step on one batch.
   * @returns the loss and the metrics, before the step
   * @throws GradientError when the loss or a gradient is NaN or infinite; no step is made then
   */
  trainOnBatch(x: TensorLike, y: TensorLike): Logs {
    const { loss } = this.howToTrain('trainOnBatch')
    checkFree(this, 'trainOnBatch')
    const [inputs, targets] = [toData('trainOnBatch', 'x', x), toData('trainOnBatch', 'y', y)]
    if ((loss.targets === 'probabilities' || loss.targets === 'distributions') && !backend.isAsync)
      checkTargets('trainOnBatch', loss.targets, targets.dataSync(), targets.shape.slice(1), Infinity)
    return backend.inWorkspace(() => {
      const { sums, gradients } = this.lossAndGradients(inputs, targets)
      const logs = read(sums)
      this.checkLoss(logs)
      if (backend.allFinite || !takeFlag(logs))
        checkFinite('trainOnBatch', this.mustBeFinite(gradients), this.variablesTrained, this.optimizer)
      this.applyGradients(gradients)
      return logs
    })
  }

  /**
   * `trainOnBatch` for every back end: WebGPU gives the loss only later.
   * @returns the loss and the metrics, before the step
   */
  async trainOnBatchAsync(x: TensorLike, y: TensorLike): Promise<Logs> {
    if (!backend.isAsync) return this.trainOnBatch(x, y)
    return alone(this, 'trainOnBatchAsync', () => this.stepAsync(x, y))
  }

  private async stepAsync(x: TensorLike, y: TensorLike): Promise<Logs> {
    this.howToTrain('trainOnBatch')
    const results = backend.inWorkspace(() => {
      const results = this.lossAndGradients(toData('trainOnBatch', 'x', x), toData('trainOnBatch', 'y', y))
      const { optimizer } = this
      const flags = optimizer.readBeforeApply?.(results.gradients) ?? optimizer.decisive?.(results.gradients) ?? []
      return { ...results, flags }
    })
    const [logs] = await Promise.all([readAsync(results.sums), ...results.flags.map((flag) => flag.data())])
    await this.checkStep(logs, results.gradients)
    backend.inWorkspace(() => this.applyGradients(results.gradients), results)
    return logs
  }

  /** The checks of `trainOnBatch` where numbers come later; frees what a step that is refused has left. */
  private async checkStep(logs: Logs, gradients: (Tensor | null)[]): Promise<void> {
    const isFine = takeFlag(logs)
    try {
      this.checkLoss(logs)
      if (!isFine)
        await checkFiniteAsync('trainOnBatch', this.mustBeFinite(gradients), this.variablesTrained, this.optimizer)
    } catch (error) {
      backend.inWorkspace(() => {}, gradients)
      throw error
    }
  }

  /** What a step takes; on a GPU, whether the gradients are finite travels with the logs, so that it is read once. */
  private lossAndGradients(inputs: Tensor, targets: Tensor): { sums: Sum[]; gradients: (Tensor | null)[] } {
    const { value, sums } = this.lossOf(inputs, targets)
    const gradients = this.gradientsOf(value, inputs, targets)
    const flag = backend.allFinite
      ? null
      : finiteFlag(this.mustBeFinite(gradients), this.variablesTrained, this.optimizer)
    return { sums: flag ? [...sums, { name: finiteLog, total: flag, count: 1 }] : sums, gradients }
  }

  /** The gradients that must be finite for a step to be made. */
  private mustBeFinite(gradients: (Tensor | null)[]): readonly (Tensor | null | undefined)[] {
    return this.optimizer.mustBeFinite?.(gradients, this.variablesTrained) ?? gradients
  }

  /** The loss of a batch in training, and what the logs say of it. */
  private lossOf(inputs: Tensor, targets: Tensor): { value: Tensor; sums: Sum[] } {
    const { loss, metrics } = this.howToTrain('trainOnBatch')
    const predictions = this.apply(inputs, { training: true })
    const value = loss.apply(targets, predictions)
    if (!value.requiresGrad) throw withoutGradient(this, loss.name, predictions)
    return { value, sums: sumsOf(value, metrics, targets, predictions) }
  }

  /** The gradients of the trainable variables, in their order; of the loss as the optimizer wants it differentiated. */
  private gradientsOf(loss: Tensor, ...data: Tensor[]): (Tensor | null)[] {
    const gradients = (this.optimizer.scaleLoss?.(loss) ?? loss).gradientsOfLeaves()
    const own = this.ownOf(gradients)
    const isAsBefore =
      this.#trained?.optimizer === this.optimizer && own.length === gradients.size && !own.includes(null)
    if (isAsBefore) return own
    this.lookAgain(data.some((x) => x.requiresGrad) ? null : gradients)
    return this.ownOf(gradients)
  }

  /**
   * The gradients of the variables of the last step. If all of them have one, and nothing else has, then no layer was built, added,
   * replaced or frozen since.
   */
  private ownOf(gradients: ReadonlyMap<Tensor, Tensor>): (Tensor | null)[] {
    return this.variablesTrained.map((v) => gradients.get(v) ?? null)
  }

  /** Finds the variables to train, and makes the optimizer go on with them. */
  private lookAgain(gradients: ReadonlyMap<Tensor, Tensor> | null): void {
    const { variables, optimizer } = this
    const trained = this.trainableVariables
    if (trained.length === 0) throw nothingToTrain(this)
    const own = new Set<Tensor>(variables)
    for (const leaf of gradients?.keys() ?? [])
      if (leaf instanceof Variable && !own.has(leaf)) throw notHeld(this, leaf)
    const isOurs = (v: Variable) => own.has(v) || this.variablesTrained.includes(v)
    claim(this, trained)
    if (optimizer.builtVariables?.().some(isOurs)) optimizer.addVariables?.(trained)
    this.#trained = { variables: trained, optimizer }
  }

  /** Internal: forgets which variables were trained last, so that `fit` looks for them anew. */
  forgetTrained(): void {
    if (this.#trained) this.#trained = { ...this.#trained, optimizer: null }
  }

  /** Internal: the variables of the last step. */
  get variablesTrained(): Variable[] {
    return this.#trained?.variables ?? []
  }

  private applyGradients(gradients: (Tensor | null)[]): void {
    this.optimizer.apply(gradients, this.variablesTrained)
  }

  /** @throws GradientError when the loss is not a finite number */
  private checkLoss({ loss }: Logs): void {
    if (Number.isFinite(loss)) return
    const lost = backend.isAsync ? [] : this.variables.filter((v) => !areFinite([v])).map(({ path }) => path)
    const cause = lost.length > 0 ? `, as these weights are not finite: ${lost.join(', ')}` : ''
    throw new GradientError(
      `trainOnBatch: the loss is ${loss}${cause}. No step was made with this batch. If it grew before, lower the learning rate or clip gradients (globalClipnorm); if not, look for log, sqrt or division outside its domain, and for NaN or huge numbers in the data.`,
    )
  }

  /**
   * The loss and the metrics over all examples.
   * @example
   * const model = new Sequential([new Dense(1, { kernelInitializer: 'ones' })])
   * model.compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
   * model.evaluate([[1], [2]], [[1], [4]]) // => { loss: 2 }
   */
  evaluate(x: TensorLike, y: TensorLike, options: BatchOptions = {}): Logs {
    return evaluate(this, x, y, options)
  }

  /** `evaluate` for every back end: WebGPU gives numbers only later. */
  evaluateAsync(x: TensorLike, y: TensorLike, options: BatchOptions = {}): Promise<Logs> {
    return evaluateAsync(this, x, y, options)
  }

  /**
   * Internal: finds a target that would fail in a later batch, before the first one moves a weight. To know the number
   * of classes it calls the model on the first examples, which builds it if need be.
   * @throws ShapeError or DTypeError for a target that the loss or a metric cannot take
   */
  checkTargets(op: string, data: Dataset, batchSize: number): void {
    const { loss, metrics } = this.howToTrain(op)
    const checking = metrics.filter((metric) => metric.checkTargets)
    data.checkTargets(op, loss.targets)
    if (loss.targets !== 'labels' && checking.length === 0) return
    const first = () => data.batch(0, Math.min(batchSize, data.size)).x
    const outputs = tidy(() => noGrad(() => this.apply(first()).shape))
    data.checkTargets(op, loss.targets, outputs[outputs.length - 1])
    for (const metric of checking) metric.checkTargets?.(op, data.targetValues, data.targetShape, outputs.slice(1))
  }

  /** The model's outputs for all examples, without recording gradients. */
  predict(x: TensorLike, options: BatchOptions = {}): Tensor {
    return predict(this, x, options)
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
   * Copies of all weights, in the order of `variables`: what `setWeights` takes, from JSON and from other threads too.
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
   * Replaces all weights. During `fit`, in a callback, the next step starts from them.
   * @param weights tensors, arrays, or what JSON, `structuredClone` or `postMessage` made of tensors: one for each of `variables`, of its shape; rounded
   * to its dtype, where float32 makes ±∞ of what is larger than 3.4e38
   * @throws OptionError, ShapeError or DTypeError when number or shapes differ, or something is no number; nothing is
   * changed then
   */
  setWeights(weights: readonly (TensorLike | TensorParts)[]): void {
    assignAll(this, weights)
  }

  /**
   * The optimizer of `compile`: a callback may set `model.optimizer.learningRate`, but not make steps with it. One that is not
   * nabla's has what it has.
   */
  get optimizer(): ModelOptimizer {
    return this.howToTrain('optimizer').optimizer as ModelOptimizer
  }

  /**
   * Internal: what `compile` was told.
   * @throws OptionError before `compile`
   */
  howToTrain(op: string): Compiled {
    if (this.#compiled) return this.#compiled
    throw new OptionError(`${op}: the model ${this.name} is not compiled. Call compile({ optimizer, loss }) first.`)
  }
}

/** Whether the gradients are finite, as far as the logs know; takes that out of the logs. */
function takeFlag(logs: Logs): boolean {
  const isFine = logs[finiteLog] !== 0
  delete logs[finiteLog]
  return isFine
}
