/**
 * Metrics of numbers: how far each prediction is from its target.
 */
import type { Tensor } from '../../tensor/tensor.js'
import { matchShape } from '../targets.js'

/** (yPred − yTrue)² of each element. */
export function squaredError(yTrue: Tensor, yPred: Tensor): Tensor {
  return yPred.sub(matchShape('meanSquaredError', yTrue, yPred)).square()
}

/** |yPred − yTrue| of each element. */
export function absoluteError(yTrue: Tensor, yPred: Tensor): Tensor {
  return yPred.sub(matchShape('meanAbsoluteError', yTrue, yPred)).abs()
}
