/**
 * Options of layers, of their calls and of their weights.
 */
import type { DType, Shape } from '../kernels/backend.js'
import { type Check, type OptionRules, oneOf } from '../options.js'
import { dtypes } from '../tensor/dtype.js'
import { formatShape } from '../tensor/shape.js'
import type { Constraint } from '../tensor/variable.js'
import type { InitializerLike } from './initializers.js'

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
  inputShape?: Shape
}

const nonEmpty: Check = (x) => (typeof x === 'string' && x !== '' ? undefined : 'a non-empty string')

const exampleShape: Check = (x) => {
  const sizes = Array.isArray(x) ? x : [x]
  const known = sizes.filter((n) => Number.isInteger(n) && n >= 0)
  if (Array.isArray(x) && known.length === sizes.length) return undefined
  return `the shape of one example, without the batch axis (inputShape: ${formatShape(known.length > 0 ? known : [2])})`
}

/** The defaults and ranges of these options, to which layers add their own. */
export const layerRules = {
  defaults: { name: undefined, trainable: true, inputShape: undefined },
  ranges: { name: nonEmpty, inputShape: exampleShape },
} satisfies OptionRules<object>

/** Options of `apply` and `call`. */
export interface CallOptions {
  /** True in training, where dropout drops. Default: that of the call around this one; false for the outermost. */
  training?: boolean
}

/** Options of `addWeight`. */
export interface WeightOptions {
  /** Makes the first values. Default glorotUniform. */
  initializer?: InitializerLike
  /** True if optimizers update it. Default true. */
  trainable?: boolean
  /** Applied by optimizers after each update. Default none. */
  constraint?: Constraint | null
  /** Default float32. */
  dtype?: DType
  /** Seed of the initializer. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

/** A function, as a constraint is. */
export const constraint: Check = (x) => (typeof x === 'function' ? undefined : 'a function, such as nonNeg()')

/** The defaults and ranges of `WeightOptions`. */
export const weightRules = {
  defaults: { initializer: 'glorotUniform', trainable: true, constraint: null, dtype: 'float32', seed: undefined },
  ranges: { constraint, dtype: oneOf(dtypes) },
} as const
