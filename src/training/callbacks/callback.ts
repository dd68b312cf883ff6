/**
 * Callbacks: functions that `fit` calls while it trains.
 */
import { OptionError } from '../../errors.js'
import { unknownName } from '../../options.js'
import { isClass, received } from '../../tensor/received.js'
import type { Logs } from '../logs.js'
import type { Model } from '../model.js'
import type { History } from './history.js'

/**
 * Functions that `fit` calls; each may be async. Setting `model.stopTraining` ends the training after the current
 * batch: the validation and `onEpochEnd` of that epoch still follow, with means of the batches so far, and `onTrainEnd`.
 */
export interface Callback {
  /**
   * Called before the first epoch.
   * @param params the number of epochs, of steps (batches per epoch), and so on
   */
  onTrainBegin?(params: TrainParams, model: Model): void | Promise<void>
  /** Called before each epoch. */
  onEpochBegin?(epoch: number, model: Model): void | Promise<void>
  /** Called after each batch; the logs are the means of the epoch so far. */
  onBatchEnd?(batch: number, logs: Logs, model: Model): void | Promise<void>
  /** Called after each epoch, validation included. */
  onEpochEnd?(epoch: number, logs: Logs, model: Model): void | Promise<void>
  /** Called after the last epoch. */
  onTrainEnd?(history: History, model: Model): void | Promise<void>
}

const events = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd']

/**
 * Checks a callback. It may have other entries than the events; functions whose names begin with `on` are taken for misspelt events.
 * @throws OptionError for what can never be called
 */
export function checkCallback(callback: unknown): void {
  if (isClass(callback)) throw classAsCallback(callback.name)
  if (typeof callback !== 'object' || callback === null) throw notCallback(callback)
  const own = callback as Record<string, unknown>
  const wrong = functionNames(own).find((name) => /^on(_|[A-Z])/.test(name) && !events.includes(name))
  if (wrong !== undefined) throw unknownName('fit', 'callback', wrong, events)
  const handlers = events.filter((name) => name in own)
  if (handlers.length === 0) throw notCallback(callback)
  for (const name of handlers) checkHandler(name, own[name])
}

function classAsCallback(name: string): OptionError {
  return new OptionError(`fit: the callback is the class ${name}. Give an instance: new ${name}().`)
}

function notCallback(callback: unknown): OptionError {
  return new OptionError(
    `fit: the callback is ${received(callback)}, which handles none of ${events.join(', ')}. Give an object of event handlers: { onEpochEnd: (epoch, logs) => … }.`,
  )
}

/** @throws OptionError for what is given as a handler and cannot be called; undefined is none */
function checkHandler(name: string, handler: unknown): void {
  if (handler === undefined || (typeof handler === 'function' && !isClass(handler))) return
  throw new OptionError(`fit: the callback's ${name} is ${received(handler)}, not a function. Write ${name}() { … }.`)
}

/** The functions of an object, inherited ones included. */
function functionNames(object: Record<string, unknown>): string[] {
  const names: string[] = []
  for (let o: object = object; o && o !== Object.prototype; o = Object.getPrototypeOf(o)) {
    names.push(...Object.getOwnPropertyNames(o))
  }
  return names.filter((name) => typeof object[name] === 'function')
}

/** The extent of a training. */
export interface TrainParams {
  /** The number of passes over all examples. */
  readonly epochs: number
  /** The number of batches per epoch. */
  readonly steps: number
  /** The number of examples per step. */
  readonly batchSize: number
  /** The number of examples per epoch. */
  readonly samples: number
  /** The names of an epoch's logs: `loss`, `accuracy`, `val_loss`, … */
  readonly logs: readonly string[]
}
