/**
 * What looks like a tensor of this nabla and is none: what JSON, `structuredClone` and `postMessage` leave of one, which can be read
 * again, and what another copy of nabla made.
 */
import type { DType, Shape } from '../kernels/backend.js'
import { typedArrayName } from '../kernels/typed-arrays.js'
import { thisCopy } from '../printed.js'
import { fromJsonNumber, type JsonNumber } from './json-numbers.js'

/** The parts of a tensor: its shape, its dtype, and its numbers one after the other. */
export interface TensorParts {
  /** The sizes per axis. */
  readonly shape: Shape
  /** The dtype of the numbers. */
  readonly dtype: DType
  /** The numbers, the last axis fastest. */
  readonly data: ArrayLike<JsonNumber>
}

/** The parts of a tensor that went through JSON, `structuredClone` or `postMessage`; null for anything else, and where the numbers are lost. */
export function partsOf(x: unknown): TensorParts | null {
  if (!isObject(x) || hasMethod(x, 'dataSync') || !Array.isArray(x.shape)) return null
  const { shape, dtype, data, buffer } = x
  if (Array.isArray(data)) return withNumbers(shape, dtype, data.map(fromJsonNumber))
  if (ArrayBuffer.isView(data)) return withNumbers(shape, dtype, data)
  const isWhole = isObject(buffer) && typedArrayName(buffer.array) !== undefined && !('indices' in x)
  return isWhole ? ({ shape, dtype: buffer.dtype, data: buffer.array } as TensorParts) : null
}

const withNumbers = (shape: unknown, dtype: unknown, data: unknown) =>
  typeof dtype === 'string' ? ({ shape, dtype, data } as TensorParts) : null

const oneCopy = 'load nabla once: npm ls nabla lists the copies'

/** Describes a value that looks like a tensor, layer or optimizer but is not one of ours, and how to convert it; null if it does not look like one. */
export function foreign(x: unknown): string | null {
  if (!isObject(x) || isOurs(x)) return null
  if (hasMethod(x, 'retainGrad')) return `a tensor of another copy of nabla (${oneCopy}; or write tensor(x.toJSON()))`
  if (hasMethod(x, 'dataSync')) return 'a tensor of another library (write tensor(x.dataSync(), { shape: x.shape }))'
  if (hasMethod(x, 'buildFor')) return `a layer of another copy of nabla (${oneCopy})`
  if (hasMethod(x, 'exportState') && hasMethod(x, 'applyGradients'))
    return `an optimizer of another copy of nabla (${oneCopy})`
  if (partsOf(x)) return 'what JSON, structuredClone or postMessage made of a tensor (write tensor(x))'
  if (!('node' in x && 'requiresGrad' in x)) return null
  return 'what structuredClone or postMessage left of a tensor, without its numbers (send x.toJSON(), or x.detach() of a variable, and write tensor(x))'
}

/** True for what this copy of nabla made. */
const isOurs = (x: object) => (x.constructor as { copy?: unknown } | undefined)?.copy === thisCopy

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !isArray(x)
const isArray = (x: unknown) => Array.isArray(x) || ArrayBuffer.isView(x)
const hasMethod = (x: Record<string, unknown>, name: string) => typeof x[name] === 'function'
