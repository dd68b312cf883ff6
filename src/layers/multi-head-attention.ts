/**
 * Multi-head attention, the layer that transformers are made of.
 */

import { OptionError, ShapeError } from '../errors.js'
import { interval, orNull, required, whole } from '../options.js'
import { attentionWeights } from '../tensor/operations/attention.js'
import { formatShape } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import type { ConfigRules } from './config.js'
import { Dropout } from './dropout.js'
import { type BiasOptions, biasDefaults, type KernelOptions, weightOptions } from './kernel-options.js'
import { Layer, type Tensors } from './layer.js'
import {
  type CallOptions,
  type LayerOptions,
  layerRules,
  listOf,
  type Mask,
  type Shapes,
  withArguments,
} from './layer-options.js'

/** Options of `MultiHeadAttention`. */
export interface MultiHeadAttentionOptions extends LayerOptions, KernelOptions, BiasOptions {
  /** The size of the values of each head. Default: that of the keys. */
  valueDim?: number | null
  /** The share of the attention weights that is dropped in training. Default 0. */
  dropout?: number
  /** The size of the output. Default: that of the query. */
  outputShape?: number | readonly [number] | null
}

const rules = {
  defaults: {
    valueDim: null,
    dropout: 0,
    outputShape: null,
    kernelInitializer: 'glorotUniform',
    kernelRegularizer: null,
    kernelConstraint: null,
    ...biasDefaults,
    seed: undefined,
    ...layerRules.defaults,
    numHeads: required,
    keyDim: required,
  },
  ranges: {
    numHeads: whole(1),
    keyDim: whole(1),
    valueDim: orNull(whole(1)),
    outputShape: orNull((x) => whole(1)(Array.isArray(x) && x.length === 1 ? x[0] : x)),
    dropout: interval('[0, 1)'),
    ...layerRules.ranges,
  },
} as const

/** A projection to heads, or back. */
interface Projection {
  readonly kernel: Variable
  readonly bias: Variable | null
}

/**
 * Each head projects the inputs to queries, keys and values, and attends; the heads' results are projected to the output:
 *
 * $$ y = [h_1, \ldots, h_n] W^O, \qquad h_i = \operatorname{softmax}\left(\frac{Q_i K_i^\top}{\sqrt{d}}\right) V_i $$
 *
 * Inputs: an array of the query [batch, queries, inputs], the value [batch, keys, inputs], and, if it is not the value, the key; or one tensor, which
 * attends to itself. Output [batch, queries, inputs of the query]. Weights: `query`, `key`, `value`, each a kernel [inputs, heads, size] and a
 * bias [heads, size], and `attention_output`, a kernel [heads, size, outputs] and a bias [outputs].
 *
 * `apply` takes an `attentionMask` [batch, queries, keys], 1 where a query may attend to a key, `useCausalMask: true`, with which it attends to
 * itself and those before it only, and `returnAttentionScores: true`, which adds the weights [batch, heads, queries, keys] to the output.
 *
 * @example
 * const layer = new MultiHeadAttention(2, 4)
 * layer.apply(ones([1, 5, 8]), { useCausalMask: true }).shape // => [1, 5, 8]
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 */
export class MultiHeadAttention extends Layer<MultiHeadAttentionOptions> {
  static override readonly configRules: ConfigRules = {
    positional: ['numHeads', 'keyDim'],
    fixed: { use_gate: false, attention_axes: [1] },
  }

  /** The projection of the queries, from `build` on. */
  query!: Projection
  /** The projection of the keys, from `build` on. */
  key!: Projection
  /** The projection of the values, from `build` on. */
  value!: Projection
  /** The projection of the output, from `build` on. */
  output!: Projection
  readonly #dropout: Dropout

  /**
   * Makes a multi-head attention layer.
   * @param numHeads the number of heads
   * @param keyDim the size of the queries and keys of each head
   * @throws OptionError for an unknown option, or when one of them is not a whole number above 0
   */
  constructor(
    readonly numHeads: number,
    readonly keyDim: number,
    options: MultiHeadAttentionOptions = {},
  ) {
    super(withArguments(options, { numHeads, keyDim }), rules)
    const { dropout, seed } = this.layerOptions
    this.#dropout = new Dropout(dropout as number, { name: 'dropout', seed })
  }

  override get callOptions(): readonly string[] {
    return [...super.callOptions, 'attentionMask', 'useCausalMask', 'returnAttentionScores']
  }

  private get valueDim(): number {
    return this.layerOptions.valueDim ?? this.keyDim
  }

