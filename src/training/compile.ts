/**
 * The options of `model.compile`, and their checks: optimizer, loss and metrics.
 */
import { OptionError } from '../errors.js'
import { checkOptions } from '../options.js'
import { isClass, received } from '../tensor/received.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { type CompiledLoss, getLoss } from './losses/get-loss.js'
import type { LossLike } from './losses/named-losses.js'
import { getMetric, type MetricLike } from './metrics/get-metric.js'
import type { NamedMetric } from './metrics/metric.js'
import { combined, type Outputs, type PerOutput } from './several-outputs.js'

/** The part of an optimizer that the training loop needs. */
export interface TrainingOptimizer {
  /** Changes the variables along their gradients. */
  apply(gradients: (Tensor | null)[], variables: Variable[]): void
  /** Ends the training; called once after the last epoch. */
  finalizeVariableValues(variables: Variable[]): void
  /** The step size, to read and to set. */
  learningRate: number
  /** Multiplies the loss by the factor that `apply` divides the gradients by. */
  scaleLoss?(loss: Tensor): Tensor
  /**
   * Restores the weights to train with, where `finalizeVariableValues` has replaced them (ScheduleFreeAdamW).
   */
  restoreForTraining?(): void
  /**
   * Tensors whose numbers `apply` reads. On WebGPU they are awaited before.
   */
  readBeforeApply?(gradients: (Tensor | null)[]): Tensor[]
  /**
   * The name of `readBeforeApply` in older versions.
   * @deprecated write `readBeforeApply`
   */
  decisive?(gradients: (Tensor | null)[]): Tensor[]
  /**
   * The gradients that must be finite for a step; null or missing where the optimizer checks them itself. Default: all.
   */
  mustBeFinite?(gradients: (Tensor | null)[], variables: Variable[]): readonly (Tensor | null | undefined)[]
  /** True if the squares of the variable's gradient must be finite, too. */
  squaresGradient?(variable: Variable): boolean
  /** True if `finalizeVariableValues` changes anything. */
  readonly useEma?: boolean
  /** The variables that it has state for. */
  builtVariables?(): readonly Variable[]
  /** Makes room for the state of new variables and keeps the rest; called when other variables are to be trained than before. */
  addVariables?(variables: Variable[]): void
}

/** The type of `model.optimizer`: the members that all optimizers of nabla have. */
export interface ModelOptimizer extends TrainingOptimizer {
  /** The number of updates so far. */
  readonly iterations: number
  /** Returns the state as typed arrays by name. */
  exportState(): Record<string, Float32Array | Float64Array | Int32Array>
  /**
   * Restores a state.
   * @param state the result of `exportState`
   */
  importState(state: Record<string, Float32Array | Float64Array | Int32Array>): void
  /** `exportState` for every back end. */
  exportStateAsync(): Promise<Record<string, Float32Array | Float64Array | Int32Array>>
  /**
   * `importState` for every back end.
   * @param state the result of `exportState`
   */
  importStateAsync(state: Record<string, Float32Array | Float64Array | Int32Array>): Promise<void>
}

/** Options of `compile`. */
export interface CompileOptions<O extends TrainingOptimizer = TrainingOptimizer> {
  /** For example `new AdamW({ learningRate: 1e-3 })`. */
  optimizer: O
  /**
   * A name or a function of (yTrue, yPred). The named ones take logits, unless the model ends in softmax or sigmoid, given by
   * name or as nabla's function of that name. A softmax in a custom function cannot be seen; training throws.
   * A function gets targets in the shape of the predictions where only a trailing 1 differs: [batch] as [batch, 1].
   */
  loss: LossLike | PerOutput<LossLike | null>
  /** Of several outputs, the factor of the loss of each, in their order or by their names. Default 1. */
  lossWeights?: PerOutput<number>
  /**
   * Names or functions of (yTrue, yPred); the logs use the name that is given here. Default none. `'accuracy'` counts each
   * output with binary cross-entropy, and whole examples with other losses. Its threshold for single outputs is 0.5; it
   * is 0 with binary cross-entropy or a function as loss where the model does not end in sigmoid or softmax.
   */
  metrics?: readonly MetricLike[] | PerOutput<MetricLike | readonly MetricLike[]>
}

