/**
 * Options of layers, of their calls and of their weights. (Those of kernels and biases: `kernel-options.ts`.)
 */
import { OptionError } from '../errors.js'
import type { DType, Shape } from '../kernels/backend.js'
import { type Check, type OptionRules, oneOf } from '../options.js'
import { dtypes } from '../tensor/dtype.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import type { ConstraintLike, InitializerLike, RegularizerLike } from './families.js'

/** The shape of one example, without the batch axis; of a layer of several inputs, the shape of each. */
export type Shapes = Shape | readonly Shape[]

/** The shapes as a list. */
export function listOf(shapes: Shapes): readonly Shape[] {
  return Array.isArray(shapes[0]) ? (shapes as readonly Shape[]) : [shapes as Shape]
}

/** Options of every layer. */
export interface LayerOptions {
  /** Its name, unique in a model. Default: the name of the class in snake case, numbered (`dense`, `dense_1`). */
  name?: string
  /** True if optimizers update its weights. Default true. */
  trainable?: boolean
  /**
   * The shape of one example, without the batch axis. With it, the first layer of a model is built before the first call. Default: the
   * shape of the first input.
   */
  inputShape?: Shapes
  /** The dtype of its weights: float32 (default) or float64. */
  dtype?: DType
  /** A penalty of its output, per example, added to the loss. Default none. */
  activityRegularizer?: RegularizerLike | null
}

const nonEmpty: Check = (x) => (typeof x === 'string' && x !== '' ? undefined : 'a non-empty string')

const exampleShape: Check = (x) => {
  const sizes = (Array.isArray(x) ? x : [x]).flat()
  const known = sizes.filter((n) => Number.isInteger(n) && n >= 0)
  if (Array.isArray(x) && known.length === sizes.length) return undefined
  return `the shape of one example, without the batch axis (inputShape: ${formatShape(known.length > 0 ? known : [2])})`
}

/** The defaults and ranges of these options, to which layers add their own. */
export const layerRules = {
  defaults: {
    name: undefined,
    trainable: true,
    inputShape: undefined,
    dtype: 'float32',
    activityRegularizer: null,
  },
  ranges: { name: nonEmpty, inputShape: exampleShape, dtype: oneOf(['float32', 'float64']) },
} as const satisfies OptionRules<object>

/**
 * The options of a layer together with the arguments that its constructor takes by position, for `super(…)`.
 * @throws OptionError when an argument is an option, too
 */
export function withArguments<T extends object>(options: T, positional: object): T {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return options
  const twice = Object.keys(positional).find((name) => name in options)
  if (twice !== undefined)
    throw new OptionError(`options: ${twice} is given twice, as an argument and as an option. Leave out the option.`)
  return { ...options, ...positional }
}

/** Options of `apply` and `call`. */
export interface CallOptions {
  /** True in training, where dropout drops. Default: that of the call around this one; false for the outermost. */
  training?: boolean
  /**
   * The steps that count, [batch, time], 1 (or true) where they do; of several inputs, one each. Default: the mask that an Embedding or a Masking
   * layer gave the input on its way.
   */
  mask?: Mask
  /** The state that a recurrent layer starts from, one tensor or several. Default zeros. */
  initialState?: Tensor | readonly Tensor[]
  /** 1 (or true) where a position may attend to another, [batch, queries, keys]. Default all. */
  attentionMask?: Tensor
  /** True if no position may attend to later ones. Default false. */
  useCausalMask?: boolean
  /** True for an array of the output of an attention layer and its weights. Default false. */
  returnAttentionScores?: boolean
  /** The weight of each token, of `CategoryEncoding` with outputMode `'count'`. Default 1. */
  countWeights?: Tensor
}

/** A mask; of several inputs, one each. */
export type Mask = Tensor | null | readonly (Tensor | null)[]

/** Options of `addWeight`. */
export interface WeightOptions {
  /** Makes the first values. Default glorotUniform. */
  initializer?: InitializerLike
  /** A penalty that is added to the loss while the weight is trained. Default none. */
  regularizer?: RegularizerLike | null
  /** False for what training does not step along a gradient, such as moving statistics. Default true. */
  trainable?: boolean
  /** Applied by optimizers after each update. Default none. */
  constraint?: ConstraintLike | null
  /** Default: the dtype of the layer. */
  dtype?: DType
  /** Seed of the initializer. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

/** The defaults and ranges of `WeightOptions`. */
export const weightRules = {
  defaults: {
    initializer: 'glorotUniform',
    regularizer: null,
    trainable: true,
    constraint: null,
    dtype: undefined,
    seed: undefined,
  },
  ranges: { dtype: oneOf(dtypes) },
} as const
