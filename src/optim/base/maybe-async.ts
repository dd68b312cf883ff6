/**
 * Computations that read numbers midway, written once for every back end: a generator yields the tensors to read and
 * receives their numbers, synchronously (`readNow`) or once a GPU returns them (`readAsync`).
 */
import type { TypedArray } from '../../kernels/backend.js'
import type { Tensor } from '../../tensor/tensor.js'

/** A computation that yields tensors and receives their numbers. */
export type Reading<Result> = Generator<readonly Tensor[], Result, readonly TypedArray[]>

/** Runs a computation with synchronous reads. */
export function readNow<Result>(reading: Reading<Result>): Result {
  try {
    let state = reading.next()
    while (!state.done) state = reading.next(state.value.map((x) => x.dataSync()))
    return state.value
  } finally {
    abandon(reading)
  }
}

/** Runs a computation on every back end. */
export async function readAsync<Result>(reading: Reading<Result>): Promise<Result> {
  try {
    let state = reading.next()
    while (!state.done) state = reading.next(await Promise.all(state.value.map((x) => x.data())))
    return state.value
  } finally {
    abandon(reading)
  }
}

/** Lets the computation clean up after a failed read; does nothing once it has ended. */
function abandon<Result>(reading: Reading<Result>): void {
  reading.return(undefined as Result)
}
