/**
 * What a `Dataset` reads from, and the operators that read from several sources or more than once.
 */
import { OptionError, ShapeError } from '../errors.js'
import type { Generator as RandomStream } from '../kernels/random.js'
import { type TensorLike, toTensor, wrap } from '../tensor/creation.js'
import { formatShape, sizeOf } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'

/** Opens the items anew, for `for` and for `for await`. */
export interface Source<T> {
  /** Null where the items come over time. */
  readonly plain: (() => Iterable<T>) | null
  readonly timed: () => AsyncIterable<T>
  /** The number of items; null where only reading them shows that. */
  readonly size: number | null
}

/** Items as `Dataset.of` takes them: an iterable, or a function that opens one. */
export type Items<T> = Iterable<T> | AsyncIterable<T> | (() => Iterable<T> | AsyncIterable<T>)

/** A source of plain items. */
export function plainSource<T>(open: () => Iterable<T>, size: number | null): Source<T> {
  return { plain: open, timed: () => over(open), size }
}

async function* over<T>(open: () => Iterable<T>): AsyncGenerator<T> {
  yield* open()
}

const isPlain = (x: unknown): x is Iterable<unknown> =>
  typeof (x as Iterable<unknown>)?.[Symbol.iterator] === 'function'
const isTimed = (x: unknown): x is AsyncIterable<unknown> =>
  typeof (x as AsyncIterable<unknown>)?.[Symbol.asyncIterator] === 'function'

/**
 * The items of an array, a tensor (along its first axis), a set, a generator …
 * @throws OptionError for what has no items
 */
export function sourceOf<T>(items: Items<T> | Tensor): Source<T> {
  if (items instanceof Tensor) return rowsOf(items) as Source<T>
  if (typeof items === 'function') return opened(items)
  if (typeof items === 'string') {
    const start = JSON.stringify(String(items).slice(0, 20))
    throw new OptionError(
      `Dataset.of: received the string ${start}. Use streamCsv or streamJsonLines for text and files.`,
    )
  }
  if (isPlain(items)) {
    const { length, size } = items as { length?: unknown; size?: unknown }
    const count = [length, size].find((n) => typeof n === 'number') as number | undefined
    return plainSource(
      reopening(items, (x) => x[Symbol.iterator]()),
      count ?? null,
    )
  }
  if (isTimed(items)) return { plain: null, timed: reopening(items, (x) => x[Symbol.asyncIterator]()), size: null }
  throw new OptionError(
    `Dataset.of: ${String(items)} has no items to read. Pass an array, a tensor, an iterable, or a generator function.`,
  )
}

/** A function that opens the items: what kind they are shows when it is called. */
function opened<T>(open: () => Iterable<T> | AsyncIterable<T>): Source<T> {
  const isAsync =
    open.constructor.name === 'AsyncGeneratorFunction' ||
    (open.constructor.name !== 'GeneratorFunction' && isTimed(open()))
  if (isAsync) return { plain: null, timed: open as () => AsyncIterable<T>, size: null }
  return plainSource(open as () => Iterable<T>, null)
}

/** Opens an iterable; one that is its own iterator, such as a generator, can be opened once. */
function reopening<S extends object>(items: S, iterator: (items: S) => unknown): () => S {
  let isOpened = false
  return () => {
    if (isOpened && iterator(items) === items) throw readTwice()
    isOpened = true
    return items
  }
}

function readTwice(): OptionError {
  return new OptionError(
    'Dataset: its source is a generator or stream that was read before, and can be read only once. Pass the generator function, Dataset.of(function* () { … }), to read again.',
  )
}

/** The slices of a tensor along its first axis. */
function rowsOf(x: Tensor): Source<Tensor> {
  if (x.rank === 0)
    throw new ShapeError('Dataset.of: a scalar, of shape [], has no items. Pass a tensor with a first axis.')
  return plainSource(() => slices(x), x.shape[0])
}

function* slices(x: Tensor): Generator<Tensor> {
  const [count, ...shape] = x.shape
  const [values, size] = [x.dataSync(), sizeOf(shape)]
  for (let i = 0; i < count; i++) yield wrap('Dataset.of', values.slice(i * size, (i + 1) * size), x.dtype, shape)
}

/**
 * Columns of equal length side by side: each item has one slice of each.
 * @throws ShapeError when the lengths differ
 */
export function columnsOf(columns: readonly (TensorLike | readonly string[])[]): Source<unknown[]> {
  const sources = columns.map((x) => (isStrings(x) ? sourceOf<unknown>(x) : rowsOf(toTensor(x as TensorLike))))
  const sizes = sources.map(({ size }) => size as number)
  if (sizes.some((size) => size !== sizes[0]))
    throw new ShapeError(`Dataset.of: the arguments have ${formatShape(sizes)} items. All need as many.`)
  return zipped(sources) as Source<unknown[]>
}

