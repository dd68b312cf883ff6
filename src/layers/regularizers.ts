/**
 * The namespace `regularizers`: penalties that are added to the loss, of a kernel, of a bias or of the output of a layer (per example).
 * (How they reach the loss: `penalties.ts`. By name: `families.ts`.)
 */
import { ShapeError } from '../errors.js'
import { checkArgument, notNegative, oneOf, resolve } from '../options.js'
import { eye } from '../tensor/filling.js'
import { normalize } from '../tensor/operations/vectors.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { configured } from './configurable.js'

/** A penalty: a scalar tensor, given a weight or an output. */
export type Regularizer = (w: Tensor) => Tensor

/**
 * $\lambda \sum |w|$, which drives weights to exactly 0.
 * @param factor λ; default 0.01
 * @example
 * regularizers.l1(0.5)(tensor([1, -2])).item() // => 1.5
 */
export function l1(factor = 0.01): Regularizer {
  checkArgument('l1', 'factor', factor, notNegative)
  return configured('L1', { l1: factor }, (w) => w.abs().sum().mul(factor))
}

/**
 * $\lambda \sum w^2$, which keeps weights small.
 * @param factor λ; default 0.01
 * @example
 * regularizers.l2(0.5)(tensor([1, -2])).item() // => 2.5
 */
export function l2(factor = 0.01): Regularizer {
  checkArgument('l2', 'factor', factor, notNegative)
  return configured('L2', { l2: factor }, (w) => w.square().sum().mul(factor))
}

/**
 * The sum of `l1` and `l2` (elastic net).
 * @param options the factors `l1` and `l2` (default 0 each)
 * @example
 * regularizers.l1l2({ l1: 1, l2: 0.5 })(tensor([1, -2])).item() // => 5.5
 */
export function l1l2(options: { l1?: number; l2?: number } = {}): Regularizer {
  const all = resolve('l1l2', options, { defaults: { l1: 0, l2: 0 }, ranges: { l1: notNegative, l2: notNegative } })
  return configured('L1L2', all, (w) => w.abs().sum().mul(all.l1).add(w.square().sum().mul(all.l2)))
}

/**
 * The mean of |cosine| over the pairs of rows (or columns) of a matrix, times a factor: 0 where they are at right angles.
 * @param options `factor` (default 0.01) and `mode`, `'rows'` (default) or `'columns'`
 * @throws ShapeError for a weight that is not a matrix
 * @example
 * regularizers.orthogonal({ factor: 1 })(tensor([[1, 0], [0, 2]])).item() // => 0
 */
export function orthogonal(options: { factor?: number; mode?: 'rows' | 'columns' } = {}): Regularizer {
  const all = resolve('orthogonal', options, {
    defaults: { factor: 0.01, mode: 'rows' },
    ranges: { factor: notNegative, mode: oneOf(['rows', 'columns']) },
  })
  return configured('OrthogonalRegularizer', all, (w) => {
    if (w.rank !== 2)
      throw new ShapeError(
        `orthogonal: the weight has shape ${formatShape(w.shape)}, which is not a matrix. Choose another regularizer, such as l2.`,
      )
    const rows = normalize(all.mode === 'rows' ? w : w.transpose())
    const size = rows.shape[0]
    const others = rows.matmul(rows.transpose()).mul(eye(size, size, { dtype: w.dtype }).neg().add(1))
    return others
      .abs()
      .sum()
      .mul((0.5 * all.factor) / ((size * (size - 1)) / 2))
  })
}
