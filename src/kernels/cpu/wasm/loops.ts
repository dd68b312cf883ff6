/**
 * Pieces of WebAssembly that most kernels are put together from: steps, loops, shuffles.
 */

import type { Code, Instruction, Operand } from './code.js'
import { brIf, loop, set, when } from './control.js'
import { i8x16, i32 } from './instructions.js'

/** Adds to an i32 local. */
export const advance = (name: string, by: Operand): Instruction => set(name, i32.add(name, by))

/** Runs the body as long as the condition holds. */
export const repeatWhile = (condition: Operand, body: Code): Instruction =>
  when(condition, loop('', [body, brIf('', condition)]))

/** Runs the body `counter` times; the local ends at 0. (With a test for zero V8's loop is two per cent slower.) */
export const countDown = (counter: string, body: Code): Instruction =>
  repeatWhile(i32.ge_u(counter, 1), [body, advance(counter, -1)])

/** Runs the body with the local `name` counting from 0 to the local `count` − 1. */
export const countTo = (name: string, count: string, body: Code): Code => [
  set(name, 0),
  repeatWhile(i32.lt_u(name, count), [body, advance(name, 1)]),
]

/** Runs the body as long as at least `bytes` lie between the addresses in two locals. */
export const whileRoom = (from: string, end: string, bytes: number, body: Code): Instruction =>
  repeatWhile(i32.ge_u(i32.sub(end, from), bytes), body)

/** The code for each of 0 … n − 1. */
export const times = (n: number, code: (i: number) => Code): Code[] => Array.from({ length: n }, (_, i) => code(i))

/** A vector of numbers of so many bytes each, picked from two vectors: 0 is the first of a, and they go on in b. */
export const pick = (bytes: 4 | 8, numbers: readonly number[], a: Operand, b: Operand): Instruction =>
  i8x16.shuffle(
    numbers.flatMap((n) => Array.from({ length: bytes }, (_, i) => n * bytes + i)),
    a,
    b,
  )
