/**
 * Options of layers, of their calls and of their weights.
 */
import type { DType, Shape } from '../kernels/backend.js'
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

/** The names of these options. */
export const layerOptions = ['name', 'trainable', 'inputShape'] as const

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