const isStrings = (x: unknown): x is readonly string[] => Array.isArray(x) && typeof x[0] === 'string'

/** Items side by side, as far as the shortest goes. */
export function zipped(sources: readonly Source<unknown>[]): Source<unknown[]> {
  const sizes = sources.map(({ size }) => size)
  const size = sizes.includes(null) ? null : Math.min(...(sizes as number[]))
  const timed = () => zipAsync(sources.map((source) => source.timed()))
  const isPlainOnly = sources.every(({ plain }) => plain)
  const plain = () => zip(sources.map((source) => (source.plain as () => Iterable<unknown>)()))
  return { plain: isPlainOnly ? plain : null, timed, size }
}

function* zip(all: readonly Iterable<unknown>[]): Generator<unknown[]> {
  const iterators = all.map((items) => items[Symbol.iterator]())
  try {
    for (;;) {
      const item: unknown[] = []
      for (const iterator of iterators) {
        const { done, value } = iterator.next()
        if (done) return
        item.push(value)
      }
      yield item
    }
  } finally {
    for (const iterator of iterators) iterator.return?.()
  }
}

async function* zipAsync(all: readonly AsyncIterable<unknown>[]): AsyncGenerator<unknown[]> {
  const iterators = all.map((items) => items[Symbol.asyncIterator]())
  try {
    for (;;) {
      const results = await Promise.all(iterators.map((iterator) => iterator.next()))
      if (results.some(({ done }) => done)) return
      yield results.map(({ value }) => value)
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()))
  }
}

/** The items over and over; a pass without any is the last. */
export function repeated<T>({ plain, timed, size }: Source<T>, count: number): Source<T> {
  function* again(open: () => Iterable<T>): Generator<T> {
    for (let pass = 0, any = true; pass < count && any; pass++) {
      any = false
      for (const item of open()) {
        any = true
        yield item
      }
    }
  }
  async function* againAsync(): AsyncGenerator<T> {
    for (let pass = 0, any = true; pass < count && any; pass++) {
      any = false
      for await (const item of timed()) {
        any = true
        yield item
      }
    }
  }
  const total = size === null ? null : size === 0 ? 0 : size * count
  return { plain: plain && (() => again(plain)), timed: againAsync, size: total }
}

/** Reads up to `count` items ahead of the one that is being used. */
export async function* readAhead<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]()
  const next = () => {
    const result = iterator.next()
    result.catch(() => {}) // Thrown where its turn comes
    return result
  }
  const ahead = Array.from({ length: count }, next)
  try {
    for (;;) {
      ahead.push(next())
      const { done, value } = await (ahead.shift() as Promise<IteratorResult<T>>)
      if (done) return
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}

/** One item after the other, each from a source that is drawn at random; a source without further items is left out. */
export function mixed<T>(
  sources: readonly Source<T>[],
  weights: readonly number[],
  random: () => RandomStream,
  stopOnEmpty: boolean,
): Source<T> {
  const isPlainOnly = sources.every(({ plain }) => plain)
  function* draw(): Generator<T> {
    const iterators = sources.map((source) => (source.plain as () => Iterable<T>)()[Symbol.iterator]())
    const [left, stream] = [[...weights], random()]
    try {
      for (let i = drawn(left, stream); i >= 0; i = drawn(left, stream)) {
        const { done, value } = iterators[i].next()
        if (!done) yield value
        else if (stopOnEmpty) return
        else left[i] = 0
      }
    } finally {
      for (const iterator of iterators) iterator.return?.()
    }
  }
  async function* drawAsync(): AsyncGenerator<T> {
    const iterators = sources.map((source) => source.timed()[Symbol.asyncIterator]())
    const [left, stream] = [[...weights], random()]
    try {
      for (let i = drawn(left, stream); i >= 0; i = drawn(left, stream)) {
        const { done, value } = await iterators[i].next()
        if (!done) yield value
        else if (stopOnEmpty) return
        else left[i] = 0
      }
    } finally {
      await Promise.all(iterators.map((iterator) => iterator.return?.()))
    }
  }
  return { plain: isPlainOnly ? draw : null, timed: drawAsync, size: null }
}

/** The index of one of the weights, drawn in proportion to them; -1 where none is left. */
function drawn(weights: readonly number[], random: RandomStream): number {
  const total = weights.reduce((sum, w) => sum + w, 0)
  if (!(total > 0)) return -1
  let at = random.uniform() * total
  const i = weights.findIndex((w) => {
    at -= w
    return at < 0
  })
  return i >= 0 ? i : weights.findLastIndex((w) => w > 0)
}
