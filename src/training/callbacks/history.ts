/**
 * The logs of a training, epoch by epoch.
 */
import type { Logs } from '../logs.js'

/** The logs of every epoch: the result of `fit`. */
export class History {
  /** The numbers of the epochs, from 0. */
  readonly epoch: number[] = []
  /** The logs by name, one number per epoch: `history.loss[0]`, `history.val_accuracy[2]`. */
  readonly history: Record<string, number[]> = {}

  /** Records the logs of an epoch. */
  onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch)
    for (const [name, value] of Object.entries(logs)) {
      if (Object.hasOwn(this.history, name)) this.history[name].push(value)
      else Object.defineProperty(this.history, name, { value: [value], enumerable: true, writable: true })
    }
  }
}
