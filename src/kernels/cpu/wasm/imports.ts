/**
 * What modules may import besides the memory: functions of numbers, `Math.exp` and the like, or nabla's own.
 */
import { erf, erfc } from '../../erf.js'

/** The remainder with the sign of a. */
const fmod = (a: number, b: number) => a % b

/** nabla's functions. Workers have none of them. */
export const ownFunctions = { erf, erfc, fmod }

/** Whether an import is one of nabla's functions. */
export const isOwn = (name: string): boolean => name.startsWith('nabla.')

/** The module and the name in it. */
export const splitImport = (name: string): string[] => name.split('.')

/** How many numbers it takes. */
export const importParameters = (name: string): number => (/\.(pow|fmod)$/.test(name) ? 2 : 1)
