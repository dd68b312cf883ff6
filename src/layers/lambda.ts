/**
 * Lambda: a function or a formula as a layer.
 */

import { OptionError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { type Check, required } from '../options.js'
import { type Formula, formula } from '../tensor/operations/formula.js'
import type { Tensor } from '../tensor/tensor.js'
import type { ConfigRules } from './config.js'
import { Layer, type Tensors } from './layer.js'
import { type CallOptions, type LayerOptions, layerRules, type Mask, withArguments } from './layer-options.js'

/** Options of `Lambda`. */
export interface LambdaOptions extends LayerOptions {
  /** The shape of one output. Default: the function is called with zeros to find out. */
  outputShape?: Shape | null
}

/** A function of the input (an array of several), or a formula of it: `'x^2'`. */
export type LambdaFunction = string | ((x: Tensor, options: CallOptions) => Tensors)

const functionOrFormula: Check = (x) =>
  typeof x === 'function' || typeof x === 'string' ? undefined : "a function of a tensor, or a formula such as 'x^2'"

const rules = {
  defaults: { outputShape: null, ...layerRules.defaults, function: required },
  ranges: { function: functionOrFormula, ...layerRules.ranges },
}

/**
 * Applies a function, or a formula, which `getConfig` can write down. The function has no weights; write a layer for those.
 * @example
 * new Lambda('x^2').apply([[1, 2]]).toArray() // => [[1, 4]]
 * new Lambda((x) => x.sum(-1)).apply([[1, 2]]).toArray() // => [3]
 */
export class Lambda extends Layer<LambdaOptions> {
  static override readonly configRules: ConfigRules = { positional: ['function'] }

  readonly #apply: (x: Tensors, options: CallOptions) => Tensors

  /**
   * Makes a layer of a function.
   * @param f a function of the input (an array where there are several), or a formula, which gets several inputs in their order
   * @throws OptionError when it is neither, FormulaError for a formula with a mistake
   */
  constructor(f: LambdaFunction, options: LambdaOptions = {}) {
    super(withArguments(options, { function: f }), rules)
    this.#apply = typeof f === 'string' ? ofFormula(formula<Tensor>(f)) : (f as (x: Tensors, o: CallOptions) => Tensors)
  }

  override call(x: Tensors, options: CallOptions = {}): Tensors {
    return this.#apply(x, options)
  }

  override outputShape(inputShape: Shape): Shape {
    return this.layerOptions.outputShape ?? (super.outputShape(inputShape) as Shape)
  }

  override computeMask(_x: Tensors, mask: Mask): Mask {
    return mask
  }

  override getConfig(): ReturnType<Layer['getConfig']> {
    const { function: f } = this.layerOptions as { function?: LambdaFunction }
    if (typeof f === 'string') return super.getConfig()
    throw new OptionError(
      `${this.name}: the Lambda is a function, which has no configuration. Write a formula, such as 'x^2', or a class that extends Layer.`,
    )
  }

  protected override describe(): string {
    const { function: f } = this.layerOptions as { function?: LambdaFunction }
    return typeof f === 'string' ? f : f?.name || 'custom'
  }
}

const ofFormula = (f: Formula<Tensor>) => (x: Tensors) => (Array.isArray(x) ? f(...x) : f(x))
