/**
 * The code of a worker, as text, so that it runs from any bundle: it imports nothing and contains no kernel. Kernels are functions of
 * WebAssembly modules whose bytes lie in the control block (`control.ts`) one behind the other, and are numbered in that order.
 */
import { code, slots, word } from './control.js'

/** Runs in the worker. `index` is its number: those that are not below the number of active ones sleep. */
export const workerCode = `'use strict'
const serve = ({ memory, control, index }) => {
  const words = new Int32Array(control), numbers = new Float64Array(control), bytes = new Uint8Array(control)
  const kernels = []
  let nextModule = ${code.start}

  const loadModule = () => {
    const start = nextModule + 4, end = start + words[nextModule >> 2]
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes.slice(start, end)), { nabla: { memory }, Math })
    kernels.push(...Object.values(instance.exports))
    nextModule = (end + 3) & -4
  }
  const callFrom = (at) => {
    const kernel = numbers[at], end = at + 2 + numbers[at + 1]
    while (kernel >= kernels.length) loadModule()
    kernels[kernel].apply(undefined, numbers.subarray(at + 2, end))
    return end
  }
  const run = (task) => {
    const slot = ${word.slots} + 2 * (task & ${slots - 1})
    try {
      for (let at = words[slot], end = words[slot + 1]; at < end; ) at = callFrom(at)
    } catch {
      Atomics.store(words, ${word.failed}, 1)
    }
    Atomics.add(words, ${word.finished}, 1)
    Atomics.notify(words, ${word.finished})
  }
  const rest = (published) => {
    const patience = Atomics.load(words, ${word.patience})
    for (let i = 0; i < patience; i++) if (Atomics.load(words, ${word.published}) !== published) return
    Atomics.wait(words, ${word.published}, published)
  }
  const sleep = () => {
    const active = Atomics.load(words, ${word.active})
    if (index >= active) Atomics.wait(words, ${word.active}, active)
  }

  Atomics.add(words, ${word.ready}, 1)
  for (;;) {
    const task = Atomics.load(words, ${word.taken})
    const published = Atomics.load(words, ${word.published})
    if (index >= Atomics.load(words, ${word.active})) sleep()
    else if (task === published) rest(published)
    else if (Atomics.compareExchange(words, ${word.taken}, task, (task + 1) | 0) === task) run(task)
  }
}
const { workerData } = globalThis.process?.getBuiltinModule?.('node:worker_threads') ?? {}
if (workerData) serve(workerData)
else onmessage = ({ data }) => serve(data)
`
