/**
 * What the threads tell each other: one shared block of words beside the memory of the kernels, which needs no locks.
 *
 * Work is a row of tasks, numbered from 0 for good. The caller writes the calls of a task, then counts it as published; whoever
 * is free (the caller as well) takes the next one, by counting it as taken; when it is done it is counted as finished. A task
 * that no worker takes in time is thus done by the caller, and a worker that is late, or gone, holds nobody up.
 */

/** Where the words lie, in units of four bytes; those that several threads write are a cache line apart. */
export const word = {
  /** Workers that are ready. */
  ready: 0,
  /** Workers that may take tasks. */
  active: 16,
  published: 32,
  taken: 48,
  finished: 64,
  failed: 80,
  /** How often a worker looks for work before it goes to sleep; a look takes some 8 ns. */
  patience: 96,
  /** Where the calls of each task begin and end among the numbers: two words for each of the last `slots` tasks. */
  slots: 112,
} as const

/** Most tasks that are published and not finished. */
export const slots = 64

/** Where the numbers of the calls begin, in units of eight bytes, and how many there are. */
export const calls = { start: 512, length: 1 << 16 } as const

/** Where the code of the kernels begins, in bytes, and how much room it has. */
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
