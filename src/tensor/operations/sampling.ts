/**
 * Random choices: whole numbers, coin tosses, draws from a distribution, random order. Seeded, the same on every platform.
 */
import { OptionError, ShapeError } from '../../errors.js'
import type { DType, Shape, TypedArray } from '../../kernels/backend.js'
import type { Generator } from '../../kernels/random.js'
import { required, resolve, show } from '../../options.js'
import { type TensorLike, toTensor, toTensorBeside, wrap } from '../creation.js'
import { newValues } from '../nested-arrays.js'
import { randomStream } from '../random.js'
import { checkShape, checkSize, formatShape, normalizeAxis, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { broadcastTo } from './broadcasting.js'
import { gather } from './gathering.js'

/** Options of all random choices. */
export interface SeedOptions {
  /** Draws from a stream of its own. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

/**
 * Whole numbers from `low` (included, default 0) to `high` (not included), each equally likely; int32.
 * @throws OptionError when there is no such number
 * @example
 * randomInt([3], { low: 5, high: 6 }).toArray() // => [5, 5, 5]
 */
export function randomInt(shape: Shape, options: SeedOptions & { low?: number; high: number }): Tensor {
  const { seed, low, high } = resolve('randomInt', options, { defaults: { seed: undefined, low: 0, high: required } })
  if (!Number.isInteger(low) || (low | 0) !== low || !Number.isInteger(high) || high <= low || high > 2 ** 31) {
    throw new OptionError(
      `randomInt: low is ${show(low)}, high ${show(high)}. Give whole numbers of int32 with low < high; high is not included.`,
    )
  }
  checkShape('randomInt', shape)
  const random = randomStream(seed)
  return wrap(
    'randomInt',
    newValues('randomInt', 'int32', sizeOf(shape)).map(() => low + random.int(high - low)),
    'int32',
    shape,
  )
}

const bernoulliRules = {
  defaults: { seed: undefined, p: undefined, dtype: 'float32' },
} as const

/**
 * Ones with probability p, zeros otherwise.
 * @param options `p` (a number or a tensor that is broadcast to the shape, from 0 to 1; default 0.5), `dtype` (default float32), `seed`
 * @throws OptionError when a probability is not from 0 to 1
 * @example
 * bernoulli([2], { p: [0, 1] }).toArray() // => [0, 1]
 */
export function bernoulli(shape: Shape, options: SeedOptions & { p?: TensorLike; dtype?: DType } = {}): Tensor {
  const { seed, p, dtype } = resolve('bernoulli', options, bernoulliRules)
  checkShape('bernoulli', shape)
  checkSize('bernoulli', dtype, sizeOf(shape))
  const given = toTensorBeside('float64', p ?? 0.5).detach()
  const chances = (given.rank === 0 ? given : broadcastTo(given, shape)).dataSync()
  const bad = chances.findIndex((chance) => !(chance >= 0 && chance <= 1))
  if (bad >= 0) throw new OptionError(`bernoulli: a probability is ${chances[bad]}. Give numbers from 0 to 1.`)
  const random = randomStream(seed)
  const values = newValues('bernoulli', 'bool', sizeOf(shape))
  for (let i = 0; i < values.length; i++) values[i] = Number(random.uniform() < chances[i % chances.length])
  return wrap('bernoulli', values, 'bool', shape).cast(dtype)
}

/**
 * Draws indices with probabilities in proportion to weights, row by row.
 *
 * @param weights [k] or [rows, k], not negative; they need not sum to 1
 * @param count how many to draw from each row
 * @param options `replacement`: whether an index may be drawn again (default false, as in PyTorch); `seed`
 * @returns int32, [count] or [rows, count]
 * @throws OptionError when a weight is negative or not finite, or fewer than `count` indices can be drawn
 * @example
 * multinomial([0, 3, 0], 2, { replacement: true }).toArray() // => [1, 1]
 */
export function multinomial(
  weights: TensorLike,
  count: number,
  options: SeedOptions & { replacement?: boolean } = {},
): Tensor {
  const { seed, replacement } = resolve('multinomial', options, { defaults: { seed: undefined, replacement: false } })
  const source = toTensorBeside('float64', weights)
  if (source.rank < 1 || source.rank > 2) {
    throw new ShapeError(`multinomial: weights of shape ${formatShape(source.shape)}. Give [k], or [rows, k].`)
  }
  const columns = source.shape[source.rank - 1]
  const numbers = Float64Array.from(source.dataSync())
  const rows = Array.from({ length: columns ? source.size / columns : 0 }, (_, row) =>
    numbers.subarray(row * columns, (row + 1) * columns),
  )
  for (const row of rows) checkWeights(row, count, replacement)
  const random = randomStream(seed)
  const drawn = newValues('multinomial', 'int32', rows.length * count)
  for (let i = 0; i < drawn.length; i++) drawn[i] = draw(rows[Math.floor(i / count)], random, replacement)
  return wrap('multinomial', drawn, 'int32', [...source.shape.slice(0, -1), count])
}

/**
 * The numbers 0 … n − 1 in random order; int32.
 * @param n how many
 * @example
 * permutation(5, { seed: 1 }).sort().toArray() // => [0, 1, 2, 3, 4]
 */
export function permutation(n: number, options: SeedOptions = {}): Tensor {
  const { seed } = resolve('permutation', options, { defaults: { seed: undefined } })
  checkShape('permutation', [n])
  checkSize('permutation', 'int32', n)
  return wrap('permutation', randomStream(seed).permutation(n), 'int32', [n])
}

/**
 * The slices along an axis in random order; x stays as it was.
 * @param options `axis` (default 0), `seed`
 * @example
 * const x = tensor([[1, 2], [3, 4]])
 * shuffle(x, { seed: 1 }).sum(0).toArray() // => [4, 6]
 */
export function shuffle(x: TensorLike, options: SeedOptions & { axis?: number } = {}): Tensor {
  const { seed, axis } = resolve('shuffle', options, { defaults: { seed: undefined, axis: 0 } })
  const source = toTensor(x)
  const at = normalizeAxis('shuffle', axis, source.rank)
  return gather(source, permutation(source.shape[at], { seed }), { axis: at })
}

function checkWeights(row: TypedArray, count: number, replacement: boolean): void {
  const bad = row.findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY))
  if (bad >= 0) throw new OptionError(`multinomial: weight ${bad} is ${row[bad]}. Weights are finite and not negative.`)
  const possible = row.filter((weight) => weight > 0).length
  if (
    !Number.isInteger(count) ||
    count < 0 ||
    count > (replacement && possible > 0 ? Number.POSITIVE_INFINITY : possible)
  ) {
    throw new OptionError(
      `multinomial: ${show(count)} draws from ${possible} weights above 0. Draw at most as many, or set replacement: true.`,
    )
  }
}

/** An index, by its weight; without replacement its weight becomes 0. */
function draw(weights: Float64Array, random: Generator, replacement: boolean): number {
  let rest = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0)
  let index = -1
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue
    index = i
    rest -= weights[i]
    if (rest < 0) break
  }
  if (!replacement) weights[index] = 0
  return index
}
