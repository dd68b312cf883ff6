/**
 * The long short-term memory.
 */

import type { Shape } from '../kernels/backend.js'
import { concat } from '../tensor/operations/joining.js'
import { cellActivations, lstmCell } from '../tensor/operations/recurrent-cells.js'
import type { Tensor } from '../tensor/tensor.js'
import { type ActivationLike, getActivation, type NamedActivation } from './activations.js'
import type { ConfigRules } from './config.js'
import { getInitializer } from './families.js'
import { type Shapes, withArguments } from './layer-options.js'
import { Recurrent, type RecurrentOptions, recurrentConfig, recurrentRules, type StepInputs } from './rnn.js'

/** Options of `LSTM`. */
export interface LSTMOptions extends RecurrentOptions {
  /** The activation of the gates. Default sigmoid. */
  recurrentActivation?: ActivationLike | null
  /** If true, the bias of the forget gate starts at 1. Default true. */
  unitForgetBias?: boolean
}

const rules = {
  ...recurrentRules,
  defaults: { recurrentActivation: 'sigmoid', unitForgetBias: true, ...recurrentRules.defaults },
} as const

/**
 * A state $c$ that gates keep, add to, and let out:
 *
 * $$ i, f, o = \sigma(x_t W + h_{t-1} U + b), \qquad c_t = f \odot c_{t-1} + i \odot \varphi(x_t W_c + h_{t-1} U_c + b_c), \qquad h_t = o \odot \varphi(c_t) $$
 *
 * Input [batch, time, inputs], output [batch, units], or [batch, time, units] with `returnSequences`. Weights: `kernel` $W$ [inputs, 4 units],
 * `recurrent_kernel` $U$ [units, 4 units], `bias` $b$ [4 units]; the parts in the order i, f, c, o. The states are h and c.
 *
 * @example
 * const layer = new LSTM(4, { returnSequences: true, returnState: true })
 * const [outputs, h, c] = layer.apply(ones([2, 5, 3]))
 * outputs.shape // => [2, 5, 4]
 * c.shape // => [2, 4]
 * @see Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735
 */
export class LSTM extends Recurrent<LSTMOptions> {
  static override readonly configRules: ConfigRules = recurrentConfig

  protected readonly gates = 4
  /** Two states: h and c. */
  protected readonly states = 2
  private readonly gateActivation: NamedActivation

  /**
   * Makes a long short-term memory.
   * @param units the size of each state
   * @throws OptionError for an unknown option, or when `units` is not a whole number above 0
   */
  constructor(units: number, options: LSTMOptions = {}) {
    super(units, withArguments(options, { units }), rules)
    this.gateActivation = getActivation('LSTM', this.layerOptions.recurrentActivation ?? 'linear')
  }

  override build(inputShape: Shapes): void {
    super.build(inputShape)
    const { unitForgetBias, biasInitializer = 'zeros', seed, dtype } = this.layerOptions
    if (!this.bias || !unitForgetBias) return
    const part = (name: typeof biasInitializer, size: number) =>
      getInitializer(this.name, name)([size] as Shape, { dtype, seed })
    this.bias.assign(concat([part(biasInitializer, this.units), part('ones', this.units), part(biasInitializer, 2 * this.units)])) // biome-ignore format: one list
  }

  protected override get cell() {
    const { activation, gateActivation } = this
    const [own, gate] = [activation, gateActivation].map(({ isCustom, name }) => (isCustom ? undefined : cellActivations[name])) // biome-ignore format: one list
    return own && gate ? lstmCell(own, gate) : null
  }

  protected override step({ x, h }: StepInputs, [, c]: readonly Tensor[]): Tensor[] {
    const { activation, gateActivation } = this
    const [zi, zf, zc, zo] = x.add(this.recurrentProduct(h)).split(4, -1)
    const [i, f, o] = [zi, zf, zo].map(gateActivation.apply)
    const next = f.mul(c).add(i.mul(activation.apply(zc)))
    return [o.mul(activation.apply(next)), next]
  }
}
