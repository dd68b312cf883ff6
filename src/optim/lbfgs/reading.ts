/**
 * Computations that read numbers midway, written once for every back end: a generator yields the tensors that it reads next; a GPU's are
 * waited for before it goes on.
 */
import { ready } from '../../tensor/ready.js'
import type { Tensor } from '../../tensor/tensor.js'

/** A computation that yields the tensors that it reads next. */
export type Reading<Result> = Generator<readonly Tensor[], Result>

/** Runs a computation where numbers can be read at once. */
export function readNow<Result>(reading: Reading<Result>): Result {
  let state = reading.next()
  while (!state.done) state = reading.next()
  return state.value
}

/** Runs a computation on every back end. */
export async function readAsync<Result>(reading: Reading<Result>): Promise<Result> {
  try {
    let state = reading.next()
    while (!state.done) {
      await ready(state.value)
      state = reading.next()
    }
    return state.value
  } finally {
    reading.return(undefined as Result) // cleans up after a failed read; does nothing once the computation has ended
  }
}
