/**
 * One training of a model at a time: two that take turns would each continue from the other's weights, unnoticed.
 */
import { OptionError } from '../errors.js'
import type { Layer } from '../layers/layer.js'
import type { Variable } from '../tensor/variable.js'

/** A training that is going on. */
interface Training {
  readonly op: 'fit' | 'trainOnBatchAsync'
  variables: readonly Variable[]
}

const trainings = new WeakMap<Layer, Training>()
/** The model whose training changes each variable now. */
const trainers = new WeakMap<Variable, Layer>()
/** The model whose `fit` makes a step at this moment. */
let stepping: Layer | null = null

/**
 * Runs a training that takes several turns of the event loop.
 * @throws OptionError while the model, or another one with the same variables, is being trained
 */
export async function withLock<T>(model: Layer, op: Training['op'], run: () => Promise<T>): Promise<T> {
  checkUnlocked(model, op)
  if (isOwnStep(model, op)) return run()
  const training: Training = { op, variables: [] }
  trainings.set(model, training)
  try {
    lockVariables(model, model.trainableVariables)
    return await run()
  } finally {
    trainings.delete(model)
    for (const v of training.variables) trainers.delete(v)
  }
}

/** @throws OptionError while the model is being trained, except in the steps of its own `fit` */
export function checkUnlocked(model: Layer, op: string): void {
  const other = trainings.get(model)
  if (other && !isOwnStep(model, op)) throw busy(op, model.name, other.op)
}

/** Makes a step of `fit`. */
export function ownStep<T>(model: Layer, step: () => T): T {
  const before = stepping
  stepping = model
  try {
    return step()
  } finally {
    stepping = before
  }
}

function isOwnStep(model: Layer, op: string): boolean {
  return stepping === model && op !== 'fit'
}

/**
 * Notes which variables the model's training changes, if one is going on.
 * @throws OptionError when the training of another model changes one of them
 */
export function lockVariables(model: Layer, variables: readonly Variable[]): void {
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

/** The part of a model that `OwnUpdates` watches. */
interface Trained {
  readonly name: string
  readonly optimizer: { readonly iterations: number }
}

/** Notices updates that the optimizer makes between the steps of `fit`: its losses would hide them. */
export class OwnUpdates {
  private count: number | undefined

  constructor(private readonly model: Trained) {}

  /** Remembers how many updates were made. */
  note(): void {
    this.count = this.model.optimizer.iterations
  }

  /** @throws OptionError when others were made since; fewer are possible, as a state may have been imported */
  check(): void {
    const { iterations } = this.model.optimizer
    if (this.count === undefined || !(iterations > this.count)) return
    throw new OptionError(
      `fit: the optimizer of the model ${this.model.name} was used while fit trains: it made ${iterations} updates, fit only ${this.count}. Wait for fit before apply, step or minimize, or use another optimizer.`,
    )
  }
}
