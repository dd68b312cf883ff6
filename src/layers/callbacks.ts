/**
 * Callbacks: what `fit` tells those who listen.
 */
import type { Logs } from './logs.js'
import type { Model } from './model.js'

/** Functions that `fit` calls; each may be async. Setting `model.stopTraining` ends the training after the current batch. */
export interface Callback {
  /**
   * Before the first epoch. `params` tells how many epochs and steps (batches per epoch) there will be.
   * @param params how long the training will be
   */
  onTrainBegin?(params: TrainParams, model: Model): void | Promise<void>
  /** Before each epoch. */
  onEpochBegin?(epoch: number, model: Model): void | Promise<void>
  /** After each batch; the logs are the means of the epoch so far. */
  onBatchEnd?(batch: number, logs: Logs, model: Model): void | Promise<void>
  /** After each epoch, validation included. */
  onEpochEnd?(epoch: number, logs: Logs, model: Model): void | Promise<void>
  /** After the last epoch. */
  onTrainEnd?(history: History, model: Model): void | Promise<void>
}

/** How long a training will be. */
export interface TrainParams {
  /** How often all examples are seen. */
  readonly epochs: number
  /** Batches per epoch. */
  readonly steps: number
  /** Examples per step. */
  readonly batchSize: number
  /** Examples per epoch. */
  readonly samples: number
}

/** What `fit` returns: the logs of every epoch. */
export class History implements Callback {
  /** The numbers of the epochs, from 0. */
  readonly epoch: number[] = []
  /** The logs by name, one number per epoch: `history.loss[0]`, `history.val_accuracy[2]`. */
  readonly history: Record<string, number[]> = {}

  /** Takes down the logs of an epoch. */
  onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch)
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= []
      this.history[name].push(value)
    }
  }
}

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
