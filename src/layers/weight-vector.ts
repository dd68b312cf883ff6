/**
 * The trainable weights of a layer as one vector, and back.
 */
import { ShapeError } from '../errors.js'
import { type TensorLike, toTensor } from '../tensor/creation.js'
import { concat } from '../tensor/operations/joining.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Layer } from './layer.js'

/**
 * All trainable weights, one after the other.
 * @throws ShapeError when there are none
 */
export function toVector({ name, trainableVariables }: Layer): Tensor {
  if (trainableVariables.length === 0)
    throw new ShapeError(`toVector: ${name} has no trainable weights. Build it first: apply(zeros([1, …])).`)
  return concat(trainableVariables.map((v) => v.detach().flatten()))
}

/**
 * Assigns the numbers of a vector to the trainable weights.
 * @throws ShapeError when it has another length; nothing is changed then
 */
export function fromVector({ name, trainableVariables }: Layer, vector: TensorLike): void {
  const values = toTensor(vector).detach()
  const size = trainableVariables.reduce((sum, v) => sum + v.size, 0)
  if (values.rank !== 1 || values.size !== size)
    throw new ShapeError(
      `fromVector: ${name} has ${size} trainable weights, received a tensor of shape ${formatShape(values.shape)}. Pass what toVector() of an equal model returned.`,
    )
  let start = 0
  for (const v of trainableVariables) {
    v.assign(
      values
        .slice([[start, start + v.size]])
        .reshape(v.shape)
        .cast(v.dtype),
    )
    start += v.size
  }
}
