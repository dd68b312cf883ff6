/**
 * `Dataset`: items that are read one after the other, and what is to be done with them on the way. How it is done is in `stages.ts`
 * (operators on items) and `sources.ts` (where items come from); `collate.ts` makes batches.
 */
import { OptionError } from '../errors.js'
import { generator, type Generator as RandomStream } from '../kernels/random.js'
import { checkOptions } from '../options.js'
import type { TensorLike } from '../tensor/creation.js'
import { randomStream } from '../tensor/random.js'
import type { Tensor } from '../tensor/tensor.js'
import { type Batched, collate } from './collate.js'
import { columnsOf, type Items, mixed, readAhead, repeated, type Source, sourceOf, zipped } from './sources.js'
import {
  batching,
  filtering,
  flattening,
  mapping,
  type Stage,
  shuffling,
  taking,
  through,
  throughAsync,
  type WindowOptions,
  windowing,
} from './stages.js'

/** Options of `Dataset.shuffle`. */
export interface DatasetShuffleOptions {
  /** The same seed gives the same orders. Default: the global stream, which `setSeed` starts. */
  seed?: number
  /** Draws a new order each time the items are read. Default true. */
  reshuffleEachIteration?: boolean
}

/** Options of `Dataset.sample`. */
export interface SampleOptions {
  /** The frequency of each, relative to the others. Default: equal. */
  weights?: readonly number[]
  /** The same seed gives the same draws. Default: the global stream, which `setSeed` starts. */
  seed?: number
  /** Ends with the first that has no items left. Default false: goes on with the others. */
  stopOnEmpty?: boolean
}

/** One of the folds of cross-validation. */
export interface DatasetFold<T> {
  /** The items to train with. */
  train: Dataset<T>
  /** The items to test with, which are in no other fold's `test`. */
  test: Dataset<T>
}

/** The type of the items of a dataset. */
type ItemOf<D> = D extends Dataset<infer T> ? T : never

/**
 * Items that are read one after the other: rows of a table, examples, batches. Methods say what is to be done with them; nothing is read
 * before something iterates, by `for … of` or, where the source or a function is asynchronous, by `for await … of`. A dataset can be read
 * again wherever its source can. Names and meanings are those of TensorFlow's `tf.data`.
 *
 * @example
 * const pairs = Dataset.of([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
 * const batches = pairs.shuffle(4, { seed: 1 }).batch(3)
 * for (const [x, y] of batches) console.log(String(x.shape), String(y.shape))
 * batches.size // => 2
 * @example
 * async function* measurements() {
 *   for (let i = 0; i < 5; i++) yield i
 * }
 * const ds = Dataset.of(measurements).filter((v) => v !== 3).map((v) => 10 * v)
 * await ds.toArray() // => [0, 10, 20, 40]
 */
export class Dataset<T> implements Iterable<T>, AsyncIterable<T> {
  /** Internal: use `Dataset.of`. */
  constructor(private readonly source: Source<T>) {}

  /**
   * Makes a dataset of an array, a tensor (its slices along the first axis), any iterable or async iterable, or a function that opens one,
   * such as a generator function.
   *
   * @param items what to read
   * @throws OptionError for what has no items
   * @example
   * await Dataset.of([1, 2, 3]).map((x) => x * x).toArray() // => [1, 4, 9]
   */
  static of(items: Tensor): Dataset<Tensor>
  static of<T>(items: Items<T>): Dataset<T>
  /**
   * Makes a dataset of columns of equal length: each item has one slice of each, as tensors; strings stay strings.
   *
   * @param x the first column
   * @param y the second column
   * @throws ShapeError for columns of different lengths
   * @example
   * const [[x, y]] = Dataset.of([[1, 2], [3, 4]], ['yes', 'no'])
   * x.toArray() // => [1, 2]
   * y // => 'yes'
   */
  static of(x: TensorLike, y: readonly string[]): Dataset<[Tensor, string]>
  static of(x: TensorLike, y: TensorLike): Dataset<[Tensor, Tensor]>
  /**
   * Makes a dataset of any number of columns.
   * @param columns tensors, or arrays of numbers, of equal length
   */
  static of(...columns: TensorLike[]): Dataset<Tensor[]>
  static of(items: unknown, ...others: unknown[]): Dataset<unknown> {
    if (others.length > 0) return new Dataset(columnsOf([items, ...others] as TensorLike[]))
    return new Dataset(sourceOf(items as Items<unknown>))
  }

