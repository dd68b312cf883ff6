/**
 * What all data sets by name have in common: examples, targets, names, and where they are from.
 */
import { tensor } from '../../tensor/creation.js'
import type { Tensor } from '../../tensor/tensor.js'

/** The origin of a data set, and its licence. */
export interface DataSource {
  /** Its title. */
  readonly title: string
  /** The people who made it. */
  readonly authors: string
  /** A page about it. */
  readonly url: string
  /** The licence. */
  readonly licence: string
}

/** Examples with their targets. */
export interface NamedData {
  /** The examples: float32, [count, features]. */
  readonly x: Tensor
  /** The target of each example, [count]: the number of its class, int32, or a measured number, float32. */
  readonly y: Tensor
  /** The names of the classes: that of class 0 first. Empty where targets are measured numbers. */
  readonly labels: readonly string[]
  /** The names of the columns of `x`. */
  readonly features: readonly string[]
  /** The origin of the data, and its licence. */
  readonly source: DataSource
}

/** A data set from rows of numbers, the target last. */
export function fromRows(text: string, parts: Omit<NamedData, 'x' | 'y'>): NamedData {
  const rows = text
    .trim()
    .split('\n')
    .map((row) => row.split(',').map(Number))
  const y = rows.map((row) => row.at(-1) as number)
  return {
    x: tensor(rows.map((row) => row.slice(0, -1))),
    y: tensor(y, { dtype: parts.labels.length > 0 ? 'int32' : 'float32' }),
    ...parts,
  }
}
