/**
 * A layer: a function of a tensor, with weights. Subclasses make the weights in `build`, given the shape of one example, or hold other
 * layers in their properties (`contents.ts` finds them), and compute the output in `call`. Read `dense.ts` next.
 */
import { noGrad } from '../autograd/transforms/grad.js'
import { DTypeError } from '../errors.js'
import type { Config } from '../keras-names.js'
import type { DType, Shape } from '../kernels/backend.js'
import { autoName, checkArgument, checkFunction, classNameOf, flag, type OptionRules, resolve } from '../options.js'
import { type TensorLike, toTensorBeside } from '../tensor/creation.js'
import { zeros } from '../tensor/filling.js'
import { foreign } from '../tensor/foreign.js'
import { run } from '../tensor/operation.js'
import { shapeRows, snapshot } from '../tensor/operations/shape-rows.js'
import { checkShape, checkSize, sizeOf } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import { tidy } from '../tensor/tidy.js'
import { type Variable, variable } from '../tensor/variable.js'
import { checkPart, enter, inUse, leave, notATensor, outermostCaller } from './calls.js'
import { checkInitial, checkWeight, withoutCall } from './checks.js'
import {
  type ConfigRules,
  checkFamilies,
  checkPositional,
  describeOptions,
  type LayerClass,
  layerFrom,
  toConfig,
} from './config.js'
import { contents, Holder } from './contents.js'
import { getConstraint, getInitializer, getRegularizer } from './families.js'
import { enrol, setTrainable } from './freezing.js'
import { applySymbolic, isSymbolic, shapesOf } from './functional.js'
import { addHook, type CallHook, runHooks } from './hooks.js'
import {
  type CallOptions,
  type LayerOptions,
  layerRules,
  listOf,
  type Mask,
  type Shapes,
  type WeightOptions,
  weightRules,
} from './layer-options.js'
import { attachMask, keptMask, maskOf } from './masks.js'
import { pathOf } from './paths.js'
import { addLoss, penaltiesOf, regularize } from './penalties.js'
import type { Regularizer } from './regularizers.js'
import { describeTree, type LayerDescription } from './summary.js'

/** The input or the output of a layer: a tensor, or an array of several. */
export type Tensors = Tensor | Tensor[]

/** Options that every layer has. */
type BaseOptions = Required<Pick<LayerOptions, 'trainable' | 'dtype'>> & LayerOptions

/**
 * The base of all layers and models. Layers and variables in its properties are part of it: directly, or in arrays, maps, sets and
 * plain objects at any depth, whenever they were put there. Their weights are trained, frozen, saved and listed with its own.
 *
 * Call the layers inside with `apply`. They are in training when the outermost layer is, so `this.dropout.apply(x)` needs no options;
 * `this.teacher.apply(x, { training: false })` is never in training.
 *
 * @example
 * class Skip extends Layer {
 *   inner = new Dense(4)
 *   call(x) {
 *     return x.add(this.inner.apply(x))
 *   }
 * }
 * const skip = new Skip({ name: 'skip' })
 * skip.apply(ones([1, 4]))
 * skip.variables.map((v) => v.path) // => ['skip/inner/kernel', 'skip/inner/bias']
 */
export abstract class Layer<Options extends object = object> extends Holder {
  /** The spelling of its options in configurations. */
  static readonly configRules: ConfigRules = {}

  /** Its name, part of the paths of its weights. */
  readonly name: string
  /** The shape of one example, once known; of several inputs, the shape of each. */
  inputShape: Shapes | null
  /** True if its weights exist. */
  built = false
  /** The weights that `addWeight` made. */
  private readonly addedWeights: Variable[] = []
  private isTrainable: boolean
  readonly #options: BaseOptions
  readonly #activityRegularizer: Regularizer | null

