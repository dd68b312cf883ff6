/**
 * The gated recurrent unit.
 */

import type { Shape } from '../kernels/backend.js'
import { concat } from '../tensor/operations/joining.js'
import { cellActivations, gruCell } from '../tensor/operations/recurrent-cells.js'
import type { Tensor } from '../tensor/tensor.js'
import { type ActivationLike, getActivation, type NamedActivation } from './activations.js'
import type { ConfigRules } from './config.js'
import { withArguments } from './layer-options.js'
import { Recurrent, type RecurrentOptions, recurrentConfig, recurrentRules, type StepInputs } from './rnn.js'

/** Options of `GRU`. */
export interface GRUOptions extends RecurrentOptions {
  /** The activation of the gates. Default sigmoid. */
  recurrentActivation?: ActivationLike | null
  /** If true, the reset gate multiplies the product of the state with its kernel; else the state before that. Default true. */
  resetAfter?: boolean
}

const rules = {
  ...recurrentRules,
  defaults: { recurrentActivation: 'sigmoid', resetAfter: true, ...recurrentRules.defaults },
} as const

/**
 * A state $h$ of which a gate $z$ keeps a share, while a gate $r$ decides how much of it the new part sees:
 *
 * $$ z, r = \sigma(x_t W + h_{t-1} U + b), \qquad h_t = z \odot h_{t-1} + (1 - z) \odot \varphi(x_t W_h + r \odot (h_{t-1} U_h + b')) $$
 *
 * Input [batch, time, inputs], output [batch, units], or [batch, time, units] with `returnSequences`. Weights: `kernel` $W$ [inputs, 3 units],
 * `recurrent_kernel` $U$ [units, 3 units], `bias` [2, 3 units] (that of the input, that of the state), or [3 units] without `resetAfter`;
 * the parts in the order z, r, h.
 *
 * @example
 * new GRU(4).apply(ones([2, 5, 3])).shape // => [2, 4]
 * @see Cho et al. 2014, https://arxiv.org/abs/1406.1078
 */
export class GRU extends Recurrent<GRUOptions> {
  static override readonly configRules: ConfigRules = recurrentConfig

  protected readonly gates = 3
  /** One state: h. */
  protected readonly states = 1
  private readonly gateActivation: NamedActivation

  /**
   * Makes a gated recurrent unit.
   * @param units the size of the state
   * @throws OptionError for an unknown option, or when `units` is not a whole number above 0
   */
  constructor(units: number, options: GRUOptions = {}) {
    super(units, withArguments(options, { units }), rules)
    this.gateActivation = getActivation('GRU', this.layerOptions.recurrentActivation ?? 'linear')
  }

  protected override biasShape(): Shape {
    const size = 3 * this.units
    return this.layerOptions.resetAfter ? [2, size] : [size]
  }

  protected override get biases(): Recurrent['biases'] {
    if (!this.bias || !this.layerOptions.resetAfter) return { input: this.bias, state: null }
    return { input: this.bias.slice([0]), state: this.bias.slice([1]) }
  }

  protected override get cell() {
    const { activation, gateActivation } = this
    if (!this.layerOptions.resetAfter) return null
    const [own, gate] = [activation, gateActivation].map(({ isCustom, name }) => (isCustom ? undefined : cellActivations[name])) // biome-ignore format: one list
    return own && gate ? gruCell(own, gate) : null
  }

  protected override step({ x, h: dropped }: StepInputs, [h]: readonly Tensor[]): Tensor[] {
    const { activation, gateActivation, units } = this
    const [xz, xr, xh] = x.split(3, -1)
    if (this.layerOptions.resetAfter) {
      const [uz, ur, uh] = this.recurrentProduct(dropped).split(3, -1)
      const [z, r] = [xz.add(uz), xr.add(ur)].map(gateActivation.apply)
      return [mixed(z, h, activation.apply(xh.add(r.mul(uh))))]
    }
    const kernel = (from: number, to: number) => this.recurrentKernel.slice([null, [from * units, to * units]])
    const gates = concat([xz, xr], -1).add(dropped.matmul(kernel(0, 2)))
    const [z, r] = gateActivation.apply(gates).split(2, -1)
    return [mixed(z, h, activation.apply(xh.add(r.mul(dropped).matmul(kernel(2, 3)))))]
  }
}

/** z h + (1 − z) k */
const mixed = (z: Tensor, h: Tensor, k: Tensor): Tensor => k.add(z.mul(h.sub(k)))
