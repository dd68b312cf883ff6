/**
 * A line per epoch on the console.
 */
import type { Callback } from './callback.js'

/** Prints a line per epoch: what `verbose: 1` does. */
export function printEpochs(print: (line: string) => void = console.log): Callback {
  let total = 0
  let start = 0
  return {
    onTrainBegin({ epochs }) {
      total = epochs
    },
    onEpochBegin() {
      start = performance.now()
    },
    onEpochEnd(epoch, logs) {
      const numbers = Object.entries(logs).map(([name, value]) => `${name} ${value.toFixed(4)}`)
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      print([`epoch ${epoch + 1}/${total}`, `${seconds} s`, ...numbers].join('  '))
    },
  }
}
