/**
 * The namespace `initializers`: functions that make the first values of weights. The scaled ones keep the variance of signals from layer to
 * layer: glorot (Glorot and Bengio 2010) for tanh and sigmoid, he (He et al. 2015) for relu. Names, options, scales and the truncation at
 * two standard deviations are Keras's. (By name: `families.ts`.)
 */
import { ShapeError } from '../errors.js'
import type { DType, Shape } from '../kernels/backend.js'
import type { Generator } from '../kernels/random.js'
import { finite, notNegative, oneOf, positive, resolve, toCamelCase } from '../options.js'
import { wrap } from '../tensor/creation.js'
import { eye } from '../tensor/filling.js'
import { newValues } from '../tensor/nested-arrays.js'
import { qr } from '../tensor/operations/decompositions.js'
import { randomStream } from '../tensor/random.js'
import { formatShape, sizeOf } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { configured } from './configurable.js'

/** Options of an initializer when it is called. */
export interface InitializerOptions {
  /** float32 (default) or float64. */
  dtype?: DType
  /** Seed of the random numbers. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

/** Makes the first value of a weight of this shape. */
export type Initializer = (shape: Shape, options?: InitializerOptions) => Tensor

/** The seed of an initializer that draws random numbers. */
export interface SeedOption {
  /** The numbers are the same in each call. Default: those of the layer's seed, or of the global stream, which `setSeed` starts. */
  seed?: number
}

/** The standard deviation of a normal distribution cut off at two standard deviations, relative to the uncut one. */
const truncatedStd = 0.8796256610342398

/** Every element 0. */
export function zeros(): Initializer {
  return configured('Zeros', {}, filledWith(0))
}

/** Every element 1. */
export function ones(): Initializer {
  return configured('Ones', {}, filledWith(1))
}

/**
 * Every element the same.
 * @param options `value` (default 0)
 * @example
 * new Dense(2, { biasInitializer: initializers.constant({ value: 0.5 }) }).apply([[0]]).toArray() // => [[0.5, 0.5]]
 */
export function constant(options: { value?: number } = {}): Initializer {
  const all = resolve('constant', options, { defaults: { value: 0 } })
  return configured('Constant', all, filledWith(all.value))
}

/**
 * Normally distributed elements.
 * @param options `mean` (default 0), `stddev` (default 0.05) and `seed`
 */
export function randomNormal(options: SeedOption & { mean?: number; stddev?: number } = {}): Initializer {
  const all = resolve('randomNormal', options, normalRules)
  const { mean, stddev } = all
  return configured(
    'RandomNormal',
    all,
    drawn(all, (random) => () => mean + stddev * random.normal()),
  )
}

/**
 * Uniformly distributed elements.
 * @param options `minval` (default −0.05), `maxval` (default 0.05) and `seed`
 */
export function randomUniform(options: SeedOption & { minval?: number; maxval?: number } = {}): Initializer {
  const all = resolve('randomUniform', options, {
    defaults: { minval: -0.05, maxval: 0.05, seed: undefined },
    ranges: { minval: finite, maxval: finite },
  })
  const { minval, maxval } = all
  return configured(
    'RandomUniform',
    all,
    drawn(all, (random) => () => minval + (maxval - minval) * random.uniform()),
  )
}

/**
 * Normally distributed elements; those more than two standard deviations from the mean are drawn again.
 * @param options `mean` (default 0), `stddev` (of the distribution before it is cut, default 0.05) and `seed`
 */
export function truncatedNormal(options: SeedOption & { mean?: number; stddev?: number } = {}): Initializer {
  const all = resolve('truncatedNormal', options, normalRules)
  return configured('TruncatedNormal', all, drawn(all, truncated(all.mean, all.stddev)))
}

const normalRules = {
  defaults: { mean: 0, stddev: 0.05, seed: undefined },
  ranges: { mean: finite, stddev: notNegative },
} as const

/** Options of `varianceScaling`. */
export interface VarianceScalingOptions extends SeedOption {
  /** The variance is scale / fan. Default 1. */
  scale?: number
  /** The fan: the inputs of a unit (fanIn, default), the units that an input feeds (fanOut), or the mean of both (fanAvg). */
  mode?: 'fanIn' | 'fanOut' | 'fanAvg'
  /** Default truncatedNormal. */
  distribution?: 'truncatedNormal' | 'untruncatedNormal' | 'uniform'
}

/**
 * Elements of variance scale / fan. The fans of a kernel are its last two axes, times the size of the others (in convolutions).
 * @example
 * const wide = initializers.varianceScaling({ scale: 2, mode: 'fanOut' })
 * new Dense(3, { kernelInitializer: wide }).apply(ones([1, 4])).shape // => [1, 3]
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  const { mode = 'fanIn', distribution = 'truncatedNormal' } = options
  const all = resolve(
    'varianceScaling',
    { ...options, mode: toCamelCase(mode), distribution: toCamelCase(distribution) } as VarianceScalingOptions,
    scalingRules,
  )
  return configured(
    'VarianceScaling',
    { ...all, mode: snake[all.mode], distribution: snake[all.distribution] },
    scaled(all),
  )
}

/** Keras's spelling. */
const snake = {
  fanIn: 'fan_in',
  fanOut: 'fan_out',
  fanAvg: 'fan_avg',
  truncatedNormal: 'truncated_normal',
  untruncatedNormal: 'untruncated_normal',
  uniform: 'uniform',
}

const scalingRules = {
  defaults: { scale: 1, mode: 'fanIn', distribution: 'truncatedNormal', seed: undefined },
  ranges: {
    scale: positive,
    mode: oneOf(['fanIn', 'fanOut', 'fanAvg']),
    distribution: oneOf(['truncatedNormal', 'untruncatedNormal', 'uniform']),
  },
} as const

/** Uniform, variance 2 / (fanIn + fanOut): Keras's default for kernels. */
export function glorotUniform(options: SeedOption = {}): Initializer {
  return ofFamily('GlorotUniform', options, { scale: 1, mode: 'fanAvg', distribution: 'uniform' })
}

/** Normal, variance 2 / (fanIn + fanOut). */
export function glorotNormal(options: SeedOption = {}): Initializer {
  return ofFamily('GlorotNormal', options, { scale: 1, mode: 'fanAvg', distribution: 'truncatedNormal' })
}

/** Uniform, variance 2 / fanIn: for relu. */
export function heUniform(options: SeedOption = {}): Initializer {
  return ofFamily('HeUniform', options, { scale: 2, mode: 'fanIn', distribution: 'uniform' })
}

/** Normal, variance 2 / fanIn: for relu. */
export function heNormal(options: SeedOption = {}): Initializer {
  return ofFamily('HeNormal', options, { scale: 2, mode: 'fanIn', distribution: 'truncatedNormal' })
}

/** Uniform, variance 1 / fanIn: for selu. */
export function lecunUniform(options: SeedOption = {}): Initializer {
  return ofFamily('LecunUniform', options, { scale: 1, mode: 'fanIn', distribution: 'uniform' })
}

/** Normal, variance 1 / fanIn: for selu. */
export function lecunNormal(options: SeedOption = {}): Initializer {
  return ofFamily('LecunNormal', options, { scale: 1, mode: 'fanIn', distribution: 'truncatedNormal' })
}

function ofFamily(className: string, options: SeedOption, scaling: Omit<Scaling, 'seed'>): Initializer {
  const { seed } = resolve(className, options, { defaults: { seed: undefined } })
  return configured(className, { seed }, scaled({ ...scaling, seed }))
}

/**
 * An orthogonal matrix: rows, or columns where there are fewer of them, of length 1 at right angles. Kernels of more than two axes are
 * matrices of their last axis.
 * @param options `gain`, a factor (default 1), and `seed`
 * @see Saxe et al. 2014, https://arxiv.org/abs/1312.6120
 */
export function orthogonal(options: SeedOption & { gain?: number } = {}): Initializer {
  const all = resolve('orthogonal', options, { defaults: { gain: 1, seed: undefined }, ranges: { gain: finite } })
  return configured('Orthogonal', all, (shape, { dtype = 'float32', seed } = {}) => {
    if (shape.length < 2) throw notAMatrix('orthogonal', shape)
    const random = randomStream(all.seed ?? seed)
    const columns = shape[shape.length - 1]
    const rows = sizeOf(shape) / columns
    const tall = filled([Math.max(rows, columns), Math.min(rows, columns)], 'float64', () => random.normal())
    const { q, r } = qr(tall)
    const uniform = q.mul(r.diagonal().sign())
    return (rows < columns ? uniform.transpose() : uniform).mul(all.gain).cast(dtype).reshape(shape)
  })
}

/**
 * The identity matrix, also of a kernel that is not square.
 * @param options `gain`, a factor (default 1)
 */
export function identity(options: { gain?: number } = {}): Initializer {
  const all = resolve('identity', options, { defaults: { gain: 1 }, ranges: { gain: finite } })
  return configured('Identity', all, (shape, { dtype = 'float32' } = {}) => {
    if (shape.length !== 2) throw notAMatrix('identity', shape)
    return eye(shape[0], shape[1], { dtype }).mul(all.gain)
  })
}

function notAMatrix(op: string, shape: Shape): ShapeError {
  return new ShapeError(
    `${op}: the weight has shape ${formatShape(shape)}, which is not a matrix. Choose another initializer, such as glorotUniform.`,
  )
}

interface Scaling {
  readonly scale: number
  readonly mode: 'fanIn' | 'fanOut' | 'fanAvg'
  readonly distribution: 'truncatedNormal' | 'untruncatedNormal' | 'uniform'
  readonly seed: number | undefined
}

/** Draws numbers of variance scale / fan. */
function scaled({ scale, mode, distribution, seed }: Scaling): Initializer {
  return drawn({ seed }, (random, shape) => {
    const [fanIn, fanOut] = fans(shape)
    const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode]
    const variance = scale / Math.max(1, fan)
    const limit = Math.sqrt(3 * variance)
    if (distribution === 'uniform') return () => limit * (2 * random.uniform() - 1)
    if (distribution === 'untruncatedNormal') return () => Math.sqrt(variance) * random.normal()
    return truncated(0, Math.sqrt(variance) / truncatedStd)(random)
  })
}

