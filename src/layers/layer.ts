/**
 * A layer: a function of a tensor, with weights. Subclasses make the weights in `build`, given the shape of one example, or hold other
 * layers in their properties (`contents.ts` finds them), and compute the output in `call`. Read `dense.ts` next.
 */
import { noGrad } from '../autograd/transforms/grad.js'
import { DTypeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { autoName, checkArgument, classNameOf, flag, resolve } from '../options.js'
import { type TensorLike, toTensorBeside } from '../tensor/creation.js'
import { zeros } from '../tensor/filling.js'
import { foreign } from '../tensor/foreign.js'
import { snapshot } from '../tensor/operations/shape-rows.js'
import { checkShape, checkSize, sizeOf } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import { tidy } from '../tensor/tidy.js'
import { type Variable, variable } from '../tensor/variable.js'
import { checkPart, enter, inUse, leave, notATensor } from './calls.js'
import { checkInitial, checkWeight, withoutCall } from './checks.js'
import { contents, Holder } from './contents.js'
import { enrol, setTrainable } from './freezing.js'
import { getInitializer } from './initializers.js'
import { type CallOptions, type LayerOptions, layerRules, type WeightOptions, weightRules } from './layer-options.js'
import { pathOf } from './paths.js'
import { describeTree, type LayerDescription } from './summary.js'

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
export abstract class Layer extends Holder {
  /** Its name, part of the paths of its weights. */
  readonly name: string
  /** The shape of one example, once known. */
  inputShape: Shape | null
  /** True if its weights exist. */
  built = false
  /** The weights that `addWeight` made. */
  private readonly addedWeights: Variable[] = []
  private isTrainable: boolean

  constructor(options: LayerOptions = {}) {
    super()
    const { name, trainable, inputShape } = resolve<LayerOptions, typeof layerRules.defaults>(
      classNameOf(this),
      { name: options.name, trainable: options.trainable, inputShape: options.inputShape },
      layerRules,
    )
    this.name = name ?? autoName(classNameOf(this))
    this.isTrainable = trainable
    this.inputShape = inputShape ?? null
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

  /** Makes the weights for examples of this shape (without the batch axis). Called once, before the first `call`. */
  build(_inputShape: Shape): void {}

  /** Computes the output. Call `apply`, which builds the layer first. */
  abstract call(x: Tensor, options?: CallOptions): Tensor

  /**
   * The shape of one output, given that of one example. Default: the same shape; a layer with layers or variables in its properties is
   * called with zeros to find out.
   */
  outputShape(inputShape: Shape): Shape {
    if (contents(this).finds.length === this.addedWeights.length) return inputShape
    return tidy(() => noGrad(() => this.apply(zeros([1, ...inputShape]), inUse))).shape.slice(1)
  }

  /**
   * Calls the layer. The first call builds it for the shape of x.
   * @param x a batch of examples, [batch, ...]
   * @throws ShapeError when x does not have the shape that the layer was built for
   * @throws OptionError when `call` does not return a tensor, or uses a layer with weights that is not in a property
   */
  apply(x: TensorLike, options?: CallOptions): Tensor {
    const input = x instanceof Tensor ? x : this.inputFrom(x)
    const mode = enter(this, options)
    try {
      if (!this.built) this.buildFor(input.shape.slice(1))
      checkPart(this)
      const y = this.call(input, mode)
      if (!(y instanceof Tensor)) throw notATensor(this.name, 'call', y)
      return y === input ? snapshot(input) : y
    } finally {
      leave()
    }
  }

  /** Arrays as a tensor, of float64 where the weights are. */
  private inputFrom(x: TensorLike): Tensor {
    const known = foreign(x)
    if (known)
      throw new DTypeError(`${this.name}: apply takes a tensor or arrays, received ${known}. Convert it first.`)
    const isFloat64 = this.variables.some((v) => v.dtype === 'float64')
    return toTensorBeside(isFloat64 ? 'float64' : 'float32', x)
  }

  /** Builds the layer, once. */
  buildFor(inputShape: Shape): void {
    if (this.built) return
    if (typeof this.call !== 'function') throw withoutCall(this)
    checkShape(`${this.name}.buildFor`, inputShape)
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
    const { initializer, trainable, constraint, dtype, seed } = resolve(op, options, weightRules)
    checkSize(this.name, dtype, sizeOf(shape))
    const value = getInitializer(this.name, initializer)(shape, { dtype, seed })
    checkInitial(this.name, name, value, shape)
    const weight = variable(value, { name, trainable: trainable && this.trainable, constraint })
    weight.path = `${pathOf(this)}/${name}`
    this.addedWeights.push(weight)
    enrol(weight, trainable)
    return weight
  }

  /** Returns what `JSON.stringify` writes: classes, names, options and shapes, without the weights (see `getWeights`). */
  toJSON(): LayerDescription {
    return describeTree(this, contents<Layer>(this).finds, (layer) => layer.config())
  }

  /** Returns its own options, for `toJSON`. Default none. */
  protected config(): Readonly<Record<string, unknown>> {
    return {}
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
