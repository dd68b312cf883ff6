/** Sizes and dtypes of results, which both back ends and tensors need to know. */
import type { DType, ReduceKind, Shape } from './backend.js'

/** The number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (let i = 0; i < shape.length; i++) size *= shape[i]
  return size || 0 // 0 · ∞ is NaN
}

/** The dtype that a reduction gives. */
export function reducedType(kind: ReduceKind, dtype: DType): DType {
  if (kind === 'any' || kind === 'all') return 'bool'
  if (kind === 'mean') return dtype === 'float64' ? 'float64' : 'float32'
  return dtype === 'bool' && kind !== 'max' && kind !== 'min' ? 'int32' : dtype
}