  override build(inputShape: Shapes): void {
    const [query, value, key] = this.#checked(listOf(inputShape))
    const { numHeads, keyDim, valueDim } = this
    this.query = this.#projection('query', [query[1], numHeads, keyDim], 1)
    this.key = this.#projection('key', [key[1], numHeads, keyDim], 1)
    this.value = this.#projection('value', [value[1], numHeads, valueDim], 1)
    const outputs = this.#outputs(query)
    this.output = this.#projection('attention_output', [numHeads, valueDim, outputs], 2)
  }

  #outputs(query: readonly number[]): number {
    const { outputShape } = this.layerOptions
    return [outputShape ?? query[1]].flat()[0] as number
  }

  /** @param from the first axis of the kernel that the bias has */
  #projection(name: string, shape: readonly number[], from: number): Projection {
    const options = this.layerOptions
    const kernel = this.addWeight(`${name}/kernel`, shape, weightOptions(options, 'kernel'))
    const bias = options.useBias
      ? this.addWeight(`${name}/bias`, shape.slice(from), weightOptions(options, 'bias'))
      : null
    return { kernel, bias }
  }

  /** The shapes of query, value and key. */
  #checked(shapes: readonly (readonly number[])[]): readonly (readonly number[])[] {
    const received = shapes.map(formatShape).join(', ')
    if (shapes.length > 3) {
      throw new OptionError(
        `${this.name}: received ${shapes.length} inputs. Pass an array of the query, the value and perhaps the key.`,
      )
    }
    const [query, value = query, key = value] = shapes
    if (shapes.some(({ length }) => length !== 2)) {
      throw new ShapeError(`${this.name}: the examples have shapes ${received}. Each must be [time, inputs].`)
    }
    if (value[0] !== key[0]) {
      throw new ShapeError(
        `${this.name}: axis 1 of the value is ${value[0]}, of the key ${key[0]} (${received}). They must be equal.`,
      )
    }
    const known = this.built ? [this.query, this.value, this.key] : []
    for (const [i, { kernel }] of known.entries()) {
      const size = [query, value, key][i][1]
      if (size === kernel.shape[0]) continue
      throw new ShapeError(
        `${this.name}: built for inputs of ${kernel.shape[0]} numbers, received ${formatShape([query, value, key][i])}. Axis -1 must be ${kernel.shape[0]}.`,
      )
    }
    return [query, value, key]
  }

  override call(x: Tensors, options: CallOptions = {}): Tensors {
    const list = x instanceof Tensor ? [x] : x
    this.#checked(list.map(({ shape }) => shape.slice(1)))
    const [query, value = query, key = value] = list.map((one) => one.cast(this.layerOptions.dtype))
    const [q, k, v] = [toHeads(query, this.query), toHeads(key, this.key), toHeads(value, this.value)]
    const mask = this.#mask(options)
    const weights = this.#dropout.call(
      attentionWeights(q, k, { mask, causal: options.useCausalMask === true }),
      options,
    )
    const y = fromHeads(weights.matmul(v), this.output)
    return options.returnAttentionScores ? [y, weights] : y
  }

  /** All masks in one, [batch, 1, queries, keys]; undefined for none. */
  #mask({ mask, attentionMask }: CallOptions): Tensor | undefined {
    const [query, value, key] = mask instanceof Tensor ? [mask, mask] : (mask ?? [])
    const all = [query?.expandDims(-1), value?.expandDims(-2), key?.expandDims(-2), attentionMask]
    const given = all.filter((one) => one instanceof Tensor).map((one) => one.cast('bool'))
    return given.length > 0 ? given.reduce((a, b) => a.logicalAnd(b)).expandDims(1) : undefined
  }

  override computeMask(_x: Tensors, mask: Mask): Mask {
    return Array.isArray(mask) ? mask[0] : mask
  }

  override outputShape(inputShape: Shapes): Shapes {
    const [query] = listOf(inputShape)
    return [query[0], this.#outputs(query)]
  }

  protected override describe(): string {
    return `${this.numHeads} × ${this.keyDim}`
  }
}

/** [batch, time, inputs] → [batch, heads, time, size]. */
function toHeads(x: Tensor, { kernel, bias }: Projection): Tensor {
  const [inputs, heads, size] = kernel.shape
  const product = x.matmul(kernel.reshape([inputs, heads * size]))
  const all = bias ? product.add(bias.flatten()) : product
  return all.reshape([...x.shape.slice(0, -1), heads, size]).swapAxes(1, 2)
}

/** [batch, heads, time, size] → [batch, time, outputs]. */
function fromHeads(x: Tensor, { kernel, bias }: Projection): Tensor {
  const [heads, size, outputs] = kernel.shape
  const [batch, , time] = x.shape
  const rows = x.swapAxes(1, 2).reshape([batch, time, heads * size])
  const product = rows.matmul(kernel.reshape([heads * size, outputs]))
  return bias ? product.add(bias) : product
}
