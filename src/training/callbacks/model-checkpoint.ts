/**
 * Keeps the weights of good epochs.
 */
import {
  type Check,
  checkFunction,
  flag,
  number,
  oneOf,
  orNull,
  required,
  resolve,
  string,
  whole,
} from '../../options.js'
import type { Logs } from '../logs.js'
import type { Model } from '../model.js'
import type { Callback, TrainParams } from './callback.js'
import { checkMonitor, directionOf, type MonitorMode } from './monitor.js'

/** Options of `ModelCheckpoint`. */
export interface ModelCheckpointOptions {
  /** Keeps the model, for example `(model, epoch) => model.save(…)`, or `(model) => { weights = model.getWeights() }`. */
  save: (model: Model, epoch: number, logs: Logs) => unknown
  /** The entry of the logs to watch. Default `val_loss`. */
  monitor?: string
  /** True to save only when the monitored value is the best so far. Default false. */
  saveBestOnly?: boolean
  /** The direction that is better, see `EarlyStopping`. Default `'auto'`. */
  mode?: MonitorMode
  /** `'epoch'` (default) saves after each epoch, a number after every so many batches. */
  saveFreq?: 'epoch' | number
  /** A value that must be beaten before anything is saved. Default null. */
  initialValueThreshold?: number | null
}

const isFrequency: Check = (x) => (x === 'epoch' ? undefined : whole(1)(x) && "'epoch' or a whole number above 0")
const rules = {
  defaults: {
    save: required,
    monitor: 'val_loss',
    saveBestOnly: false,
    mode: 'auto',
    saveFreq: 'epoch',
    initialValueThreshold: null,
  },
  ranges: {
    monitor: string,
    saveBestOnly: flag,
    mode: oneOf(['auto', 'min', 'max']),
    saveFreq: isFrequency,
    initialValueThreshold: orNull(number),
  },
} as const

/**
 * Saves the model after each epoch, or only after the best ones. What saving means is a function's business.
 *
 * @example
 * const saved = []
 * const checkpoint = new ModelCheckpoint({ save: (_, epoch) => saved.push(epoch), monitor: 'loss', saveBestOnly: true })
 * const model = new Sequential([new Dense(1)])
 * model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mse' })
 * await model.fit([[1], [2]], [[1], [2]], { epochs: 3, callbacks: [checkpoint] })
 * saved // => [0, 1, 2]
 */
export class ModelCheckpoint implements Callback {
  /** The best value so far; null before the first. */
  best: number | null
  private readonly options: Required<ModelCheckpointOptions>
  private readonly sign: 1 | -1
  private epoch = 0
  private batches = 0

  /**
   * Makes a callback that saves the model.
   * @throws OptionError for an unknown option, a value out of range, or a monitor that needs a mode
   */
  constructor(given: ModelCheckpointOptions) {
    const options = resolve('ModelCheckpoint', given, rules)
    checkFunction('ModelCheckpoint', options.save)
    this.options = options as Required<ModelCheckpointOptions>
    this.sign = options.saveBestOnly ? directionOf('ModelCheckpoint', options.monitor, options.mode) : 1
    this.best = options.initialValueThreshold
  }

  /** @throws OptionError when the logs will not contain the monitored entry */
  onTrainBegin(params: TrainParams): void {
    const { saveBestOnly, saveFreq, monitor } = this.options
    if (saveBestOnly && saveFreq === 'epoch') checkMonitor('ModelCheckpoint', monitor, params)
    this.batches = 0
  }

  /** Notes the number of the epoch. */
  onEpochBegin(epoch: number): void {
    this.epoch = epoch
  }

  /** Saves after every `saveFreq` batches. */
  async onBatchEnd(_batch: number, logs: Logs, model: Model): Promise<void> {
    const { saveFreq } = this.options
    if (saveFreq !== 'epoch' && ++this.batches % saveFreq === 0) await this.saveIfBest(this.epoch, logs, model)
  }

  /** Saves after an epoch. */
  async onEpochEnd(epoch: number, logs: Logs, model: Model): Promise<void> {
    if (this.options.saveFreq === 'epoch') await this.saveIfBest(epoch, logs, model)
  }

  private async saveIfBest(epoch: number, logs: Logs, model: Model): Promise<void> {
    const { save, saveBestOnly, monitor } = this.options
    const value = logs[monitor]
    const isBest =
      value !== undefined && (this.best === null ? !Number.isNaN(value) : this.sign * (value - this.best) > 0)
    if (isBest) this.best = value
    if (isBest || !saveBestOnly) await save(model, epoch, logs)
  }
}
