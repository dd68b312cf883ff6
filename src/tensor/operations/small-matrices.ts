/**
 * What the operations on batches of small matrices share: the last two axes are the matrices, the axes before them are batches.
 */
import { ShapeError } from '../../errors.js'
import { wrap } from '../creation.js'
import { isFloat } from '../dtype.js'
import { toExactFloat } from '../operation.js'
import { formatShape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'

/** Applies f to each matrix of a batch, in float64, and gathers what it returns. */
export function eachMatrix(
  op: string,
  inputs: readonly Tensor[],
  shape: readonly number[],
  f: (n: number, matrices: Float64Array[]) => Float64Array,
) {
  const [a] = inputs
  const n = a.shape[a.rank - 1]
  const count = sizeOf(a.shape.slice(0, -2))
  const numbers = inputs.map((x) => Float64Array.from(x.dataSync()))
  const out = a.dtype === 'float64' ? new Float64Array(sizeOf(shape)) : new Float32Array(sizeOf(shape))
  const size = out.length / count
  for (let i = 0; i < count; i++) {
    const matrices = numbers.map((x) => x.subarray((i * x.length) / count, ((i + 1) * x.length) / count))
    out.set(f(n, matrices), i * size)
  }
  return wrap(op, out, a.dtype, shape)
}

export function square(op: string, x: Tensor): Tensor {
  if (x.rank < 2 || x.shape[x.rank - 1] !== x.shape[x.rank - 2]) {
    throw new ShapeError(`${op}: shape ${formatShape(x.shape)} is not square. The last two axes must be equal.`)
  }
  return x
}

/** Applies f to x; for whole numbers it is computed exactly, and rounded to float32 at the end. */
export function ofFloats(x: Tensor, f: (x: Tensor) => Tensor): Tensor {
  return isFloat(x.dtype) ? f(x) : f(toExactFloat(x)).cast('float32')
}

export function transposed(x: Tensor): Tensor {
  return x.swapAxes(-1, -2)
}
