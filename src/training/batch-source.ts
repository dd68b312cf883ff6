/**
 * Where `fit` gets its batches from: arrays, which it shuffles and cuts, or an iterable that has batches already.
 */
import { OptionError } from '../errors.js'
import type { Generator as RandomStream } from '../kernels/random.js'
import { type TensorLike, toTensor } from '../tensor/creation.js'
import { isPromise, received } from '../tensor/received.js'
import { Tensor } from '../tensor/tensor.js'
import { toConstant } from './data-arguments.js'
import { type ClassWeight, weightsByClass } from './sample-weights.js'
import type { Batch, TrainingData } from './training-data.js'

/** A batch of an iterable: `[x, y]` or `[x, y, sampleWeight]`. */
export type BatchItem = readonly [x: TensorLike, y: TensorLike, sampleWeight?: TensorLike | null]

/** Batches, one after the other, such as a `Dataset` of `nabla/data` or a generator. */
export type BatchIterable = Iterable<BatchItem> | AsyncIterable<BatchItem>

/** Batches for the epochs of a training. */
export interface BatchSource {
  /** The number of examples of a pass, and of its batches; null where they are not known. */
  readonly samples: number | null
  readonly steps: number | null
  /** Returns the next batch. Where the number of steps is not known, null at the end of a pass; after it another one begins. */
  next(): Batch | null | Promise<Batch | null>
  /** Ends an iteration that has not come to its end. */
  close(): unknown
}

/** True for an iterable of batches, which is neither an array nor a tensor. */
export function isBatchIterable(x: unknown): x is BatchIterable {
  if (typeof x !== 'object' || x === null || Array.isArray(x) || ArrayBuffer.isView(x) || x instanceof Tensor)
    return false
  return Symbol.asyncIterator in x || Symbol.iterator in x
}

/** Batches of examples in arrays; in random order where there is a stream of random numbers. */
export class ArraySource implements BatchSource {
  readonly samples: number
  readonly steps: number
  private position = 0
  private order: Int32Array | undefined

  constructor(
    private readonly data: TrainingData,
    private readonly batchSize: number,
    private readonly random: RandomStream | null,
  ) {
    this.samples = data.size
    this.steps = Math.ceil(data.size / batchSize)
  }

  next(): Batch {
    const { data } = this
    const position = this.position < data.size ? this.position : 0
    if (position === 0) this.order = this.random?.permutation(data.size)
    this.position = Math.min(position + this.batchSize, data.size)
    return data.batch(position, this.position, this.order)
  }

  close(): void {
    this.position = 0
  }
}

/** Batches of an iterable, each pass from its beginning. */
export class IterableSource implements BatchSource {
  readonly samples = null
  readonly steps = null
  private iterator: Iterator<BatchItem> | AsyncIterator<BatchItem> | null = null
  /** The batches of this pass so far. */
  private count = 0

  constructor(
    private readonly op: string,
    private readonly data: BatchIterable,
    private readonly classWeight: ClassWeight | null = null,
  ) {}

  async next(): Promise<Batch | null> {
    this.iterator ??= this.begin()
    const { done, value } = await this.iterator.next()
    if (done) return this.end()
    this.count++
    return toBatch(this.op, value, this.classWeight)
  }

  private begin(): Iterator<BatchItem> | AsyncIterator<BatchItem> {
    const { data } = this
    this.count = 0
    return Symbol.asyncIterator in data ? data[Symbol.asyncIterator]() : data[Symbol.iterator]()
  }

  /** @throws OptionError after a pass without batches, which would be repeated for ever */
  private end(): null {
    this.iterator = null
    if (this.count > 0) return null
    throw new OptionError(
      `${this.op}: the iterable has no batches, or none any more. Pass one that begins anew each time, such as a Dataset, or a generator with enough batches and stepsPerEpoch.`,
    )
  }

  async close(): Promise<void> {
    const { iterator } = this
    this.iterator = null
    await iterator?.return?.()
  }
}

/** The batches of one pass over an iterable, as `evaluate` takes them. */
export async function* passOver(op: string, data: BatchIterable): AsyncGenerator<() => Batch> {
  const source = new IterableSource(op, data)
  for (let batch = await source.next(); batch; batch = await source.next()) {
    const now = batch
    yield () => now
  }
}

/** @throws OptionError for what is not a batch */
function toBatch(op: string, item: unknown, classWeight: ClassWeight | null): Batch {
  if (!Array.isArray(item) || item.length < 2 || item.length > 3 || item.some(isPromise))
    throw new OptionError(`${op}: the iterable has ${received(item)} where a batch is needed. Make each batch [x, y].`)
  const [x, y, sampleWeight] = item as unknown as BatchItem
  const target = toConstant(y) as Tensor
  const own = sampleWeight == null ? null : (toConstant(sampleWeight) as Tensor)
  if (!classWeight) return { x: toConstant(x), y: target, weights: own }
  const byClass = toTensor(weightsByClass(classWeight, target.dataSync(), target.size / target.shape[0]))
  const column = own ? byClass.reshape([-1, ...own.shape.slice(1).map(() => 1)]) : byClass
  return { x: toConstant(x), y: target, weights: own ? own.mul(column) : byClass }
}
