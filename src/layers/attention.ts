/**
 * Attention without weights of its own: queries take from values what matches them.
 */
import { ShapeError } from '../errors.js'
import { interval, oneOf } from '../options.js'
import { maskOf } from '../tensor/operations/attention.js'
import { where } from '../tensor/operations/comparisons.js'
import { softmax } from '../tensor/operations/softmax.js'
import { formatShape } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { Dropout } from './dropout.js'
import { Layer, type Tensors } from './layer.js'
import { type CallOptions, type LayerOptions, layerRules, listOf, type Mask, type Shapes } from './layer-options.js'

/** Options of `Attention`. */
export interface AttentionLayerOptions extends LayerOptions {
  /** If true, the scores are multiplied by a factor that is learned. Default false. */
  useScale?: boolean
  /** The score of a query and a key: their inner product (`'dot'`, default), or the sum of tanh(query + key) (`'concat'`). */
  scoreMode?: 'dot' | 'concat'
  /** The share of the weights that is dropped in training. Default 0. */
  dropout?: number
  /** Seed of its random numbers. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

const rules = {
  defaults: { useScale: false, scoreMode: 'dot', dropout: 0, seed: undefined, ...layerRules.defaults },
  ranges: { scoreMode: oneOf(['dot', 'concat']), dropout: interval('[0, 1)'), ...layerRules.ranges },
} as const

/**
 * $\operatorname{softmax}(QK^\top)V$: for each query the mean of the values, weighted by how well their keys match. (`MultiHeadAttention` learns what
 * queries, keys and values are, and divides the scores by $\sqrt{d}$.)
 *
 * Inputs: an array of the query [batch, queries, size], the value [batch, keys, size], and, if it is not the value, the key [batch, keys, size].
 * Output [batch, queries, size]. Masks of the values keep them out; masks of the queries make their outputs 0. Weights: `scale` [] with
 * `useScale`, `concat_score_weight` [] with scoreMode `'concat'`.
 *
 * @example
 * const [query, value] = [tensor([[[9, 0]]]), tensor([[[9, 0], [0, 9]]])]
 * new Attention().apply([query, value]).round().toArray() // => [[[9, 0]]]
 * @see Luong et al. 2015, https://arxiv.org/abs/1508.04025
 */
export class Attention extends Layer<AttentionLayerOptions> {
  /** The factor of the scores; null without `useScale`. */
  scale: Variable | null = null
  /** The factor of the sums; null without scoreMode `'concat'`. */
  concatScoreWeight: Variable | null = null
  readonly #dropout: Dropout

  /** Makes an attention layer. */
  constructor(options: AttentionLayerOptions = {}) {
    super(options, rules)
    const { dropout, seed } = this.layerOptions
    this.#dropout = new Dropout(dropout as number, { name: 'dropout', seed })
  }

  override get callOptions(): readonly string[] {
    return [...super.callOptions, 'useCausalMask', 'returnAttentionScores']
  }

  override build(inputShape: Shapes): void {
    this.#check(listOf(inputShape))
    const weight = (name: string) => this.addWeight(name, [], { initializer: 'ones' })
    if (this.layerOptions.useScale) this.scale = weight('scale')
    if (this.layerOptions.scoreMode === 'concat') this.concatScoreWeight = weight('concat_score_weight')
  }

  #check(shapes: readonly (readonly number[])[]): void {
    const received = shapes.map(formatShape).join(', ')
    if (shapes.length < 2 || shapes.length > 3) {
      throw new ShapeError(
        `${this.name}: received ${shapes.length} inputs. Pass an array of the query, the value and perhaps the key.`,
      )
    }
    const [query, value, key = value] = shapes
    if (shapes.some(({ length }) => length !== 2)) {
      throw new ShapeError(`${this.name}: the examples have shapes ${received}. Each must be [time, size].`)
    }
    if (query[1] !== key[1]) {
      throw new ShapeError(
        `${this.name}: axis -1 of the query is ${query[1]}, of the key ${key[1]} (${received}). They must be equal.`,
      )
    }
    if (value[0] !== key[0]) {
      throw new ShapeError(
        `${this.name}: axis 1 of the value is ${value[0]}, of the key ${key[0]} (${received}). They must be equal.`,
      )
    }
  }

  override call(inputs: Tensor[], options: CallOptions = {}): Tensors {
    const list = inputs instanceof Tensor ? [inputs] : inputs
    this.#check(list.map(({ shape }) => shape.slice(1)))
    const [query, value, key = value] = list.map((x) => x.cast(this.layerOptions.dtype))
    const [queryMask, valueMask] = Array.isArray(options.mask) ? options.mask : []
    const scores = this.#scores(query, key)
    const allowed = maskOf(scores, valueMask?.expandDims(-2), options.useCausalMask === true)
    const weights = this.#dropout.call(softmax(allowed ? where(allowed, scores, scores.sub(1e9)) : scores), options)
    const y = weights.matmul(value)
    const output = queryMask ? where(queryMask.expandDims(-1), y, 0) : y
    return options.returnAttentionScores ? [output, weights] : output
  }

  #scores(query: Tensor, key: Tensor): Tensor {
    if (!this.concatScoreWeight) {
      const products = query.matmul(key, { transposeB: true })
      return this.scale ? products.mul(this.scale) : products
    }
    const sums = query.expandDims(-2).add(key.expandDims(-3))
    return (this.scale ? sums.mul(this.scale) : sums).tanh().sum(-1).mul(this.concatScoreWeight)
  }

  override computeMask(_x: Tensors, mask: Mask): Mask {
    return Array.isArray(mask) ? mask[0] : null
  }

  override outputShape(inputShape: Shapes): Shapes {
    const [query, value] = listOf(inputShape)
    return [query[0], value[1]]
  }
}
