/**
 * To and from the matrices of mathjs. nabla does not load mathjs for it: the functions take what they are given.
 */
import { DTypeError, OptionError } from '../../errors.js'
import { show } from '../../options.js'
import { type TensorLike, type TensorOptions, tensor, toTensor } from '../creation.js'
import type { NestedArray } from '../nested-arrays.js'
import type { Tensor } from '../tensor.js'

/** The parts of a mathjs matrix that nabla reads. */
export interface MathjsMatrix {
  /** The numbers as nested arrays (mathjs's `Matrix.toArray`; a sparse matrix gives its zeros too). */
  toArray(): unknown
}

/**
 * A tensor of the numbers of a mathjs matrix, dense or sparse.
 * @param options as for `tensor`; dtype default float64, which is what mathjs computes in
 * @param matrix a matrix of mathjs, dense or sparse
 * @throws DTypeError when it is not a matrix, or contains anything other than numbers and booleans
 * @example
 * const matrix = { toArray: () => [[1, 2], [3, 4]] } // math.matrix([[1, 2], [3, 4]])
 * fromMathjs(matrix).sum().item() // => 10
 */
export function fromMathjs(matrix: MathjsMatrix, options: TensorOptions = {}): Tensor {
  if (typeof matrix?.toArray !== 'function') {
    throw new DTypeError(`fromMathjs: received ${show(matrix)}, not a mathjs matrix. For arrays use tensor().`)
  }
  return tensor(matrix.toArray() as NestedArray[], { dtype: 'float64', ...options })
}

/**
 * The numbers as mathjs takes them: a matrix of the mathjs instance that is given, otherwise nested arrays, which every function
 * of mathjs accepts as a matrix too.
 * @param math a mathjs instance (or anything with `matrix(data)`)
 * @example
 * tensor([[1, 2]]).toMathjs() // => [[1, 2]]
 */
export function toMathjs<Matrix = NestedArray>(x: TensorLike, math?: { matrix(data: never): Matrix }): Matrix {
  const data = toTensor(x).toArray()
  if (math !== undefined && typeof math?.matrix !== 'function') {
    throw new OptionError(`toMathjs: ${show(math)} has no function matrix. Pass a mathjs instance, or nothing.`)
  }
  return math ? math.matrix(data as never) : (data as Matrix)
}
