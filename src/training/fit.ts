/**
 * The training loop: shuffles, cuts into batches, calls the callbacks, validates. What one step does, the loss and its gradients
 * included, is `Model.trainOnBatch` in `model.ts`; which loss that is, and whether it takes logits or probabilities, is decided by `getLoss` in `loss-names.ts`.
 */

import { GradientError, NablaError, OptionError, ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { type Generator, generator } from '../kernels/random.js'
import { checkBatchSize, checkOptions } from '../options.js'
import { backend } from '../tensor/backend.js'
import type { TensorLike } from '../tensor/creation.js'
import { randomStream } from '../tensor/random.js'
import { formatShape, sameShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { tidy } from '../tensor/tidy.js'
import { type Callback, checkCallback, History, printEpochs } from './callbacks/callbacks.js'
import { arrived, Dataset } from './dataset.js'
import { evaluateOn } from './evaluate.js'
import { type Logs, MeanLogs } from './logs.js'
import type { Model } from './model.js'
import { OwnUpdates, ownStep } from './one-at-a-time.js'
import { received } from './received.js'

/** Options of `fit`. */
export interface FitOptions {
  /** Passes over the data. Default 1. */
  epochs?: number
  /** Examples per step; the last batch of an epoch may be smaller. Default 32. */
  batchSize?: number
  /**
   * The fraction s of the n examples, the last ones, to validate on instead of training on them; ⌊n · (1 − s)⌋ are left to
   * train on, as in Keras. Default 0.
   */
  validationSplit?: number
  /** Data to validate on after each epoch: [x, y]. Default: none. */
  validationData?: readonly [x: TensorLike, y: TensorLike]
  /** Whether to shuffle the training examples before each epoch. Default true. */
  shuffle?: boolean
  /** For shuffling. Default: the global stream of random numbers, which `setSeed` starts. */
  seed?: number
  /** Default none. */
  callbacks?: readonly Callback[]
  /** 1 prints a line per epoch; 0 (default) prints nothing. */
  verbose?: 0 | 1
}

/** How long the loop may run before others get their turn, in milliseconds. */
const timeSlice = 30

/** The loop behind `Model.fit`. */
export async function runFit(model: Model, x: TensorLike, y: TensorLike, options: FitOptions): Promise<History> {
  model.howToTrain('fit')
  checkFitOptions(options)
  const { epochs = 1, batchSize = 32, shuffle = true, seed } = options
  if (backend.isAsync) await arrived([x, y, ...(options.validationData ?? [])])
  const { training, validation } = splitData(model, x, y, options)
  const random = seed === undefined ? randomStream() : generator(seed)
  const history = new History()
  const callbacks: Callback[] = [history, ...(options.verbose ? [printEpochs()] : []), ...(options.callbacks ?? [])]
  const steps = Math.ceil(training.size / batchSize)
  const turns = new Turns()
  const updates = new OwnUpdates(model)
  model.stopTraining = false
  model.forgetTrained()
  model.optimizer.restoreForTraining?.()
  const params = { epochs, steps, batchSize, samples: training.size, logs: logNames(model, validation !== null) }
  for (const c of callbacks) await c.onTrainBegin?.(params, model)
  for (let epoch = 0; epoch < epochs && !model.stopTraining; epoch++) {
    for (const c of callbacks) await c.onEpochBegin?.(epoch, model)
    if (model.stopTraining) break
    const logs = await runEpoch(model, training, batchSize, shuffle ? random : null, callbacks, turns, updates, epoch)
    if (validation) Object.assign(logs, prefixed(await evaluateOn(model, validation, batchSize, () => turns.giveWay())))
    for (const c of callbacks) await c.onEpochEnd?.(epoch, logs, model)
  }
  updates.check()
  if (epochs > 0) model.optimizer.finalizeVariableValues(model.variablesTrained.filter((v) => v.trainable))
  for (const c of callbacks) await c.onTrainEnd?.(history, model)
  return history
}

async function runEpoch(
  model: Model,
  data: Dataset,
  batchSize: number,
  random: Generator | null,
  callbacks: readonly Callback[],
  turns: Turns,
  updates: OwnUpdates,
  epoch: number,
): Promise<Logs> {
  const order = random ? data.order(random) : undefined
  const listeners = callbacks.filter((c) => c.onBatchEnd)
  const mean = new MeanLogs()
  for (let start = 0, step = 0; start < data.size && !model.stopTraining; start += batchSize, step++) {
    const stop = Math.min(start + batchSize, data.size)
    updates.check()
    const logs = backend.isAsync
      ? await trainStepAsync(model, data.batch(start, stop, order), epoch, step)
      : tidy(() => trainStep(model, data.batch(start, stop, order), epoch, step))
    updates.note()
    mean.add(logs, stop - start)
    for (const c of listeners) await c.onBatchEnd?.(step, mean.logs, model)
    if (turns.isOver) await turns.giveWay()
  }
  return mean.logs
}

type Batch = ReturnType<Dataset['batch']>

/** One step; an error tells where it happened. */
function trainStep(model: Model, { x, y }: Batch, epoch: number, step: number): Logs {
  try {
    return ownStep(model, () => model.trainOnBatch(x, y as Tensor))
  } catch (error) {
    throw located(error, epoch, step)
  }
}

/** `trainStep` where numbers cannot be read at once. */
async function trainStepAsync(model: Model, { x, y }: Batch, epoch: number, step: number): Promise<Logs> {
  try {
    return await ownStep(model, () => model.trainOnBatchAsync(x, y as Tensor))
  } catch (error) {
    throw located(error, epoch, step)
  } finally {
    backend.inWorkspace(() => {}, [x, y])
  }
}

function located(error: unknown, epoch: number, step: number): unknown {
  if (error instanceof NablaError) error.message = error.message.replace(/^trainOnBatch:/, 'fit:')
  if (error instanceof GradientError) error.message = `${error.message} (epoch ${epoch + 1}, step ${step + 1})`
  return error
}

/** When others had their turn last: in any call of `fit`, so that many short ones do not keep them waiting. */
let since = 0

/** Lets timers, input, rendering and finalizers have their turn, now and then. */
class Turns {
  /** Whether ours has been long enough. */
  get isOver(): boolean {
    return performance.now() - since > timeSlice
  }

  /** Gives others their turn, when it is due. */
  async giveWay(): Promise<void> {
    if (!this.isOver) return
    const { setImmediate } = globalThis as { setImmediate?: (f: () => void) => void }
    await new Promise<void>((resolve) => (setImmediate ? setImmediate(resolve) : setTimeout(resolve)))
    since = performance.now()
  }
}

/** The names of the logs of an epoch. */
function logNames(model: Model, isValidated: boolean): string[] {
  const own = ['loss', ...model.howToTrain('fit').metrics.map(({ name }) => name)]
  return isValidated ? [...own, ...own.map((name) => `val_${name}`)] : own
}

function prefixed(logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]))
}

