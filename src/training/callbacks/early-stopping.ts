/**
 * Ends a training that no longer gets better.
 */
import { OptionError } from '../../errors.js'
import { checkOptions } from '../../options.js'
import { received } from '../../tensor/received.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Logs } from '../logs.js'
import type { Model } from '../model.js'
import type { Callback, TrainParams } from './callback.js'
import { checkMonitor, directionOf } from './monitor.js'

/** Options of `EarlyStopping`. */
export interface EarlyStoppingOptions {
  /** The entry of the logs to watch. Default `val_loss`. */
  monitor?: string
  /** The number of epochs without improvement after which training stops. Default 0. */
  patience?: number
  /** Improvements smaller than this do not count. Default 0. */
  minDelta?: number
  /**
   * The direction that is better: `'min'`, `'max'` or, by default, `'auto'`, which goes by the name: less for losses and errors, more
   * for accuracies, `auc`, `precision`, `recall`, `f1`, `r2`, …; other names need `'min'` or `'max'`.
   */
  mode?: 'auto' | 'min' | 'max'
  /** A value that must be beaten, too, before the count of epochs starts again. Default null. */
  baseline?: number | null
  /**
   * True to restore the weights that the model had after the best epoch. Default false: those of the last epoch stay.
   * With `monitor: 'loss'` these are not the weights that had the best loss: an epoch's `loss` is the mean over its
   * batches, each measured before its step; `val_loss` is measured after the steps, with the weights that are restored.
   */
  restoreBestWeights?: boolean
  /** Epochs before this one, counted from 0, are ignored. Default 0. */
  startFromEpoch?: number
}

const names = ['monitor', 'patience', 'minDelta', 'mode', 'baseline', 'restoreBestWeights', 'startFromEpoch']

/**
 * A callback that ends the training when a number of the logs has not improved for some epochs. NaN is never an improvement. As in
 * Keras, the best weights are restored only if asked for, and then also when all epochs were trained.
 *
 * @example
 * setSeed(1)
 * const model = new Sequential([new Dense(1)])
 * model.compile({ optimizer: new SGD({ learningRate: 1 }), loss: 'meanSquaredError' })
 * const stopping = new EarlyStopping({ monitor: 'loss', patience: 2, restoreBestWeights: true })
 * const { history } = await model.fit([[1], [2]], [[1], [2]], { epochs: 50, callbacks: [stopping] })
 * history.loss.length // => 3
 * stopping.bestEpoch // => 0
 */
export class EarlyStopping implements Callback {
  /** The best value so far; null before the first. */
  best: number | null = null
  /** The epoch of the best value, from 0. */
  bestEpoch = 0
  /** The epoch after which training was stopped, from 0; null if it was not. */
  stoppedEpoch: number | null = null
  private readonly options: Required<EarlyStoppingOptions>
  private readonly sign: 1 | -1
  private bestWeights: Tensor[] | null = null
  private waited = 0

  /**
   * Makes a callback that ends training when its monitored value no longer improves.
   * @throws OptionError for an unknown option, a value out of range, or a monitor that needs a mode
   */
  constructor(options: EarlyStoppingOptions = {}) {
    checkOptions('EarlyStopping', options, names)
    const { monitor = 'val_loss', patience = 0, minDelta = 0, mode = 'auto', baseline = null } = options
    const { restoreBestWeights = false, startFromEpoch = 0 } = options
    for (const [name, value] of Object.entries({ patience, minDelta, startFromEpoch }))
      if (!(isNumber(value) && value >= 0)) throw invalid(name, value, 'a number, 0 or more')
    if (typeof monitor !== 'string') throw invalid('monitor', monitor, "the name of a log, such as 'val_loss'")
    if (baseline !== null && !isNumber(baseline)) throw invalid('baseline', baseline, 'a number or null')
    if (typeof restoreBestWeights !== 'boolean')
      throw invalid('restoreBestWeights', restoreBestWeights, 'true or false')
    this.options = { monitor, patience, minDelta, mode, baseline, restoreBestWeights, startFromEpoch }
    this.sign = directionOf('EarlyStopping', monitor, mode)
  }

  /** @throws OptionError when the logs will not contain the monitored entry */
  onTrainBegin(params: TrainParams): void {
    checkMonitor('EarlyStopping', this.options.monitor, params)
    this.best = null
    this.bestEpoch = 0
    this.stoppedEpoch = null
    this.bestWeights = null
    this.waited = 0
  }

  /** Compares the logs of an epoch with the best so far. */
  onEpochEnd(epoch: number, logs: Logs, model: Model): void {
    const { monitor, patience, baseline, restoreBestWeights, startFromEpoch } = this.options
    if (epoch < startFromEpoch) return
    const current = logs[monitor]
    if (current === undefined) return // no validation after this epoch
    this.waited++
    if (this.isBetter(current, this.best)) {
      this.best = current
      this.bestEpoch = epoch
      if (restoreBestWeights) this.bestWeights = model.getWeights()
      if (this.isBetter(current, baseline)) this.waited = 0
    } else if (this.waited >= patience && epoch > 0) {
      this.stoppedEpoch = epoch
      model.stopTraining = true
    }
  }

  /** Restores the best weights, if asked for. */
  onTrainEnd(_history: unknown, model: Model): void {
    if (this.bestWeights) model.setWeights(this.bestWeights)
    this.bestWeights = null
  }

  /** True if a value is better than another by more than `minDelta`; any number except NaN is better than none. */
  private isBetter(value: number, reference: number | null): boolean {
    if (Number.isNaN(value)) return false
    return reference === null || this.sign * (value - reference) > this.options.minDelta
  }
}

const isNumber = (value: unknown) => typeof value === 'number' && !Number.isNaN(value)

function invalid(name: string, value: unknown, wanted: string): OptionError {
  return new OptionError(`EarlyStopping: ${name} is ${received(value)}. Give ${wanted}.`)
}
