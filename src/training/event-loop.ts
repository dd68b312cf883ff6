/**
 * Timers, input, rendering and finalizers get their turn while `fit` trains.
 */

/** How long training may run before others get their turn, in milliseconds. */
const timeSlice = 30

/** When others had their turn last: in any call of `fit`, so that many short ones do not keep them waiting. */
let since = 0

/** Whether training has run for long enough. */
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
