/**
 * Weights of examples: given one by one, or by class.
 */
import { OptionError } from '../errors.js'
import type { TypedArray } from '../kernels/backend.js'
import { show } from '../options.js'
import { formatRow, isDistribution } from './targets.js'

/** A weight for each class: `{ 0: 1, 1: 5 }`, or an array; classes that are left out weigh 1. */
export type ClassWeight = Readonly<Record<number, number>> | readonly number[]

/** @throws OptionError for what is not a number for each class */
export function checkClassWeight(given: unknown): void {
  const isObject = typeof given === 'object' && given !== null && !ArrayBuffer.isView(given)
  const entries = isObject ? Object.entries(given) : []
  const isFine = ([label, weight]: [string, unknown]) =>
    /^\d+$/.test(label) && Number.isFinite(weight) && (weight as number) >= 0
  if (entries.length > 0 && entries.every(isFine)) return
  throw new OptionError(
    `fit: classWeight is ${show(given)}. Give a weight of 0 or more for each class: { 0: 1, 1: 5 }.`,
  )
}

/**
 * The weight of each example by its class: its label, or the place of the 1 in its one-hot row.
 * @throws OptionError for targets that are neither
 */
export function weightsByClass(classWeight: ClassWeight, targets: TypedArray, width: number): Float32Array {
  const weights = new Float32Array(targets.length / width)
  for (let i = 0; i < weights.length; i++) {
    const label = classAt(targets, width, i)
    if (label === null) throw notClass(targets, width, i)
    weights[i] = (classWeight as readonly number[])[label] ?? 1
  }
  return weights
}

/** The class of an example; null where its target is not a class. */
export function classAt(targets: TypedArray, width: number, i: number): number | null {
  if (width === 1) return Number.isInteger(targets[i]) ? targets[i] : null
  if (!isDistribution(targets, i * width, width)) return null
  const row = targets.subarray(i * width, (i + 1) * width) as Float32Array
  return row.indexOf(Math.max(...row))
}

function notClass(targets: TypedArray, width: number, i: number): OptionError {
  return new OptionError(
    `fit: classWeight needs classes, but the target of example ${i} is ${formatRow(targets, i * width, width)}. Use sampleWeight: one weight per example.`,
  )
}
