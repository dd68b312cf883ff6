/**
 * The sources of kernels. Each is made once, because gpu.js compiles a kernel when it first runs, and finds it again by its source.
 */
import type { KernelSource } from './device.js'

/**
 * The source of a kernel `function (a0, …, s0, …) { … }`.
 * @param arrays how many flat arrays it reads, `a0`, `a1`, …
 * @param scalars the names of the numbers that it reads
 * @param body statements; `i` is the index of the result's element
 */
export function kernelSource(arrays: number, scalars: readonly string[], body: string): KernelSource {
  const parameters = [...Array.from({ length: arrays }, (_, i) => `a${i}`), ...scalars]
  const source = `function (${parameters.join(', ')}) { const i = this.thread.x; ${body} }`
  return { source, arrays, scalars: scalars.length }
}

/** Remembers what `make` returns for each key. */
export function cached<Key, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const known = new Map<Key, Made>()
  return (key) => {
    let made = known.get(key)
    if (made === undefined) {
      made = make(key)
      known.set(key, made)
    }
    return made
  }
}
