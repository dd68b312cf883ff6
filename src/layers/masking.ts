/**
 * Masking: marks the steps of sequences that do not count. (How masks travel: `masks.ts`.)
 */
import { ShapeError } from '../errors.js'
import { finite } from '../options.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules } from './layer-options.js'
import { attachMask } from './masks.js'

/** Options of `Masking`. */
export interface MaskingOptions extends LayerOptions {
  /** Steps whose features all have this value do not count. Default 0. */
  maskValue?: number
}

const rules = {
  defaults: { maskValue: 0, ...layerRules.defaults },
  ranges: { maskValue: finite, ...layerRules.ranges },
} as const

/**
 * Leaves out the steps whose features all equal `maskValue`: they become 0, and the output has a mask, which the layers that follow take.
 *
 * Input [batch, time, features], output of the same shape, with a mask [batch, time].
 *
 * @example
 * new Masking().apply([[[1, 2], [0, 0]]]).toArray() // => [[[1, 2], [0, 0]]]
 */
export class Masking extends Layer<MaskingOptions> {
  constructor(options: MaskingOptions = {}) {
    super(options, rules)
  }

  override call(x: Tensor): Tensor {
    if (x.rank < 2)
      throw new ShapeError(
        `${this.name}: the input has shape ${formatShape(x.shape)}, but must have a time and features. Pass [batch, time, features].`,
      )
    const kept = x.notEqual(this.layerOptions.maskValue as number).any(-1, { keepDims: true })
    const y = x.mul(kept.cast(x.dtype))
    attachMask(y, kept.squeeze(-1))
    return y
  }
}
