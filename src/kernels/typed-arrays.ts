/**
 * Typed arrays of every realm: those that come from an iframe, from `node:vm` or from a test runner's sandbox are no `instanceof` ours,
 * but have the same tags.
 */

/** `Float32Array`, `Int8Array`, …; undefined for anything else, a DataView too. */
export function typedArrayName(x: unknown): string | undefined {
  if (!ArrayBuffer.isView(x)) return undefined
  const tag: unknown = (x as unknown as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]
  return typeof tag === 'string' && tag !== 'DataView' ? tag : undefined
}
