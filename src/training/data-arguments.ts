/**
 * Checks of what is passed as `x` and `y`.
 */
import { OptionError } from '../errors.js'
import type { Tensors } from '../layers/layer.js'
import { toTensor } from '../tensor/creation.js'
import { foreign } from '../tensor/foreign.js'
import { isPromise, received } from '../tensor/received.js'
import { Tensor } from '../tensor/tensor.js'
import { areSeveral, type OrderedData } from './named-data.js'

/** The call of each operation that takes data. */
const calls = {
  fit: 'fit(x, y, options)',
  'fit (validationData)': 'validationData: [x, y]',
  evaluate: 'evaluate(x, y)',
  trainOnBatch: 'trainOnBatch(x, y)',
  predict: 'predict(x)',
}

/** An operation that takes data. */
export type DataOp = keyof typeof calls

/** @throws OptionError when `x` or `y` is missing, or not data */
export function checkPair(op: DataOp, x: unknown, y: unknown): void {
  checkData(op, 'x', x, y)
  checkData(op, 'y', y)
}

/**
 * Checks one of them.
 * @param y what follows `x`
 * @throws OptionError when the data is missing, a promise, or anything else that is not data, such as options
 */
export function checkData(op: DataOp, name: 'x' | 'y', data: unknown, y?: unknown): void {
  if (data instanceof Tensor || isData(data)) return
  const hint = `Write ${calls[op]}, with one entry per example.`
  if (data === undefined || data === null)
    throw new OptionError(`${op}: ${name} is missing, received ${String(data)}. ${hint}`)
  if (isPromise(data)) throw new OptionError(`${op}: ${name} is a promise. Await it first: const data = await promise.`)
  if (name === 'y') throw new OptionError(`${op}: y is missing, received ${received(data)} in its place. ${hint}`)
  const also = y === undefined && op !== 'predict' ? ', and y is missing' : ''
  throw new OptionError(`${op}: x is ${received(data)}${also}. ${hint}`)
}

/** True for whatever may consist of numbers; what it contains is checked when it is read. */
function isData(data: unknown): boolean {
  if (typeof data !== 'object' || data === null)
    return data !== undefined && data !== null && typeof data !== 'function'
  return Array.isArray(data) || ArrayBuffer.isView(data) || foreign(data) !== null
}

/** Data as a tensor to which no gradient flows. */
export function toConstant(data: OrderedData): Tensors {
  if (areSeveral(data)) return data.map((one) => toConstant(one) as Tensor)
  const tensor = toTensor(data)
  return tensor.requiresGrad ? tensor.detach() : tensor
}
