/**
 * Attention: each query takes the mean of the values, weighted by how well their keys match it; and `embedding`, the table of vectors that
 * networks for text begin with.
 */
import { DTypeError, ShapeError } from '../../errors.js'
import { finite, orNull, resolve } from '../../options.js'
import { type TensorLike, toTensor, toTensors } from '../creation.js'
import { isFloat, promote } from '../dtype.js'
import { run, withDType } from '../operation.js'
import { broadcastShapes, formatShape, sameShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { where } from './comparisons.js'
import { checkIndices } from './indices.js'
import { matmul } from './linalg.js'
import { tri } from './matrices.js'
import { ops } from './ops.js'
import { softmax } from './softmax.js'

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions {
  /** True (or not 0) where a query may attend to a key; broadcast to [..., queries, keys]. Default: everywhere. */
  mask?: TensorLike
  /** If true, query i attends to keys 0 … i only. Default false. */
  causal?: boolean
  /** The products of queries and keys are multiplied by it. Default 1 / √size. */
  scale?: number | null
}

const rules = {
  defaults: { mask: undefined, causal: false, scale: null },
  ranges: { scale: orNull(finite) },
  synonyms: { attnMask: 'mask', attn_mask: 'mask', isCausal: 'causal', is_causal: 'causal' },
} as const

/**
 * softmax(Q·Kᵀ / √size + mask)·V: for each query the mean of the values, weighted by how well the keys match it. What is masked has
 * the weight 0; a query that may attend to nothing gets zeros.
 *
 * @param query [..., queries, size], such as [batch, heads, time, size]
 * @param key [..., keys, size]
 * @param value [..., keys, size of the values]
 * @param options `mask`, `causal` (default false), `scale` (default 1 / √size)
 * @returns [..., queries, size of the values]
 * @throws ShapeError when the shapes do not fit
 * @example
 * const q = tensor([[0, 9], [9, 0]])
 * const k = tensor([[0, 9], [9, 0]])
 * scaledDotProductAttention(q, k, [[1], [2]]).toArray() // => [[1], [2]]
 * scaledDotProductAttention(q, k, [[1], [2]], { causal: true }).toArray() // => [[1], [2]]
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 */
export function scaledDotProductAttention(
  query: TensorLike,
  key: TensorLike,
  value: TensorLike,
  options: AttentionOptions = {},
): Tensor {
  const resolved = resolve('scaledDotProductAttention', options, rules)
  const given = toTensors([query, key, value], 'float32')
  const dtype = given.reduce((dtype, x) => promote(dtype, x.dtype), given[0].dtype)
  const [q, k, v] = given.map((x) => withDType(x, dtype))
  checkShapes(q, k, v)
  return matmul(attentionWeights(q, k, resolved), v)
}

/**
 * The weights with which queries take values: softmax of the masked products of queries and keys.
 * @param query [..., queries, size]
 * @param key [..., keys, size]
 * @returns [..., queries, keys]
 */
export function attentionWeights(query: Tensor, key: Tensor, { mask, causal, scale }: AttentionOptions): Tensor {
  const factor = scale ?? 1 / Math.sqrt(query.shape[query.rank - 1])
  const scores = matmul(query.mul(factor), key, { transposeB: true })
  const allowed = maskOf(scores, mask, causal === true)
  const weights = softmax(allowed ? where(allowed, scores, excluded) : scores)
  return mask && allowed ? where(allowed, weights, 0) : weights
}

/** Far below every other score, but finite, so that a row with nothing else is not NaN. */
export const excluded = -1e9

/** The mask of queries that may attend to keys; null where all may. */
export function maskOf(scores: Tensor, mask: TensorLike | null | undefined, causal: boolean): Tensor | null {
  const given = mask === undefined || mask === null ? null : toTensor(mask)
  if (given && !sameShape(broadcastShapes('attention', given.shape, scores.shape), scores.shape)) {
    throw new ShapeError(
      `attention: mask ${formatShape(given.shape)} does not broadcast to ${formatShape(scores.shape)}. Its last axes are queries and keys.`,
    )
  }
  const [queries, keys] = scores.shape.slice(-2)
  const before = causal ? tri(queries, keys, 0, { dtype: 'bool' }) : null
  return given && before ? given.logicalAnd(before) : (given ?? before)
}

function checkShapes(q: Tensor, k: Tensor, v: Tensor): void {
  const shapes = `query ${formatShape(q.shape)}, key ${formatShape(k.shape)}, value ${formatShape(v.shape)}`
  const fail = (problem: string, hint: string) =>
    new ShapeError(`scaledDotProductAttention: ${problem}, ${shapes}. ${hint}`)
  if (q.rank < 2 || k.rank < 2 || v.rank < 2) throw fail('too few axes', 'Give [..., time, size].')
  if (q.shape.at(-1) !== k.shape.at(-1)) {
    throw fail(`sizes differ (${q.shape.at(-1)} ≠ ${k.shape.at(-1)})`, 'The last axes of query and key must be equal.')
  }
  if (k.shape.at(-2) !== v.shape.at(-2)) {
    throw fail(`times differ (${k.shape.at(-2)} ≠ ${v.shape.at(-2)})`, 'There must be as many keys as values.')
  }
}

/**
 * Rows of a table, one for each index: the vectors that stand for words or letters. The table's gradient is sparse: only the rows that
 * were read are part of it (see `IndexedSlices`).
 *
 * @param indices whole numbers from 0 on, of any shape
 * @param table [size, units]
 * @returns [..., units]
 * @throws ShapeError for an index outside the table, or a table that is not a matrix
 * @throws DTypeError when the table is not of floats
 * @example
 * embedding([[1, 0]], [[1, 2], [3, 4]]).toArray() // => [[[3, 4], [1, 2]]]
 */
export function embedding(indices: TensorLike, table: TensorLike): Tensor {
  const rows = toTensor(table)
  if (rows.rank !== 2) {
    throw new ShapeError(`embedding: the table has shape ${formatShape(rows.shape)}. It must be [size, units].`)
  }
  if (!isFloat(rows.dtype)) {
    throw new DTypeError(`embedding: the table is ${rows.dtype}. Vectors are of floats: cast it to float32.`)
  }
  return run(ops.gather, [rows, checkIndices('embedding', indices, rows.shape[0], { lowest: 0 })], { axis: 0 })
}
