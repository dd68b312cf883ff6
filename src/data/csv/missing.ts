/**
 * What to do about missing values: the policies of `readCsv`, and the record of what was done.
 */
import { OptionError } from '../../errors.js'
import { unknownName } from '../../options.js'

/**
 * A way to treat missing values: `error` (it is reported by line and column), `drop` (the row is left out), `keep` (NaN, or null in a
 * column of text), a fill by the `mean`, `median` or `mostFrequent` value of its column, or by a constant: `{ fill: 0 }`.
 */
export type MissingPolicy = 'error' | 'drop' | 'keep' | 'mean' | 'median' | 'mostFrequent' | MissingFill

/** A constant that is filled in for missing values: a number, or a string in a column of text. */
export interface MissingFill {
  /** The constant. */
  readonly fill: number | string
}

const policies = ['error', 'drop', 'keep', 'mean', 'median', 'mostFrequent']

/** A value that was missing, and what was done about it. */
export interface MissingValue {
  /** The line of the file, from 1. */
  readonly line: number
  /** The name of its column. */
  readonly column: string
  /** The value that was filled in; null where none was. */
  readonly filled: number | string | null
  /** True if its row was left out. */
  readonly dropped: boolean
}

/** A value of a column; null where it is missing. */
export type Cell = number | string | null

/**
 * The policy, or null where this type of column cannot follow it.
 * @throws OptionError for a policy that there is not
 */
export function checkPolicy(op: string, policy: MissingPolicy, isText: boolean): MissingPolicy | null {
  if (typeof policy === 'object' && policy !== null && 'fill' in policy)
    return typeof policy.fill === (isText ? 'string' : 'number') ? policy : null
  if (!policies.includes(policy as string))
    throw unknownName(op, 'policy for missing values', policy, policies, '{ fill: value }')
  return isText && (policy === 'mean' || policy === 'median') ? null : policy
}

/**
 * The value to fill in, computed from those that are there.
 * @throws OptionError where none is there
 */
export function fillOf(op: string, column: string, policy: MissingPolicy, present: readonly Cell[]): Cell {
  if (typeof policy === 'object') return policy.fill
  if (present.length === 0)
    throw new OptionError(
      `${op}: column ${column} has no values, so there is no ${policy} to fill in. Pass columns: { ${column}: 'skip' }.`,
    )
  if (policy === 'mostFrequent') return mostFrequent(present)
  return (policy === 'mean' ? mean : median)(present as readonly number[])
}

/** The mean. */
export const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** The value that comes most often, the smallest where several do (as in scikit-learn). */
export function mostFrequent<T extends Cell>(values: readonly T[]): T {
  const counts = new Map<T, number>()
  for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1)
  const most = Math.max(...counts.values())
  const candidates = [...counts].filter(([, count]) => count === most).map(([v]) => v)
  return candidates.reduce((a, b) => ((b as number) < (a as number) ? b : a))
}
