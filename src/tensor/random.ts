/**
 * Random tensors: seeded, the same numbers on every platform.
 */
import { OptionError } from '../errors.js'
import type { DType, Shape } from '../kernels/backend.js'
import { type Generator, generator } from '../kernels/random.js'
import { resolve } from '../options.js'
import { wrap } from './creation.js'
import { isFloat } from './dtype.js'
import { newValues } from './nested-arrays.js'
import { checkShape, sizeOf } from './shape.js'
import type { Tensor } from './tensor.js'

/** Options of the random tensors. */
export interface RandomOptions {
  /** Draws from a stream of its own. Default: the global stream, which `setSeed` starts. */
  seed?: number
  /** float32 (default) or float64. */
  dtype?: DType
  /** If true, `backward` computes its gradient. Default false. */
  requiresGrad?: boolean
}

const defaults = { seed: undefined, dtype: 'float32', requiresGrad: false } as const

let stream: Generator | null = null

/**
 * Starts the global stream of random numbers anew: initial weights, shuffling, dropout and random tensors become repeatable.
 * @param seed a whole number; without `setSeed` every program run differs
 * @example
 * setSeed(42)
 * randomUniform([1]).item() // => 0.97436
 */
export function setSeed(seed: number): void {
  stream = generator(seed)
}

/**
 * Returns the place that the global stream of random numbers is at, as numbers that JSON can hold. A training that is to go on in another
 * process needs it for the shuffles and dropouts to come.
 * @example
 * const state = getRandomState()
 * const x = randomUniform([2])
 * setRandomState(state)
 * randomUniform([2]).equal(x).toArray() // => [true, true]
 */
export function getRandomState(): number[] {
  return randomStream().state
}

/**
 * Sets the global stream of random numbers to a place that it was at.
 * @param state what `getRandomState` returned, also in another process
 * @throws OptionError for anything else
 */
export function setRandomState(state: readonly number[]): void {
  const restored = generator(0)
  restored.state = state as number[]
  stream = restored
}

/** The stream for a seed, or the global one. */
export function randomStream(seed?: number): Generator {
  if (seed !== undefined) return generator(seed)
  stream ??= generator(Math.floor(Math.random() * 2 ** 32))
  return stream
}

/**
 * Normally distributed numbers.
 *
 * @param options `mean` (default 0), `std` (standard deviation, default 1), and those of every random tensor
 * @example
 * randomNormal([2, 3], { seed: 1 }).shape // => [2, 3]
 */
export function randomNormal(shape: Shape, options: RandomOptions & { mean?: number; std?: number } = {}): Tensor {
  const { mean, std, ...others } = resolve('randomNormal', options, { defaults: { ...defaults, mean: 0, std: 1 } })
  const random = randomStream(others.seed)
  return fill('randomNormal', shape, others, () => mean + std * random.normal())
}

/**
 * Uniformly distributed numbers from `low` (included, default 0) to `high` (not included, default 1).
 * @example
 * randomUniform([3], { low: -1, high: 1, seed: 1 }).shape // => [3]
 */
export function randomUniform(shape: Shape, options: RandomOptions & { low?: number; high?: number } = {}): Tensor {
  const { low, high, ...others } = resolve('randomUniform', options, { defaults: { ...defaults, low: 0, high: 1 } })
  if (!(low <= high)) throw new OptionError(`randomUniform: low is ${low}, high ${high}. Give low ≤ high.`)
  const random = randomStream(others.seed)
  const draw = others.dtype === 'float64' ? () => random.uniform() : () => random.uniform32()
  return fill('randomUniform', shape, others, () => low + (high - low) * draw())
}

/**
 * Normally distributed numbers, those more than two standard deviations from the mean drawn again.
 *
 * @param options `mean` (default 0), `std` (of the distribution before it is cut, default 1), and those of every random tensor
 * @example
 * truncatedNormal([100], { seed: 1 }).abs().max().item() < 2 // => true
 */
export function truncatedNormal(shape: Shape, options: RandomOptions & { mean?: number; std?: number } = {}): Tensor {
  const { mean, std, ...others } = resolve('truncatedNormal', options, { defaults: { ...defaults, mean: 0, std: 1 } })
  const random = randomStream(others.seed)
  const draw = () => {
    let z = random.normal()
    while (Math.abs(z) > 2) z = random.normal()
    return mean + std * z
  }
  return fill('truncatedNormal', shape, others, draw)
}

function fill(
  op: string,
  shape: Shape,
  { dtype, requiresGrad }: { dtype: DType; requiresGrad: boolean },
  draw: () => number,
): Tensor {
  checkShape(op, shape)
  if (!isFloat(dtype)) throw new OptionError(`${op}: dtype ${dtype} has no fractions. Choose float32 or float64.`)
  const values = newValues(op, dtype, sizeOf(shape))
  for (let i = 0; i < values.length; i++) values[i] = draw()
  return wrap(op, values, dtype, shape, requiresGrad)
}
