/**
 * Pieces of WebAssembly text that the kernels are put together from.
 */

/** `(local.get $x)`. */
export const get = (name: string) => `(local.get $${name})`

/** `(local.set $x value)`. */
export const set = (name: string, value: string) => `(local.set $${name} ${value})`

/** An i32 constant. */
export const int = (value: number) => `(i32.const ${value})`

/** Adds a constant or an i32 expression to an i32 local. */
export const advance = (name: string, by: number | string) =>
  set(name, `(i32.add ${get(name)} ${typeof by === 'number' ? int(by) : by})`)

/** Parameters of one type (i32 unless said otherwise), from names separated by spaces. */
export const params = (names: string, type = 'i32') => declare('param', names, type)

/** Locals of one type (i32 unless said otherwise), from names separated by spaces. */
export const locals = (names: string, type = 'i32') => declare('local', names, type)

const declare = (kind: string, names: string, type: string) =>
  names
    .split(' ')
    .map((name) => `(${kind} $${name} ${type})`)
    .join(' ')

/** Arguments of a call: the locals of these names. */
export const pass = (names: string) => names.split(' ').map(get).join(' ')

/** The vector at an address, in bytes behind the pointer in a local. */
export const load = (pointer: string, offset = 0) => `(v128.load offset=${offset} ${get(pointer)})`

/** Puts a vector there. */
export const store = (pointer: string, value: string, offset = 0) =>
  `(v128.store offset=${offset} ${get(pointer)} ${value})`

/** Numbers of so many bytes each, picked from two vectors: 0 is the first of a, and they go on in b. */
export const pick = (bytes: 4 | 8, numbers: readonly number[], a: string, b: string) =>
  `(i8x16.shuffle ${numbers.flatMap((n) => Array.from({ length: bytes }, (_, i) => n * bytes + i)).join(' ')} ${a} ${b})`

/** Runs the body as often as the local `counter`, which ends at 0, says. (With a test for zero V8's loop is two per cent slower.) */
export const countDown = (counter: string, body: string) =>
  repeatWhile(`(i32.ge_u ${get(counter)} ${int(1)})`, `${body} ${advance(counter, -1)}`)

/** Runs the body as long as the condition holds. */
export const repeatWhile = (condition: string, body: string) => `(if ${condition} (then (loop
  ${body}
  (br_if 0 ${condition}))))`

/** Runs the body with the local `name` counting from 0 to the local `count` − 1. */
export const countTo = (name: string, count: string, body: string) =>
  `${set(name, int(0))} ${repeatWhile(`(i32.lt_u ${get(name)} ${get(count)})`, `${body} ${advance(name, 1)}`)}`

/** Runs the body as long as at least `bytes` lie between the addresses in two locals. */
export const whileRoom = (from: string, end: string, bytes: number, body: string) =>
  repeatWhile(`(i32.ge_u (i32.sub ${get(end)} ${get(from)}) ${int(bytes)})`, body)

/** One text for each of 0 … n − 1. */
export const times = (n: number, text: (i: number) => string) => Array.from({ length: n }, (_, i) => text(i)).join('\n')
