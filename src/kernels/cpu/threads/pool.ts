/**
 * How many threads the kernels of the CPU run on. Workers start in the background, when there is enough to do for them, and take
 * part from the moment they are ready; they never keep the process alive.
 */
import { OptionError } from '../../../errors.js'
import { isShared, memory } from '../wasm/module.js'
import { slots, word } from './control.js'
import { askedThreads, defaultThreads, obstacle, startWorker } from './platform.js'
import { aloneUntil, control } from './tasks.js'
import { thresholds } from './thresholds.js'
import { Trial } from './trial.js'
import { workerCode } from './worker.js'

/** A split may not have more parts than there are slots for tasks, so more threads than half of them would not help. */
const most = slots / 2

let wanted = Math.min(defaultThreads(), most)
limit(wanted)
/** Finds out whether so many threads as there are processors are worth it, where nobody has set their number. */
let trial = askedThreads() === undefined && wanted > 1 ? new Trial(wanted, limit) : undefined
let isHalved = false
/** True if the work at hand is for the trial. */
let isTrial = false
/** Workers that were started. */
let workers = 0
/** Nanoseconds of work that could have been split so far. */
let seen = 0
let reason = isShared ? undefined : (obstacle() ?? 'no shared memory')

/**
 * Sets how many threads large operations of the CPU run on: 1 is the calling thread alone. Results are the same bits for any number.
 * Where threads cannot run (see `getThreads`) nothing changes. The default is the environment variable NABLA_THREADS, or else
 * as many as there are processors, or half of them if the first large operations show that two share a core; the first worker then starts
 * when there has been enough to do for it, otherwise at once. Where the
 * variable is 1 when nabla is imported, memory is not shared, and there is one thread for good.
 * @param n how many threads, including the main one; 1 for no other
 * @throws OptionError if n is not a whole number from 1 on
 */
export function setThreads(n: number): void {
  if (!(Number.isInteger(n) && n >= 1))
    throw new OptionError(
      `setThreads: the number of threads must be a whole number from 1 on, received ${n}. Pass 1 to use only the calling thread.`,
    )
  trial = undefined
  isHalved = false
  wanted = Math.min(n, most)
  limit(wanted)
  threadsFor(thresholds.start)
}

/** So many threads may take tasks from now on. */
function limit(threads: number): void {
  Atomics.store(control.words, word.active, threads - 1)
  Atomics.notify(control.words, word.active)
}

/** Returns the number of threads that large operations on the CPU may use: 1 where threads cannot run. `getBackend().detail` shows why. */
export function getThreads(): number {
  return reason === undefined ? wanted : 1
}

/** For people: `2 threads`, or why there is one. */
export function describeThreads(): string {
  if (reason !== undefined) return `1 thread (${reason})`
  const why = isHalved ? ' (more are not faster: processors share cores)' : ''
  return `${wanted === 1 ? '1 thread' : `${wanted} threads`}${why}`
}

/** The number of threads for work that takes so many nanoseconds on one: no more than are ready. */
export function threadsFor(nanoseconds: number): number {
  isTrial = false
  if (nanoseconds < thresholds.split || wanted === 1 || reason !== undefined) return 1
  const useful = Math.min(wanted, Math.floor((2 * nanoseconds) / thresholds.split))
  if (workers < useful - 1) prepareWorker(nanoseconds)
  if (performance.now() < aloneUntil) return 1
  const threads = Math.min(useful, 1 + Atomics.load(control.words, word.ready))
  isTrial = threads === wanted && nanoseconds > thresholds.trial * wanted
  return threads
}

/** The trial, if the work that `threadsFor` was asked about last is for it, and once only. */
export function takeTrial(): Trial | undefined {
  if (!isTrial || !trial) return undefined
  isTrial = false
  const { verdict } = trial
  if (verdict === undefined) return trial
  trial = undefined
  isHalved = verdict < wanted
  wanted = verdict
  limit(wanted)
}

/** Starts one worker, if it is time: it takes the caller a moment, so that no operation starts more. */
function prepareWorker(nanoseconds: number): void {
  seen += nanoseconds
  if (seen < thresholds.start) return
  try {
    startWorker(workerCode, { memory, control: control.words.buffer, index: workers++ }, giveUp)
  } catch {
    giveUp()
  }
}

/** A worker could not start, or has died: from now on there is one thread. */
function giveUp(): void {
  reason = 'workers do not start'
}
