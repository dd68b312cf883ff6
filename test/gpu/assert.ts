/**
 * Assertions without a test runner, for checks that run in a browser, too.
 */
import type { Tensor } from '../../src/index.js'

/** Throws unless the condition holds. */
export function ok(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

/** Throws unless both are the same, written as JSON. */
export function equal(got: unknown, want: unknown, what = 'value'): void {
  const [a, b] = [JSON.stringify(got), JSON.stringify(want)]
  ok(a === b, `${what}: ${a}, not ${b}`)
}

/** Throws unless the tensor holds these numbers, up to a tolerance relative to numbers above 1. */
export async function near(got: Tensor, want: ArrayLike<number>, tolerance = 1e-5, what = 'tensor'): Promise<void> {
  const numbers = await got.data()
  ok(numbers.length === want.length, `${what}: ${numbers.length} numbers, not ${want.length}`)
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(numbers[i] - want[i]) / Math.max(1, Math.abs(want[i]))
    ok(Object.is(numbers[i], want[i]) || error <= tolerance, `${what}: element ${i} is ${numbers[i]}, not ${want[i]}`)
  }
}

/** Throws unless running it throws an error whose message matches. */
export async function throws(run: () => unknown, message: RegExp): Promise<void> {
  try {
    await run()
  } catch (error) {
    ok(message.test(String(error)), `another error: ${error}`)
    return
  }
  throw new Error(`no error; expected ${message}`)
}
