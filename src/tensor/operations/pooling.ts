/**
 * Pooling: the largest number, or the mean, of every window of sequences or images, channel by channel. Channels come last: images are
 * [batch, height, width, channels], sequences [batch, length, channels].
 */
import { resolve } from '../../options.js'
import type { TensorLike } from '../creation.js'
import type { Tensor } from '../tensor.js'
import { pooled, poolingRows } from './pooling-rows.js'
import { imagePadding, type Sizes } from './windows.js'

/** Options of `maxPool` and `averagePool`. */
export interface PoolOptions {
  /** Steps from window to window: a number, or one for each axis. Default: the size of the window. */
  strides?: Sizes | null
  /** `'valid'` (default): windows are inside; `'same'`: windows begin before the input and end behind it where ⌈size / stride⌉ of them need it. */
  padding?: 'valid' | 'same'
}

const rules = {
  defaults: { strides: null, padding: 'valid' },
  ranges: { strides: () => undefined, padding: imagePadding },
} as const

/**
 * The largest number of every window. The gradient goes to the first of equal ones.
 *
 * @param x [batch, length, channels] or [batch, height, width, channels]
 * @param size of the window: a number, or one for each axis
 * @returns [batch, …, channels], of float32, or float64 where x is
 * @throws ShapeError when the window does not fit
 * @example
 * const x = tensor([[1, 2, 0], [5, 4, 3]]).reshape([1, 2, 3, 1])
 * maxPool(x, [2, 1]).flatten().toArray() // => [5, 4, 3]
 * maxPool(x, 2, { padding: 'same' }).flatten().toArray() // => [5, 3]
 */
export function maxPool(x: TensorLike, size: Sizes, options: PoolOptions = {}): Tensor {
  return pooled('maxPool', poolingRows.maxPool, x, size, resolve('maxPool', options, rules))
}

/**
 * The mean of every window. Of windows that are partly outside, it is the mean of what is inside.
 *
 * @param x [batch, length, channels] or [batch, height, width, channels]
 * @param size of the window: a number, or one for each axis
 * @returns [batch, …, channels], of float32, or float64 where x is
 * @throws ShapeError when the window does not fit
 * @example
 * const x = tensor([[[1], [2], [6]]])
 * averagePool(x, 2).toArray() // => [[[1.5]]]
 * averagePool(x, 2, { padding: 'same' }).toArray() // => [[[1.5], [6]]]
 */
export function averagePool(x: TensorLike, size: Sizes, options: PoolOptions = {}): Tensor {
  return pooled('averagePool', poolingRows.averagePool, x, size, resolve('averagePool', options, rules))
}
