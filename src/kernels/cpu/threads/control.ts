/**
 * How the threads communicate: one shared block of words, apart from the memory of the kernels, without locks.
 *
 * Work is a row of tasks, numbered from 0 for good. The caller writes the calls of a task, then counts it as published; the thread that
 * is free (the caller as well) takes the next one, by counting it as taken; when it is done it is counted as finished. A task
 * that no worker takes in time is thus done by the caller, and a worker that is late, or gone, holds nobody up.
 */

/** Positions of the words, in units of four bytes; those that several threads write are a cache line apart. */
export const word = {
  /** Workers that are ready. */
  ready: 0,
  /** Workers that may take tasks. */
  active: 16,
  published: 32,
  taken: 48,
  finished: 64,
  failed: 80,
  /** The number of times that a worker looks for work before it sleeps; a look takes some 8 ns. */
  patience: 96,
  /** The start and end of each task's calls among the numbers: two words for each of the last `slots` tasks. */
  slots: 112,
} as const

/** Most tasks that are published and not finished. */
export const slots = 64

/** The start of the numbers of the calls, in units of eight bytes, and their count. */
export const calls = { start: 512, length: 1 << 16 } as const

/** The start of the kernels' code, in bytes, and its room. */
export const code = { start: (calls.start + calls.length) * 8, length: 1 << 19 } as const

/** The block as the calling thread sees it. */
export interface Control {
  readonly words: Int32Array
  readonly numbers: Float64Array
  readonly bytes: Uint8Array
}

/** A new block; where nothing is shared, only so large that its words can be read. */
export function newControl(shared: boolean): Control {
  const buffer = shared ? new SharedArrayBuffer(code.start + code.length) : new ArrayBuffer(calls.start * 8)
  return { words: new Int32Array(buffer), numbers: new Float64Array(buffer), bytes: new Uint8Array(buffer) }
}
