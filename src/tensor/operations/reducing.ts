/**
 * What reductions share: their options, and how a row of the table is computed along axes.
 */

import { resolve } from '../../options.js'
import { type TensorLike, toTensor } from '../creation.js'
import { type PrimitiveRow, run } from '../operation.js'
import { type Axes, normalizeAxes } from '../shape.js'
import type { Tensor } from '../tensor.js'

/** Options of the reductions. */
export interface ReductionOptions {
  /** Keep the reduced axes, with size 1. Default false. */
  keepDims?: boolean
}

/** See `resolve`. */
export const reductionRules = { defaults: { keepDims: false } }

type ReductionRow = PrimitiveRow<[x: Tensor], { axes: readonly number[]; keepDims: boolean }>

/** Computes a row of the table that goes along axes. */
export function reduce(
  row: ReductionRow,
  input: TensorLike,
  axes: Axes | undefined,
  options: ReductionOptions | undefined,
): Tensor {
  const { keepDims } = options === undefined ? reductionRules.defaults : resolve(row.name, options, reductionRules)
  const x = toTensor(input)
  return run(row, [x], { axes: normalizeAxes(row.name, axes, x.rank), keepDims })
}
