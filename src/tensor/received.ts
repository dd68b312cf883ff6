/**
 * Values in the words of messages.
 */
import { foreign } from './foreign.js'
import { formatShape } from './shape.js'
import { Tensor } from './tensor.js'

/** A value in a few words: `5`, `an object with x, y`, `the class EarlyStopping`. */
export function received(x: unknown): string {
  if (typeof x === 'function')
    return isClass(x) ? `the class ${x.name}` : x.name ? `the function ${x.name}` : 'a function'
  if (typeof x === 'object' && x !== null) return receivedObject(x)
  return typeof x === 'string' ? `the string ${JSON.stringify(x.slice(0, 60))}` : String(x)
}

function receivedObject(x: object): string {
  if (x instanceof Tensor) return `a tensor of shape ${formatShape(x.shape)}`
  if (Array.isArray(x)) return 'an array'
  if (isPromise(x)) return 'a promise'
  const name = x.constructor?.name ?? 'Object'
  if (name !== 'Object') return foreign(x) ?? `an object of class ${name}`
  const keys = Object.keys(x)
  return foreign(x) ?? (keys.length > 0 ? `an object with ${keys.slice(0, 8).join(', ')}` : 'an empty object')
}

/** True for a promise, or anything else with a `then`. */
export function isPromise(x: unknown): x is PromiseLike<unknown> {
  return typeof (x as { then?: unknown } | null | undefined)?.then === 'function'
}

/** True for a class, which can only be called with `new`. */
export function isClass(x: unknown): x is new () => unknown {
  return typeof x === 'function' && /^class\b/.test(Function.prototype.toString.call(x))
}
