/**
 * Tensors made by position: functions of the indices, coordinate grids, triangles and diagonals.
 */
import { OptionError, ShapeError } from '../../errors.js'
import type { Shape, View } from '../../kernels/backend.js'
import { checkFunction, oneOf, resolve, show } from '../../options.js'
import { type TensorLike, toTensor, toTensors, wrap } from '../creation.js'
import { arange, type FillOptions, resolveFill, zeros } from '../filling.js'
import { convert, newValues } from '../nested-arrays.js'
import { checkShape, checkSize, formatShape, normalizeAxis, sizeOf, stridesOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { where } from './comparisons.js'
import { place, viewOf } from './shape-rows.js'

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
  checkShape('fromFunction', shape)
  checkFunction('fromFunction', f)
  const { dtype, requiresGrad } = resolveFill('fromFunction', options)
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
 * @throws ShapeError when one is not a vector
 * @example
 * const [x, y] = meshgrid([tensor([1, 2]), tensor([3, 4, 5])])
 * x.toArray() // => [[1, 1, 1], [2, 2, 2]]
 * y.toArray() // => [[3, 4, 5], [3, 4, 5]]
 */
export function meshgrid(axes: readonly TensorLike[], options: { indexing?: 'ij' | 'xy' } = {}): Tensor[] {
  const { indexing } = resolve('meshgrid', options, {
    defaults: { indexing: 'ij' },
    ranges: { indexing: oneOf(['ij', 'xy']) },
  })
  if (!Array.isArray(axes)) {
    throw new OptionError(`meshgrid: the axes are ${show(axes)}. Give an array of vectors: meshgrid([x, y]).`)
  }
  const vectors = toTensors(axes)
  const bad = vectors.find((x) => x.rank > 1)
  if (bad) {
    throw new ShapeError(
      `meshgrid: shape ${formatShape(bad.shape)} is not a vector. Give the coordinates along each axis.`,
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
  checkDiagonal('tri', diagonal)
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
  checkDiagonal('tril', diagonal)
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
  checkDiagonal('triu', diagonal)
  return triangle('triu', toTensor(x), (offset) => offset.greaterEqual(diagonal))
}

/**
 * The matrix with these numbers on a diagonal; or, of a matrix, the numbers on it. (`diagEmbed` and `diagonal` do it to batches.)
 * @param x [n] or [m, n]
 * @param offset 0 (default) is the main one, positive ones lie above it
 * @throws ShapeError when x is neither
 * @example
 * diag([1, 2]).toArray() // => [[1, 0], [0, 2]]
 * diag([[1, 2], [3, 4]], 1).toArray() // => [2]
 */
export function diag(x: TensorLike, offset = 0): Tensor {
  const source = toTensor(x)
  if (!Number.isInteger(offset) || source.rank < 1 || source.rank > 2) {
    throw new ShapeError(
      `diag: shape ${formatShape(source.shape)}, diagonal ${show(offset)}. Give a vector or a matrix, and a whole number.`,
    )
  }
  return source.rank === 2 ? diagonal(source, offset) : diagEmbed(source, offset)
}

/**
 * The numbers on a diagonal of each of a batch of matrices.
 * @param offset 0 (default) is the main one, positive ones lie above it
 * @param axis1 the axis of the rows; default 0, as in NumPy and PyTorch
 * @param axis2 the axis of the columns; default 1
 * @returns the other axes, and the diagonal as the last one
 * @throws ShapeError when x does not have these two axes
 * @example
 * tensor([[1, 2], [3, 4]]).diagonal().toArray() // => [1, 4]
 * ones([5, 2, 3]).diagonal(1, -2, -1).shape // => [5, 2]
 */
export function diagonal(x: TensorLike, offset = 0, axis1 = 0, axis2 = 1): Tensor {
  const source = toTensor(x)
  return viewOf(source, diagonalView('diagonal', source.shape, offset, axis1, axis2))
}

/**
 * Matrices with the numbers of the last axis on a diagonal, zeros elsewhere: the way back of `diagonal`.
 * @param offset 0 (default) is the main one, positive ones lie above it
 * @param axis1 where the axis of the rows will stand in the result; default −2
 * @param axis2 where the axis of the columns will stand; default −1
 * @returns the other axes of x, and these two
 * @throws ShapeError when there are no such axes
 * @example
 * tensor([[1, 2], [3, 4]]).diagEmbed().toArray() // => [[[1, 0], [0, 2]], [[3, 0], [0, 4]]]
 */
export function diagEmbed(x: TensorLike, offset = 0, axis1 = -2, axis2 = -1): Tensor {
  const source = toTensor(x)
  checkDiagonal('diagEmbed', offset)
  const side = (source.shape.at(-1) ?? 0) + Math.abs(offset)
  const batch = source.shape.slice(0, -1)
  const axes = [axis1, axis2].map((axis) => normalizeAxis('diagEmbed', axis, source.rank + 1))
  const shape = Array.from({ length: source.rank + 1 }, (_, i) => (axes.includes(i) ? side : (batch.shift() as number)))
  checkSize('diagEmbed', source.dtype, sizeOf(shape))
  const view = diagonalView('diagEmbed', shape, offset, axis1, axis2)
  return place([source], { views: [view], shape, fill: 0 })
}

/** The diagonals of two axes of a shape: the other axes, and then along the diagonal. */
function diagonalView(op: string, shape: Shape, offset: number, axis1: number, axis2: number): View {
  const [row, column] = [axis1, axis2].map((axis) => normalizeAxis(op, axis, shape.length))
  if (!Number.isInteger(offset) || row === column) {
    throw new ShapeError(
      `${op}: offset ${show(offset)}, axes ${axis1} and ${axis2} of ${shape.length}. Give a whole number and two different axes.`,
    )
  }
  const strides = stridesOf(shape)
  const others = (list: Shape) => list.filter((_, axis) => axis !== row && axis !== column)
  const [down, up] = [Math.max(0, -offset), Math.max(0, offset)]
  const count = Math.max(0, Math.min(shape[row] - down, shape[column] - up))
  return {
    shape: [...others(shape), count],
    strides: [...others(strides), strides[row] + strides[column]],
    offset: count > 0 ? down * strides[row] + up * strides[column] : 0,
  }
}

/** @throws ShapeError when it is not the number of a diagonal */
function checkDiagonal(op: string, diagonal: number): void {
  if (Number.isInteger(diagonal)) return
  throw new ShapeError(`${op}: there is no diagonal ${show(diagonal)}. Give a whole number; 0 is the main one.`)
}

/** x where `isInside` of column − row, zeros elsewhere. */
function triangle(op: string, x: Tensor, isInside: (offset: Tensor) => Tensor): Tensor {
  if (x.rank < 2) throw new ShapeError(`${op}: shape ${formatShape(x.shape)} is not a matrix. Give at least two axes.`)
  const [rows, columns] = x.shape.slice(-2).map((n) => arange(0, n, 1, { dtype: 'int32' }))
  return where(isInside(columns.sub(rows.expandDims(-1))), x, zeros([], { dtype: 'bool' }))
}
