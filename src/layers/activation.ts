/**
 * Activation: a layer that applies an activation function. (The functions by name: `activations.ts`.)
 */

import type { Tensor } from '../tensor/tensor.js'
import { type ActivationLike, getActivation, type NamedActivation } from './activations.js'
import type { ConfigRules } from './config.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules, withArguments } from './layer-options.js'

const rules = { defaults: { activation: undefined, ...layerRules.defaults }, ranges: layerRules.ranges }

/**
 * Applies a function to each element (softmax: to each row).
 * @example
 * String(new Activation('tanh')) // => 'Activation(tanh)'
 */
export class Activation extends Layer {
  static override readonly configRules: ConfigRules = { positional: ['activation'] }

  private readonly activation: NamedActivation

  /**
   * Makes a layer that applies a function.
   * @param activation a name, or a function of a tensor
   * @throws OptionError for an unknown activation or option
   */
  constructor(activation: ActivationLike, options: LayerOptions = {}) {
    super(withArguments(options, { activation }), rules)
    this.activation = getActivation('Activation', activation)
  }

  override get givesProbabilities(): boolean {
    return this.activation.isProbability
  }

  override call(x: Tensor): Tensor {
    return this.activation.apply(x)
  }

  protected override describe(): string {
    return this.activation.name
  }
}
