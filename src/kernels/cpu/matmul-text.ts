/**
 * Pieces of WebAssembly text that the matmul kernels use beside the common ones (`wat.ts`). Pointers are names of i32 locals.
 */
import { advance, get, int } from './wat.js'

export const zero = '(v128.const i32x4 0 0 0 0)'

export const range = (n: number) => Array.from({ length: n }, (_, i) => i)

export const add = (a: string, b: string) => `(i32.add ${a} ${b})`

export const load = (pointer: string, offset = 0) => `(v128.load offset=${offset} ${get(pointer)})`

export const store = (pointer: string, value: string, offset = 0) =>
  `(v128.store offset=${offset} ${get(pointer)} ${value})`

export const when = (condition: string, body: string) => `(if ${condition} (then ${body}))`

/** Repeats the body while `counter`, which each turn lowers by `step`, is at least `step`. */
export function repeat(counter: string, body: string, step = 1): string {
  const enough = `(i32.ge_u ${get(counter)} ${int(step)})`
  return when(enough, `(loop $${counter} ${body} ${advance(counter, -step)} (br_if $${counter} ${enough}))`)
}
