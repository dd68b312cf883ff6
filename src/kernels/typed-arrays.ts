/**
 * Typed arrays of every realm: `instanceof` fails for those from an iframe, from `node:vm` or from a test runner's sandbox, which have
 * the same tags.
 */

/** Returns `Float32Array`, `Int8Array`, …; undefined for anything else, including a DataView. */
export function typedArrayName(x: unknown): string | undefined {
  if (!ArrayBuffer.isView(x)) return undefined
  const tag: unknown = (x as unknown as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]
  return typeof tag === 'string' && tag !== 'DataView' ? tag : undefined
}
