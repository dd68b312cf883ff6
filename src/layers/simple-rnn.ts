/**
 * The simple recurrent layer.
 */

import { cellActivations, simpleCell } from '../tensor/operations/recurrent-cells.js'
import type { Tensor } from '../tensor/tensor.js'
import type { ConfigRules } from './config.js'
import { withArguments } from './layer-options.js'
import { Recurrent, type RecurrentOptions, recurrentConfig, recurrentRules, type StepInputs } from './rnn.js'

/** Options of `SimpleRNN`. */
export type SimpleRNNOptions = RecurrentOptions

/**
 * $h_t = \varphi(x_t W + h_{t-1} U + b)$: the output of each step is part of the input of the next.
 *
 * Input [batch, time, inputs], output [batch, units], or [batch, time, units] with `returnSequences`. Weights: `kernel` $W$ [inputs, units],
 * `recurrent_kernel` $U$ [units, units], `bias` $b$ [units].
 *
 * @example
 * new SimpleRNN(4).apply(ones([2, 5, 3])).shape // => [2, 4]
 * @see Elman 1990, https://doi.org/10.1207/s15516709cog1402_1
 */
export class SimpleRNN extends Recurrent {
  static override readonly configRules: ConfigRules = recurrentConfig

  protected readonly gates = 1
  /** One state: h. */
  protected readonly states = 1

  /**
   * Makes a simple recurrent layer.
   * @param units the size of the state
   * @throws OptionError for an unknown option, or when `units` is not a whole number above 0
   */
  constructor(units: number, options: SimpleRNNOptions = {}) {
    super(units, withArguments(options, { units }), recurrentRules)
  }

  protected override get cell() {
    const known = cellActivations[this.activation.name]
    return known && !this.activation.isCustom ? simpleCell(known) : null
  }

  protected override step({ x, h }: StepInputs): Tensor[] {
    return [this.activation.apply(x.add(this.recurrentProduct(h)))]
  }
}