  /**
   * Puts datasets side by side: items are tuples, or objects, of one item of each, as far as the shortest goes.
   *
   * @param datasets an array of datasets, or an object of them
   * @example
   * [...Dataset.zip([Dataset.of([1, 2, 3]), Dataset.of(['a', 'b'])])] // => [[1, 'a'], [2, 'b']]
   */
  static zip<const D extends readonly Dataset<unknown>[]>(
    datasets: D,
  ): Dataset<{ -readonly [K in keyof D]: ItemOf<D[K]> }>
  static zip<D extends Record<string, Dataset<unknown>>>(datasets: D): Dataset<{ [K in keyof D]: ItemOf<D[K]> }>
  static zip(datasets: object): Dataset<unknown> {
    const names = Object.keys(datasets)
    if (names.length === 0) throw new OptionError('Dataset.zip: no datasets were given. Pass an array of at least one.')
    const tuples = new Dataset(zipped(Object.values(datasets).map((d) => checkDataset('Dataset.zip', d).source)))
    if (Array.isArray(datasets)) return tuples
    return tuples.map((items) => Object.fromEntries(items.map((item, i) => [names[i], item])))
  }

  /**
   * Draws each item from one of several datasets at random, in proportion to their weights: to see a rare class more often, filter one
   * dataset by class, repeat the rare one, and sample from both.
   *
   * @param datasets what to draw from
   * @throws OptionError when the weights are not one number ≥ 0 for each dataset, or all 0
   * @example
   * const [rare, common] = [Dataset.of([1]).repeat(), Dataset.of([0]).repeat()]
   * const draws = Dataset.sample([rare, common], { weights: [1, 3], seed: 1 }).take(1000)
   * const ones = [...draws].filter((x) => x === 1).length
   * ones > 200 && ones < 300 // => true
   */
  static sample<T>(datasets: readonly Dataset<T>[], options: SampleOptions = {}): Dataset<T> {
    checkOptions('Dataset.sample', options, ['weights', 'seed', 'stopOnEmpty'])
    const { weights = datasets.map(() => 1), seed, stopOnEmpty = false } = options
    const isFit = weights.length === datasets.length && weights.every((w) => w >= 0 && w < Infinity)
    if (!isFit || !weights.some((w) => w > 0))
      throw new OptionError(
        `Dataset.sample: weights are [${weights.join(', ')}] for ${datasets.length} datasets. Give each a number, 0 or more; at least one above 0.`,
      )
    const sources = datasets.map((d) => checkDataset('Dataset.sample', d).source as Source<T>)
    return new Dataset(mixed(sources, weights, () => randomStream(seed), stopOnEmpty))
  }

  /** The number of items: null where only reading them shows that, Infinity where they never end. */
  get size(): number | null {
    return this.source.size
  }

  /** Reads the items from the start. @throws OptionError where they come over time */
  [Symbol.iterator](): Iterator<T> {
    if (this.source.plain) return this.source.plain()[Symbol.iterator]()
    throw new OptionError(
      'Dataset: its source is asynchronous. Write for await (const item of dataset), or await dataset.toArray().',
    )
  }

  /** Reads the items from the start, waiting for each. */
  [Symbol.asyncIterator](): AsyncIterator<T> {
    return this.source.timed()[Symbol.asyncIterator]()
  }

  /**
   * All items in an array.
   * @throws OptionError where they never end
   * @example
   * await Dataset.of([1, 2, 3]).skip(1).toArray() // => [2, 3]
   */
  async toArray(): Promise<T[]> {
    if (this.size === Infinity) throw new OptionError('Dataset.toArray: the items never end. Use take(count) first.')
    const items: T[] = []
    for await (const item of this) items.push(item)
    return items
  }

  /**
   * `f` of each item. An async `f` is awaited by `for await`, one item at a time.
   * @param f takes the item and its index, from 0
   * @example
   * [...Dataset.of([1, 2]).map((x, i) => x + 10 * i)] // => [1, 12]
   */
  map<U>(f: (item: T, index: number) => U | PromiseLike<U>): Dataset<U> {
    return this.by(() => mapping(f), this.size)
  }

  /**
   * The items that `f` is true for.
   * @param f takes the item and its index, from 0
   * @example
   * [...Dataset.of([3, 4, 5]).filter((x) => x % 2 === 1)] // => [3, 5]
   */
  filter(f: (item: T, index: number) => boolean | PromiseLike<boolean>): Dataset<T> {
    return this.by(() => filtering('Dataset.filter', f), null)
  }

