/**
 * What a callback is: functions that `fit` calls while it trains.
 */
import { OptionError } from '../../errors.js'
import { unknownName } from '../../options.js'
import type { Logs } from '../logs.js'
import type { Model } from '../model.js'
import { isClass, received } from '../received.js'
import type { History } from './history.js'

/**
 * Functions that `fit` calls; each may be async. Setting `model.stopTraining` ends the training after the current
 * batch.
 */
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

const events = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd']

/**
 * Other entries than the events are a callback's own; functions that begin with `on` are taken for misspelt events.
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
  /** What the logs of an epoch will have: `loss`, `accuracy`, `val_loss`, … */
  readonly logs: readonly string[]
}
