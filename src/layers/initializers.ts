/**
 * Initializers: functions that make the first values of weights. The scaled ones keep the variance of signals from layer to layer:
 * glorot (Glorot and Bengio 2010) for tanh and sigmoid, he (He et al. 2015) for relu. Names, scales and the truncation at two standard
 * deviations are Keras's.
 */
import type { DType, Shape } from '../kernels/backend.js'
import { toCamelCase, unknownName } from '../options.js'
import { wrap } from '../tensor/creation.js'
import { newValues } from '../tensor/nested-arrays.js'
import { randomStream } from '../tensor/random.js'
import { sizeOf } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'

/** Options of an initializer. */
export interface InitializerOptions {
  /** float32 (default) or float64. */
  dtype?: DType
  /** Seed of the random numbers. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

/** Makes the first value of a weight of this shape. */
export type Initializer = (shape: Shape, options?: InitializerOptions) => Tensor

/** The standard deviation of a normal distribution cut off at two standard deviations, relative to the uncut one. */
const truncatedStd = 0.8796256610342398

/** Draws numbers of variance scale / fan; `fan` is computed from the fans of the shape. */
// @__NO_SIDE_EFFECTS__
function scaled(scale: number, fan: (fanIn: number, fanOut: number) => number, uniform: boolean): Initializer {
  return (shape, { dtype = 'float32', seed } = {}) => {
    const random = randomStream(seed)
    const variance = scale / Math.max(1, fan(...fans(shape)))
    const limit = Math.sqrt(3 * variance)
    const std = Math.sqrt(variance) / truncatedStd
    const truncated = (): number => {
      const z = random.normal()
      return Math.abs(z) <= 2 ? z * std : truncated()
    }
    return filled(shape, dtype, uniform ? () => limit * (2 * random.uniform() - 1) : truncated)
  }
}

// @__NO_SIDE_EFFECTS__
function constant(value: number): Initializer {
  return (shape, { dtype = 'float32' } = {}) => filled(shape, dtype, () => value)
}

const average = (fanIn: number, fanOut: number): number => (fanIn + fanOut) / 2
const incoming = (fanIn: number): number => fanIn

const initializers = {
  glorotUniform: scaled(1, average, true),
  glorotNormal: scaled(1, average, false),
  heUniform: scaled(2, incoming, true),
  heNormal: scaled(2, incoming, false),
  lecunUniform: scaled(1, incoming, true),
  lecunNormal: scaled(1, incoming, false),
  zeros: constant(0),
  ones: constant(1),
}

/**
 * The name of an initializer.
 * @useDeclaredType
 */
export type InitializerName = keyof typeof initializers

/** An initializer of a layer: a name or a function of a shape. */
export type InitializerLike = InitializerName | Initializer

/**
 * The initializer of that name (Keras's snake_case is understood).
 * @throws OptionError naming the nearest one when there is none
 */
export function getInitializer(op: string, initializer: InitializerLike): Initializer {
  if (typeof initializer === 'function') return initializer
  const name = typeof initializer === 'string' ? toCamelCase(initializer) : ''
  if (Object.hasOwn(initializers, name)) return initializers[name as InitializerName]
  throw unknownName(op, 'initializer', initializer, Object.keys(initializers), 'pass a function of the shape')
}

/** The number of inputs of one unit, and of units that one input feeds. */
function fans(shape: Shape): [fanIn: number, fanOut: number] {
  if (shape.length < 2) return [sizeOf(shape), sizeOf(shape)]
  const receptive = sizeOf(shape.slice(0, -2))
  return [shape[shape.length - 2] * receptive, shape[shape.length - 1] * receptive]
}

function filled(shape: Shape, dtype: DType, draw: () => number): Tensor {
  const values = newValues('initializer', dtype, sizeOf(shape))
  for (let i = 0; i < values.length; i++) values[i] = draw()
  return wrap('initializer', values, dtype, shape)
}
