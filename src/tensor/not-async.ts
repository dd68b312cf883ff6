/**
 * Results that are complete: functions that are watched while they run (`noGrad`, `tidy`, `grad`, …) may leave nothing to be run later.
 */
import { OptionError } from '../errors.js'
import { itemsOf } from '../kernels/buffers-in.js'

/**
 * Returns what a function returned, if nothing in it is still to run.
 * @throws OptionError for promises and generators, also in arrays, maps, sets and plain objects: the rest of them would run when `op` is over
 */
export function notAsync<T>(op: string, result: T): T {
  const later = laterIn(result)
  if (later === undefined) return result
  throw new OptionError(
    `${op}: the function is async (it returned ${later}), and what it does after an await or a yield would run when ${op} is over. Call ${op} inside the async function, between the awaits.`,
  )
}

/** Names what is still to run in a value. */
function laterIn(value: unknown, seen = new Set<unknown>()): string | undefined {
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined
  const own = promiseIn(value) ?? generatorIn(value)
  if (own) return own
  seen.add(value)
  for (const item of itemsOf(value) ?? []) {
    const later = laterIn(item, seen)
    if (later) return later.includes(' in ') ? later : `${later} in ${Array.isArray(value) ? 'an array' : 'an object'}`
  }
  return undefined
}

const promiseIn = (x: { then?: unknown }) => (typeof x.then === 'function' ? 'a promise' : undefined)

/** Iterators that run a function for each value; those of arrays, maps and sets only read. */
function generatorIn(x: { next?: unknown }): string | undefined {
  if (typeof x.next !== 'function') return undefined
  if (Symbol.asyncIterator in x) return 'an async generator'
  return Symbol.iterator in x && !/ Iterator]$/.test(Object.prototype.toString.call(x)) ? 'a generator' : undefined
}
