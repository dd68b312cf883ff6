/**
 * Computations that look at numbers on the way, written once for every back end: a generator yields the tensors that it
 * wants to read and gets their numbers, at once (`readNow`) or when a GPU gives them (`readAsync`).
 */
import type { TypedArray } from '../../kernels/backend.js'
import type { Tensor } from '../../tensor/tensor.js'

/** A computation that yields tensors and gets their numbers. */
export type Reading<Result> = Generator<readonly Tensor[], Result, readonly TypedArray[]>

/** Runs it where numbers can be read at once. */
export function readNow<Result>(reading: Reading<Result>): Result {
  try {
    let state = reading.next()
    while (!state.done) state = reading.next(state.value.map((x) => x.dataSync()))
    return state.value
  } finally {
    abandon(reading)
  }
}

/** Runs it on every back end. */
export async function readAsync<Result>(reading: Reading<Result>): Promise<Result> {
  try {
    let state = reading.next()
    while (!state.done) state = reading.next(await Promise.all(state.value.map((x) => x.data())))
    return state.value
  } finally {
    abandon(reading)
  }
}

/** Where reading failed, the computation may still put things back; one that has ended does nothing. */
function abandon<Result>(reading: Reading<Result>): void {
  reading.return(undefined as Result)
}
