/**
 * Checks of what is passed to layers, and their errors.
 */
import { DTypeError, OptionError, ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { checkOptions } from '../options.js'
import { checkDType } from '../tensor/dtype.js'
import { foreign } from '../tensor/foreign.js'
import { checkShape, formatShape, sameShape } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import type { Layer } from './layer.js'
import type { LayerOptions, WeightOptions } from './layer-options.js'

/** @throws OptionError or ShapeError for a wrong value of an option that every layer has */
export function checkLayerOptions(op: string, { name, trainable = true, inputShape }: LayerOptions): void {
  if (name !== undefined && name !== null && (typeof name !== 'string' || name === ''))
    throw new OptionError(`${op}: name must be a non-empty string, received ${shown(name)}. Write name: 'hidden'.`)
  checkFlag(op, 'trainable', trainable)
  if (inputShape !== undefined && inputShape !== null) checkInputShape(op, inputShape)
}

/** @throws OptionError for anything but true and false */
export function checkFlag(op: string, option: string, value: unknown): void {
  if (typeof value === 'boolean') return
  throw new OptionError(`${op}: ${option} must be true or false, received ${shown(value)}. Write { ${option}: true }.`)
}

function checkInputShape(op: string, shape: unknown): void {
  const sizes = Array.isArray(shape) ? shape : [shape]
  if (Array.isArray(shape) && sizes.every((n) => Number.isInteger(n) && n >= 0)) return
  const fitting = sizes.filter((n) => Number.isInteger(n) && n >= 0)
  throw new ShapeError(
    `${op}: inputShape must be the shape of one example, without the batch axis, received ${shown(shape)}. Write inputShape: ${formatShape(fitting.length > 0 ? fitting : [2])}.`,
  )
}

/** @throws OptionError, ShapeError or DTypeError for wrong arguments of `addWeight` */
export function checkWeight(layer: string, name: string, shape: Shape, options: WeightOptions): void {
  const op = `${layer}.addWeight`
  if (typeof name !== 'string' || name === '')
    throw new OptionError(
      `${op}: name must be a non-empty string, received ${shown(name)}. Pass name, shape and options: addWeight('kernel', [2, 3], { initializer: 'zeros' }).`,
    )
  checkShape(op, shape)
  checkOptions(op, options, ['initializer', 'trainable', 'constraint', 'dtype', 'seed'])
  if (options.dtype !== undefined) checkDType(op, options.dtype)
  checkConstraint(op, 'constraint', options.constraint)
}

/** @throws OptionError for anything but a function, null and undefined */
export function checkConstraint(op: string, option: string, constraint: unknown): void {
  if (constraint === undefined || constraint === null || typeof constraint === 'function') return
  throw new OptionError(
    `${op}: ${option} must be a function, received ${shown(constraint)}. Pass nonNeg(), for example.`,
  )
}

/** @throws ShapeError when an initializer did not return a tensor of the shape */
export function checkInitial(layer: string, name: string, value: unknown, shape: Shape): void {
  if (value instanceof Tensor && sameShape(value.shape, shape)) return
  const received = value instanceof Tensor ? `a tensor of shape ${formatShape(value.shape)}` : shown(value)
  throw new ShapeError(
    `${layer}: the initializer of ${name} must return a tensor of shape ${formatShape(shape)}, but returned ${received}. It is called with the shape: (shape) => zeros(shape).`,
  )
}

/** The error for a layer whose class does not define `call`. */
export function withoutCall(layer: Layer): OptionError {
  const hint =
    'forward' in layer
      ? 'Rename forward to call.'
      : 'Define call(x), which computes the output: call(x) { return x.tanh() }.'
  return new OptionError(`${layer.name}: the class has no method call. ${hint}`)
}

/** @throws ShapeError when the examples do not have the shape that the layer was built for */
export function checkInput(layer: Layer, x: Tensor): void {
  checkTensor(layer.name, x)
  const want = layer.inputShape
  if (!want || !layer.built) {
    throw new ShapeError(
      `${layer.name}: the layer is not built yet, so it has no weights. Use apply(x), which builds it.`,
    )
  }
  const got = x.shape.slice(1)
  if (x.rank > 0 && sameShape(got, want)) return
  if (sameShape(x.shape, want)) throw withoutBatch(layer.name, want)
  throw new ShapeError(
    `${layer.name}: built for examples of shape ${formatShape(want)}, received ${formatShape(x.shape)}. The first axis is the batch, the others must be ${formatShape(want)}.`,
  )
}

function withoutBatch(name: string, shape: Shape): ShapeError {
  return new ShapeError(
    `${name}: built for batches of shape [batch, ${shape.join(', ')}], received ${formatShape(shape)}: one example without the batch axis. Pass an array of examples, [x], or x.expandDims(0).`,
  )
}

function checkTensor(name: string, x: unknown): asserts x is Tensor {
  if (x instanceof Tensor) return
  throw new DTypeError(
    `${name}: call takes a tensor, received ${foreign(x) ?? (Array.isArray(x) ? 'an array' : typeof x)}. Use apply, or call(tensor(data)).`,
  )
}

/** A value as code. */
export function shown(value: unknown): string {
  if (typeof value === 'string' || Array.isArray(value)) return JSON.stringify(value)
  if (Object.getPrototypeOf(Object(value)) === Object.prototype) return JSON.stringify(value)
  return String(value)
}