  /**
   * The first `count` items; no further one is read.
   * @param count how many
   * @example
   * [...Dataset.of([7, 8, 9]).take(2)] // => [7, 8]
   */
  take(count: number): Dataset<T> {
    checkCount('Dataset.take', count, 0)
    if (count === 0) return new Dataset(sourceOf<T>([]))
    return this.by(() => taking(count), this.size === null ? null : Math.min(count, this.size))
  }

  /**
   * All items but the first `count`.
   * @param count how many to leave out
   * @example
   * [...Dataset.of([7, 8, 9]).skip(2)] // => [9]
   */
  skip(count: number): Dataset<T> {
    checkCount('Dataset.skip', count, 0)
    const size = this.size === null ? null : Math.max(0, this.size - count)
    return this.by(() => filtering('Dataset.skip', (_, i) => i >= count), size)
  }

  /**
   * The items in random order, drawn from a buffer: it is filled, then each item that comes replaces one that goes. A buffer as large as the
   * data gives every order equally often; a small one only mixes neighbours.
   *
   * @param bufferSize how many items are kept; Infinity for all
   * @throws OptionError when `bufferSize` is not a whole number above 0
   * @example
   * const order = Dataset.of([1, 2, 3, 4]).shuffle(4, { seed: 7 })
   * const items = await order.toArray() // such as [3, 1, 4, 2]
   * items.sort() // => [1, 2, 3, 4]
   */
  shuffle(bufferSize: number, options: DatasetShuffleOptions = {}): Dataset<T> {
    checkOptions('Dataset.shuffle', options, ['seed', 'reshuffleEachIteration'])
    if (bufferSize !== Infinity) checkCount('Dataset.shuffle', bufferSize, 1)
    const next = orders(options)
    return this.by(() => shuffling<T>(bufferSize, next()), this.size)
  }

  /**
   * Batches of `size` items. Numbers, lists of numbers, typed arrays and tensors of one shape become a tensor with one more axis in front;
   * tuples and objects are put together part by part, so that pairs [x, y] become pairs of tensors; strings stay a list. (A list of lists
   * is a tuple: make it a tensor where it is meant as a matrix.)
   *
   * @param size items per batch; the last may have fewer
   * @param options `dropRemainder`: leaves out a last batch that is not full (default false)
   * @throws ShapeError when the items of a batch have different shapes
   * @example
   * const [batch] = Dataset.of([{ x: [1, 2], y: 'a' }, { x: [3, 4], y: 'b' }]).batch(2)
   * batch.x.toArray() // => [[1, 2], [3, 4]]
   * batch.y // => ['a', 'b']
   */
  batch(size: number, options: { dropRemainder?: boolean } = {}): Dataset<Batched<T>> {
    checkOptions('Dataset.batch', options, ['dropRemainder'])
    checkCount('Dataset.batch', size, 1)
    const { dropRemainder = false } = options
    const count = this.size === null ? null : (dropRemainder ? Math.floor : Math.ceil)(this.size / size)
    return this.by(() => batching(size, dropRemainder, (items: T[]) => collate(items)), count)
  }

  /**
   * Lists of `size` successive items, for series: each starts `shift` items after the one before.
   *
   * @param size items per window
   * @throws OptionError when a number is not whole and above 0
   * @example
   * const series = Dataset.of([1, 2, 3, 4, 5])
   * await series.window(2).toArray() // => [[1, 2], [3, 4], [5]]
   * const sliding = series.window(3, { shift: 1, dropRemainder: true })
   * await sliding.toArray() // => [[1, 2, 3], [2, 3, 4], [3, 4, 5]]
   */
  window(size: number, options: WindowOptions = {}): Dataset<T[]> {
    checkOptions('Dataset.window', options, ['shift', 'stride', 'dropRemainder'])
    const { shift = size, stride = 1, dropRemainder = false } = options
    for (const count of [size, shift, stride]) checkCount('Dataset.window', count, 1)
    const left = dropRemainder ? (size - 1) * stride : 0
    const count = this.size === null ? null : Math.max(0, Math.ceil((this.size - left) / shift))
    return this.by(() => windowing<T>(size, options), count)
  }

