/**
 * Runs an example's `main` when the example is what Node was started with, and not when a test imports it.
 */
import { pathToFileURL } from 'node:url'

/** Calls `main` if the module at `url` is the program. */
export function runIfMain(url: string, main: () => void | Promise<void>): void {
  if (process.argv[1] && pathToFileURL(process.argv[1]).href === url) void main()
}
