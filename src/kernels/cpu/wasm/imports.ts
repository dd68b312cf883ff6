/**
 * The functions that modules may import: functions of numbers such as `Math.exp`, or nabla's own.
 */
import { type FunctionName, rows } from '../../formula/functions.js'

/** The remainder with the sign of a. */
const fmod = (a: number, b: number) => a % b

/** True if an import is one of nabla's functions, which workers do not have. */
export const isOwn = (name: string): boolean => name.startsWith('nabla.')

/** The module and the name in it. */
export const splitImport = (name: string): string[] => name.split('.')

/** nabla's functions among the imports: those of the table, and `fmod`. */
export function ownFunctions(imports: readonly string[]): Record<string, WebAssembly.ImportValue> {
  const names = imports.filter(isOwn).map((name) => splitImport(name)[1])
  return Object.fromEntries(names.map((name) => [name, name === 'fmod' ? fmod : rows[name as FunctionName].numbers!]))
}

/** The number of arguments of an imported function. */
export function importParameters(name: string): number {
  const field = splitImport(name)[1]
  return field === 'fmod' ? 2 : rows[field as FunctionName].arity
}
