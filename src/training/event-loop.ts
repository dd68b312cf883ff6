/**
 * Yielding to the event loop, so that timers, input, rendering and finalizers get their turn while `fit` trains.
 */

/** The time for which training may run before others get their turn, in milliseconds. */
const timeSlice = 30

/** The time of the last turn of others, in any call of `fit`, so that many short ones do not keep them waiting. */
let since = 0

/** True if training has run for long enough. */
export function isTurnOver(): boolean {
  return performance.now() - since > timeSlice
}

/** Gives others their turn, when it is due. */
export async function giveWay(): Promise<void> {
  if (!isTurnOver()) return
  const { setImmediate } = globalThis as { setImmediate?: (f: () => void) => void }
  await new Promise<void>((resolve) => (setImmediate ? setImmediate(resolve) : setTimeout(resolve)))
  since = performance.now()
}
