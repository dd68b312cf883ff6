/**
 * What the normalization layers share: a factor gamma and an offset beta for each feature.
 */
import type { Shape } from '../kernels/backend.js'
import { notNegative, type OptionRules } from '../options.js'
import { normalizeAxis } from '../tensor/shape.js'
import type { Variable } from '../tensor/variable.js'
import { lastSize } from './checks.js'
import type { ConstraintLike, InitializerLike, RegularizerLike } from './families.js'
import { weightOptions } from './kernel-options.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules, type Shapes } from './layer-options.js'

/** Options of a layer with gamma and beta. */
export interface ScaleShiftOptions extends LayerOptions {
  /** Added to the variance, so that nothing is divided by 0. Default 1e-3. */
  epsilon?: number
  /** True to add beta in the end. Default true. */
  center?: boolean
  /** True to multiply by gamma. Default true. */
  scale?: boolean
  /** Makes the first beta. Default zeros. */
  betaInitializer?: InitializerLike
  /** Makes the first gamma. Default ones. */
  gammaInitializer?: InitializerLike
  /** A penalty of beta. Default none. */
  betaRegularizer?: RegularizerLike | null
  /** A penalty of gamma. Default none. */
  gammaRegularizer?: RegularizerLike | null
  /** A constraint of beta, applied after each update. Default none. */
  betaConstraint?: ConstraintLike | null
  /** A constraint of gamma, applied after each update. Default none. */
  gammaConstraint?: ConstraintLike | null
}

/** The defaults and ranges of `ScaleShiftOptions`. */
export const scaleRules = {
  defaults: {
    epsilon: 1e-3,
    center: true,
    scale: true,
    betaInitializer: 'zeros',
    gammaInitializer: 'ones',
    betaRegularizer: null,
    gammaRegularizer: null,
    betaConstraint: null,
    gammaConstraint: null,
    ...layerRules.defaults,
  },
  ranges: { epsilon: notNegative, ...layerRules.ranges },
} as const satisfies OptionRules<object>

/** A layer with gamma and beta. */
export abstract class ScalingLayer<Options extends ScaleShiftOptions> extends Layer<Options> {
  /** The factors, from `build` on; null without them. */
  gamma: Variable | null = null
  /** The offsets, from `build` on; null without them. */
  beta: Variable | null = null

  /** Makes gamma and beta, of this shape, where they are wanted. */
  protected addScale(shape: Shape): void {
    const { scale, center } = this.layerOptions
    if (scale) this.gamma = this.addWeight('gamma', shape, weightOptions(this.layerOptions, 'gamma'))
    if (center) this.beta = this.addWeight('beta', shape, weightOptions(this.layerOptions, 'beta'))
  }

  /** Those that there are, as options of operations. */
  protected get scales(): {
    /** The factors. */
    gamma?: Variable
    /** The offsets. */
    beta?: Variable
  } {
    return { gamma: this.gamma ?? undefined, beta: this.beta ?? undefined }
  }
}

/**
 * An axis of batches of examples, counted from the last.
 * @throws ShapeError when there is none
 */
export function axisFromLast(layer: Layer, axis: number, inputShape: Shapes): number {
  lastSize(layer, inputShape)
  const rank = inputShape.length + 1
  return normalizeAxis(layer.name, axis, rank) - rank
}
