/**
 * Calls of kernels as tasks for all threads: `record` the calls of a task instead of making them, end it with `publish`, and after
 * the last one `join`. The calls of one task run in order, on one thread; tasks run in any order, so no two may write to the same
 * place, and a result does not depend on the number of threads.
 *
 * ```ts
 * for (const part of parts) {
 *   record(kernel, [part.from, part.to])
 *   publish()
 * }
 * join()
 * ```
 */
import { BackendError } from '../../../errors.js'
import { codeOf, isShared, type KernelFunction } from '../wasm/module.js'
import { calls, code, newControl, slots, word } from './control.js'
import { maySleep } from './platform.js'
import { thresholds } from './thresholds.js'

/** The number of times that the caller checks for the end before it sleeps. */
const patience = 4000

/** Milliseconds that a worker may be late without being held up. */
const tolerance = 0.2

/** The memory shared with the workers. */
export const control = newControl(isShared)
const { words, numbers, bytes } = control

const sleeps = maySleep()

/** Kernels by their number (as many as the workers have room for), and their numbers; −1 for those that workers cannot run. */
const kernels: KernelFunction[] = []
const numberOf = new WeakMap<KernelFunction, number>()
let nextModule: number = code.start

let published = 0
/** Tasks since the last `join`. */
let outstanding = 0
/** The calls of the task that is being recorded lie from `start` to `end` among the numbers. */
let start: number = calls.start
let end: number = calls.start

/** When the first call of these tasks was recorded, in milliseconds, as all times. */
let began = 0
/** Until when the caller should work alone, because a worker was held up. */
export let aloneUntil = 0

/** The error of a task that the caller ran. */
let failure: unknown

/** Adds a call to the task. */
export function record(kernel: KernelFunction, args: readonly number[]): void {
  const number = numberOf.get(kernel) ?? share(kernel)
  if (number < 0) return void callAlone(kernel, args)
  if (end + 2 + args.length > calls.start + calls.length) barrier()
  if (end === calls.start) began = performance.now()
  numbers[end++] = number
  numbers[end++] = args.length
  for (let i = 0; i < args.length; i++) numbers[end++] = args[i]
}

/** Ends the task, which any thread may run from now on. */
export function publish(): void {
  const slot = word.slots + 2 * (published & (slots - 1))
  words[slot] = start
  words[slot + 1] = end
  start = end
  published = (published + 1) | 0
  Atomics.store(words, word.published, published)
  Atomics.notify(words, word.published)
  if (++outstanding === slots) join()
}

/** Runs what nobody has taken, and waits for the rest. */
export function join(): void {
  for (let task = take(); task >= 0; task = take()) runTask(task)
  const done = performance.now()
  for (let i = 0; i < patience && !isFinished(); i++);
  while (!isFinished()) sleep()
  learn(done - began, performance.now() - done)
  start = end = calls.start
  outstanding = 0
  rethrow()
}

/** Drops the task that is being recorded, and does those before it. */
export function abandon(): void {
  end = start
  join()
}

/**
 * A worker that is not held up is ready when the caller has done its share, or soon after. Workers stay awake the longer, the longer
 * all goes well: that spares waking them, but takes time from other programs where these want all cores. One hold-up halves that time, so
 * that it soon is what it was; several in a row end it.
 */
function learn(worked: number, waited: number): void {
  const heldUp = waited > worked + tolerance
  if (heldUp) aloneUntil = performance.now() + thresholds.caution * (waited - worked)
  Atomics.store(
    words,
    word.patience,
    heldUp ? words[word.patience] >> 1 : Math.min(words[word.patience] + 500, thresholds.patience),
  )
}

/** A kernel whose calls are recorded. */
export function recorded<Kernel extends KernelFunction>(kernel: Kernel): Kernel {
  return ((...args: number[]) => record(kernel, args)) as Kernel
}

/** Gives the code of the kernel to the workers, if they can run it and there is room, and numbers the kernels of its module. */
function share(kernel: KernelFunction): number {
  const module = codeOf.get(kernel)
  const after = nextModule + 4 + (module ? module.bytes.length : 0)
  if (!module || after > code.start + code.length) {
    numberOf.set(kernel, -1)
    return -1
  }
  words[nextModule >> 2] = module.bytes.length
  bytes.set(module.bytes, nextModule + 4)
  nextModule = (after + 3) & -4
  for (const one of module.kernels) numberOf.set(one, kernels.push(one) - 1)
  return numberOf.get(kernel)!
}

/** Calls a kernel that workers cannot run, when all that was recorded before is done. */
function callAlone(kernel: KernelFunction, args: readonly number[]): void {
  barrier()
  kernel(...args)
}

/** Does what was recorded so far, as a task of its own. */
function barrier(): void {
  publish()
  join()
}

/** The slot of a task that now is the caller's, or −1. */
function take(): number {
  const task = Atomics.load(words, word.taken)
  if (task === published) return -1
  if (Atomics.compareExchange(words, word.taken, task, (task + 1) | 0) !== task) return take()
  return word.slots + 2 * (task & (slots - 1))
}

function runTask(slot: number): void {
  try {
    for (let at = words[slot]; at < words[slot + 1]; ) at = callFrom(at)
  } catch (error) {
    failure ??= error
  }
  Atomics.add(words, word.finished, 1)
}

function callFrom(at: number): number {
  const next = at + 2 + numbers[at + 1]
  kernels[numbers[at]].apply(undefined, numbers.subarray(at + 2, next) as unknown as number[])
  return next
}

const isFinished = () => Atomics.load(words, word.finished) === published

/** Waits for the next task to finish, sleeping where that is allowed. */
function sleep(): void {
  const finished = Atomics.load(words, word.finished)
  if (sleeps && finished !== published) Atomics.wait(words, word.finished, finished)
}

function rethrow(): void {
  const error = failure
  failure = undefined
  if (Atomics.exchange(words, word.failed, 0))
    throw new BackendError('threads: a kernel failed in a worker. Call setThreads(1) and try again to see where.')
  if (error) throw error
}
