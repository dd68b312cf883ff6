/**
 * Tensors made by position: functions of the indices, coordinate grids, triangles and diagonals.
 */
import { OptionError, ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { checkFunction, checkOptions } from '../options.js'
import { where } from './comparisons.js'
import { arange, type FillOptions, type TensorLike, toTensor, toTensors, wrap, zeros } from './creation.js'
import { checkDType } from './dtype.js'
import { convert, newValues } from './nested.js'
import { place, viewOf } from './ops.js'
import { checkShape, checkSize, formatShape, sizeOf } from './shape.js'
import type { Tensor } from './tensor.js'

/**
 * A tensor whose elements are a function of their indices.
 * @param f gets one index per axis
 * @param options `dtype`: bool where all elements are booleans, otherwise float32; `requiresGrad` (default false)
 * @example
 * fromFunction([2, 3], (i, j) => 10 * i + j).toArray() // => [[0, 1, 2], [10, 11, 12]]
 */
export function fromFunction(
  shape: Shape,
  f: (...indices: number[]) => number | boolean,
  options: FillOptions = {},
): Tensor {
  checkOptions('fromFunction', options, ['dtype', 'requiresGrad'])
  checkShape('fromFunction', shape)
  checkFunction('fromFunction', f)
  const { dtype = 'float32', requiresGrad } = options
  checkDType('fromFunction', dtype)
  const values = newValues('fromFunction', dtype, sizeOf(shape))
  const index = shape.map(() => 0)
  let isTruth = options.dtype === undefined && values.length > 0
  for (let i = 0; i < values.length; i++) {
    const value = f(...index)
    isTruth &&= typeof value === 'boolean'
    values[i] = convert('fromFunction', value, i, dtype)
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0
  }
  return isTruth
    ? wrap('fromFunction', Uint8Array.from(values), 'bool', shape, requiresGrad)
    : wrap('fromFunction', values, dtype, shape, requiresGrad)
}

/**
 * The coordinates of the points of a grid: one tensor per axis, each of the shape of the grid.
 *
 * @param axes the coordinates along each axis: vectors (or scalars)
 * @param options `indexing`: `'ij'` (default, as in PyTorch) gives shape [n₀, n₁, …]; `'xy'` (NumPy's and TensorFlow.js's default) has the
 * first two axes exchanged
 * @throws ShapeError when one is no vector
 * @example
 * const [x, y] = meshgrid([tensor([1, 2]), tensor([3, 4, 5])])
 * x.toArray() // => [[1, 1, 1], [2, 2, 2]]
 * y.toArray() // => [[3, 4, 5], [3, 4, 5]]
 */
export function meshgrid(axes: readonly TensorLike[], options: { indexing?: 'ij' | 'xy' } = {}): Tensor[] {
  checkOptions('meshgrid', options, ['indexing'])
  const { indexing = 'ij' } = options
  if (indexing !== 'ij' && indexing !== 'xy') {
    throw new OptionError(`meshgrid: unknown indexing ${JSON.stringify(indexing)}. Choose 'ij' or 'xy'.`)
  }
  if (!Array.isArray(axes)) {
    throw new OptionError(`meshgrid: the axes are ${String(axes)}. Give an array of vectors: meshgrid([x, y]).`)
  }
  const vectors = toTensors(axes)
  const bad = vectors.find((x) => x.rank > 1)
  if (bad) {
    throw new ShapeError(
      `meshgrid: shape ${formatShape(bad.shape)} is no vector. Give the coordinates along each axis.`,
    )
  }
  const shape = vectors.map((x) => x.size)
  const grids = vectors.map((x, i) => x.reshape(shape.map((n, axis) => (axis === i ? n : 1))).broadcastTo(shape))
  return indexing === 'xy' && shape.length > 1 ? grids.map((x) => x.swapAxes(0, 1)) : grids
}

/**
 * A matrix with ones at and below a diagonal, zeros above.
 * @param columns default: as many as rows
 * @param diagonal 0 (default) is the main one, positive ones lie above it
 * @param rows how many
 * @example
 * tri(2, 3).toArray() // => [[1, 0, 0], [1, 1, 0]]
 */
export function tri(rows: number, columns: number = rows, diagonal = 0, options: FillOptions = {}): Tensor {
  return fromFunction([rows, columns], (i, j) => Number(j - i <= diagonal), options)
}

/**
 * The lower triangle of the last two axes, zeros above.
 * @param diagonal 0 (default) is the main one, positive ones lie above it
 * @throws ShapeError when there are fewer than two axes
 * @example
 * tensor([[1, 2], [3, 4]]).tril().toArray() // => [[1, 0], [3, 4]]
 */
export function tril(x: TensorLike, diagonal = 0): Tensor {
  return triangle('tril', toTensor(x), (offset) => offset.lessEqual(diagonal))
}

/**
 * The upper triangle of the last two axes, zeros below.
 * @param diagonal 0 (default) is the main one, positive ones lie above it
 * @throws ShapeError when there are fewer than two axes
 * @example
 * tensor([[1, 2], [3, 4]]).triu().toArray() // => [[1, 2], [0, 4]]
 */
export function triu(x: TensorLike, diagonal = 0): Tensor {
  return triangle('triu', toTensor(x), (offset) => offset.greaterEqual(diagonal))
}

/**
 * The matrix with these numbers on a diagonal; or, of a matrix, the numbers on it.
 * @param x [n] or [m, n]
 * @param diagonal 0 (default) is the main one, positive ones lie above it
 * @throws ShapeError when x is neither
 * @example
 * diag([1, 2]).toArray() // => [[1, 0], [0, 2]]
 * diag([[1, 2], [3, 4]], 1).toArray() // => [2]
 */
export function diag(x: TensorLike, diagonal = 0): Tensor {
  const source = toTensor(x)
  const [up, down] = [Math.max(0, diagonal), Math.max(0, -diagonal)]
  if (!Number.isInteger(diagonal) || source.rank < 1 || source.rank > 2) {
    throw new ShapeError(
      `diag: shape ${formatShape(source.shape)}, diagonal ${diagonal}. Give a vector or a matrix, and a whole number.`,
    )
  }
  const side = source.shape[0] + Math.abs(diagonal)
  const [rows, columns] = source.rank === 2 ? source.shape : [side, side]
  checkSize('diag', source.dtype, rows * columns)
  const count = Math.max(0, Math.min(rows - down, columns - up))
  const view = { shape: [count], strides: [columns + 1], offset: count > 0 ? down * columns + up : 0 }
  return source.rank === 2 ? viewOf(source, view) : place([source], { views: [view], shape: [rows, columns], fill: 0 })
}

/** x where `isInside` of column − row, zeros elsewhere. */
function triangle(op: string, x: Tensor, isInside: (offset: Tensor) => Tensor): Tensor {
  if (x.rank < 2) throw new ShapeError(`${op}: shape ${formatShape(x.shape)} is no matrix. Give at least two axes.`)
  const [rows, columns] = x.shape.slice(-2).map((n) => arange(0, n, 1, { dtype: 'int32' }))
  return where(isInside(columns.sub(rows.expandDims(-1))), x, zeros([], { dtype: 'bool' }))
}
