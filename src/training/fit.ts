/**
 * The training loop: shuffles, cuts into batches, calls the callbacks, validates. What one step does is in `trainer.ts`.
 */
import { GradientError, NablaError } from '../errors.js'
import type { Generator } from '../kernels/random.js'
import type { Tensors } from '../layers/layer.js'
import { backend } from '../tensor/backend.js'
import { randomStream } from '../tensor/random.js'
import { ready } from '../tensor/ready.js'
import { tidy } from '../tensor/tidy.js'
import type { Callback, TrainParams } from './callbacks/callback.js'
import { History } from './callbacks/history.js'
import { printEpochs } from './callbacks/print-epochs.js'
import { evaluateOn } from './evaluate.js'
import { giveWay, isTurnOver } from './event-loop.js'
import { splitData } from './fit-data.js'
import { checkFitOptions, type FitOptions } from './fit-options.js'
import { type Logs, MeanLogs } from './logs.js'
import type { Model } from './model.js'
import type { OrderedData } from './named-data.js'
import type { Trainer } from './trainer.js'
import type { TrainingData } from './training-data.js'
import { OwnUpdates, ownStep } from './training-lock.js'

/** The loop behind `Model.fit`. */
export async function runFit(
  model: Model,
  trainer: Trainer,
  x: OrderedData,
  y: OrderedData,
  options: FitOptions,
): Promise<History> {
  const compiled = trainer.compiledOrThrow('fit')
  const checked = checkFitOptions(options)
  const { epochs, batchSize, shuffle, seed, verbose } = checked
  await ready([x, y, ...(options.validationData ?? [])])
  const { training, validation } = splitData(model, compiled, x, y, checked)
  const random = shuffle ? randomStream(seed) : null
  const history = new History()
  const callbacks: Callback[] = [history, ...(verbose ? [printEpochs()] : []), ...checked.callbacks]
  const updates = new OwnUpdates(model)

  model.stopTraining = false
  trainer.restart()
  model.optimizer.restoreForTraining?.()
  const logNames = validation ? withValidation(compiled.logNames) : compiled.logNames
  const params = paramsOf(epochs, batchSize, training.size, logNames)
  for (const c of callbacks) await c.onTrainBegin?.(params, model)
  for (let epoch = 0; epoch < epochs && !model.stopTraining; epoch++) {
    for (const c of callbacks) await c.onEpochBegin?.(epoch, model)
    if (model.stopTraining) break
    const logs = await runEpoch({ model, training, batchSize, random, callbacks, updates }, epoch)
    if (validation)
      Object.assign(logs, validationLogs(await evaluateOn(model, compiled, validation, batchSize, giveWay)))
    for (const c of callbacks) await c.onEpochEnd?.(epoch, logs, model)
  }
  updates.check()
  if (epochs > 0) model.optimizer.finalizeVariableValues(trainer.variables.filter((v) => v.trainable))
  for (const c of callbacks) await c.onTrainEnd?.(history, model)
  return history
}

function paramsOf(epochs: number, batchSize: number, samples: number, logs: readonly string[]): TrainParams {
  return { epochs, steps: Math.ceil(samples / batchSize), batchSize, samples, logs }
}

/** The parts of a training that an epoch needs. */
interface Loop {
  readonly model: Model
  readonly training: TrainingData
  readonly batchSize: number
  readonly random: Generator | null
  readonly callbacks: readonly Callback[]
  readonly updates: OwnUpdates
}

async function runEpoch(
  { model, training, batchSize, random, callbacks, updates }: Loop,
  epoch: number,
): Promise<Logs> {
  const order = random?.permutation(training.size)
  const listeners = callbacks.filter((c) => c.onBatchEnd)
  const mean = new MeanLogs()
  for (let start = 0, step = 0; start < training.size && !model.stopTraining; start += batchSize, step++) {
    const stop = Math.min(start + batchSize, training.size)
    updates.check()
    const logs = backend.isAsync
      ? await stepAsync(model, training.batch(start, stop, order), epoch, step)
      : tidy(() => makeStep(model, training.batch(start, stop, order), epoch, step))
    updates.note()
    mean.add(logs, stop - start)
    for (const c of listeners) await c.onBatchEnd?.(step, mean.logs, model)
    if (isTurnOver()) await giveWay()
  }
  return mean.logs
}

type Batch = ReturnType<TrainingData['batch']>

function makeStep(model: Model, { x, y }: Batch, epoch: number, step: number): Logs {
  try {
    return ownStep(model, () => model.trainOnBatch(x, y as Tensors))
  } catch (error) {
    throw located(error, epoch, step)
  }
}

/** `makeStep` where numbers cannot be read at once. */
async function stepAsync(model: Model, batch: Batch, epoch: number, step: number): Promise<Logs> {
  try {
    return await ownStep(model, () => model.trainOnBatchAsync(batch.x, batch.y as Tensors))
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
