/**
 * The fully connected layer.
 */
import { OptionError, ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { checkArgument, type Resolved, resolve, whole } from '../options.js'
import { dense, matmul } from '../tensor/operations/linalg.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Constraint, Variable } from '../tensor/variable.js'
import { type ActivationLike, getActivation, type NamedActivation } from './activations.js'
import { checkInput } from './checks.js'
import { getInitializer, type InitializerLike } from './initializers.js'
import { Layer } from './layer.js'
import { constraint, type LayerOptions, layerRules } from './layer-options.js'

/** Options of `Dense`. */
export interface DenseOptions extends LayerOptions {
  /** Default none. */
  activation?: ActivationLike
  /** True to add a bias. Default true. */
  useBias?: boolean
  /** Makes the first kernel. Default glorotUniform. */
  kernelInitializer?: InitializerLike
  /** Makes the first bias. Default zeros. */
  biasInitializer?: InitializerLike
  /** A constraint of the kernel, applied after each update. Default none. */
  kernelConstraint?: Constraint | null
  /** A constraint of the bias, applied after each update. Default none. */
  biasConstraint?: Constraint | null
  /** Seed of the initializers. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

const rules = {
  defaults: {
    activation: null,
    useBias: true,
    kernelInitializer: 'glorotUniform',
    biasInitializer: 'zeros',
    kernelConstraint: null,
    biasConstraint: null,
    seed: undefined,
    ...layerRules.defaults,
  },
  ranges: { ...layerRules.ranges, kernelConstraint: constraint, biasConstraint: constraint },
} as const

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
export class Dense extends Layer {
  /** The weights, [inputs, units], from `build` on. */
  kernel!: Variable
  /** The bias, [units]; null without one. */
  bias: Variable | null = null
  private readonly options: Resolved<DenseOptions, typeof rules.defaults>
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
    const all = resolve('Dense', options, rules)
    super(options)
    this.options = all
    checkArgument('Dense', 'units', units, whole(1))
    this.activation = getActivation('Dense', all.activation ?? 'linear')
    getInitializer('Dense', all.kernelInitializer)
    getInitializer('Dense', all.biasInitializer)
  }

  override get givesProbabilities(): boolean {
    return this.activation.isProbability
  }

  override build(inputShape: Shape): void {
    if (inputShape.length === 0) {
      throw new ShapeError(`${this.name}: the examples are single numbers. Pass a batch of vectors, [batch, inputs].`)
    }
    const { kernelInitializer, biasInitializer, kernelConstraint, biasConstraint, useBias, seed } = this.options
    const inputs = inputShape[inputShape.length - 1]
    this.kernel = this.addWeight('kernel', [inputs, this.units], {
      initializer: kernelInitializer,
      constraint: kernelConstraint,
      seed,
    })
    if (!useBias) return
    this.bias = this.addWeight('bias', [this.units], { initializer: biasInitializer, constraint: biasConstraint, seed })
  }

  override call(x: Tensor): Tensor {
    checkInput(this, x)
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

  protected override config(): Readonly<Record<string, unknown>> {
    return { units: this.units, activation: this.activation.name, useBias: this.options.useBias }
  }

  protected override describe(): string {
    const inputs = this.inputShape ? `${formatShape(this.inputShape.slice(-1)).slice(1, -1)} → ` : ''
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
