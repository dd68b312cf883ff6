/**
 * Options that layers with kernels and biases share: how each is made, penalized and constrained.
 */
import type { OptionRules } from '../options.js'
import type { ActivationLike } from './activations.js'
import type { ConstraintLike, InitializerLike, RegularizerLike } from './families.js'
import { type LayerOptions, layerRules, type WeightOptions } from './layer-options.js'

/** Options of a bias. */
export interface BiasOptions {
  /** True to add a bias. Default true. */
  useBias?: boolean
  /** Makes the first bias. Default zeros. */
  biasInitializer?: InitializerLike
  /** A penalty of the bias. Default none. */
  biasRegularizer?: RegularizerLike | null
  /** A constraint of the bias, applied after each update. Default none. */
  biasConstraint?: ConstraintLike | null
}

/** Options of a kernel. */
export interface KernelOptions {
  /** Makes the first kernel. Default glorotUniform. */
  kernelInitializer?: InitializerLike
  /** A penalty of the kernel. Default none. */
  kernelRegularizer?: RegularizerLike | null
  /** A constraint of the kernel, applied after each update. Default none. */
  kernelConstraint?: ConstraintLike | null
  /** Seed of the initializers. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

/** Options of a layer with a kernel, a bias and an activation, such as `Dense`. */
export interface KernelLayerOptions extends LayerOptions, KernelOptions, BiasOptions {
  /** Default none. */
  activation?: ActivationLike | null
}

/** The defaults of `BiasOptions`. */
export const biasDefaults = {
  useBias: true,
  biasInitializer: 'zeros',
  biasRegularizer: null,
  biasConstraint: null,
} as const

/** The defaults and ranges of `KernelLayerOptions`. */
export const kernelLayerRules = {
  defaults: {
    activation: 'linear',
    kernelInitializer: 'glorotUniform',
    kernelRegularizer: null,
    kernelConstraint: null,
    ...biasDefaults,
    seed: undefined,
    ...layerRules.defaults,
  },
  ranges: layerRules.ranges,
} as const satisfies OptionRules<object>

/**
 * The options of one weight out of those of its layer: `kernelInitializer`, `kernelRegularizer` and `kernelConstraint` for 'kernel'.
 *
 * ```ts
 * this.kernel = this.addWeight('kernel', [inputs, units], weightOptions(options, 'kernel'))
 * ```
 */
export function weightOptions(options: object, prefix: string): WeightOptions {
  const all = options as Readonly<Record<string, never>>
  return {
    initializer: all[`${prefix}Initializer`],
    regularizer: all[`${prefix}Regularizer`],
    constraint: all[`${prefix}Constraint`],
    seed: all.seed,
  }
}
