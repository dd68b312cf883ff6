/**
 * Activation functions with options of their own, as layers. (`Activation` applies those without any, by name.)
 */
import { ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { notNegative, number, orNull } from '../options.js'
import { elementwise, op } from '../tensor/operation.js'
import { elu, leakyRelu, prelu } from '../tensor/operations/activations.js'
import { where } from '../tensor/operations/comparisons.js'
import { logSumExp } from '../tensor/operations/reductions.js'
import { softmax } from '../tensor/operations/softmax.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { checkBatch, checkInput } from './checks.js'
import type { ConstraintLike, InitializerLike, RegularizerLike } from './families.js'
import { weightOptions } from './kernel-options.js'
import { Layer } from './layer.js'
import { type CallOptions, type LayerOptions, layerRules } from './layer-options.js'

/** Options of `ReLU`. */
export interface ReLUOptions extends LayerOptions {
  /** The largest output. Default none. */
  maxValue?: number | null
  /** The slope below the threshold. Default 0. */
  negativeSlope?: number
  /** Numbers below it count as negative. Default 0. */
  threshold?: number
}

const reluRules = {
  defaults: { maxValue: null, negativeSlope: 0, threshold: 0, ...layerRules.defaults },
  ranges: { maxValue: orNull(notNegative), negativeSlope: notNegative, threshold: notNegative, ...layerRules.ranges },
} as const

const bentLine = op('x > threshold ? min(x, top) : slope * (x - threshold)')

/**
 * max(x, 0); with options, cut off at `maxValue`, and `negativeSlope` (x − `threshold`) below `threshold`.
 * @example
 * new ReLU({ maxValue: 6 }).apply([[-1, 2, 7]]).toArray() // => [[0, 2, 6]]
 */
export class ReLU extends Layer<ReLUOptions> {
  constructor(options: ReLUOptions = {}) {
    super(options, reluRules)
  }

  override call(x: Tensor): Tensor {
    const { maxValue, negativeSlope = 0, threshold = 0 } = this.layerOptions
    if (maxValue === null && negativeSlope === 0 && threshold === 0) return x.relu()
    return elementwise(bentLine, [x, threshold, maxValue ?? Infinity, negativeSlope])
  }
}

/** Options of `LeakyReLU`. */
export interface LeakyReLUOptions extends LayerOptions {
  /** The slope below 0. Default 0.3. */
  negativeSlope?: number
}

const leakyRules = {
  defaults: { negativeSlope: 0.3, ...layerRules.defaults },
  ranges: { negativeSlope: number, ...layerRules.ranges },
} as const

/**
 * x above 0, `negativeSlope` · x below.
 * @example
 * new LeakyReLU({ negativeSlope: 0.1 }).apply([[-1, 2]]).toArray() // => [[-0.1, 2]]
 * @see Maas et al. 2013, https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf
 */
export class LeakyReLU extends Layer<LeakyReLUOptions> {
  constructor(options: LeakyReLUOptions = {}) {
    super(options, leakyRules)
  }

  override call(x: Tensor): Tensor {
    return leakyRelu(x, this.layerOptions.negativeSlope)
  }
}

/** Options of `PReLU`. */
export interface PReLUOptions extends LayerOptions {
  /** Makes the first slopes. Default zeros. */
  alphaInitializer?: InitializerLike
  /** A penalty of the slopes. Default none. */
  alphaRegularizer?: RegularizerLike | null
  /** A constraint of the slopes, applied after each update. Default none. */
  alphaConstraint?: ConstraintLike | null
  /** Axes along which the slopes are the same, counted from 1 after the batch: `[1, 2]` for one a channel of pictures. Default none. */
  sharedAxes?: readonly number[] | null
}

const preluRules = {
  defaults: {
    alphaInitializer: 'zeros',
    alphaRegularizer: null,
    alphaConstraint: null,
    sharedAxes: null,
    ...layerRules.defaults,
  },
  ranges: layerRules.ranges,
} as const

/**
 * x above 0, α x below, with slopes α that are learned.
 *
 * Weights: `alpha` of the shape of one example, 1 along shared axes.
 *
 * @example
 * new PReLU({ alphaInitializer: 'ones' }).apply([[-1, 2]]).toArray() // => [[-1, 2]]
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852
 */
export class PReLU extends Layer<PReLUOptions> {
  /** The slopes, from `build` on. */
  alpha!: Variable

  constructor(options: PReLUOptions = {}) {
    super(options, preluRules)
  }

  override build(inputShape: Shape): void {
    const shared = this.layerOptions.sharedAxes ?? []
    const wrong = shared.find((axis) => !(Number.isInteger(axis) && axis >= 1 && axis <= inputShape.length))
    if (wrong !== undefined)
      throw new ShapeError(
        `${this.name}: axis ${wrong} of sharedAxes is not one of examples of shape ${formatShape(inputShape)}. Axes go from 1 to ${inputShape.length}.`,
      )
    const shape = inputShape.map((n, i) => (shared.includes(i + 1) ? 1 : n))
    this.alpha = this.addWeight('alpha', shape, weightOptions(this.layerOptions, 'alpha'))
  }

  override call(x: Tensor): Tensor {
    const shared = this.layerOptions.sharedAxes ?? []
    const rank = (this.inputShape as Shape).length
    checkInput(
      this,
      x,
      (this.inputShape as Shape).map((_, i) => i - rank).filter((axis) => !shared.includes(axis + rank + 1)),
    )
    return prelu(x, this.alpha)
  }
}

/** Options of `ELU`. */
export interface ELUOptions extends LayerOptions {
  /** α. Default 1. */
  alpha?: number
}

const eluRules = {
  defaults: { alpha: 1, ...layerRules.defaults },
  ranges: { alpha: number, ...layerRules.ranges },
} as const

/**
 * x above 0, α (eˣ − 1) below.
 * @example
 * new ELU().apply([[-1, 2]]).toArray() // => [[-0.63212, 2]]
 * @see Clevert et al. 2015, https://arxiv.org/abs/1511.07289
 */
export class ELU extends Layer<ELUOptions> {
  constructor(options: ELUOptions = {}) {
    super(options, eluRules)
  }

  override call(x: Tensor): Tensor {
    return elu(x, this.layerOptions.alpha)
  }
}

/** Options of `Softmax`. */
export interface SoftmaxOptions extends LayerOptions {
  /** The axis along which outputs sum to 1, or several. Default −1, the last. */
  axis?: number | readonly number[]
}

const softmaxRules = {
  defaults: { axis: -1, ...layerRules.defaults },
  ranges: { axis: () => undefined, ...layerRules.ranges },
}

/** Added to what a mask leaves out, before the softmax. */
const almostNever = -1e9

/**
 * $e^{x_i} / \sum_j e^{x_j}$ along an axis. A mask of the shape of x, given to `apply`, leaves elements out: their outputs are 0.
 * @example
 * new Softmax().apply([[0, 0]]).toArray() // => [[0.5, 0.5]]
 */
export class Softmax extends Layer<SoftmaxOptions> {
  constructor(options: SoftmaxOptions = {}) {
    super(options, softmaxRules)
  }

  override get givesProbabilities(): boolean {
    return true
  }

  override call(x: Tensor, { mask }: CallOptions = {}): Tensor {
    checkBatch(this.name, x)
    const kept = mask as Tensor | null | undefined
    if (!kept) return this.along(x)
    return where(kept, this.along(where(kept, x, almostNever)), 0)
  }

  private along(x: Tensor): Tensor {
    const { axis = -1 } = this.layerOptions
    if (typeof axis === 'number') return softmax(x, axis)
    return axis.length === 1 ? softmax(x, axis[0]) : x.sub(logSumExp(x, axis, { keepDims: true })).exp()
  }
}