/** The checked options of `compile`. */
export interface Compiled {
  readonly optimizer: TrainingOptimizer
  readonly loss: CompiledLoss
  readonly metrics: readonly NamedMetric[]
  /** The names of the logs: `loss`, then the metrics. */
  readonly logNames: readonly string[]
}

/**
 * Checks the options of `compile`.
 * @param outputs the names of several outputs, and which are probabilities
 * @throws OptionError for an unknown loss, metric or option, or when the optimizer is not one
 */
export function compiled(options: CompileOptions, outputs: Outputs): Compiled {
  checkOptions('compile', options, ['optimizer', 'loss', 'lossWeights', 'metrics'])
  const { optimizer, loss } = options
  checkOptimizer(optimizer)
  if (loss === undefined) throw new OptionError("compile: the loss is missing. Name one, such as 'meanSquaredError'.")
  const isSeveral = outputs.names.length > 0 || (Array.isArray(loss) && loss.length > 1)
  const parts = isSeveral ? combined(options, named(outputs, loss)) : ofOneOutput(options, !outputs.areProbabilities[0])
  const logNames = ['loss', ...parts.metrics.map(({ name }) => name)]
  checkDistinct(logNames)
  return { optimizer, ...parts, logNames }
}

/** The outputs of a model that does not name them: `output_1`, … */
function named(outputs: Outputs, loss: CompileOptions['loss']): Outputs {
  if (outputs.names.length > 0) return outputs
  const names = (loss as unknown[]).map((_, i) => `output_${i + 1}`)
  return { names, areProbabilities: names.map(() => outputs.areProbabilities[0]) }
}

function ofOneOutput({ loss, lossWeights, metrics = [] }: CompileOptions, fromLogits: boolean) {
  if (!Array.isArray(metrics)) throw metricsNotArray(metrics)
  if (lossWeights !== undefined)
    throw new OptionError('compile: lossWeights is for models with several outputs. Leave it out, or scale the loss.')
  const compiledLoss = getLoss(loss as LossLike, fromLogits)
  const namedMetrics = metrics.map((metric) => getMetric(metric as MetricLike, compiledLoss.targets, fromLogits))
  return { loss: compiledLoss, metrics: namedMetrics }
}

function metricsNotArray(metrics: unknown): OptionError {
  const example =
    typeof metrics === 'string'
      ? `['${metrics}']`
      : "['accuracy', worst], where worst is a function that is logged under its own name"
  return new OptionError(`compile: metrics must be an array, received ${received(metrics)}. Write metrics: ${example}.`)
}

/** @throws OptionError for what is not an optimizer */
function checkOptimizer(optimizer: unknown): void {
  if (optimizer === undefined)
    throw new OptionError('compile: the optimizer is missing. Give an instance, such as new AdamW().')
  if (isClass(optimizer)) {
    const { name } = optimizer
    throw new OptionError(`compile: the optimizer is the class ${name}. Give an instance: new ${name}().`)
  }
  const isFunction = typeof optimizer === 'function' // functions have a method apply, too
  if (!isFunction && typeof (optimizer as TrainingOptimizer | null)?.apply === 'function') return
  if (typeof optimizer === 'string') {
    throw new OptionError(
      `compile: the optimizer is the name '${optimizer}'. Give an instance, such as new Adam(), or optimizers.get('${optimizer}').`,
    )
  }
  throw new OptionError(`compile: the optimizer is ${received(optimizer)}. Give an instance, such as new AdamW().`)
}

/** @throws OptionError when two of the loss, the metrics and those of the validation would be one entry of the logs */
function checkDistinct(logNames: readonly string[]): void {
  const names = [...logNames, ...logNames.map((name) => `val_${name}`)]
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return
  throw new OptionError(
    `compile: two entries of the logs would be called ${twice}. Give each metric function a different name.`,
  )
}
