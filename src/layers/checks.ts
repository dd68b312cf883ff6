/**
 * Checks of what is passed to layers, and their errors.
 */
import { DTypeError, OptionError, ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { show } from '../options.js'
import { foreign } from '../tensor/foreign.js'
import { checkShape, formatShape, sameShape } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import type { Layer } from './layer.js'
import type { Shapes } from './layer-options.js'

/** @throws OptionError or ShapeError for a wrong name or shape of a weight */
export function checkWeight(op: string, name: unknown, shape: Shape): void {
  if (typeof name !== 'string' || name === '')
    throw new OptionError(
      `${op}: name must be a non-empty string, received ${show(name)}. Pass name, shape and options: addWeight('kernel', [2, 3], { initializer: 'zeros' }).`,
    )
  checkShape(op, shape)
}

/** @throws ShapeError when an initializer did not return a tensor of the shape */
export function checkInitial(layer: string, name: string, value: unknown, shape: Shape): void {
  if (value instanceof Tensor && sameShape(value.shape, shape)) return
  const received = value instanceof Tensor ? `a tensor of shape ${formatShape(value.shape)}` : show(value)
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

/**
 * Checks the input of a layer.
 * @param axes those whose sizes must be those that the layer was built for, as `[-1]` in sequences of any length; default all
 * @throws ShapeError when the examples do not have the shape that the layer was built for
 */
export function checkInput(layer: Layer, x: Tensor, axes?: readonly number[]): void {
  checkTensor(layer.name, x)
  const want = layer.inputShape as Shape | null
  if (!want || !layer.built) {
    throw new ShapeError(
      `${layer.name}: the layer is not built yet, so it has no weights. Use apply(x), which builds it.`,
    )
  }
  if (x.rank === want.length + 1 && wrongAxis(x.shape, want, axes) === undefined) return
  if (sameShape(x.shape, want)) throw withoutBatch(layer.name, want)
  throw new ShapeError(
    `${layer.name}: built for examples of shape ${formatShape(want)}, received ${formatShape(x.shape)}. ${wanted(x.shape, want, axes)}`,
  )
}

/** The first of these axes whose size differs, counted from the end; undefined if there is none. */
function wrongAxis(shape: Shape, want: Shape, axes?: readonly number[]): number | undefined {
  if (axes) return axes.find((axis) => shape.at(axis) !== want.at(axis))
  for (let axis = -1; axis >= -want.length; axis--) if (shape.at(axis) !== want.at(axis)) return axis
  return undefined
}

function wanted(shape: Shape, want: Shape, axes?: readonly number[]): string {
  const axis = axes && shape.length === want.length + 1 ? wrongAxis(shape, want, axes) : undefined
  if (axis !== undefined) return `Axis ${axis} must be ${want.at(axis)}.`
  return `The first axis is the batch, the others must be ${formatShape(want)}.`
}

/**
 * Checks the shape of one example before a layer is built.
 * @param rank how many axes it must have; default at least one
 * @returns the size of the last axis
 * @throws ShapeError for another number of axes, or several inputs
 */
export function lastSize(layer: Layer, inputShape: Shapes, rank?: number): number {
  if (Array.isArray(inputShape[0])) throw severalInputs(layer.name, inputShape.length)
  const { length } = inputShape
  if (length === 0 && !rank)
    throw new ShapeError(`${layer.name}: the examples are single numbers. Pass a batch of vectors, [batch, inputs].`)
  if (rank && length !== rank)
    throw new ShapeError(
      `${layer.name}: the input has ${length + 1} axes with that of the batch, [batch${inputShape.map((n) => `, ${n}`).join('')}], but must have ${rank + 1}. Reshape it first.`,
    )
  return inputShape[length - 1] as number
}

/** @throws ShapeError for a single number */
export function checkBatch(name: string, x: Tensor): void {
  if (x.rank === 0) throw new ShapeError(`${name}: the input is a single number. Pass a batch: [batch, …].`)
}

function severalInputs(name: string, count: number): ShapeError {
  return new ShapeError(`${name}: takes one input, received ${count}. Join them first, for example with Concatenate.`)
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
