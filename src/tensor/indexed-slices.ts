/**
 * A sparse gradient: what `gather` and `Embedding` send back to a table of which they read only some rows.
 */
import type { DataBuffer, DType, Shape } from '../kernels/backend.js'
import { backend } from './backend.js'
import { sizeOf } from './shape.js'
import { Tensor } from './tensor.js'

/**
 * Rows of a tensor that is zero elsewhere: row `indices[i]` holds `values[i]`; where an index comes twice, the rows add up.
 * It is a tensor: whatever reads its numbers gets the dense ones, computed then. Optimizers read `indices` and `values`.
 */
export class IndexedSlices extends Tensor {
  private dense: DataBuffer | null = null

  /**
   * @param values [...indices.shape, ...shape.slice(1)]
   * @param indices int32, each from 0 to shape[0] − 1
   * @param shape the shape of the whole tensor
   */
  constructor(
    readonly values: Tensor,
    readonly indices: Tensor,
    shape: Shape,
  ) {
    super(values.buffer, shape)
  }

  /** The dense numbers. */
  override get buffer(): DataBuffer {
    this.dense ??= backend.scatterAdd(
      this.values.buffer,
      this.indices.buffer,
      1,
      this.shape[0],
      sizeOf(this.shape.slice(1)),
    )
    return this.dense
  }

  override get dtype(): DType {
    return this.values.dtype
  }
}
