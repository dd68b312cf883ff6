/**
 * Callbacks that change the learning rate between epochs. (Schedules, which change it from step to step, are given to the optimizer.)
 */
import { OptionError } from '../../errors.js'
import { checkFunction, interval, notNegative, oneOf, resolve, show, string, whole } from '../../options.js'
import type { Logs } from '../logs.js'
import type { Model } from '../model.js'
import type { Callback, TrainParams } from './callback.js'
import { checkMonitor, directionOf, type MonitorMode } from './monitor.js'

/** Options of `ReduceLROnPlateau`. */
export interface ReduceLROnPlateauOptions {
  /** The entry of the logs to watch. Default `val_loss`. */
  monitor?: string
  /** The learning rate is multiplied by this. Default 0.1. */
  factor?: number
  /** The number of epochs without improvement after which that happens. Default 10. */
  patience?: number
  /** The direction that is better, see `EarlyStopping`. Default `'auto'`. */
  mode?: MonitorMode
  /** Improvements that are not larger than this do not count. Default 1e-4. */
  minDelta?: number
  /** The number of epochs to wait after a reduction before counting again. Default 0. */
  cooldown?: number
  /** The least learning rate. Default 0. */
  minLearningRate?: number
}

const plateauRules = {
  defaults: {
    monitor: 'val_loss',
    factor: 0.1,
    patience: 10,
    mode: 'auto',
    minDelta: 1e-4,
    cooldown: 0,
    minLearningRate: 0,
  },
  ranges: {
    monitor: string,
    factor: interval('(0, 1)'),
    patience: whole(0),
    mode: oneOf(['auto', 'min', 'max']),
    minDelta: notNegative,
    cooldown: whole(0),
    minLearningRate: notNegative,
  },
  synonyms: { minLr: 'minLearningRate', min_lr: 'minLearningRate' },
} as const

/**
 * Reduces the learning rate when a number of the logs no longer improves. The logs get `learningRate`.
 *
 * @example
 * const reduce = new ReduceLROnPlateau({ monitor: 'loss', factor: 0.5, patience: 1, minDelta: 1 })
 * const model = new Sequential([new Dense(1)])
 * model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mse' })
 * await model.fit([[1], [2]], [[1], [2]], { epochs: 3, callbacks: [reduce] })
 * model.optimizer.learningRate <= 0.1 // => true
 */
export class ReduceLROnPlateau implements Callback {
  private readonly options: Required<ReduceLROnPlateauOptions>
  private readonly sign: 1 | -1
  private best: number | null = null
  private waited = 0
  private cooling = 0

  /**
   * Makes a callback that reduces the learning rate.
   * @throws OptionError for an unknown option, a value out of range, or a monitor that needs a mode
   */
  constructor(given: ReduceLROnPlateauOptions = {}) {
    const options = resolve('ReduceLROnPlateau', given, plateauRules)
    this.options = options
    this.sign = directionOf('ReduceLROnPlateau', options.monitor, options.mode)
  }

  /** @throws OptionError when the logs will not contain the monitored entry */
  onTrainBegin(params: TrainParams): void {
    checkMonitor('ReduceLROnPlateau', this.options.monitor, params)
    this.best = null
    this.waited = 0
    this.cooling = 0
  }

  /** Compares the logs of an epoch with the best so far. */
  onEpochEnd(_epoch: number, logs: Logs, model: Model): void {
    logs.learningRate = model.optimizer.learningRate
    const current = logs[this.options.monitor]
    if (current === undefined) return
    if (this.cooling > 0) {
      this.cooling--
      this.waited = 0
    }
    if (this.isBetter(current)) {
      this.best = current
      this.waited = 0
    } else if (this.cooling === 0 && ++this.waited >= this.options.patience) this.reduce(model)
  }

  private isBetter(value: number): boolean {
    if (Number.isNaN(value)) return false
    return this.best === null || this.sign * (value - this.best) > this.options.minDelta
  }

  private reduce({ optimizer }: Model): void {
    const { factor, minLearningRate, cooldown } = this.options
    if (!(optimizer.learningRate > minLearningRate)) return
    optimizer.learningRate = Math.max(optimizer.learningRate * factor, minLearningRate)
    this.cooling = cooldown
    this.waited = 0
  }
}

/**
 * Sets the learning rate before each epoch. The logs get `learningRate`.
 *
 * @example
 * const halve = new LearningRateScheduler((epoch, rate) => (epoch === 0 ? rate : rate / 2))
 * const model = new Sequential([new Dense(1)])
 * model.compile({ optimizer: new SGD({ learningRate: 0.5 }), loss: 'mse' })
 * const { history } = await model.fit([[1]], [[1]], { epochs: 3, callbacks: [halve] })
 * history.learningRate // => [0.5, 0.25, 0.125]
 */
export class LearningRateScheduler implements Callback {
  /**
   * Makes a callback that sets the learning rate.
   * @param schedule returns the learning rate of an epoch, given its number from 0 and the learning rate so far
   * @throws OptionError when it is not a function
   */
  constructor(private readonly schedule: (epoch: number, learningRate: number) => number) {
    checkFunction('LearningRateScheduler', schedule)
  }

  /** Sets the learning rate. @throws OptionError for what is not a number, 0 or more */
  onEpochBegin(epoch: number, { optimizer }: Model): void {
    const rate = this.schedule(epoch, optimizer.learningRate)
    if (notNegative(rate))
      throw new OptionError(
        `LearningRateScheduler: the schedule returned ${show(rate)} for epoch ${epoch}. Return a learning rate, 0 or more.`,
      )
    optimizer.learningRate = rate
  }

  /** Logs the learning rate. */
  onEpochEnd(_epoch: number, logs: Logs, { optimizer }: Model): void {
    logs.learningRate = optimizer.learningRate
  }
}
