/**
 * A sparse gradient: what `gather` sends back to a table of which they read only some rows.
 */

import { DTypeError, ShapeError } from '../errors.js'
import type { DataBuffer, Shape } from '../kernels/backend.js'
import { backend } from './backend.js'
import { foreign } from './foreign.js'
import { printNumbers } from './print.js'
import { formatShape, sameShape, sizeOf } from './shape.js'
import { Tensor } from './tensor.js'

/**
 * Rows of a tensor that is zero elsewhere: row `indices[i]` holds `values[i]`; where an index comes twice, the rows add up.
 * It is a tensor: whatever reads its numbers gets the dense ones, computed then. Optimizers read `indices` and `values`.
 */
export class IndexedSlices extends Tensor {
  private dense: DataBuffer | null = null

  /**
   * Makes slices of rows and of the indices where they belong.
   * @param values [...indices.shape, ...shape.slice(1)]
   * @param indices int32, each from 0 to shape[0] − 1
   * @param shape the shape of the whole tensor
   * @param isChecked the parts are known to fit
   * @throws ShapeError or DTypeError when the parts do not fit together
   */
  constructor(
    readonly values: Tensor,
    readonly indices: Tensor,
    shape: Shape,
    isChecked = false,
  ) {
    if (!isChecked) checkParts(values, indices, shape)
    super(values.buffer, [...shape])
    // The dense numbers, made when they are first read
    Object.defineProperty(this, 'buffer', { get: () => this.toDense() })
  }

  private toDense(): DataBuffer {
    const { values, indices, shape } = this
    this.dense ??= backend.scatterAdd(values.buffer, indices.buffer, 1, shape[0], sizeOf(shape.slice(1)))
    return this.dense
  }

  /** Internal: the buffers that there are: of the rows, of their indices, and of the dense numbers once they were asked for. */
  get held(): DataBuffer[] {
    const rows = [this.values.buffer, this.indices.buffer]
    return this.dense ? [...rows, this.dense] : rows
  }

  /** Prints the rows that it has, not the zeros between them. */
  override toString(): string {
    const head = `IndexedSlices [${this.shape.join(', ')}] ${this.dtype}, ${this.indices.size} rows`
    if (this.indices.size === 0) return head
    return `${head}\nindices ${printNumbers(this.indices)}\nvalues\n${printNumbers(this.values)}`
  }
}

function checkParts(values: Tensor, indices: Tensor, shape: Shape): void {
  if (!(values instanceof Tensor && indices instanceof Tensor)) {
    const odd = values instanceof Tensor ? indices : values
    throw new DTypeError(
      `IndexedSlices: the values and the indices must be tensors, one is ${foreign(odd) ?? typeof odd}. Make them with tensor(…).`,
    )
  }
  if (indices.dtype !== 'int32') {
    throw new DTypeError(`IndexedSlices: the indices are ${indices.dtype}. Make them with { dtype: 'int32' }.`)
  }
  const wanted = [...indices.shape, ...shape.slice(1)]
  if (shape.length === 0 || !sameShape(values.shape, wanted)) {
    throw new ShapeError(
      `IndexedSlices: the values have shape ${formatShape(values.shape)}, not ${formatShape(wanted)}, for indices ${formatShape(indices.shape)} into ${formatShape(shape)}. Give one row for each index.`,
    )
  }
  checkRange(indices, shape[0])
}

/** Checks the indices, unless they are still being computed on the GPU: those are used as they are. */
function checkRange(indices: Tensor, size: number): void {
  if (backend.isPending?.(indices.buffer)) return
  const wrong = indices.dataSync().find((i) => i < 0 || i >= size)
  if (wrong === undefined) return
  throw new ShapeError(
    `IndexedSlices: index ${wrong} is out of range for ${size} rows. Indices go from 0 to ${size - 1}.`,
  )
}
