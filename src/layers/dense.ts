/**
 * The fully connected layer.
 */

import { OptionError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { required, whole } from '../options.js'
import { dense, matmul } from '../tensor/operations/linalg.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { getActivation, type NamedActivation } from './activations.js'
import { checkInput, lastSize } from './checks.js'
import type { ConfigRules } from './config.js'
import { type KernelLayerOptions, kernelLayerRules, weightOptions } from './kernel-options.js'
import { Layer } from './layer.js'
import { withArguments } from './layer-options.js'

/** Options of `Dense`. */
export type DenseOptions = KernelLayerOptions

const rules = {
  defaults: { ...kernelLayerRules.defaults, units: required },
  ranges: { units: whole(1), ...kernelLayerRules.ranges },
}

/**
 * $y = \varphi(xW + b)$: every output is connected to every input of the last axis.
 *
 * Input [batch, ..., inputs], output [batch, ..., units]. Weights: `kernel` $W$ [inputs, units], `bias` $b$ [units]. The input is converted to the dtype of the kernel, which is float32 unless
 * `kernelInitializer` returns another one.
 *
 * @example
 * const layer = new Dense(2, { activation: 'relu', inputShape: [3] })
 * layer.apply(ones([5, 3])).shape // => [5, 2]
 * String(layer) // => 'Dense(3 → 2, relu)'
 */
export class Dense extends Layer<KernelLayerOptions> {
  static override readonly configRules: ConfigRules = { positional: ['units'] }

  /** The weights, [inputs, units], from `build` on. */
  kernel!: Variable
  /** The bias, [units]; null without one. */
  bias: Variable | null = null
  private readonly activation: NamedActivation

  /**
   * Makes a fully connected layer; the size of its input is inferred.
   * @param units the number of outputs
   * @throws OptionError for an unknown option, activation or initializer, or when `units` is not a whole number above 0
   */
  constructor(
    readonly units: number,
    options: DenseOptions = {},
  ) {
    if (typeof options === 'number') throw twoSizes(units, options)
    super(withArguments(options, { units }), rules)
    this.activation = getActivation('Dense', this.layerOptions.activation ?? 'linear')
  }

  override get givesProbabilities(): boolean {
    return this.activation.isProbability
  }

  override build(inputShape: Shape): void {
    const { layerOptions: options, units } = this
    this.kernel = this.addWeight('kernel', [lastSize(this, inputShape), units], weightOptions(options, 'kernel'))
    if (options.useBias) this.bias = this.addWeight('bias', [units], weightOptions(options, 'bias'))
  }

  override call(x: Tensor): Tensor {
    checkInput(this, x, [-1])
    const rows = x.cast(this.kernel.dtype)
    if (rows.rank === 2) return this.callOnRows(rows)
    return this.callOnRows(rows.reshape([-1, this.kernel.shape[0]])).reshape([...x.shape.slice(0, -1), this.units])
  }

  private callOnRows(x: Tensor): Tensor {
    const relu = this.activation.isRelu
    if (this.bias && relu) return dense(x, this.kernel, this.bias, { relu })
    return this.activation.apply(this.bias ? dense(x, this.kernel, this.bias) : matmul(x, this.kernel))
  }

  override outputShape(inputShape: Shape): Shape {
    return [...inputShape.slice(0, -1), this.units]
  }

  protected override describe(): string {
    const inputs = this.inputShape ? `${formatShape(this.inputShape.slice(-1) as Shape).slice(1, -1)} → ` : ''
    const activation = this.activation.name === 'linear' ? '' : `, ${this.activation.name}`
    return `${inputs}${this.units}${activation}`
  }
}

/** The error for PyTorch's two sizes. */
function twoSizes(inputs: number, outputs: number): OptionError {
  return new OptionError(
    `Dense: received ${inputs} and ${outputs}. Pass only the number of outputs; the input size is inferred: new Dense(${outputs}).`,
  )
}