function truncated(mean: number, stddev: number) {
  return (random: Generator) => {
    const draw = (): number => {
      const z = random.normal()
      return Math.abs(z) <= 2 ? mean + z * stddev : draw()
    }
    return draw
  }
}

/** The number of inputs of one unit, and of units that one input feeds. */
function fans(shape: Shape): [fanIn: number, fanOut: number] {
  if (shape.length < 2) return [sizeOf(shape), sizeOf(shape)]
  const receptive = sizeOf(shape.slice(0, -2))
  return [shape[shape.length - 2] * receptive, shape[shape.length - 1] * receptive]
}

function filledWith(value: number): Initializer {
  return (shape, { dtype = 'float32' } = {}) => filled(shape, dtype, () => value)
}

/** Draws each element from a stream: that of the own seed, of the layer's seed, or the global one. */
function drawn({ seed: own }: SeedOption, drawFrom: (random: Generator, shape: Shape) => () => number): Initializer {
  return (shape, { dtype = 'float32', seed } = {}) => filled(shape, dtype, drawFrom(randomStream(own ?? seed), shape))
}

function filled(shape: Shape, dtype: DType, draw: () => number): Tensor {
  const values = newValues('initializer', dtype, sizeOf(shape))
  for (let i = 0; i < values.length; i++) values[i] = draw()
  return wrap('initializer', values, dtype, shape)
}
