/**
 * Penalties that are added to the loss: those of weights, by their regularizers, and those that layers add in a call (`addLoss`).
 */
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import type { Regularizer } from './regularizers.js'

const regularizers = new WeakMap<Variable, Regularizer>()
/** True once there is any penalty in this program: until then, no step looks for some. */
let areUsed = false
/** The losses that were added in the last outermost call of a layer, and that layer. */
let caller: object | null = null
let added: Tensor[] = []

/** Gives a weight a penalty. */
export function regularize(variable: Variable, regularizer: Regularizer): void {
  areUsed = true
  regularizers.set(variable, regularizer)
}

/** Forgets what was added before; an outermost call of a layer begins. */
export function beginLosses(outermost: object): void {
  if (areUsed) [caller, added] = [outermost, []]
}

/** Adds a penalty in a call, whose outermost layer is given. */
export function addLoss(outermost: object, loss: Tensor): void {
  if (caller !== outermost) [caller, added] = [outermost, []]
  areUsed = true
  added.push(loss)
}

/** The penalties of a layer: those added in its last call, and those of its weights. */
export function penaltiesOf(layer: object, trainableVariables: () => readonly Variable[]): Tensor[] {
  if (!areUsed) return []
  const ofWeights = trainableVariables().flatMap((v) => regularizers.get(v)?.(v) ?? [])
  return [...(caller === layer ? added : []), ...ofWeights]
}

/** A loss with the penalties of a model, those of its last call and of its weights. */
export function withPenalties(loss: Tensor, model: { readonly losses: readonly Tensor[] }): Tensor {
  return areUsed ? model.losses.reduce((sum, one) => sum.add(one), loss) : loss
}
