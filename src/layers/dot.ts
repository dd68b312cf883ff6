/**
 * Dot: sums of products of two inputs, along an axis of each.
 */

import { ShapeError } from '../errors.js'
import { flag, required } from '../options.js'
import { einsum } from '../tensor/operations/einsum.js'
import { normalize } from '../tensor/operations/vectors.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import type { ConfigRules } from './config.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules, type Mask, type Shapes, withArguments } from './layer-options.js'
import { severalOf } from './merging.js'

/** Options of `Dot`. */
export interface DotOptions extends LayerOptions {
  /** True to divide the vectors by their lengths, so that the results are cosines. Default false. */
  normalize?: boolean
}

const rules = {
  defaults: { normalize: false, ...layerRules.defaults, axes: required },
  ranges: {
    normalize: flag,
    axes: (x: unknown) =>
      Number.isInteger(x) || (Array.isArray(x) && x.length === 2 && x.every(Number.isInteger))
        ? undefined
        : 'an axis, or one for each input',
    ...layerRules.ranges,
  },
}

/**
 * Multiplies two inputs and sums along an axis of each: [batch, a, n] and [batch, n, b] along the axes [2, 1] give [batch, a, b]; vectors
 * give [batch, 1].
 * @example
 * new Dot(1).apply([tensor([[1, 2]]), tensor([[3, 4]])]).toArray() // => [[11]]
 */
export class Dot extends Layer<DotOptions & Record<'axes', number | readonly number[]>> {
  static override readonly configRules: ConfigRules = { positional: ['axes'] }

  /**
   * Makes a layer of products.
   * @param axes one axis for both inputs, or one for each; the batch is axis 0
   * @throws OptionError when they are not axes
   */
  constructor(axes: number | readonly [number, number], options: DotOptions = {}) {
    super(withArguments(options, { axes }), rules)
  }

  override build(inputShape: Shapes): void {
    if (!Array.isArray(inputShape[0])) severalOf(this.name, inputShape)
  }

  override call(xs: Tensor[]): Tensor {
    const [a, b] = severalOf(this.name, xs, 2)
    const { axes, normalize: isNormalized } = this.layerOptions
    const [i, j] = (typeof axes === 'number' ? [axes, axes] : axes) as [number, number]
    const [atA, atB] = [this.axisOf(a, i), this.axisOf(b, j)]
    if (a.shape[atA] !== b.shape[atB] || a.shape[0] !== b.shape[0])
      throw new ShapeError(
        `${this.name}: inputs of shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit along the axes ${i} and ${j}. The batches and these axes must have equal sizes.`,
      )
    const factors = isNormalized ? [normalize(a, 2, atA), normalize(b, 2, atB)] : [a, b]
    const y = einsum(subscripts(a.rank, b.rank, atA, atB), ...factors)
    return y.rank === 1 ? y.expandDims(1) : y
  }

  private axisOf(x: Tensor, axis: number): number {
    const at = axis < 0 ? axis + x.rank : axis
    if (at >= 1 && at < x.rank) return at
    throw new ShapeError(
      `${this.name}: axis ${axis} is not one of an input of shape ${formatShape(x.shape)}. Axes go from 1 to ${x.rank - 1}; 0 is the batch.`,
    )
  }

  override computeMask(): Mask {
    return null
  }
}

/** `zab,zbc->zac` for the axes 2 and 1 of matrices. */
function subscripts(rankA: number, rankB: number, atA: number, atB: number): string {
  const letter = (i: number) => String.fromCharCode(97 + i)
  const a = Array.from({ length: rankA }, (_, i) => (i === 0 ? 'z' : letter(i)))
  const b = Array.from({ length: rankB }, (_, i) => (i === 0 ? 'z' : letter(rankA + i)))
  b[atB] = a[atA]
  const rest = [...a.filter((_, i) => i !== atA), ...b.filter((_, i) => i !== atB && i !== 0)]
  return `${a.join('')},${b.join('')}->${rest.join('')}`
}
