/**
 * Numbers in JSON, which has no NaN, no ±∞ and no −0: those are written as strings.
 */
import type { TypedArray } from '../kernels/backend.js'

/** A number as JSON holds it. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity' | '-0'

/** An array whose `JSON.stringify` loses nothing. */
export function toJsonNumbers(array: TypedArray): JsonNumber[] {
  return Array.from(array, (x) => (Number.isFinite(x) && !Object.is(x, -0) ? x : nameOf(x)))
}

const nameOf = (x: number) => (Object.is(x, -0) ? '-0' : String(x)) as JsonNumber

/** The number behind one of those strings; anything else as it is. */
export function fromJsonNumber(x: unknown): unknown {
  return typeof x === 'string' && strings.has(x) ? Number(x) : x
}

const strings = new Set(['NaN', 'Infinity', '-Infinity', '-0'])
