/**
 * The training loop: shuffles, cuts into batches, calls the callbacks, validates. What one step does is in `trainer.ts`.
 */
import { GradientError, NablaError, OptionError } from '../errors.js'
import type { Tensors } from '../layers/layer.js'
import { backend } from '../tensor/backend.js'
import { randomStream } from '../tensor/random.js'
import { ready } from '../tensor/ready.js'
import { isPromise } from '../tensor/received.js'
import { tidy } from '../tensor/tidy.js'
import {
  ArraySource,
  type BatchIterable,
  type BatchSource,
  IterableSource,
  isBatchIterable,
  passOver,
} from './batch-source.js'
import type { Callback, TrainParams } from './callbacks/callback.js'
import { History } from './callbacks/history.js'
import { printEpochs } from './callbacks/print-epochs.js'
import type { Compiled } from './compile.js'
import { evaluateOn } from './evaluate.js'
import { giveWay, isTurnOver } from './event-loop.js'
import { splitData, validationDataOf } from './fit-data.js'
import { type CheckedFitOptions, checkFitOptions, type FitOptions } from './fit-options.js'
import { gradientLogs } from './gradient-logs.js'
import { type Logs, MeanLogs } from './logs.js'
import type { Model } from './model.js'
import type { OrderedData } from './named-data.js'
import type { Trainer } from './trainer.js'
import { type Batch, sizeOfBatch } from './training-data.js'
import { OwnUpdates, ownStep } from './training-lock.js'

/** The loop behind `Model.fit`. */
export async function runFit(
  model: Model,
  trainer: Trainer,
  x: OrderedData | BatchIterable,
  y: OrderedData | undefined,
  options: FitOptions,
): Promise<History> {
  const compiled = trainer.compiledOrThrow('fit')
  const checked = checkFitOptions(options)
  checked.signal?.throwIfAborted()
  const { source, validate } = await dataOf(model, compiled, x, y, checked)
  const history = new History()
  const callbacks: Callback[] = [...(checked.verbose ? [printEpochs()] : []), ...checked.callbacks, history]
  const loop: Loop = { model, compiled, source, callbacks, updates: new OwnUpdates(model), options: checked }

  model.stopTraining = false
  trainer.restart()
  trainer.watch = checked.logGradients ? gradientLogs : null
  model.optimizer.restoreForTraining?.()
  try {
    await runEpochs(loop, validate)
    loop.updates.check()
    const { epochs, initialEpoch } = checked
    if (epochs > initialEpoch) model.optimizer.finalizeVariableValues(trainer.variables.filter((v) => v.trainable))
  } finally {
    trainer.watch = null
    if (compiled.states) compiled.states.isAccumulating = false
    await source.close()
  }
  for (const c of callbacks) await c.onTrainEnd?.(history, model)
  return history
}

/** The parts of a training that an epoch needs. */
interface Loop {
  readonly model: Model
  readonly compiled: Compiled
  readonly source: BatchSource
  readonly callbacks: readonly Callback[]
  readonly updates: OwnUpdates
  readonly options: CheckedFitOptions
}

/** Computes the logs of the validation; null where there is none. */
type Validate = (() => Promise<Logs>) | null

/** Checks the data. @throws ShapeError, DTypeError or OptionError when training or validation would fail later */
async function dataOf(
  model: Model,
  compiled: Compiled,
  x: OrderedData | BatchIterable,
  y: OrderedData | undefined,
  options: CheckedFitOptions,
): Promise<{ source: BatchSource; validate: Validate }> {
  const { batchSize, shuffle, seed, validationData, classWeight } = options
  const given = isBatchIterable(validationData) ? null : validationData
  await ready([x, y, ...(given ?? [])])
  const batchesOf = isBatchIterable(validationData) ? () => passOver('fit (validationData)', validationData) : null
  if (isBatchIterable(x)) {
    checkForIterable(options, y)
    const data = validationDataOf(options)
    return {
      source: new IterableSource('fit', x, classWeight),
      validate: validation(model, compiled, batchesOf ?? (data && (() => data.batches(batchSize)))),
    }
  }
  const { training, validation: data } = splitData(model, compiled, x, y as OrderedData, options)
  const source = new ArraySource(training, batchSize, shuffle ? randomStream(seed) : null)
  return { source, validate: validation(model, compiled, batchesOf ?? (data && (() => data.batches(batchSize)))) }
}

/** @throws OptionError for options that need all examples at once */
function checkForIterable({ validationSplit, sampleWeight }: CheckedFitOptions, y: unknown): void {
  if (y !== undefined && y !== null)
    throw new OptionError('fit: x is an iterable of batches, and y was given, too. Put y into the batches: [x, y].')
  if (validationSplit.fraction > 0)
    throw new OptionError('fit: validationSplit cannot divide an iterable of batches. Pass validationData.')
  if (sampleWeight !== null)
    throw new OptionError('fit: sampleWeight is for arrays. Put weights into the batches: [x, y, sampleWeight].')
}

function validation(
  model: Model,
  compiled: Compiled,
  batches: (() => Iterable<() => Batch> | AsyncIterable<() => Batch>) | null,
): Validate {
  return batches && (() => evaluateOn(model, compiled, batches(), giveWay))
}

