/**
 * Hooks: functions that see what a layer computes, each time it is called (`layer.onCall`).
 */
import type { Layer, Tensors } from './layer.js'

/** Sees the output of a layer, and its input. What it returns is ignored. */
export type CallHook = (y: Tensors, x: Tensors, layer: Layer) => void

const hooks = new WeakMap<Layer, Set<CallHook>>()
/** The number of hooks in this program: while there are none, calls look for none. */
let count = 0

/** Adds a hook; the function that is returned takes it away. */
export function addHook(layer: Layer, hook: CallHook): () => void {
  const own = hooks.get(layer) ?? new Set()
  hooks.set(layer, own)
  const added: CallHook = (y, x) => hook(y, x, layer)
  own.add(added)
  count++
  return () => {
    if (own.delete(added)) count--
  }
}

/** Calls the hooks of a layer. */
export function runHooks(layer: Layer, y: Tensors, x: Tensors): void {
  if (count === 0) return
  for (const hook of [...(hooks.get(layer) ?? [])]) hook(y, x, layer)
}