  /**
   * Checks the options that every layer has.
   * @param rules of a class with more options: their defaults and ranges, and those of `layerRules`
   * @throws OptionError for an unknown option or a wrong value
   */
  constructor(options: LayerOptions = {}, rules: OptionRules<object> | null = null) {
    super()
    const className = classNameOf(this)
    if (rules) checkPositional(className, options, rules, (this.constructor as typeof Layer).configRules)
    const all = (
      rules ? resolve(className, options, rules as never) : resolve(className, baseOptions(options), layerRules)
    ) as BaseOptions
    checkFamilies(className, all)
    this.#options = all
    this.#activityRegularizer = getRegularizer(className, all.activityRegularizer ?? null)
    this.name = all.name ?? autoName(className)
    this.isTrainable = all.trainable
    this.inputShape = all.inputShape ?? null
  }

  /** Its options with their defaults, as the constructor resolved them. */
  protected get layerOptions(): Options & BaseOptions {
    return this.#options as Options & BaseOptions
  }

  /**
   * True if optimizers update its weights, those of the layers inside included. Set it to false to freeze the layer; what is put into a
   * frozen layer is frozen, too. Variables that were not trainable when they were put into the layer are never trained.
   */
  get trainable(): boolean {
    return this.isTrainable
  }

  set trainable(value: boolean) {
    checkArgument(this.name, 'trainable', value, flag)
    this.isTrainable = value
    for (const layer of contents<Layer>(this).layers) layer.isTrainable = value
    setTrainable(this.variables, value)
  }

  /** Its weights and those of the layers inside, in the order of their properties; those of `addWeight` come first. */
  get variables(): Variable[] {
    return [...contents<Layer>(this).variables]
  }

  /**
   * True if its outputs are probabilities (it ends in softmax or sigmoid), where the losses otherwise expect logits. Default false.
   */
  get givesProbabilities(): boolean {
    return false
  }

  /** True if probabilities stay probabilities outside of training (Dropout, Flatten). Default false. */
  get keepsProbabilities(): boolean {
    return false
  }

  /** The weights that optimizers update. */
  get trainableVariables(): Variable[] {
    return this.variables.filter((v) => v.trainable)
  }

  /**
   * The penalties that a training adds to the loss: those of the regularizers of its weights, and those that layers added in its last call.
   * @example
   * const layer = new Dense(1, { kernelInitializer: 'ones', kernelRegularizer: regularizers.l2(0.5) })
   * layer.apply([[1, 2]])
   * layer.losses.map((loss) => loss.item()) // => [1]
   */
  get losses(): Tensor[] {
    return penaltiesOf(this, () => this.trainableVariables)
  }

  /** The names of the options that `apply` takes. A layer with options of its own adds their names. */
  get callOptions(): readonly string[] {
    return ['training', 'mask']
  }

  /**
   * Makes the weights for examples of this shape (without the batch axis); of several inputs, it gets the shape of each. Called once,
   * before the first `call`.
   */
  build(_inputShape: Shapes): void {}

  /**
   * Computes the output, a tensor or an array of several. Call `apply`, which builds the layer first.
   * @param x the input, a tensor; an array where `apply` got several
   */
  abstract call(x: Tensors, options?: CallOptions): Tensors

  /**
   * The shape of one output, given that of one example; of several, the shape of each. Default: the layer is called with zeros to find
   * out.
   */
  outputShape(inputShape: Shapes): Shapes {
    const { dtype } = this.#options
    return tidy(() => noGrad(() => shapesOf(this.apply<Tensors>(zerosOf(inputShape, dtype), inUse))))
  }

  /**
   * The mask of the output, given an input that has one: [batch, time], 1 where a step counts. Default: the same mask, where the output has
   * the axes of the input; none with several inputs. A layer that moves or joins the axes of a mask overrides this.
   * @param mask that of x; of several inputs, an array
   * @param y the output
   */
  computeMask(x: Tensors, mask: Mask, y: Tensors): Mask {
    if (!(x instanceof Tensor) || !(mask instanceof Tensor)) return null
    return keptMask(x, mask, y instanceof Tensor ? y : y[0])
  }

