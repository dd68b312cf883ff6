/**
 * What a formula may be computed in: anything that has the functions of the language. Plain numbers are the first example,
 * tensors another (`jitCompile: false` runs there), and any number-like type will do.
 */
import { type Arity, type DefinedFunction, type FunctionName, functions, rows } from './functions.js'
import { interpret } from './interpret.js'
import { parse } from './parse.js'
import type { Several } from './row.js'
import { argumentNames } from './row.js'

/** The functions of the language over T, and T's version of a number. The type makes a missing function a compile error. */
export type Algebra<T> = { readonly [F in FunctionName]: (...args: Several<T>[Arity<F>]) => T } & {
  constant(value: number): T
}

/** The function of the language as a function of plain numbers. */
function ofNumbers(fn: FunctionName): (...args: number[]) => number {
  const { numbers } = rows[fn]
  if (numbers) return numbers as (...args: number[]) => number
  const { arity, definition } = functions[fn as DefinedFunction]
  return (...args) => {
    const env = Object.fromEntries(argumentNames[arity].map((name, i) => [name, args[i]]))
    return interpret(parse(definition), numberAlgebra, env).y
  }
}

// @__NO_SIDE_EFFECTS__
function newNumberAlgebra(): Algebra<number> {
  const all = (Object.keys(rows) as FunctionName[]).map((fn) => [fn, ofNumbers(fn)])
  return { constant: (value: number) => value, ...Object.fromEntries(all) }
}

/** Plain numbers, in double precision: the reference for what every function means. */
export const numberAlgebra: Algebra<number> = newNumberAlgebra()