  /**
   * The items of each item, one after the other: the rows of tables, the lines of files.
   * @example
   * [...Dataset.of([[1, 2], [], [3]]).flatten()] // => [1, 2, 3]
   */
  flatten<U>(this: Dataset<Iterable<U>>): Dataset<U> {
    return this.by(() => flattening<U>(), null)
  }

  /**
   * The items `count` times over.
   * @param count how often; default: for ever
   * @example
   * [...Dataset.of([1, 2]).repeat(2)] // => [1, 2, 1, 2]
   */
  repeat(count = Infinity): Dataset<T> {
    if (count !== Infinity) checkCount('Dataset.repeat', count, 0)
    return new Dataset(repeated(this.source, count))
  }

  /**
   * Reads up to `count` items ahead while others are used, where they come over time: the next batch is fetched during a training step.
   * @param count how many
   * @example
   * const slow = Dataset.of([1, 2, 3]).map(async (x) => 2 * x)
   * await slow.prefetch(2).toArray() // => [2, 4, 6]
   */
  prefetch(count: number): Dataset<T> {
    checkCount('Dataset.prefetch', count, 1)
    const { source } = this
    return new Dataset({ ...source, timed: () => readAhead(source.timed(), count) })
  }

  /**
   * Every `count`-th item, from number `index` on: parts that share no item.
   * @param count how many parts there are
   * @param index which one, from 0
   * @example
   * [...Dataset.of([0, 1, 2, 3, 4]).shard(2, 1)] // => [1, 3]
   */
  shard(count: number, index: number): Dataset<T> {
    checkCount('Dataset.shard', count, 1)
    if (!(Number.isInteger(index) && index >= 0 && index < count))
      throw new OptionError(
        `Dataset.shard: index is ${index} of ${count} parts. Give a whole number from 0 to ${count - 1}.`,
      )
    const size = this.size === null ? null : Math.max(0, Math.ceil((this.size - index) / count))
    return this.by(() => filtering('Dataset.shard', (_, i) => i % count === index), size)
  }

  /**
   * The parts for cross-validation: `count` pairs of datasets, in which every item is in `test` once and in `train` otherwise. Shuffle
   * before, with a seed and `reshuffleEachIteration: false`, where the order means something.
   *
   * @param count how many folds
   * @throws OptionError when `count` is not a whole number above 1
   * @example
   * const [first] = Dataset.of([0, 1, 2, 3, 4, 5]).folds(3)
   * await first.test.toArray() // => [0, 3]
   * await first.train.toArray() // => [1, 2, 4, 5]
   */
  folds(count: number): DatasetFold<T>[] {
    checkCount('Dataset.folds', count, 2)
    return Array.from({ length: count }, (_, fold) => {
      const test = this.shard(count, fold)
      const size = this.size === null ? null : this.size - (test.size as number)
      return { test, train: this.by(() => filtering('Dataset.folds', (_item, i) => i % count !== fold), size) }
    })
  }

  /** `Dataset(150 items)` */
  toString(): string {
    const size = this.size === null ? 'size unknown' : this.size === Infinity ? 'without end' : `${this.size} items`
    return `Dataset(${size}${this.source.plain ? '' : ', asynchronous'})`
  }

  /** Sends the items through a stage, a new one for each reading. */
  private by<U>(stage: () => Stage<T, U>, size: number | null): Dataset<U> {
    const { plain, timed } = this.source
    return new Dataset<U>({
      plain: plain && (() => through(plain(), stage())),
      timed: () => throughAsync(timed(), stage()),
      size,
    })
  }
}

/** The random stream of each reading. */
function orders({ seed, reshuffleEachIteration = true }: DatasetShuffleOptions): () => RandomStream {
  const stream = seed === undefined ? null : generator(seed)
  if (reshuffleEachIteration) return () => (stream ? generator(stream.int(2 ** 32)) : randomStream())
  let own = seed
  return () => {
    own ??= randomStream().int(2 ** 32)
    return generator(own)
  }
}

function checkCount(op: string, count: number, least: number): void {
  if (Number.isInteger(count) && count >= least) return
  throw new OptionError(`${op}: ${String(count)} is not a number of items. Give a whole number, ${least} or more.`)
}

function checkDataset(op: string, dataset: unknown): Dataset<unknown> {
  if (dataset instanceof Dataset) return dataset
  throw new OptionError(`${op}: ${String(dataset)} is not a Dataset. Make one with Dataset.of(…).`)
}
