/**
 * The numbers of a step: every numeric option, evaluated, in one reused array that the kernels get as their scalars.
 */
import { OptionError } from '../../errors.js'
import type { Tensor } from '../../tensor/tensor.js'
import { LearningRateSchedule } from '../schedules/schedule.js'
import { type Hyperparameter, isHyperparameter } from './options.js'

/** The value of an option at a step. */
export function evaluateAt(op: string, name: string, value: Hyperparameter, step: number): number {
  if (typeof value === 'number') return value
  const result = value instanceof LearningRateSchedule ? value.at(step) : value()
  if (typeof result === 'number' && !Number.isNaN(result)) return result
  throw new OptionError(`${op}: ${name} returned ${String(result)} at step ${step}. It must return a number.`)
}

/** The loss times `lossScaleFactor` at a step, for gradients that are divided by it again. */
export function scaledLoss(op: string, loss: Tensor, factor: Hyperparameter | null, step: number): Tensor {
  return factor === null ? loss : loss.mul(evaluateAt(op, 'lossScaleFactor', factor, step))
}

/** Named numbers that change from step to step. */
export class StepScalars {
  readonly names: string[] = []
  /** The numbers, in the order of `names`. */
  readonly values: number[] = []
  private readonly changing: { index: number; name: string; value: Hyperparameter }[] = []

  /** @param options numbers, schedules, functions; true and false count as 1 and 0, everything else is left out */
  constructor(
    private readonly op: string,
    options: Readonly<Record<string, unknown>>,
  ) {
    for (const [name, value] of Object.entries(options)) {
      if (typeof value === 'boolean') this.add(name, Number(value))
      else if (isHyperparameter(value)) this.addOption(name, value)
    }
  }

  /** Adds a number; returns its place. */
  add(name: string, value = 0): number {
    this.names.push(name)
    return this.values.push(value) - 1
  }

  /** Evaluates the schedules and functions. */
  refresh(step: number): void {
    for (const { index, name, value } of this.changing) {
      this.values[index] = evaluateAt(this.op, name, value, step)
    }
  }

  /** The number of this name, or null. */
  get(name: string): number | null {
    const index = this.names.indexOf(name)
    return index < 0 ? null : this.values[index]
  }

  /** Replaces the numbers of these names. */
  set(values: Readonly<Record<string, number>>): void {
    for (const name of Object.keys(values)) {
      const index = this.names.indexOf(name)
      if (index >= 0) this.values[index] = values[name]
    }
  }

  /** The numbers by name. */
  entries(): Record<string, number> {
    return Object.fromEntries(this.names.map((name, i) => [name, this.values[i]]))
  }

  private addOption(name: string, value: Hyperparameter): void {
    const index = this.add(name, typeof value === 'number' ? value : 0)
    if (typeof value !== 'number') this.changing.push({ index, name, value })
  }
}
