/**
 * Labels as numbers, and back.
 */
import { OptionError, ShapeError } from '../../errors.js'
import { nearest } from '../../options.js'
import { type TensorLike, tensor, toTensor } from '../../tensor/creation.js'
import { argMax } from '../../tensor/operations/extremes.js'
import { oneHot } from '../../tensor/operations/masking.js'
import { formatShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'

/** A label: a string or a number. */
export type Label = string | number

/** A `LabelEncoder` in JSON. */
export interface LabelEncoderJson<L extends Label = Label> {
  /** The labels, in order. */
  readonly labels: readonly L[]
}

/**
 * Numbers for labels, 0, 1, …, in the order of `labels`, which `labelEncoder` sorts. It goes through JSON: save it with the model.
 *
 * @example
 * const encoder = labelEncoder(['cat', 'dog', 'cat', 'bird'])
 * encoder.labels // => ['bird', 'cat', 'dog']
 * encoder.encode(['dog', 'bird']).toArray() // => [2, 0]
 * encoder.oneHot(['dog']).toArray() // => [[0, 0, 1]]
 * encoder.decode([2, 0]) // => ['dog', 'bird']
 * encoder.decode([[0.1, 0.7, 0.2]]) // => ['cat']
 */
export class LabelEncoder<L extends Label = Label> {
  private readonly numbers: ReadonlyMap<L, number>

  /**
   * @param labels the labels, each once; the first is number 0
   * @throws OptionError when a label is there twice, or there is none
   */
  constructor(readonly labels: readonly L[]) {
    this.numbers = new Map(labels.map((label, i) => [label, i]))
    if (labels.length > 0 && this.numbers.size === labels.length) return
    throw new OptionError(
      `LabelEncoder: the labels are [${labels.slice(0, 8).join(', ')}]. Give each once; labelEncoder(data) finds them in data.`,
    )
  }

  /**
   * Makes it of what `toJSON` gave.
   * @param json parsed JSON
   * @throws OptionError for anything else
   */
  static fromJSON<L extends Label>(json: LabelEncoderJson<L>): LabelEncoder<L> {
    if (Array.isArray(json?.labels)) return new LabelEncoder(json.labels)
    throw new OptionError(
      'LabelEncoder.fromJSON: labels must be an array. Pass JSON.parse of what JSON.stringify(encoder) gave.',
    )
  }

  /** Returns what `LabelEncoder.fromJSON` takes. */
  toJSON(): LabelEncoderJson<L> {
    return { labels: this.labels }
  }

  /**
   * The numbers of labels, an int32 tensor [count]: targets for `sparseCategoricalCrossentropy`.
   * @param data labels
   * @throws OptionError for a label that it does not have, with its place
   */
  encode(data: Iterable<Label | null>): Tensor {
    const numbers = Array.from(data, (label, i) => this.numbers.get(label as L) ?? this.unknown(label, i))
    return tensor(numbers, { dtype: 'int32', shape: [numbers.length] })
  }

  /**
   * Labels as rows of 0 and a 1, [count, labels]: targets for `categoricalCrossentropy`.
   * @param data labels
   * @throws OptionError for a label that it does not have, with its place
   */
  oneHot(data: Iterable<Label | null>): Tensor {
    return oneHot(this.encode(data), this.labels.length)
  }

  /**
   * The labels of numbers, [count], or of rows of scores or probabilities, [count, labels], whose largest counts.
   * @throws ShapeError for another shape; OptionError for a number without a label
   */
  decode(x: TensorLike): L[] {
    const given = toTensor(x)
    const isScores = given.rank === 2 && given.shape[1] === this.labels.length
    if (given.rank !== 1 && !isScores)
      throw new ShapeError(
        `LabelEncoder.decode: x has shape ${formatShape(given.shape)}. Pass numbers, [count], or scores, [count, ${this.labels.length}].`,
      )
    return Array.from((isScores ? argMax(given, 1) : given).dataSync(), (i) => {
      if (i in this.labels) return this.labels[i]
      throw new OptionError(
        `LabelEncoder.decode: there is no label ${i}. The numbers are 0 to ${this.labels.length - 1}.`,
      )
    })
  }

  /** `LabelEncoder(bird, cat, dog)` */
  toString(): string {
    return `LabelEncoder(${this.labels.join(', ')})`
  }

  private unknown(label: unknown, i: number): never {
    const guess = nearest(String(label), this.labels.map(String))
    const hint = guess ? `Did you mean ${guess}?` : `The labels are ${this.labels.slice(0, 8).join(', ')}.`
    throw new OptionError(
      `LabelEncoder.encode: label ${i} is ${JSON.stringify(label)}, which is not among the labels. ${hint}`,
    )
  }
}

/**
 * The encoder of the labels in data, in sorted order.
 * @param data labels, each as often as it comes
 * @throws OptionError when there is none, or one is missing
 * @example
 * String(labelEncoder(['no', 'yes', 'no'])) // => 'LabelEncoder(no, yes)'
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.LabelEncoder.html
 */
export function labelEncoder<L extends Label>(data: Iterable<L | null>): LabelEncoder<L> {
  const labels = [...new Set(data)]
  if (labels.some((label) => label === null || Number.isNaN(label)))
    throw new OptionError(
      'labelEncoder: a label is missing. Leave out its row, or fill it in: missing: { … } of readCsv does both.',
    )
  return new LabelEncoder((labels as L[]).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
}
