/**
 * What to do when a custom loss or metric does not return a tensor.
 */
import { isPromise } from '../tensor/received.js'

/** The hint for a result of a loss or a metric that is not a tensor. */
export function hintFor(x: unknown): string | undefined {
  if (x === undefined) return 'Is a return missing?'
  if (isPromise(x)) return 'Remove async: losses and metrics are computed at once.'
  if (typeof x === 'number') return 'Leave out item() and Math functions, and return the tensor.'
  return undefined
}
