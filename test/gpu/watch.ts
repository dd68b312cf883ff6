/**
 * Seeing what the browser is asked for.
 */

/** Methods, by name. */
export type Prototype = Record<string, unknown>

/** Calls `seen` with what a method is called on; returns how to undo that. Without a prototype there is nothing to see. */
export function watch(prototype: Prototype | undefined, method: string, seen: (x: unknown) => void): () => void {
  if (!prototype) return () => {}
  const original = prototype[method] as (...args: unknown[]) => unknown
  prototype[method] = function (this: unknown, ...args: unknown[]) {
    seen(this)
    return original.apply(this, args)
  }
  return () => {
    prototype[method] = original
  }
}