function splitData(
  model: Model,
  x: TensorLike,
  y: TensorLike,
  options: FitOptions,
): { training: Dataset; validation: Dataset | null } {
  const { batchSize = 32 } = options
  const all = Dataset.of('fit', x, y)
  if (options.validationData) {
    const validation = Dataset.of('fit (validationData)', ...options.validationData)
    checkAlike('examples', validation.exampleShape, all.exampleShape)
    checkAlike('targets', withoutOne(validation.targetShape), withoutOne(all.targetShape))
    model.checkTargets('fit', all, batchSize)
    model.checkTargets('fit (validationData)', validation, batchSize)
    return { training: all, validation }
  }
  const split = options.validationSplit ?? 0
  const count = Math.floor(all.size * (1 - split)) // rounded as Keras rounds, errors of 1 − split included
  if (split > 0 && (count === all.size || count === 0)) {
    throw new OptionError(
      `fit: validationSplit ${split} of ${all.size} ${all.size === 1 ? 'example' : 'examples'} leaves ${count} to train on and ${all.size - count} to validate on. Choose another fraction.`,
    )
  }
  model.checkTargets('fit', all, batchSize)
  return { training: all.part(0, count), validation: split > 0 ? all.part(count, all.size) : null }
}

/** [1] as []: one target per example is [examples] or [examples, 1]. */
function withoutOne(shape: Shape): Shape {
  return shape[shape.length - 1] === 1 ? shape.slice(0, -1) : shape
}

/** @throws ShapeError when validation would fail after an epoch of training */
function checkAlike(what: string, validation: Shape, training: Shape): void {
  if (sameShape(validation, training)) return
  throw new ShapeError(
    `fit: validation ${what} have shape ${formatShape(validation)}, training ${what} ${formatShape(training)}. Give [x, y] of the same shapes as x and y, except for the first axis.`,
  )
}

function checkFitOptions(options: FitOptions): void {
  checkOptions('fit', options, [
    'epochs',
    'batchSize',
    'validationSplit',
    'validationData',
    'shuffle',
    'seed',
    'callbacks',
    'verbose',
  ])
  const { epochs = 1, batchSize = 32, validationSplit = 0, validationData, shuffle = true, verbose = 0 } = options
  if (!Number.isInteger(epochs) || epochs < 0) {
    throw new OptionError(`fit: epochs is ${received(epochs)}. Give a whole number, 0 or more.`)
  }
  checkBatchSize('fit', batchSize)
  if (options.callbacks !== undefined && !Array.isArray(options.callbacks)) {
    throw new OptionError(
      `fit: callbacks must be an array, received ${received(options.callbacks)}. Write callbacks: [callback].`,
    )
  }
  for (const callback of options.callbacks ?? []) checkCallback(callback)
  if (validationData !== undefined && !(Array.isArray(validationData) && validationData.length === 2)) {
    throw new OptionError(
      `fit: validationData must be a pair, received ${received(validationData)}. Write validationData: [x, y].`,
    )
  }
  if (!(typeof validationSplit === 'number' && validationSplit >= 0 && validationSplit < 1)) {
    throw new OptionError(
      `fit: validationSplit is ${received(validationSplit)}. Give a fraction from 0 up to, not including, 1.`,
    )
  }
  if (typeof shuffle !== 'boolean') throw new OptionError(`fit: shuffle is ${received(shuffle)}. Give true or false.`)
  if (![0, 1, 2, true, false].includes(verbose))
    throw new OptionError(`fit: verbose is ${received(verbose)}. Give 1 for a line per epoch, or 0.`)
  if (validationSplit > 0 && validationData) {
    throw new OptionError('fit: both validationSplit and validationData were given. Choose one of them.')
  }
}
