/**
 * What a layer is: a function of a tensor with weights. Subclasses make the weights in `build`, given the shape of one example, or
 * hold other layers in their properties (`contents.ts` finds them), and compute the result in `call`.
 */
import { noGrad } from '../autograd/transforms/grad.js'
import { DTypeError } from '../errors.js'
import type { DType, Shape } from '../kernels/backend.js'
import { autoName, classNameOf } from '../options.js'
import { type TensorLike, toTensorBeside, zeros } from '../tensor/creation.js'
import { foreign } from '../tensor/foreign.js'
import { snapshot } from '../tensor/operations/shaping.js'
import { checkShape, checkSize, sizeOf } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import { tidy } from '../tensor/tidy.js'
import { type Constraint, type Variable, variable } from '../tensor/variable.js'
import { checkPart, enter, inUse, leave, notATensor } from './calls.js'
import { checkFlag, checkInitial, checkLayerOptions, checkWeight, withoutCall } from './checks.js'
import { contents, enrol, Holder, pathOf, setTrainable } from './contents.js'
import { getInitializer, type InitializerLike } from './initializers.js'
import { describeTree, type LayerDescription } from './summary.js'

/** Options every layer takes. */
export interface LayerOptions {
  /** Default: the class's name in snake case, numbered (`dense`, `dense_1`). */
  name?: string
  /** Whether optimizers update its weights. Default true. */
  trainable?: boolean
  /**
   * The shape of one example, without the batch axis; lets the first layer of a model be built before data is seen. Default: that
   * of the first input.
   */
  inputShape?: Shape
}

/** The names of the options every layer takes. */
export const layerOptions = ['name', 'trainable', 'inputShape'] as const

/** How a layer is called. */
export interface CallOptions {
  /** Training (dropout drops) or not. Default: as the call of the layer around it, false for the outermost. */
  training?: boolean
}

/** How `addWeight` makes a weight. */
export interface WeightOptions {
  /** How its numbers start. Default glorotUniform. */
  initializer?: InitializerLike
  /** Default true. */
  trainable?: boolean
  /** Applied by optimizers after each update. Default none. */
  constraint?: Constraint | null
  /** Default float32. */
  dtype?: DType
  /** Makes random initializers repeatable. Default: see `setSeed`. */
  seed?: number
}

/**
 * The base of all layers and models. Layers and variables in its properties are part of it: directly, or in arrays, maps, sets and
 * plain objects at any depth, whenever they were put there. Their weights are trained, frozen, saved and listed with its own.
 *
 * Inside `call`, layers are called by `apply`. They are in training when the outermost layer is, so `this.dropout.apply(x)` needs no
 * option; `{ training: false }` keeps one out of it.
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
  /** Unique within a model; part of the paths of its weights. */
  readonly name: string
  /** The shape of one example, once known. */
  inputShape: Shape | null
  /** Whether its weights exist. */
  built = false
  /** What `addWeight` made. */
  private readonly addedWeights: Variable[] = []
  private isTrainable: boolean

  constructor(options: LayerOptions = {}) {
    super()
    const { name, trainable = true, inputShape } = options
    checkLayerOptions(classNameOf(this), options)
    this.name = name ?? autoName(classNameOf(this))
    this.isTrainable = trainable
    this.inputShape = inputShape ?? null
  }

  /**
   * Whether optimizers update its weights, those of layers inside included. Set it to false to freeze the layer; what is put into a
   * frozen layer is frozen, too. Variables that were not trainable when they came into the layer stay so.
   */
  get trainable(): boolean {
    return this.isTrainable
  }

  set trainable(value: boolean) {
    checkFlag(this.name, 'trainable', value)
    this.isTrainable = value
    for (const layer of contents<Layer>(this).layers) layer.isTrainable = value
    setTrainable(this.variables, value)
  }

  /** Its weights and those of the layers inside, in the order of their properties; those of `addWeight` come first. */
  get variables(): Variable[] {
    return [...contents<Layer>(this).variables]
  }

  /**
   * Whether its results are probabilities (it ends in softmax or sigmoid), where the losses otherwise expect logits.
   * Default false.
   */
  get givesProbabilities(): boolean {
    return false
  }

  /** Whether it hands probabilities on as they are, outside of training (Dropout, Flatten). Default false. */
  get keepsProbabilities(): boolean {
    return false
  }

  /** The weights that optimizers update. */
  get trainableVariables(): Variable[] {
    return this.variables.filter((v) => v.trainable)
  }

  /** Makes the weights for examples of this shape (without the batch axis). Called once, before the first `call`. */
  build(_inputShape: Shape): void {}

  /** The layer's function. */
  abstract call(x: Tensor, options?: CallOptions): Tensor

  /**
   * The shape of one result, given that of one example. Default: the same shape; a layer with layers or variables in its properties
   * is called with zeros to find out.
   */
  outputShape(inputShape: Shape): Shape {
    if (contents(this).finds.length === this.addedWeights.length) return inputShape
    return tidy(() => noGrad(() => this.apply(zeros([1, ...inputShape]), inUse))).shape.slice(1)
  }

  /**
   * Calls the layer; the first time, builds it for the shape of x.
   * @param x a tensor, or arrays, which become one
   * @throws ShapeError when x does not have the shape that the layer was built for; OptionError when `call` does not return a tensor,
   * or uses a layer with weights that is not in a property
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

  /** Arrays as a tensor: of float64 where the weights are. */
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
   * @param name what it is called: `kernel`
   * @throws OptionError or ShapeError for a name, shape or option that is not one
   */
  protected addWeight(name: string, shape: Shape, options: WeightOptions = {}): Variable {
    checkWeight(this.name, name, shape, options)
    const { initializer = 'glorotUniform', trainable = true, constraint = null, dtype = 'float32', seed } = options
    checkSize(this.name, dtype, sizeOf(shape))
    const value = getInitializer(this.name, initializer)(shape, { dtype, seed })
    checkInitial(this.name, name, value, shape)
    const weight = variable(value, { name, trainable: trainable && this.trainable, constraint })
    weight.path = `${pathOf(this)}/${name}`
    this.addedWeights.push(weight)
    enrol(weight, trainable)
    return weight
  }

  /** What `JSON.stringify` writes: the classes, names, options and shapes, without the numbers (see `getWeights`). */
  toJSON(): LayerDescription {
    return describeTree(this, contents<Layer>(this).finds, (layer) => layer.config())
  }

  /** Its own options, for `toJSON`. Default none. */
  protected config(): Readonly<Record<string, unknown>> {
    return {}
  }

  /** `Dense(784 → 128, relu)` */
  toString(): string {
    return `${classNameOf(this)}(${this.describe()})`
  }

  /** What stands in the parentheses of `toString`. */
  protected describe(): string {
    return ''
  }
}
