/**
 * Setting all weights of a layer at once, or none.
 */
import { OptionError, ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { type TensorLike, wrap } from '../tensor/creation.js'
import { foreign, partsOf, type TensorParts } from '../tensor/foreign.js'
import { flatten } from '../tensor/nested-arrays.js'
import { formatShape, sameShape } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { contents } from './contents.js'
import type { Layer } from './layer.js'

/**
 * Assigns the values to the layer's variables, in their order.
 * @throws OptionError, ShapeError or DTypeError when something does not fit; nothing is changed then
 */
export function assignAll(layer: Layer, values: readonly (TensorLike | TensorParts)[]): void {
  const { variables } = layer
  if (!Array.isArray(values) || values.length !== variables.length) throw wrongCount(layer, values)
  const converted = variables.map((variable, i) => convert(values[i], variable))
  for (let i = 0; i < variables.length; i++) variables[i].assign(converted[i])
}

function convert(value: TensorLike | TensorParts, variable: Variable): Tensor {
  if (value instanceof Tensor && value.dtype === variable.dtype) return fitting(value, variable)
  const op = `setWeights, ${variable.path}`
  const { shape: given, data } = read(op, value)
  const { values, shape } = flatten(op, data, variable.dtype)
  return fitting(wrap(op, values, variable.dtype, given ?? shape), variable)
}

/** The numbers, and their shape where it is not that of the nested arrays. */
function read(op: string, value: TensorLike | TensorParts): { shape: Shape | null; data: unknown } {
  if (value instanceof Tensor) return { shape: value.shape, data: value.dataSync() }
  const parts = partsOf(value)
  if (!parts && isSaved(value)) throw damaged(op, value)
  return parts ?? { shape: null, data: value }
}

function fitting(value: Tensor, variable: Variable): Tensor {
  if (sameShape(value.shape, variable.shape)) return value
  throw new ShapeError(
    `setWeights: ${variable.path} has shape ${formatShape(variable.shape)}, its new value ${formatShape(value.shape)}. Pass what getWeights() of an equal model returned.`,
  )
}

/** True for the JSON of a tensor, or for what is left of it: neither numbers nor an array. */
function isSaved(value: unknown): value is TensorParts {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

function damaged(op: string, value: TensorParts): OptionError {
  const known = foreign(value)
  if (known) return new OptionError(`${op}: received ${known}. Pass what getWeights() of an equal model returned.`)
  const wrong = Array.isArray(value.shape) ? 'data is not an array of numbers' : `the shape is ${String(value.shape)}`
  return new OptionError(`${op}: ${wrong}. Pass what JSON.stringify(model.getWeights()) wrote.`)
}

function wrongCount(layer: Layer, values: unknown): OptionError {
  const { name, variables } = layer
  const built = layer.built && [...contents(layer).layers].every((inner) => inner.built)
  if (typeof values === 'string')
    return new OptionError(`setWeights: ${name} received a string. Parse it first: setWeights(JSON.parse(text)).`)
  const received = Array.isArray(values) ? `${values.length} arrays` : values ? `an ${typeof values}` : String(values)
  const hint = built
    ? 'Pass what getWeights() of an equal model returned.'
    : 'Call it once, which builds it: apply(zeros([1, …])), with the shape of an example.'
  return new OptionError(
    `setWeights: ${name} has ${variables.length} weights${built ? '' : ', since it is not built yet'}; received ${received}. ${hint}`,
  )
}
