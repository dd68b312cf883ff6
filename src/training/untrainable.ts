/**
 * Errors for steps that would train nothing, or not everything.
 */
import { GradientError, type NablaError, OptionError } from '../errors.js'
import type { Layer } from '../layers/layer.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'

/** The error for a loss without a gradient; it names the missing link between the loss and the weights. */
export function withoutGradient(model: Layer, loss: string, predictions: readonly Tensor[]): NablaError {
  if (model.trainableVariables.length === 0) return nothingToTrain(model)
  return predictions.some(({ requiresGrad }) => requiresGrad) ? independentLoss(loss) : cutOff(model.name)
}

/** The error for a model without trainable variables. */
export function nothingToTrain(model: Layer): OptionError {
  return model.variables.length === 0 ? withoutWeights(model) : frozen(model)
}

function withoutWeights({ name }: Layer): OptionError {
  return new OptionError(
    `trainOnBatch: the model ${name} has no weights to train. Store its layers and variables in properties, such as this.hidden = new Dense(8).`,
  )
}

function frozen({ name, variables }: Layer): OptionError {
  const all = variables.length === 1 ? 'the only weight' : `all ${variables.length} weights`
  return new OptionError(
    `trainOnBatch: ${all} of the model ${name} ${variables.length === 1 ? 'is' : 'are'} frozen (trainable is false), so nothing would be trained. Set trainable = true on the model, or on the layers to train.`,
  )
}

function cutOff(name: string): GradientError {
  return new GradientError(
    `trainOnBatch: no gradient flows from the predictions of the model ${name} to its weights. A layer cuts it off: use tensor operations without detach(), item(), toArray(), argMax(), integer casts or noGrad.`,
  )
}

function independentLoss(loss: string): GradientError {
  return new GradientError(
    `${loss}: the loss does not depend on yPred, so it has no gradient. Compute it from yPred with tensor operations; item(), toArray(), detach(), argMax(), comparisons and integer casts cut the gradient off.`,
  )
}

/** The error for a variable that has a gradient and is not part of the model. */
export function notHeld({ name }: Layer, { path }: Variable): OptionError {
  return new OptionError(
    `trainOnBatch: the variable ${path} has a gradient, but no property of the model ${name} or its layers holds it, so it would not be trained. Store it in a property, such as this.scale = variable(1), or set its trainable to false.`,
  )
}
