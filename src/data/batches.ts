/**
 * Batches for training loops written by hand. (`fit` makes its own.)
 */
import { ShapeError } from '../errors.js'
import { checkBatchSize, checkOptions } from '../options.js'
import { type TensorLike, toTensor } from '../tensor/creation.js'
import { gather } from '../tensor/operations/gathering.js'
import { randomStream } from '../tensor/random.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'

/** Options of `batches`. */
export interface BatchesOptions {
  /** Examples per batch; the last one may be smaller. Default 32. */
  batchSize?: number
  /** True to take the examples in random order. Default true. */
  shuffle?: boolean
  /** The order's seed. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

/**
 * Goes through examples and their targets once, a batch at a time.
 *
 * @param x the examples, [count, …]
 * @param y their targets, [count, …]
 * @throws ShapeError when `x` and `y` have different lengths, or none
 * @throws OptionError when `batchSize` is not a whole number above 0
 * @example
 * const sizes = []
 * for (const [x, y] of batches([[1], [2], [3]], [10, 20, 30], { batchSize: 2, seed: 1 })) sizes.push(x.shape)
 * sizes // => [[2, 1], [1, 1]]
 */
export function batches(x: TensorLike, y: TensorLike, options: BatchesOptions = {}): Iterable<[Tensor, Tensor]> {
  checkOptions('batches', options, ['batchSize', 'shuffle', 'seed'])
  const { batchSize = 32, shuffle = true, seed } = options
  checkBatchSize('batches', batchSize)
  const [xs, ys] = [toTensor(x), toTensor(y)]
  checkLengths(xs, ys)
  const count = xs.shape[0]
  const order = shuffle ? randomStream(seed).permutation(count) : Int32Array.from({ length: count }, (_, i) => i)
  return inOrder(xs, ys, order, batchSize)
}

function* inOrder(x: Tensor, y: Tensor, order: Int32Array, batchSize: number): Generator<[Tensor, Tensor]> {
  for (let start = 0; start < order.length; start += batchSize) {
    const indices = order.slice(start, start + batchSize)
    yield [gather(x, indices), gather(y, indices)]
  }
}

function checkLengths(x: Tensor, y: Tensor): void {
  if (x.rank === 0 || y.rank === 0 || x.shape[0] !== y.shape[0])
    throw new ShapeError(
      `batches: x has shape ${formatShape(x.shape)}, y ${formatShape(y.shape)}. Every example needs one target: the first axes must be equal.`,
    )
}
