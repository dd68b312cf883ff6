/**
 * The operators of a `Dataset` that look at one item after the other, each written once: a stage takes items by `push` and hands on what
 * comes of them by `emit`. `through` and `throughAsync` drive stages from plain and from asynchronous sources.
 */
import { OptionError } from '../errors.js'
import type { Generator as RandomStream } from '../kernels/random.js'
import { isPromise } from '../tensor/received.js'

/** Hands an item on. */
export type Emit<U> = (item: U) => void

/** An operator at work. */
export interface Stage<T, U> {
  /** Its name, for messages. */
  readonly op: string
  /** Takes an item; returns false when it needs no more, or a promise when a function of the user is async. */
  push(item: T, emit: Emit<U>): unknown
  /** Takes the end of the items. */
  end?(emit: Emit<U>): void
}

/** Sends plain items through a stage. */
export function* through<T, U>(items: Iterable<T>, stage: Stage<T, U>): Generator<U> {
  const out: U[] = []
  const emit = (item: U) => void out.push(item)
  for (const item of items) {
    const wantsMore = stage.push(item, emit)
    if (isPromise(wantsMore)) throw asyncFunction(stage.op, wantsMore)
    yield* out
    out.length = 0
    if (wantsMore === false) return
  }
  stage.end?.(emit)
  yield* out
}

function asyncFunction(op: string, promise: PromiseLike<unknown>): OptionError {
  promise.then(undefined, () => {}) // Reported here instead
  return new OptionError(
    `${op}: the function is async (it returned a promise). Iterate with for await, or make it a plain function.`,
  )
}

/** Sends items that come over time through a stage. */
export async function* throughAsync<T, U>(items: AsyncIterable<T>, stage: Stage<T, U>): AsyncGenerator<U> {
  const out: U[] = []
  const emit = (item: U) => void out.push(item)
  for await (const item of items) {
    let wantsMore = stage.push(item, emit)
    if (isPromise(wantsMore)) wantsMore = await wantsMore
    for (const made of out) yield made // faster than yield*, which waits twice
    out.length = 0
    if (wantsMore === false) return
  }
  stage.end?.(emit)
  for (const made of out) yield made
}

/** Calls `next` with a value, or with what its promise gives. */
const then = <T>(value: T | PromiseLike<T>, next: (value: T) => void): unknown =>
  isPromise(value) ? value.then((x) => next(x as T)) : next(value as T)

/** `f` of each item. */
export function mapping<T, U>(f: (item: T, index: number) => U | PromiseLike<U>): Stage<T, U> {
  let index = 0
  return { op: 'Dataset.map', push: (item, emit) => then(f(item, index++), emit) }
}

/** The items that `f` is true for. */
export function filtering<T>(op: string, f: (item: T, index: number) => boolean | PromiseLike<boolean>): Stage<T, T> {
  let index = 0
  return { op, push: (item, emit) => then(f(item, index++), (keep) => void (keep && emit(item))) }
}

/** The first items. */
export function taking<T>(count: number): Stage<T, T> {
  let left = count
  return {
    op: 'Dataset.take',
    push(item, emit) {
      emit(item)
      return --left > 0
    },
  }
}

/** The items of each item. */
export function flattening<T>(): Stage<Iterable<T>, T> {
  return {
    op: 'Dataset.flatten',
    push(items, emit) {
      for (const item of items) emit(item)
    },
  }
}

/** Lists of `size` items; the last may be shorter. */
export function batching<T, U>(size: number, dropRemainder: boolean, collate: (items: T[]) => U): Stage<T, U> {
  let items: T[] = []
  const flush = (emit: Emit<U>) => {
    const full = items
    items = []
    emit(collate(full))
  }
  return {
    op: 'Dataset.batch',
    push(item, emit) {
      if (items.push(item) === size) flush(emit)
    },
    end(emit) {
      if (items.length > 0 && !dropRemainder) flush(emit)
    },
  }
}

/** Keeps up to `size` items, and hands on one of them at random for each that comes; the rest in random order. */
export function shuffling<T>(size: number, random: RandomStream): Stage<T, T> {
  const buffer: T[] = []
  return {
    op: 'Dataset.shuffle',
    push(item, emit) {
      if (buffer.length < size) return void buffer.push(item)
      const j = random.int(size)
      emit(buffer[j])
      buffer[j] = item
    },
    end: (emit) => random.shuffle(buffer).forEach(emit),
  }
}

/** Options of `Dataset.window`. */
export interface WindowOptions {
  /** The distance from the start of a window to that of the next. Default: `size`, so that windows do not overlap. */
  shift?: number
  /** The distance of the items in a window. Default 1: neighbours. */
  stride?: number
  /** Leaves out the windows at the end that are not full. Default false. */
  dropRemainder?: boolean
}

/** Lists of `size` items that are `stride` apart, each list starting `shift` items after the one before. */
export function windowing<T>(
  size: number,
  { shift = size, stride = 1, dropRemainder = false }: WindowOptions,
): Stage<T, T[]> {
  const span = (size - 1) * stride + 1
  /** The items from the start of the next window on; while that is still to come, how many items to leave out. */
  const buffer: T[] = []
  let gap = 0
  const next = (emit: Emit<T[]>) => {
    emit(buffer.slice(0, span).filter((_, i) => i % stride === 0))
    gap = Math.max(0, shift - buffer.length)
    buffer.splice(0, shift)
  }
  return {
    op: 'Dataset.window',
    push(item, emit) {
      if (gap > 0) return void gap--
      if (buffer.push(item) === span) next(emit)
    },
    end(emit) {
      while (buffer.length > 0 && !dropRemainder) next(emit)
    },
  }
}
