/**
 * Running reductions: one number for each element, made of it and all those before it along an axis.
 */
import type { ScanKind } from '../../kernels/backend.js'
import { resolve } from '../../options.js'
import { backend } from '../backend.js'
import { type TensorLike, toTensor } from '../creation.js'
import { isFloat } from '../dtype.js'
import { type PrimitiveRow, run, toExactFloat } from '../operation.js'
import { around, normalizeAxis } from '../shape.js'
import { Tensor } from '../tensor.js'
import { where } from './comparisons.js'
import { take } from './indices.js'
import { ops } from './ops.js'
import { shift } from './reduction-rows.js'

/** Options of the running sum and product. */
export interface RunningOptions {
  /** Leave each element itself out: the first is the sum (product) of nothing. Default false. */
  exclusive?: boolean
  /** Go from the last element to the first. Default false. */
  reverse?: boolean
}

/**
 * The running sum. Bools are counted.
 * @param axis default: the flattened tensor
 * @param options `exclusive`, `reverse` (both false)
 * @example
 * tensor([1, 2, 3]).cumsum().toArray() // => [1, 3, 6]
 * tensor([[1, 2], [3, 4]]).cumsum(0).toArray() // => [[1, 2], [4, 6]]
 */
export function cumsum(x: TensorLike, axis?: number | null, options: RunningOptions = {}): Tensor {
  return running(ops.cumsum, 0, toTensor(x), axis, options)
}

/**
 * The running product. Its gradient is right where elements are 0, too.
 * @param axis default: the flattened tensor
 * @param options `exclusive`, `reverse` (both false)
 * @example
 * tensor([1, 2, 3]).cumprod().toArray() // => [1, 2, 6]
 */
export function cumprod(x: TensorLike, axis?: number | null, options: RunningOptions = {}): Tensor {
  return running(ops.cumprod, 1, toTensor(x), axis, options)
}

/**
 * The largest element so far; NaN from the first NaN on. The gradient goes to the last of several that tie, as in PyTorch.
 * @param axis default: the flattened tensor
 * @example
 * tensor([1, 3, 2, 5]).cumMax().toArray() // => [1, 3, 3, 5]
 */
export function cumMax(x: TensorLike, axis?: number | null): Tensor {
  return extreme('max', toTensor(x), axis)
}

/**
 * The smallest element so far; NaN from the first NaN on. The gradient goes to the last of several that tie, as in PyTorch.
 * @param axis default: the flattened tensor
 * @example
 * tensor([4, 3, 5, 1]).cumMin().toArray() // => [4, 3, 3, 1]
 */
export function cumMin(x: TensorLike, axis?: number | null): Tensor {
  return extreme('min', toTensor(x), axis)
}

/**
 * log Σ exp(x) of each element and those before it, without overflow.
 * @param axis default: the flattened tensor
 * @example
 * tensor([0, 0, 1000]).logCumSumExp().toArray() // => [0, 0.69315, 1000]
 */
export function logCumSumExp(x: TensorLike, axis?: number | null): Tensor {
  const source = toTensor(x)
  if (!isFloat(source.dtype)) return logCumSumExp(toExactFloat(source), axis).cast('float32')
  if (axis === undefined || axis === null) return logCumSumExp(source.flatten(), 0)
  const at = normalizeAxis('logCumSumExp', axis, source.rank)
  // s[i] = Σ exp(x[k] − m[i]) = s[i − 1] · exp(m[i − 1] − m[i]) + exp(x[i] − m[i]) with m[i] the largest so far
  const most = cumMax(source.detach(), at)
  const before = shift(most, at, Number.NEGATIVE_INFINITY)
  const decay = where(before.equal(most), 1, before.sub(most).exp())
  const finite = where(most.isFinite(), most, 0)
  const sums = run(ops.recurrence, [decay, source.sub(finite).exp()], { axis: at })
  const isEmpty = sums.equal(0)
  return where(isEmpty, Number.NEGATIVE_INFINITY, where(isEmpty, 1, sums).log()).add(finite)
}

function running(
  row: PrimitiveRow<[x: Tensor], { axis: number }>,
  ofNothing: number,
  x: Tensor,
  axis: number | null | undefined,
  options: RunningOptions,
): Tensor {
  const { exclusive, reverse } = resolve(row.name, options, { defaults: { exclusive: false, reverse: false } })
  if (axis === undefined || axis === null) return running(row, ofNothing, x.flatten(), 0, options)
  const at = normalizeAxis(row.name, axis, x.rank)
  if (reverse) return running(row, ofNothing, x.flip(at), at, { exclusive }).flip(at)
  const source = exclusive ? shift(x, at, ofNothing) : x
  return run(row, [source.dtype === 'bool' ? source.cast('int32') : source], { axis: at })
}

/** The running extreme, as the element at its index, which is where gradients go. */
function extreme(kind: 'max' | 'min', x: Tensor, axis: number | null | undefined): Tensor {
  if (axis === undefined || axis === null) return extreme(kind, x.flatten(), 0)
  const at = normalizeAxis(kind === 'max' ? 'cumMax' : 'cumMin', axis, x.rank)
  const source = x.dtype === 'bool' ? x.cast('int32') : x.detach()
  const values = scan(kind, source, at)
  if (!x.requiresGrad) return values.cast(x.dtype)
  const isExtreme = source.equal(values).logicalOr(source.isNaN())
  const positions = Int32Array.from({ length: x.shape[at] }, (_, i) => i)
  const column = toTensor(positions).reshape(x.shape.map((n, i) => (i === at ? n : 1)))
  return take(x, scan('max', where(isExtreme, column, 0), at), at)
}

function scan(kind: ScanKind, x: Tensor, axis: number): Tensor {
  const { outer, inner } = around(x.shape, axis)
  return new Tensor(backend.scan(kind, x.buffer, outer, x.shape[axis], inner), x.shape)
}