  /**
   * Calls the layer. The first call builds it for the shape of x.
   * @param x a batch of examples, [batch, ...]; an array of tensors for a layer of several inputs
   * @returns the output, a tensor; an array of tensors from a layer of several outputs
   * @throws ShapeError when x does not have the shape that the layer was built for
   * @throws OptionError when `call` does not return a tensor, or uses a layer with weights that is not in a property
   */
  apply<Y extends Tensors = Tensor>(x: TensorLike | readonly Tensor[], options?: CallOptions): Y {
    const given = x instanceof Tensor ? x : this.inputFrom(x)
    if (isSymbolic(given)) return applySymbolic(this, given, options) as Y
    const mode = enter(this, options)
    try {
      const input = mode.mask ? masked(given, mode.mask) : given
      const mask = maskOf(input)
      if (!this.built) this.buildFor(shapesOf(input))
      checkPart(this)
      const result = this.call(input as Tensor, mask ? { ...mode, mask } : mode)
      const y = ownOutput(this.name, result, input)
      if (mask && maskOf(y) === null) attachMask(y, this.computeMask(input, mask, y))
      runHooks(this, y, input)
      if (this.#activityRegularizer) this.penalize(this.#activityRegularizer, y)
      return y as Y
    } finally {
      leave()
    }
  }

  /**
   * Calls a function with each result of this layer, and its input: to look at it, not to change it.
   * @param hook gets the output, the input and the layer
   * @returns a function that takes the hook away
   * @example
   * const layer = new Dense(2)
   * const shapes = []
   * const remove = layer.onCall((y) => shapes.push(y.shape))
   * layer.apply(ones([3, 4]))
   * remove()
   * shapes // => [[3, 2]]
   */
  onCall(hook: CallHook): () => void {
    checkFunction(`${this.name}.onCall`, hook)
    return addHook(this, hook)
  }

  /** Adds the penalty of an output, per example. */
  private penalize(regularizer: Regularizer, y: Tensors): void {
    const outputs = y instanceof Tensor ? [y] : y
    for (const one of outputs) this.addLoss(regularizer(one).div(one.rank > 0 ? Math.max(1, one.shape[0]) : 1))
  }

  /**
   * Adds a penalty to the loss of the step, in `call`: `this.addLoss(mean.square().mean())`.
   * @param loss a scalar
   */
  protected addLoss(loss: Tensor): void {
    addLoss(outermostCaller() ?? this, loss)
  }

  /** Arrays as a tensor, of float64 where the weights are; an array of tensors as several inputs. */
  private inputFrom(x: TensorLike | readonly Tensor[]): Tensors {
    if (Array.isArray(x) && x.some((one) => one instanceof Tensor)) return x.map((one) => this.inputFrom(one) as Tensor)
    if (x instanceof Tensor) return x
    const known = foreign(x)
    if (known)
      throw new DTypeError(`${this.name}: apply takes a tensor or arrays, received ${known}. Convert it first.`)
    const isFloat64 = this.variables.some((v) => v.dtype === 'float64')
    return toTensorBeside(isFloat64 ? 'float64' : 'float32', x as TensorLike)
  }

  /** Builds the layer, once. */
  buildFor(inputShape: Shapes): void {
    if (this.built) return
    if (typeof this.call !== 'function') throw withoutCall(this)
    for (const shape of listOf(inputShape)) checkShape(`${this.name}.buildFor`, shape)
    this.build(inputShape)
    this.inputShape = inputShape
    this.built = true
    contents(this)
  }

  /**
   * Makes a weight.
   * @param name the last part of its path: `kernel`
   * @throws OptionError, ShapeError or DTypeError for a wrong name, shape or option
   */
  protected addWeight(name: string, shape: Shape, options: WeightOptions = {}): Variable {
    const op = `${this.name}.addWeight`
    checkWeight(op, name, shape)
    const all = resolve(op, options, weightRules)
    const { trainable, seed, dtype = this.#options.dtype } = all
    checkSize(this.name, dtype, sizeOf(shape))
    const value = getInitializer(this.name, all.initializer)(shape, { dtype, seed })
    checkInitial(this.name, name, value, shape)
    const constraint = getConstraint(op, all.constraint)
    const weight = variable(value, { name, trainable: trainable && this.trainable, constraint })
    weight.path = `${pathOf(this)}/${name}`
    const regularizer = getRegularizer(op, all.regularizer)
    if (regularizer) regularize(weight, regularizer)
    this.addedWeights.push(weight)
    enrol(weight, trainable)
    return weight
  }

  /** Returns what `JSON.stringify` writes: classes, names, options and shapes, without the weights (see `getWeights`). */
  toJSON(): LayerDescription {
    return describeTree(this, contents<Layer>(this).finds, (layer) => describeOptions(layer.name, layer.config()))
  }

  /**
   * Returns its options in Keras's spelling, which `fromConfig` of its class takes. A class with options of its own adds them:
   * `{ ...super.getConfig(), units: this.units }`.
   * @throws OptionError when an option is a function that nabla did not make
   * @example
   * const { units, use_bias, activation } = new Dense(3, { activation: 'relu' }).getConfig()
   * units // => 3
   * use_bias // => true
   * Dense.fromConfig({ units, activation }).units // => 3
   */
  getConfig(): Config {
    const { dtype, activityRegularizer } = this.#options
    const base = {
      name: this.name,
      trainable: this.trainable,
      dtype,
      ...(activityRegularizer && { activityRegularizer }),
    }
    const { configRules } = this.constructor as typeof Layer
    return toConfig(this.name, { ...base, ...this.config() }, configRules)
  }

  /**
   * Makes a layer from what `getConfig` returned, or Python Keras wrote.
   * @param config options in Keras's spelling
   * @param classes of the layers inside, if there are any
   * @throws OptionError for an entry that is not an option
   */
  static fromConfig<L extends Layer>(
    this: { name: string; configRules: ConfigRules; new (...args: never[]): L },
    config: Config,
    classes: readonly LayerClass[] = [],
  ): L {
    void classes // only layers with others inside need them
    // biome-ignore lint/complexity/noThisInStatic: of a subclass, its own class
    return layerFrom(this, config)
  }

  /** Returns its own options, without those that every layer has. */
  protected config(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(Object.entries(this.#options).filter(([name]) => !(name in layerRules.defaults)))
  }

  /** `Dense(784 → 128, relu)` */
  toString(): string {
    return `${classNameOf(this)}(${this.describe()})`
  }

  /** Returns what `toString` writes in parentheses. */
  protected describe(): string {
    return ''
  }
}

/** The options that every layer has, out of those of a class with more. */
function baseOptions(given: LayerOptions): LayerOptions {
  const { name, trainable, inputShape, dtype, activityRegularizer } = given
  return { name, trainable, inputShape, dtype, activityRegularizer }
}

/** A batch of one example of zeros. */
function zerosOf(shapes: Shapes, dtype: DType): Tensors {
  const all = listOf(shapes).map((shape) => zeros([1, ...shape], { dtype }))
  return Array.isArray(shapes[0]) ? all : all[0]
}

/** The input as a tensor of its own, with this mask: the caller's tensor stays without. */
function masked(x: Tensors, mask: Mask): Tensors {
  const own = (one: Tensor) => run(shapeRows.reshape, [one], { shape: one.shape })
  const copy = x instanceof Tensor ? own(x) : x.map(own)
  attachMask(copy, mask)
  return copy
}

/**
 * The output of a layer, as a tensor other than its input.
 * @throws OptionError unless it is a tensor, or an array of tensors
 */
function ownOutput(name: string, y: unknown, input: Tensors): Tensors {
  if (y instanceof Tensor) return y === input ? snapshot(y) : y
  if (!Array.isArray(y) || y.length === 0 || !y.every((one) => one instanceof Tensor)) throw notATensor(name, 'call', y)
  return y.map((one) => (one === input || (Array.isArray(input) && input.includes(one)) ? snapshot(one) : one))
}
