/**
 * Goes on with a training that was interrupted.
 */
import { OptionError } from '../../errors.js'
import { checkFunction, required, resolve } from '../../options.js'
import { tensor } from '../../tensor/creation.js'
import { buildOptimizer } from '../build-optimizer.js'
import type { Model } from '../model.js'
import type { Callback, TrainParams } from './callback.js'

/** The state of a training after an epoch: typed arrays and numbers, which `structuredClone` and IndexedDB take. */
export interface Backup {
  /** The number of the next epoch, from 0. */
  readonly epoch: number
  /** The numbers of each weight. */
  readonly weights: readonly (Float32Array | Float64Array | Int32Array)[]
  /** The state of the optimizer. */
  readonly optimizer: Record<string, Float32Array | Float64Array | Int32Array>
}

/** Options of `BackupAndRestore`. */
export interface BackupAndRestoreOptions {
  /** Keeps a backup; null at the end of the training, when the backup may go. It may be async. */
  save: (backup: Backup | null) => unknown
  /** Returns the last backup; null or undefined if there is none. It may be async. */
  load: () => Backup | null | undefined | Promise<Backup | null | undefined>
}

const rules = { defaults: { save: required, load: required } } as const

/**
 * Keeps the weights, the optimizer's state and the number of the epoch after each epoch. `fit` with the same callback then goes on
 * after the last one, also in another process.
 *
 * @example
 * let kept = null
 * const options = { save: (backup) => { kept = backup }, load: () => kept }
 * const model = new Sequential([new Dense(1)])
 * model.compile({ optimizer: new SGD(), loss: 'mse' })
 * await model.fit([[1]], [[2]], { epochs: 3, callbacks: [new BackupAndRestore(options)] })
 * kept // => null
 */
export class BackupAndRestore implements Callback {
  private readonly options: BackupAndRestoreOptions

  /**
   * Makes a callback of two functions that keep and return a backup.
   * @throws OptionError when one of them is missing
   */
  constructor(given: BackupAndRestoreOptions) {
    const options = resolve('BackupAndRestore', given, rules)
    checkFunction('BackupAndRestore', options.save)
    checkFunction('BackupAndRestore', options.load)
    this.options = options as BackupAndRestoreOptions
  }

  /** Restores the last backup. @throws OptionError when it is not that of this model */
  async onTrainBegin(params: TrainParams, model: Model): Promise<void> {
    const backup = await this.options.load()
    if (!backup) return
    const { variables } = model
    if (backup.weights?.length !== variables.length)
      throw new OptionError(
        `BackupAndRestore: the backup has ${backup.weights?.length} weights, the model ${variables.length}. Build the same model before fit, with inputShape.`,
      )
    model.setWeights(variables.map(({ shape }, i) => tensor(backup.weights[i], { shape })))
    buildOptimizer(model)
    await model.optimizer.importStateAsync(backup.optimizer)
    params.firstEpoch = backup.epoch
  }

  /** Keeps the state after an epoch. */
  async onEpochEnd(epoch: number, _logs: unknown, model: Model): Promise<void> {
    const weights = await Promise.all(model.variables.map(async (v) => (await v.data()).slice() as Float32Array))
    await this.options.save({ epoch: epoch + 1, weights, optimizer: await model.optimizer.exportStateAsync() })
  }

  /** Lets go of the backup. */
  async onTrainEnd(): Promise<void> {
    await this.options.save(null)
  }
}
