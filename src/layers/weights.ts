/**
 * Setting all weights of a layer at once, or none.
 */
import { OptionError, ShapeError } from '../errors.js'
import { type TensorLike, tensor } from '../tensor/creation.js'
import { formatShape, sameShape } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import type { Layer } from './layer.js'

/**
 * Assigns the values to the layer's variables, in their order.
 * @throws OptionError or ShapeError when number or shapes differ; nothing is changed then
 */
export function assignAll({ name, built, variables }: Layer, values: readonly TensorLike[]): void {
  if (!Array.isArray(values) || values.length !== variables.length) {
    const count = Array.isArray(values) ? `${values.length} arrays` : String(values)
    throw new OptionError(
      `setWeights: ${name} has ${variables.length} weights${built ? '' : ', since it is not built yet'}; received ${count}. ${built ? 'Give what getWeights() of an equal model returned.' : 'Give the first layer an inputShape, or call the model once.'}`,
    )
  }
  const converted = values.map((value, i) => convert(value, variables[i]))
  for (let i = 0; i < variables.length; i++) variables[i].assign(converted[i])
}

function convert(value: TensorLike, variable: Variable): Tensor {
  const isReady = value instanceof Tensor && value.dtype === variable.dtype
  const converted = isReady ? value : tensor(value, { dtype: variable.dtype })
  if (sameShape(converted.shape, variable.shape)) return converted
  throw new ShapeError(
    `setWeights: ${variable.path} has shape ${formatShape(variable.shape)}, its new value ${formatShape(converted.shape)}. Give what getWeights() of an equal model returned.`,
  )
}
