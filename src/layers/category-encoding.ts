/**
 * CategoryEncoding: integers as rows of zeros and ones. (Words as integers: `string-lookup.ts`.)
 */

import { OptionError, ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { type Check, required, toCamelCase, whole } from '../options.js'
import { checkIndices } from '../tensor/operations/indices.js'
import { oneHot } from '../tensor/operations/masking.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import type { ConfigRules } from './config.js'
import { Layer } from './layer.js'
import { type CallOptions, type LayerOptions, layerRules, withArguments } from './layer-options.js'

/** Options of `CategoryEncoding`. */
export interface CategoryEncodingOptions extends LayerOptions {
  /**
   * `oneHot`: a row for each token; `multiHot` (default): one row for all tokens of an example, 1 for each that occurs; `count`: how often
   * each occurs.
   */
  outputMode?: 'multiHot' | 'oneHot' | 'count'
}

const modes = ['multiHot', 'oneHot', 'count']
const mode: Check = (x) =>
  typeof x === 'string' && modes.includes(toCamelCase(x)) ? undefined : `one of ${modes.join(', ')}`

const rules = {
  defaults: { outputMode: 'multiHot', ...layerRules.defaults, numTokens: required },
  ranges: { outputMode: mode, numTokens: whole(1), ...layerRules.ranges },
} as const

/** Keras's names of the modes. */
const snake: Readonly<Record<string, string>> = { multiHot: 'multi_hot', oneHot: 'one_hot', count: 'count' }

/**
 * Integers from 0 to `numTokens` − 1 as rows of numbers.
 *
 * Input [batch, tokens] (of `oneHot` any shape), output [batch, numTokens]; of `oneHot` [..., numTokens].
 *
 * @example
 * new CategoryEncoding(4).apply([[0, 2], [3, 3]]).toArray() // => [[1, 0, 1, 0], [0, 0, 0, 1]]
 */
export class CategoryEncoding extends Layer<CategoryEncodingOptions> {
  static override readonly configRules: ConfigRules = { positional: ['numTokens'] }

  /**
   * Makes a layer that encodes integers.
   * @param numTokens the number of different tokens
   * @throws OptionError when it is not a whole number above 0
   */
  constructor(
    /** The number of different tokens. */
    readonly numTokens: number,
    options: CategoryEncodingOptions = {},
  ) {
    super(withArguments(options, { numTokens }), rules)
  }

  override get callOptions(): readonly string[] {
    return [...super.callOptions, 'countWeights']
  }

  private get mode(): string {
    return toCamelCase(this.layerOptions.outputMode as string)
  }

  override call(x: Tensor, { countWeights }: CallOptions = {}): Tensor {
    const isOneHot = this.mode === 'oneHot'
    if (x.rank < 2 && !isOneHot)
      throw new ShapeError(
        `${this.name}: the input has shape ${formatShape(x.shape)}, but must have a batch of tokens. Pass [batch, tokens], or choose outputMode 'oneHot'.`,
      )
    if (countWeights && this.mode !== 'count')
      throw new OptionError(`${this.name}: countWeights is only for outputMode 'count'. Leave it out.`)
    const tokens = checkIndices(this.name, x, this.numTokens, { lowest: 0, item: 'token', all: 'tokens' })
    const isSingle = x.rank > 1 && x.shape[x.rank - 1] === 1
    const rows = oneHot(isOneHot && isSingle ? tokens.squeeze(-1) : tokens, this.numTokens, {
      dtype: this.layerOptions.dtype,
    })
    if (isOneHot) return rows
    if (this.mode === 'multiHot') return rows.max(-2)
    return (countWeights ? rows.mul(countWeights.expandDims(-1)) : rows).sum(-2)
  }

  override outputShape(inputShape: Shape): Shape {
    const last = inputShape[inputShape.length - 1]
    const kept = this.mode === 'oneHot' && last !== 1 ? inputShape : inputShape.slice(0, -1)
    return [...kept, this.numTokens]
  }

  override getConfig(): ReturnType<Layer['getConfig']> {
    return { ...super.getConfig(), output_mode: snake[this.mode] }
  }

  protected override describe(): string {
    return `${this.numTokens}, ${this.mode}`
  }
}
