/**
 * StringLookup: words as integers, and back.
 */

import { DTypeError, OptionError } from '../errors.js'
import { type Check, show, string, whole } from '../options.js'
import { type TensorLike, tensor, toTensor } from '../tensor/creation.js'
import type { Tensor } from '../tensor/tensor.js'
import type { ConfigRules } from './config.js'
import { Layer, type Tensors } from './layer.js'
import { type LayerOptions, layerRules } from './layer-options.js'

/** Words in arrays of any depth. */
export type Words = string | readonly Words[]

/** Options of `StringLookup`. */
export interface StringLookupOptions extends LayerOptions {
  /** The known words. Default: those of `adapt`. */
  vocabulary?: readonly string[] | null
  /** The number of integers for unknown words: 1 (default), or 0 to throw at an unknown word. */
  numOovIndices?: number
  /** A word for padding, which is 0. Default none. */
  maskToken?: string | null
  /** The word that unknown ones become on the way back. Default `'[UNK]'`. */
  oovToken?: string
  /** The most words that `adapt` keeps, with the padding and the unknown one. Default all. */
  maxTokens?: number | null
}

const words: Check = (x) =>
  Array.isArray(x) && x.every((word) => typeof word === 'string') && new Set(x).size === x.length
    ? undefined
    : 'an array of different words'

const rules = {
  defaults: {
    vocabulary: null,
    numOovIndices: 1,
    maskToken: null,
    oovToken: '[UNK]',
    maxTokens: null,
    ...layerRules.defaults,
  },
  ranges: {
    vocabulary: words,
    numOovIndices: (x: unknown) => (x === 0 || x === 1 ? undefined : '0 or 1'),
    maskToken: string,
    oovToken: string,
    maxTokens: whole(1),
    ...layerRules.ranges,
  },
} as const

/**
 * Maps words to integers: 0 for padding (if there is a `maskToken`), then one for unknown words, then the known ones in their order.
 * `adapt` takes the words from data, the most frequent first, those of equal frequency in reverse alphabetical order, as Keras does.
 *
 * Its input are strings, which tensors do not hold, so it stands before a model, not in it.
 *
 * @example
 * const lookup = new StringLookup({ vocabulary: ['cat', 'dog'] })
 * lookup.apply(['dog', 'cow', 'cat']).toArray() // => [2, 0, 1]
 * lookup.wordsOf([2, 0, 1]) // => ['dog', '[UNK]', 'cat']
 */
export class StringLookup extends Layer<StringLookupOptions> {
  static override readonly configRules: ConfigRules = {
    fixed: {
      invert: false,
      output_mode: 'int',
      pad_to_max_tokens: false,
      sparse: false,
      encoding: 'utf-8',
      vocabulary_dtype: 'string',
    },
  }

  #words: readonly string[] = []
  #indices: ReadonlyMap<string, number> = new Map()

  constructor(options: StringLookupOptions = {}) {
    super(options, rules)
    this.#know(this.layerOptions.vocabulary ?? [])
  }

  /** All words in the order of their integers, with the padding and the unknown one. */
  get vocabulary(): readonly string[] {
    const { maskToken, oovToken = '', numOovIndices } = this.layerOptions
    return [...(maskToken == null ? [] : [maskToken]), ...(numOovIndices ? [oovToken] : []), ...this.#words]
  }

  #know(words: readonly string[]): void {
    const { maskToken, oovToken } = this.layerOptions
    this.#words = words.filter((word) => word !== maskToken && word !== oovToken)
    this.#indices = new Map(this.vocabulary.map((word, i) => [word, i]))
  }

  /**
   * Takes the words of data as the vocabulary.
   * @param data arrays of strings
   * @returns this layer
   */
  adapt(data: Words): this {
    const counts = new Map<string, number>()
    for (const word of leaves(this.name, data)) counts.set(word, (counts.get(word) ?? 0) + 1)
    const { maskToken, oovToken, maxTokens } = this.layerOptions
    const known = [...counts].filter(([word]) => word !== maskToken && word !== oovToken)
    known.sort(([a, m], [b, n]) => n - m || (a < b ? 1 : -1))
    const special = this.vocabulary.length - this.#words.length
    this.#know(known.slice(0, maxTokens == null ? undefined : Math.max(0, maxTokens - special)).map(([word]) => word))
    return this
  }

  /**
   * Returns the integers of words, int32, in the shape of the arrays.
   * @param x arrays of strings
   * @throws DTypeError when something is not a string, OptionError for an unknown word where there is no integer for it
   */
  override apply<Y extends Tensors = Tensor>(x: Words | TensorLike | readonly Tensor[]): Y {
    return tensor(this.#indicesOf(x as Words), { dtype: 'int32' }) as Y
  }

  #indicesOf(x: Words): never {
    if (Array.isArray(x)) return x.map((one) => this.#indicesOf(one)) as never
    if (typeof x !== 'string') throw new DTypeError(`${this.name}: ${show(x)} is not a string. Pass arrays of strings.`)
    const unknown = this.layerOptions.maskToken == null ? 0 : 1
    const index = this.#indices.get(x) ?? (this.layerOptions.numOovIndices ? unknown : undefined)
    if (index === undefined)
      throw new OptionError(
        `${this.name}: the word ${show(x)} is unknown, and numOovIndices is 0. Add it to the vocabulary, or leave out numOovIndices.`,
      )
    return index as never
  }

  /** Returns the words of integers, in arrays of the same shape. */
  wordsOf(indices: TensorLike): Words {
    const { vocabulary } = this
    const word = (i: unknown): Words => (Array.isArray(i) ? i.map(word) : (vocabulary[i as number] ?? this.#unknown(i)))
    return word(toTensor(indices).toArray())
  }

  #unknown(index: unknown): never {
    throw new OptionError(
      `${this.name}: ${show(index)} is not the integer of a word. They go from 0 to ${this.vocabulary.length - 1}.`,
    )
  }

  /** Computes nothing: strings are not tensors. Call `apply`. */
  override call(x: Tensor): Tensor {
    throw new DTypeError(`${this.name}: ${show(x)} is a tensor, not strings. Call apply(['a', 'b']) before the model.`)
  }

  protected override config(): Readonly<Record<string, unknown>> {
    return { ...super.config(), vocabulary: this.#words }
  }

  protected override describe(): string {
    return `${this.vocabulary.length} words`
  }
}

/** All strings in arrays. */
function leaves(name: string, data: Words): string[] {
  if (Array.isArray(data)) return data.flatMap((one) => leaves(name, one))
  if (typeof data === 'string') return [data]
  throw new DTypeError(`${name}: ${show(data)} is not a string. Pass arrays of strings.`)
}
