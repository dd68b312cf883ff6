/**
 * The options of `fit`.
 */
import { OptionError } from '../errors.js'
import { checkArgument, checkBatchSize, checkOptions, whole, wrongValue } from '../options.js'
import type { TensorLike } from '../tensor/creation.js'
import { received } from '../tensor/received.js'
import { type BatchIterable, isBatchIterable } from './batch-source.js'
import { type Callback, checkCallback } from './callbacks/callback.js'
import type { ValidationSplit } from './fit-data.js'
import { type ClassWeight, checkClassWeight } from './sample-weights.js'

/** Options of `fit`. */
export interface FitOptions {
  /** The number of passes over the data. Default 1. */
  epochs?: number
  /** The number of examples per step; the last batch of an epoch may be smaller. Default 32. */
  batchSize?: number
  /**
   * The fraction s of the n examples to validate on instead of training on them. As in Keras, these are the last ones, and
   * ⌊n · (1 − s)⌋ are left to train on. `{ fraction, stratify: true }` or `{ fraction, shuffle: true }` chooses them at random. Default 0.
   */
  validationSplit?: number | ValidationSplit
  /** Data to validate on after each epoch: [x, y], [x, y, sampleWeight] or an iterable of batches. Default none. */
  validationData?: BatchIterable | readonly [x: TensorLike, y: TensorLike, sampleWeight?: TensorLike | null]
  /** Validates after every so many epochs, or after the epochs of these numbers, counted from 1. Default 1. */
  validationFreq?: number | readonly number[]
  /** A factor for the loss of each example, [examples], or of its steps, [examples, steps]. Default: 1 for all. */
  sampleWeight?: TensorLike | null
  /** A factor for the loss of the examples of each class: `{ 0: 1, 1: 5 }`. Classes that are left out count 1. Default: none. */
  classWeight?: ClassWeight | null
  /**
   * The number of batches per epoch. The next epoch goes on where this one ends, and data that ends begins anew. Default: one pass over the
   * data.
   */
  stepsPerEpoch?: number | null
  /** The number of the first epoch, from 0, to go on with a training. Default 0. */
  initialEpoch?: number
  /** Ends the training when it is aborted: `fit` rejects with its reason, and the model keeps its weights. Default none. */
  signal?: AbortSignal | null
  /** True adds `gradientNorm` and `updateRatio` (how far a step moves, relative to the weights) to the logs. Default false. */
  logGradients?: boolean
  /** True to shuffle the training examples before each epoch. Default true. */
  shuffle?: boolean
  /** The seed for shuffling. Default: the global stream of random numbers, which `setSeed` starts. */
  seed?: number
  /** Objects of event handlers, such as `EarlyStopping`. Default none. */
  callbacks?: readonly Callback[]
  /** 1 or 2 to print a line per epoch; 0 (default) to print nothing. */
  verbose?: 0 | 1 | 2
}

const names = [
  ...[
    'epochs',
    'batchSize',
    'validationSplit',
    'validationData',
    'validationFreq',
    'shuffle',
    'seed',
    'callbacks',
    'verbose',
  ],
  ...['sampleWeight', 'classWeight', 'stepsPerEpoch', 'initialEpoch', 'signal', 'logGradients'],
]

/** The options with their defaults. */
export type CheckedFitOptions = Required<Omit<FitOptions, 'seed' | 'validationData' | 'validationSplit'>> &
  Omit<FitOptions, 'validationSplit'> & { readonly validationSplit: ValidationSplit }

/** @throws OptionError for an unknown option or an invalid value */
export function checkFitOptions(options: FitOptions): CheckedFitOptions {
  checkOptions('fit', options, names)
  const defaults = { epochs: 1, batchSize: 32, validationFreq: 1, shuffle: true, callbacks: [], verbose: 0 } as const
  const more = {
    sampleWeight: null,
    classWeight: null,
    stepsPerEpoch: null,
    initialEpoch: 0,
    signal: null,
    logGradients: false,
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const validationSplit = toSplit(options.validationSplit ?? 0)
  const checked: CheckedFitOptions = { ...defaults, ...more, ...Object.fromEntries(given), validationSplit }
  checkNumbers(checked)
  checkCounts(checked)
  checkSwitches(checked)
  checkCallbacks(checked.callbacks)
  checkValidation(checked)
  return checked
}

/** A fraction as an object. @throws OptionError for what is not a split */
function toSplit(given: number | ValidationSplit): ValidationSplit {
  if (typeof given !== 'object' || given === null) return { fraction: given }
  checkOptions('fit (validationSplit)', given, ['fraction', 'shuffle', 'stratify', 'seed'])
  return given
}

function checkCounts({ validationFreq, stepsPerEpoch, initialEpoch, classWeight, signal }: CheckedFitOptions): void {
  const frequencies = [validationFreq].flat()
  if (!frequencies.every((each) => Number.isInteger(each) && each > 0))
    throw wrongValue('fit', 'validationFreq', 'a whole number above 0, or an array of them', validationFreq)
  if (stepsPerEpoch !== null) checkArgument('fit', 'stepsPerEpoch', stepsPerEpoch, whole(1))
  checkArgument('fit', 'initialEpoch', initialEpoch, whole(0))
  if (classWeight !== null) checkClassWeight(classWeight)
  if (signal !== null && typeof signal.throwIfAborted !== 'function')
    throw wrongValue('fit', 'signal', 'the signal of an AbortController', signal)
}

function checkNumbers({ epochs, batchSize, validationSplit: { fraction } }: CheckedFitOptions): void {
  if (!Number.isInteger(epochs) || epochs < 0)
    throw new OptionError(`fit: epochs is ${received(epochs)}. Give a whole number, 0 or more.`)
  checkBatchSize('fit', batchSize)
  if (typeof fraction !== 'number' || !(fraction >= 0 && fraction < 1))
    throw new OptionError(
      `fit: validationSplit is ${received(fraction)}. Give a fraction from 0 up to, not including, 1.`,
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
  const isPair = Array.isArray(validationData) && (validationData.length === 2 || validationData.length === 3)
  if (!isPair && !isBatchIterable(validationData))
    throw new OptionError(
      `fit: validationData must be a pair, received ${received(validationData)}. Write validationData: [x, y].`,
    )
  if (validationSplit.fraction > 0)
    throw new OptionError('fit: both validationSplit and validationData were given. Choose one of them.')
}
