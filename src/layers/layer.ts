/**
 * What a layer is: a function of a tensor with weights of its own. Subclasses say how to `build` the weights, given the
 * shape of one example, and what to compute in `call`.
 */
import { DTypeError, ShapeError } from '../errors.js'
import type { DType, Shape } from '../kernels/backend.js'
import { autoName } from '../options.js'
import { Printed } from '../printed.js'
import { foreign } from '../tensor/foreign.js'
import { checkSize, formatShape, sizeOf } from '../tensor/shape.js'
import { snapshot } from '../tensor/shaping.js'
import { Tensor } from '../tensor/tensor.js'
import { type Constraint, type Variable, variable } from '../tensor/variable.js'
import { getInitializer, type InitializerLike } from './initializers.js'

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
  /** Training (dropout drops) or not. Default false. */
  training?: boolean
}

/** How `addWeight` makes a weight. */
export interface WeightOptions {
  /** How its numbers start. */
  initializer: InitializerLike
  /** Default true. */
  trainable?: boolean
  /** Applied by optimizers after each update. Default none. */
  constraint?: Constraint | null
  /** Default float32. */
  dtype?: DType
  /** Makes random initializers repeatable. Default: see `setSeed`. */
  seed?: number
}

/** The base of all layers and models. */
export abstract class Layer extends Printed {
  /** Unique within a model; part of the paths of its weights. */
  readonly name: string
  /** The shape of one example, once known. */
  inputShape: Shape | null
  /** Whether its weights exist. */
  built = false
  private readonly weights: Variable[] = []
  /** Those that are trained when the layer is. */
  private readonly freeWeights: Variable[] = []
  private isTrainable: boolean

  constructor({ name, trainable = true, inputShape }: LayerOptions = {}) {
    super()
    this.name = name ?? autoName(new.target.name)
    this.isTrainable = trainable
    this.inputShape = inputShape ?? null
  }

  /** Whether optimizers update its weights, those of layers inside included. Set it to false to freeze the layer. */
  get trainable(): boolean {
    return this.isTrainable
  }

  set trainable(value: boolean) {
    this.isTrainable = value
    for (const weight of this.freeWeights) weight.trainable = value
    for (const layer of this.layersInside) layer.trainable = value
  }

  /** The layers that it consists of, if any. */
  protected get layersInside(): readonly Layer[] {
    return []
  }

  /** Its weights, in order of creation. */
  get variables(): Variable[] {
    return this.weights
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

  /** The shape of one result, given that of one example. */
  outputShape(inputShape: Shape): Shape {
    return inputShape
  }

  /**
   * Calls the layer; the first time, builds it for the shape of x.
   * @throws ShapeError when x does not have the shape that the layer was built for
   */
  apply(x: Tensor, options?: CallOptions): Tensor {
    checkTensor(this.name, 'apply', x)
    if (!this.built) this.buildFor(x.shape.slice(1))
    const y = this.call(x, options)
    return y === x ? snapshot(x) : y
  }

  /** Builds the layer, once. */
  buildFor(inputShape: Shape): void {
    if (this.built) return
    this.build(inputShape)
    this.inputShape = inputShape
    this.built = true
  }

  /**
   * Makes a weight.
   * @param name what it is called: `kernel`
   */
  protected addWeight(name: string, shape: Shape, options: WeightOptions): Variable {
    const { initializer, trainable = true, constraint = null, dtype, seed } = options
    checkSize(this.name, dtype ?? 'float32', sizeOf(shape))
    const value = getInitializer(this.name, initializer)(shape, { dtype, seed })
    const weight = variable(value, { name, trainable: trainable && this.trainable, constraint })
    weight.path = `${this.name}/${name}`
    this.weights.push(weight)
    if (trainable) this.freeWeights.push(weight)
    return weight
  }

  /** `Dense(784 → 128, relu)` */
  toString(): string {
    return `${this.constructor.name}(${this.describe()})`
  }

  /** What stands in the parentheses of `toString`. */
  protected describe(): string {
    return ''
  }
}

/** @throws ShapeError when the examples do not have the shape that the layer was built for */
export function checkInput(layer: Layer, x: Tensor): void {
  checkTensor(layer.name, 'call', x)
  const want = layer.inputShape
  if (!want || !layer.built) {
    throw new ShapeError(`${layer.name}: it is not built yet, so it has no weights. Use apply(x), which builds it.`)
  }
  const got = x.shape.slice(1)
  if (x.rank > 0 && want.length === got.length && want.every((n, i) => n === got[i])) return
  throw new ShapeError(
    `${layer.name}: built for examples of shape ${formatShape(want)}, received ${formatShape(x.shape)}. The first axis is the batch, the others must be ${formatShape(want)}.`,
  )
}

function checkTensor(name: string, method: string, x: unknown): asserts x is Tensor {
  if (x instanceof Tensor) return
  throw new DTypeError(
    `${name}: ${method} takes a tensor, received ${foreign(x) ?? (Array.isArray(x) ? 'an array' : typeof x)}. Wrap the data: ${method}(tensor(data)).`,
  )
}
