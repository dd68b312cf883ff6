/**
 * Callbacks that pass the logs on, and one made of functions.
 */
import { checkFunction, resolve, string } from '../../options.js'
import type { Logs } from '../logs.js'
import type { Model } from '../model.js'
import { type Callback, checkCallback } from './callback.js'

/** Options of `CSVLogger`. */
export interface CSVLoggerOptions {
  /** The text between two cells. Default a comma. */
  separator?: string
}

/**
 * Writes the logs of each epoch as a line of CSV, after a line with their names.
 *
 * @example
 * let csv = ''
 * const logger = new CSVLogger((line) => { csv += line })
 * const model = new Sequential([new Dense(1, { kernelInitializer: 'ones' })])
 * model.compile({ optimizer: new SGD(), loss: 'mse' })
 * await model.fit([[1]], [[2]], { callbacks: [logger] })
 * csv // => 'epoch,loss\n0,1\n'
 */
export class CSVLogger implements Callback {
  private readonly separator: string
  private names: readonly string[] | null = null

  /**
   * Makes a callback that writes CSV.
   * @param write receives each line, with its end, for example `(line) => appendFile('log.csv', line)`; it may be async
   * @throws OptionError when it is not a function
   */
  constructor(
    private readonly write: (line: string) => unknown,
    options: CSVLoggerOptions = {},
  ) {
    checkFunction('CSVLogger', write)
    const { separator } = resolve('CSVLogger', options, { defaults: { separator: ',' }, ranges: { separator: string } })
    this.separator = separator
  }

  /** Begins a new table. */
  onTrainBegin(): void {
    this.names = null
  }

  /** Writes a line; the first time, after the names. Epochs without a validation leave its cells empty. */
  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (!this.names) {
      this.names = Object.keys(logs)
      await this.writeLine(['epoch', ...this.names])
    }
    await this.writeLine([epoch, ...this.names.map((name) => logs[name] ?? '')])
  }

  private async writeLine(cells: readonly unknown[]): Promise<void> {
    await this.write(`${cells.join(this.separator)}\n`)
  }
}

/**
 * Passes the logs of each epoch to a function, as one record: for a logger, a database or a chart.
 *
 * @example
 * const records = []
 * const model = new Sequential([new Dense(1, { kernelInitializer: 'ones' })])
 * model.compile({ optimizer: new SGD(), loss: 'mse' })
 * await model.fit([[1]], [[2]], { callbacks: [new RecordLogger((record) => records.push(record))] })
 * records // => [{ epoch: 0, loss: 1 }]
 */
export class RecordLogger implements Callback {
  /**
   * Makes a callback that passes on the logs.
   * @param log receives `{ epoch, loss, … }`; it may be async
   * @throws OptionError when it is not a function
   */
  constructor(private readonly log: (record: Record<string, number>) => unknown) {
    checkFunction('RecordLogger', log)
  }

  /** Passes on the logs of an epoch. */
  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    await this.log({ epoch, ...logs })
  }
}

/** Ends the training when the loss is NaN or infinite. (`fit` throws for such a loss; a model with another `trainStep` may log one.) */
export class TerminateOnNaN implements Callback {
  /** Looks at the loss so far. */
  onBatchEnd(_batch: number, { loss }: Logs, model: Model): void {
    if (loss !== undefined && !Number.isFinite(loss)) model.stopTraining = true
  }
}

/**
 * A callback of functions, as Keras has it; an object of the same functions does, too.
 *
 * @example
 * const epochs = []
 * const callback = new LambdaCallback({ onEpochEnd: (epoch) => { epochs.push(epoch) } })
 * const model = new Sequential([new Dense(1)])
 * model.compile({ optimizer: new SGD(), loss: 'mse' })
 * await model.fit([[1]], [[2]], { epochs: 2, callbacks: [callback] })
 * epochs // => [0, 1]
 */
export class LambdaCallback implements Callback {
  /**
   * Makes a callback of functions by event.
   * @param handlers the functions
   * @throws OptionError for an unknown event, or what is not a function
   */
  constructor(handlers: Callback) {
    checkCallback(handlers)
    Object.assign(this, handlers)
  }
}
