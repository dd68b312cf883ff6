/**
 * Embedding: a table of vectors, one for each word, letter or category.
 */

import type { Shape } from '../kernels/backend.js'
import { required, whole } from '../options.js'
import { embedding } from '../tensor/operations/attention.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import type { ConfigRules } from './config.js'
import type { ConstraintLike, InitializerLike, RegularizerLike } from './families.js'
import { weightOptions } from './kernel-options.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules, withArguments } from './layer-options.js'
import { attachMask } from './masks.js'

/** Options of `Embedding`. */
export interface EmbeddingOptions extends LayerOptions {
  /** Makes the first vectors. Default randomUniform, from −0.05 to 0.05. */
  embeddingsInitializer?: InitializerLike
  /** A penalty of the vectors. Default none. */
  embeddingsRegularizer?: RegularizerLike | null
  /** A constraint of the vectors, applied after each update. Default none. */
  embeddingsConstraint?: ConstraintLike | null
  /** If true, index 0 stands for padding, which the layers behind skip. Default false. */
  maskZero?: boolean
  /** Seed of the initializer. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

const rules = {
  defaults: {
    embeddingsInitializer: 'randomUniform',
    embeddingsRegularizer: null,
    embeddingsConstraint: null,
    maskZero: false,
    seed: undefined,
    ...layerRules.defaults,
    inputDim: required,
    outputDim: required,
  },
  ranges: { inputDim: whole(1), outputDim: whole(1), ...layerRules.ranges },
} as const

/**
 * $y = E_x$: each index is replaced by its row of the table.
 *
 * Input: whole numbers from 0 to inputDim − 1, [batch, ...]; output [batch, ..., outputDim]. Weights: `embeddings` $E$ [inputDim, outputDim], whose
 * gradient is sparse: optimizers touch the rows of a batch only.
 *
 * @example
 * new Embedding(1000, 8).apply([[4, 20, 7]]).shape // => [1, 3, 8]
 * @see Bengio et al. 2003, https://www.jmlr.org/papers/v3/bengio03a.html
 */
export class Embedding extends Layer<EmbeddingOptions> {
  static override readonly configRules: ConfigRules = { positional: ['inputDim', 'outputDim'] }

  /** The vectors, [inputDim, outputDim], from `build` on. */
  embeddings!: Variable

  /**
   * Makes a table of vectors.
   * @param inputDim the number of vectors: the largest index + 1
   * @param outputDim the size of each vector
   * @throws OptionError when one of them is not a whole number above 0
   */
  constructor(
    readonly inputDim: number,
    readonly outputDim: number,
    options: EmbeddingOptions = {},
  ) {
    super(withArguments(options, { inputDim, outputDim }), rules)
  }

  override build(): void {
    const { inputDim, outputDim, layerOptions } = this
    this.embeddings = this.addWeight('embeddings', [inputDim, outputDim], weightOptions(layerOptions, 'embeddings'))
  }

  override call(x: Tensor): Tensor {
    const y = embedding(x, this.embeddings)
    if (this.layerOptions.maskZero) attachMask(y, x.notEqual(0))
    return y
  }

  override outputShape(inputShape: Shape): Shape {
    return [...inputShape, this.outputDim]
  }

  protected override describe(): string {
    return `${this.inputDim} → ${this.outputDim}`
  }
}
