/**
 * How large gradients and steps are, for `fit` with `logGradients`.
 */
import { noGrad } from '../autograd/transforms/grad.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import type { Logs } from './logs.js'

/**
 * Makes an update, and measures it: `gradientNorm`, the length of all gradients together, and `updateRatio`, how far the weights were moved
 * relative to their length. About 0.001 is usual.
 */
export function gradientLogs(
  gradients: readonly (Tensor | null)[],
  variables: readonly Variable[],
  update: () => void,
): Logs {
  const gradientNorm = lengthOf(gradients.filter((g) => g !== null))
  const before = variables.map((v) => v.detach().mul(1))
  update()
  const moved = lengthOf(noGrad(() => variables.map((v, i) => v.detach().sub(before[i]))))
  const length = lengthOf(before)
  return { gradientNorm, updateRatio: length === 0 ? 0 : moved / length }
}

/** The square root of the sum of all squares. */
function lengthOf(tensors: readonly Tensor[]): number {
  return noGrad(() => Math.sqrt(tensors.reduce((sum, x) => sum + x.square().sum().item(), 0)))
}
