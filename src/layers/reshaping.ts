/**
 * Layers that arrange the elements of each example differently. (`Flatten` is in `flatten.ts`.)
 */

import { ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { type Check, required, whole } from '../options.js'
import { formatShape, sizeOf } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { lastSize } from './checks.js'
import type { ConfigRules } from './config.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules, type Mask, withArguments } from './layer-options.js'

const sizes: Check = (x) =>
  Array.isArray(x) && x.every((n) => Number.isInteger(n) && n >= -1) && x.filter((n) => n === -1).length <= 1
    ? undefined
    : 'the shape of one example, in which one size may be -1'

const reshapeRules = {
  defaults: { ...layerRules.defaults, targetShape: required },
  ranges: { targetShape: sizes, ...layerRules.ranges },
}

/**
 * Gives each example another shape: [batch, ...] becomes [batch, ...targetShape].
 * @example
 * new Reshape([2, -1]).apply(ones([3, 8])).shape // => [3, 2, 4]
 */
export class Reshape extends Layer {
  static override readonly configRules: ConfigRules = { positional: ['targetShape'] }

  /**
   * Makes a layer that reshapes examples.
   * @param targetShape the shape of one example; one size may be −1, which stands for what is left
   * @throws OptionError when it is not a shape
   */
  constructor(
    /** The shape of one output; −1 stands for what is left. */
    readonly targetShape: Shape,
    options: LayerOptions = {},
  ) {
    super(withArguments(options, { targetShape }), reshapeRules)
  }

  override call(x: Tensor): Tensor {
    return x.reshape([x.shape[0] ?? 1, ...this.outputShape(x.shape.slice(1))])
  }

  override outputShape(inputShape: Shape): Shape {
    const { targetShape } = this
    const known = sizeOf(targetShape.filter((n) => n !== -1))
    const size = sizeOf(inputShape)
    const rest = known === 0 ? 0 : size / known
    const shape = targetShape.map((n) => (n === -1 ? rest : n))
    if (Number.isInteger(rest) && sizeOf(shape) === size) return shape
    throw new ShapeError(
      `${this.name}: examples of shape ${formatShape(inputShape)} have ${size} elements, which do not fit into ${formatShape(targetShape)}. Choose a shape of the same size.`,
    )
  }

  override computeMask(): Mask {
    return null
  }

  protected override describe(): string {
    return formatShape(this.targetShape)
  }
}

const order: Check = (x) =>
  Array.isArray(x) && [...x].sort((a, b) => a - b).every((axis, i) => axis === i + 1)
    ? undefined
    : 'a permutation of the axes of an example, counted from 1'

const permuteRules = {
  defaults: { ...layerRules.defaults, dims: required },
  ranges: { dims: order, ...layerRules.ranges },
}

/**
 * Changes the order of the axes of each example, which are counted from 1: [2, 1] turns [batch, a, b] into [batch, b, a].
 * @example
 * new Permute([2, 1]).apply(ones([4, 2, 3])).shape // => [4, 3, 2]
 */
export class Permute extends Layer {
  static override readonly configRules: ConfigRules = { positional: ['dims'] }

  /**
   * Makes a layer that permutes axes.
   * @param dims the axes in their new order, counted from 1
   * @throws OptionError when it is not a permutation
   */
  constructor(
    /** The axes in their new order, counted from 1. */
    readonly dims: readonly number[],
    options: LayerOptions = {},
  ) {
    super(withArguments(options, { dims }), permuteRules)
  }

  override call(x: Tensor): Tensor {
    this.outputShape(x.shape.slice(1))
    return x.transpose([0, ...this.dims])
  }

  override outputShape(inputShape: Shape): Shape {
    const { dims } = this
    if (dims.length === inputShape.length) return dims.map((axis) => inputShape[axis - 1])
    throw new ShapeError(
      `${this.name}: examples of shape ${formatShape(inputShape)} have ${inputShape.length} axes, but dims ${formatShape(dims)} names ${dims.length}. Name each axis once.`,
    )
  }

  override computeMask(): Mask {
    return null
  }

  protected override describe(): string {
    return this.dims.join(', ')
  }
}

const repeatRules = { defaults: { ...layerRules.defaults, n: required }, ranges: { n: whole(1), ...layerRules.ranges } }

/**
 * Repeats each vector: [batch, features] becomes [batch, n, features].
 * @example
 * new RepeatVector(2).apply([[1, 2]]).toArray() // => [[[1, 2], [1, 2]]]
 */
export class RepeatVector extends Layer {
  static override readonly configRules: ConfigRules = { positional: ['n'] }

  /**
   * Makes a layer that repeats vectors.
   * @param n how many times
   * @throws OptionError when it is not a whole number above 0
   */
  constructor(
    /** The number of times that each vector is repeated. */
    readonly n: number,
    options: LayerOptions = {},
  ) {
    super(withArguments(options, { n }), repeatRules)
  }

  override call(x: Tensor): Tensor {
    const shape = this.outputShape(x.shape.slice(1))
    return x.expandDims(1).broadcastTo([x.shape[0], ...shape])
  }

  override outputShape(inputShape: Shape): Shape {
    return [this.n, lastSize(this, inputShape, 1)]
  }

  protected override describe(): string {
    return String(this.n)
  }
}
