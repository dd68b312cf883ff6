/**
 * Matrix products.
 */
import { DTypeError, ShapeError } from '../../errors.js'
import { resolve } from '../../options.js'
import { type TensorLike, toTensor, toTensors } from '../creation.js'
import { promote } from '../dtype.js'
import { run, withDType } from '../operation.js'
import { formatShape, sameShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { diagonal } from './matrices.js'
import { multiply } from './matrix-rows.js'
import { ops } from './ops.js'

/** Options of `matmul`. */
export interface MatmulOptions {
  /** Take a's last two axes the other way round. Default false. */
  transposeA?: boolean
  /** Take b's last two axes the other way round. Default false. */
  transposeB?: boolean
}

const matmulRules = { defaults: { transposeA: false, transposeB: false } }

/**
 * The matrix product. The last two axes are the matrices, the axes before them are broadcast; a vector counts as a row on the
 * left, as a column on the right, and its axis is dropped from the result (NumPy's rules).
 *
 * @param a [..., m, k] or [k]
 * @param b [..., k, n] or [k]
 * @returns [..., m, n]
 * @throws ShapeError when the inner sizes differ
 * @example
 * const a = tensor([[1, 2], [3, 4]])
 * a.matmul([[1, 0], [0, 10]]).toArray() // => [[1, 20], [3, 40]]
 * a.matmul([1, 1]).toArray() // => [3, 7]
 */
export function matmul(a: TensorLike, b: TensorLike, options: MatmulOptions = {}): Tensor {
  const { transposeA, transposeB } = resolve('matmul', options, matmulRules)
  const [left, right] = sameDType(toTensors([a, b]))
  if (left.rank === 0 || right.rank === 0) throw scalarOperand(left, right)
  if (left.rank === 1) return matmul(left.expandDims(0), right, { transposeB }).squeeze(right.rank === 1 ? 0 : -2)
  if (right.rank === 1) return matmul(left, right.expandDims(-1), { transposeA }).squeeze(-1)
  checkInner(left, right, transposeA, transposeB)
  return multiply(left, right, { transposeA, transposeB })
}

const denseRules = { defaults: { relu: false } }

/**
 * x · w + b, then relu if asked for, in one pass over memory: what a Dense layer computes.
 *
 * @param x [batch, inputs]
 * @param w [inputs, units]
 * @param b [units]
 * @param options `relu` (default false)
 * @returns [batch, units]
 * @throws ShapeError when the sizes differ
 * @example
 * dense(tensor([[1, 2]]), tensor([[1], [1]]), tensor([-5]), { relu: true }).toArray() // => [[0]]
 */
export function dense(x: TensorLike, w: TensorLike, b: TensorLike, options?: { relu?: boolean }): Tensor {
  const [rows, kernel, bias] = toTensors([x, w, b])
  if (!fitForDense(rows, kernel, bias)) {
    throw new ShapeError(
      `dense: x ${formatShape(rows.shape)}, w ${formatShape(kernel.shape)} and b ${formatShape(bias.shape)} do not fit. They must be [batch, inputs], [inputs, units] and [units].`,
    )
  }
  if (rows.dtype !== kernel.dtype || kernel.dtype !== bias.dtype) {
    throw new DTypeError(`dense: x is ${rows.dtype}, w ${kernel.dtype}, b ${bias.dtype}. Cast them to one dtype.`)
  }
  return run(ops.dense, [rows, kernel, bias], options ? resolve('dense', options, denseRules) : denseRules.defaults)
}

function fitForDense({ shape: x }: Tensor, { shape: w }: Tensor, { shape: b }: Tensor): boolean {
  return x.length === 2 && w.length === 2 && b.length === 1 && x[1] === w[0] && b[0] === w[1]
}

/**
 * The inner product of two vectors, summed as accurately as by `sum`.
 * @param a [n]
 * @param b [n]
 * @returns a scalar
 * @throws ShapeError when they are not vectors, or differ in length
 * @example
 * dot([1, 2], [3, 4]).item() // => 11
 */
export function dot(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = toTensors([a, b])
  if (x.rank !== 1 || !sameShape(x.shape, y.shape)) {
    throw new ShapeError(
      `dot: got shapes ${formatShape(x.shape)} and ${formatShape(y.shape)}. Give two vectors of equal length; matmul takes matrices.`,
    )
  }
  return matmul(x, y)
}

/**
 * Every product of an element of a with one of b.
 * @param a [m]
 * @param b [n]
 * @returns [m, n]
 * @throws ShapeError when they are not vectors
 * @example
 * outer([1, 2], [3, 4]).toArray() // => [[3, 4], [6, 8]]
 */
export function outer(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = toTensors([a, b])
  if (x.rank !== 1 || y.rank !== 1) {
    throw new ShapeError(
      `outer: got shapes ${formatShape(x.shape)} and ${formatShape(y.shape)}. Give two vectors; flatten() makes one.`,
    )
  }
  return x.expandDims(-1).mul(y)
}

/**
 * The sum of the diagonal of the last two axes.
 * @param x [..., m, n]
 * @returns [...]
 * @throws ShapeError when there are fewer than two axes
 * @example
 * trace([[1, 2], [3, 4]]).item() // => 5
 */
export function trace(x: TensorLike): Tensor {
  const source = toTensor(x)
  if (source.rank < 2)
    throw new ShapeError(`trace: shape ${formatShape(source.shape)} is not a matrix. Give at least two axes.`)
  return diagonal(source, 0, -2, -1).sum(-1)
}

function sameDType([a, b]: readonly Tensor[]): [Tensor, Tensor] {
  const dtype = promote(promote(a.dtype, b.dtype), 'int32')
  return [withDType(a, dtype), withDType(b, dtype)]
}

function checkInner(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): void {
  const ka = a.shape[a.rank - (transposeA ? 2 : 1)]
  const kb = b.shape[b.rank - (transposeB ? 1 : 2)]
  if (ka === kb) return
  const other = b.shape[b.rank - (transposeB ? 2 : 1)]
  const hint = ka === other ? 'Did you mean b.transpose()?' : 'The columns of a must be as many as the rows of b.'
  throw new ShapeError(
    `matmul: inner sizes differ, ${formatShape(a.shape)}${transposeA ? 'ᵀ' : ''} · ${formatShape(b.shape)}${transposeB ? 'ᵀ' : ''} (${ka} ≠ ${kb}). ${hint}`,
  )
}

function scalarOperand(a: Tensor, b: Tensor): ShapeError {
  return new ShapeError(
    `matmul: got shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}, but a scalar is not a matrix. Use mul() to scale.`,
  )
}