async function runEpochs(loop: Loop, validate: Validate): Promise<void> {
  const { model, compiled, callbacks, options } = loop
  const { epochs } = options
  const params = paramsOf(loop, validate ? withValidation(compiled.allNames) : compiled.allNames)
  for (const c of callbacks) await c.onTrainBegin?.(params, model)
  for (let epoch = params.firstEpoch ?? 0; epoch < epochs && !model.stopTraining; epoch++) {
    for (const c of callbacks) await c.onEpochBegin?.(epoch, model)
    if (model.stopTraining) break
    const logs = await runEpoch(loop, epoch)
    if (validate && isDue(options.validationFreq, epoch)) Object.assign(logs, await validated(loop, validate))
    for (const c of callbacks) await c.onEpochEnd?.(epoch, logs, model)
  }
}

/** True if the epoch, from 0, ends with a validation. */
function isDue(frequency: number | readonly number[], epoch: number): boolean {
  return typeof frequency === 'number' ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1)
}

async function validated({ model, callbacks }: Loop, validate: () => Promise<Logs>): Promise<Logs> {
  for (const c of callbacks) await c.onTestBegin?.(model)
  const logs = await validate()
  for (const c of callbacks) await c.onTestEnd?.(logs, model)
  return validationLogs(logs)
}

function paramsOf({ source, options }: Loop, logs: readonly string[]): TrainParams {
  const { epochs, batchSize, stepsPerEpoch, initialEpoch: firstEpoch } = options
  return {
    epochs,
    steps: stepsPerEpoch ?? source.steps ?? NaN,
    batchSize,
    samples: source.samples ?? NaN,
    logs,
    firstEpoch,
  }
}

async function runEpoch(loop: Loop, epoch: number): Promise<Logs> {
  const { model, callbacks, updates, compiled, options } = loop
  const beginners = callbacks.filter((c) => c.onBatchBegin)
  const listeners = callbacks.filter((c) => c.onBatchEnd)
  const steps = options.stepsPerEpoch ?? loop.source.steps ?? Infinity
  const mean = new MeanLogs()
  const { states } = compiled
  const logsSoFar = () => (states ? { ...mean.logs, ...states.results } : mean.logs)
  states?.reset()
  if (states) states.isAccumulating = true
  for (let step = 0; step < steps && !model.stopTraining; step++) {
    options.signal?.throwIfAborted()
    const coming = loop.source.steps === null ? await nextBatch(loop) : undefined
    if (coming === null) break
    for (const c of beginners) await c.onBatchBegin?.(step, model)
    updates.check()
    const done = backend.isAsync || coming ? await stepAsync(loop, epoch, step, coming) : stepNow(loop, epoch, step)
    updates.note()
    mean.add(done.logs, done.size)
    for (const c of listeners) await c.onBatchEnd?.(step, logsSoFar(), model)
    if (isTurnOver()) await giveWay()
  }
  if (states) states.isAccumulating = false
  return logsSoFar()
}

/** The logs of a step, and its number of examples. */
interface Done {
  readonly logs: Logs
  readonly size: number
}

/** The next batch; with `stepsPerEpoch` data that ends begins anew. */
function nextBatch({ source, options }: Loop): Batch | null | Promise<Batch | null> {
  const batch = source.next()
  if (options.stepsPerEpoch === null) return batch
  return isPromise(batch) ? batch.then((b) => b ?? source.next()) : (batch ?? source.next())
}

/** Makes the step of a batch in arrays. */
function stepNow({ model, source }: Loop, epoch: number, step: number): Done {
  return tidy(() => {
    const batch = source.next() as Batch
    return { logs: makeStep(model, batch, epoch, step), size: sizeOfBatch(batch) }
  })
}

function makeStep(model: Model, { x, y, weights }: Batch, epoch: number, step: number): Logs {
  try {
    return ownStep(model, () => trainOn(model, x, y as Tensors, weights))
  } catch (error) {
    throw located(error, epoch, step)
  }
}

/** Without weights, models that override `trainOnBatch` get two arguments as before. */
function trainOn(model: Model, x: Tensors, y: Tensors, sampleWeight: Batch['weights']): Logs {
  return sampleWeight ? model.trainOnBatch(x, y, { sampleWeight }) : model.trainOnBatch(x, y)
}

/** Makes a step where batches or numbers come later. */
async function stepAsync({ model, source }: Loop, epoch: number, step: number, coming?: Batch): Promise<Done> {
  const batch = coming ?? (source.next() as Batch)
  const { x, y, weights: sampleWeight } = batch
  const size = sizeOfBatch(batch)
  if (!backend.isAsync) return { logs: tidy(() => makeStep(model, batch, epoch, step)), size }
  try {
    return { logs: await ownStep(model, () => model.trainOnBatchAsync(x, y as Tensors, { sampleWeight })), size }
  } catch (error) {
    throw located(error, epoch, step)
  } finally {
    backend.free(batch)
  }
}

/** An error of a step, with its place in the training. */
function located(error: unknown, epoch: number, step: number): unknown {
  if (error instanceof NablaError) error.message = error.message.replace(/^trainOnBatch:/, 'fit:')
  if (error instanceof GradientError) error.message = `${error.message} (epoch ${epoch + 1}, step ${step + 1})`
  return error
}

const validationName = (name: string) => `val_${name}`

const withValidation = (names: readonly string[]) => [...names, ...names.map(validationName)]

function validationLogs(logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [validationName(name), value]))
}
