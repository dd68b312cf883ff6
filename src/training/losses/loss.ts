/**
 * The type of losses. The losses are in files by family; `get-loss.ts` lists them all.
 */
import { OptionError } from '../../errors.js'
import { type TensorLike, toTensors } from '../../tensor/creation.js'
import type { Tensor } from '../../tensor/tensor.js'

/**
 * A loss: a scalar tensor, given what is true and what was predicted. Models pass targets in the shape of the predictions where only
 * a trailing 1 differs: [batch] for [batch, 1].
 */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor

/**
 * The two arguments of a loss as tensors; plain arrays take the dtype of the other.
 * @throws OptionError when the loss was called with one argument, as Keras's loss classes are
 */
export function operands(name: string, yTrue: TensorLike, yPred: TensorLike): readonly Tensor[] {
  if (yPred !== undefined) return toTensors([yTrue, yPred], 'float32')
  throw new OptionError(
    `${name}: yPred is missing. Call ${name}(yTrue, yPred), or pass the loss itself to compile: { loss: '${name}' }.`,
  )
}
