/**
 * Unit normalization: vectors of length 1.
 */
import type { Shape } from '../kernels/backend.js'
import { normalize } from '../tensor/operations/vectors.js'
import type { Tensor } from '../tensor/tensor.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules } from './layer-options.js'
import { axisFromLast } from './normalization-options.js'

/** Options of `UnitNormalization`. */
export interface UnitNormalizationOptions extends LayerOptions {
  /** The axis, or the axes, along which a vector lies. Default −1, the last. */
  axis?: number | readonly number[]
}

const rules = {
  defaults: { axis: -1, ...layerRules.defaults },
  ranges: { axis: () => undefined, ...layerRules.ranges },
} as const

/**
 * $y = x / \lVert x \rVert$: each vector along the axes is divided by its length. Zeros stay zeros.
 *
 * @example
 * new UnitNormalization().apply([[3, 4]]).toArray() // => [[0.6, 0.8]]
 * @see Keras, https://keras.io/api/layers/normalization_layers/unit_normalization/
 */
export class UnitNormalization extends Layer<UnitNormalizationOptions> {
  /** Makes a layer that divides vectors by their lengths. */
  constructor(options: UnitNormalizationOptions = {}) {
    super(options, rules)
  }

  override call(x: Tensor): Tensor {
    const axes = [this.layerOptions.axis as number | readonly number[]].flat()
    return normalize(x, 2, axes.map((axis) => axisFromLast(this, axis, x.shape.slice(1)) + x.rank)) // biome-ignore format: one call
  }

  override outputShape(inputShape: Shape): Shape {
    return inputShape
  }
}
