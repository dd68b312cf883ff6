/**
 * A line per epoch on the console.
 */
import type { Logs } from '../logs.js'

/** The callback behind `verbose: 1`. */
export function printEpochs(print: (line: string) => void = console.log) {
  let total = 0
  let start = 0
  return {
    onTrainBegin({ epochs }: { epochs: number }): void {
      total = epochs
    },
    onEpochBegin(): void {
      start = performance.now()
    },
    onEpochEnd(epoch: number, logs: Logs): void {
      const numbers = Object.entries(logs).map(([name, value]) => `${name} ${value.toFixed(4)}`)
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      print([`epoch ${epoch + 1}/${total}`, `${seconds} s`, ...numbers].join('  '))
    },
  }
}
