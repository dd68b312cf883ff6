/**
 * The options of `fit`.
 */
import { OptionError } from '../errors.js'
import { checkBatchSize, checkOptions } from '../options.js'
import type { TensorLike } from '../tensor/creation.js'
import { received } from '../tensor/received.js'
import { type Callback, checkCallback } from './callbacks/callback.js'

/** Options of `fit`. */
export interface FitOptions {
  /** The number of passes over the data. Default 1. */
  epochs?: number
  /** The number of examples per step; the last batch of an epoch may be smaller. Default 32. */
  batchSize?: number
  /**
   * The fraction s of the n examples to validate on instead of training on them. As in Keras, these are the last ones, and
   * ⌊n · (1 − s)⌋ are left to train on: shuffle examples that are sorted, for example by class. Default 0.
   */
  validationSplit?: number
  /** Data to validate on after each epoch: [x, y]. Default none. */
  validationData?: readonly [x: TensorLike, y: TensorLike]
  /** True to shuffle the training examples before each epoch. Default true. */
  shuffle?: boolean
  /** The seed for shuffling. Default: the global stream of random numbers, which `setSeed` starts. */
  seed?: number
  /** Objects of event handlers, such as `EarlyStopping`. Default none. */
  callbacks?: readonly Callback[]
  /** 1 to print a line per epoch; 0 (default) to print nothing. */
  verbose?: 0 | 1
}

const names = ['epochs', 'batchSize', 'validationSplit', 'validationData', 'shuffle', 'seed', 'callbacks', 'verbose']

/** The options with their defaults. */
export type CheckedFitOptions = Required<Omit<FitOptions, 'seed' | 'validationData'>> & FitOptions

/** @throws OptionError for an unknown option or an invalid value */
export function checkFitOptions(options: FitOptions): CheckedFitOptions {
  checkOptions('fit', options, names)
  const defaults = { epochs: 1, batchSize: 32, validationSplit: 0, shuffle: true, callbacks: [], verbose: 0 } as const
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const checked: CheckedFitOptions = { ...defaults, ...Object.fromEntries(given) }
  checkNumbers(checked)
  checkSwitches(checked)
  checkCallbacks(checked.callbacks)
  checkValidation(checked)
  return checked
}

function checkNumbers({ epochs, batchSize, validationSplit }: CheckedFitOptions): void {
  if (!Number.isInteger(epochs) || epochs < 0)
    throw new OptionError(`fit: epochs is ${received(epochs)}. Give a whole number, 0 or more.`)
  checkBatchSize('fit', batchSize)
  if (typeof validationSplit !== 'number' || !(validationSplit >= 0 && validationSplit < 1))
    throw new OptionError(
      `fit: validationSplit is ${received(validationSplit)}. Give a fraction from 0 up to, not including, 1.`,
    )
}

function checkSwitches({ shuffle, verbose }: CheckedFitOptions): void {
  if (typeof shuffle !== 'boolean') throw new OptionError(`fit: shuffle is ${received(shuffle)}. Give true or false.`)
  if (![0, 1, 2, true, false].includes(verbose))
    throw new OptionError(`fit: verbose is ${received(verbose)}. Give 1 for a line per epoch, or 0.`)
}

function checkCallbacks(callbacks: readonly Callback[]): void {
  if (!Array.isArray(callbacks))
    throw new OptionError(
      `fit: callbacks must be an array, received ${received(callbacks)}. Write callbacks: [callback].`,
    )
  for (const callback of callbacks) checkCallback(callback)
}

function checkValidation({ validationSplit, validationData }: CheckedFitOptions): void {
  if (validationData === undefined) return
  if (!(Array.isArray(validationData) && validationData.length === 2))
    throw new OptionError(
      `fit: validationData must be a pair, received ${received(validationData)}. Write validationData: [x, y].`,
    )
  if (validationSplit > 0)
    throw new OptionError('fit: both validationSplit and validationData were given. Choose one of them.')
}
