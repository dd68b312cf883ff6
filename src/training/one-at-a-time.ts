/**
 * One training of a model at a time: two that take turns would each continue from the other's weights, and nobody could tell.
 */
import { OptionError } from '../errors.js'
import type { Variable } from '../tensor/variable.js'
import type { Model } from './model.js'

/** A training that is going on. */
interface Training {
  readonly op: 'fit' | 'trainOnBatchAsync'
  variables: readonly Variable[]
}

const trainings = new WeakMap<Model, Training>()
/** The model whose training changes each variable now. */
const trainers = new WeakMap<Variable, Model>()
/** The model whose `fit` makes a step at this moment. */
let stepping: Model | null = null

/**
 * Runs a training that takes several turns of the event loop.
 * @throws OptionError while the model, or another one with the same variables, is being trained
 */
export async function alone<T>(model: Model, op: Training['op'], run: () => Promise<T>): Promise<T> {
  checkFree(model, op)
  if (isOwnStep(model, op)) return run()
  const training: Training = { op, variables: [] }
  trainings.set(model, training)
  try {
    claim(model, model.trainableVariables)
    return await run()
  } finally {
    trainings.delete(model)
    for (const v of training.variables) trainers.delete(v)
  }
}

/** @throws OptionError while the model is being trained, except in the steps of its own `fit` */
export function checkFree(model: Model, op: string): void {
  const other = trainings.get(model)
  if (other && !isOwnStep(model, op)) throw busy(op, model.name, other.op)
}

/** Makes a step of `fit`. */
export function ownStep<T>(model: Model, step: () => T): T {
  const before = stepping
  stepping = model
  try {
    return step()
  } finally {
    stepping = before
  }
}

function isOwnStep(model: Model, op: string): boolean {
  return stepping === model && op !== 'fit'
}

/**
 * Says which variables the model's training changes, if one is going on.
 * @throws OptionError when the training of another model changes one of them
 */
export function claim(model: Model, variables: readonly Variable[]): void {
  const training = trainings.get(model)
  if (!training) return
  for (const v of variables) {
    const other = trainers.get(v) ?? model
    if (other !== model) throw shared(training.op, model.name, other.name, v)
  }
  for (const v of training.variables) trainers.delete(v)
  for (const v of variables) trainers.set(v, model)
  training.variables = variables
}

/** Notices updates that the optimizer makes between the steps of `fit`: they would be hidden in its losses. */
export class OwnUpdates {
  private count: number | undefined

  constructor(private readonly model: Model) {}

  /** Remembers how many updates were made. */
  note(): void {
    this.count = this.model.optimizer.iterations
  }

  /** @throws OptionError when others were made since; a state with fewer may have been imported */
  check(): void {
    const { name, optimizer } = this.model
    if (this.count === undefined || !(optimizer.iterations > this.count)) return
    throw new OptionError(
      `fit: the optimizer of the model ${name} was used while fit trains: it made ${optimizer.iterations} updates, and fit ${this.count}. Wait for fit before apply, step or minimize, or use another optimizer.`,
    )
  }
}

function busy(op: string, name: string, other: string): OptionError {
  return new OptionError(
    `${op}: the model ${name} is being trained by ${other} already. Wait for it first: await model.${other}(…). Callbacks may evaluate, predict, set weights and change the learning rate, but not train or compile.`,
  )
}

function shared(op: string, name: string, other: string, { path }: Variable): OptionError {
  return new OptionError(
    `${op}: the variable ${path} of the model ${name} is being trained with the model ${other} already. Wait for that training first, or freeze what the models share.`,
  )
}
