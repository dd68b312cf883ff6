/**
 * Clipping by norms on a GPU, where reading them waits (WebGL2) or is not possible at once (WebGPU): the factors of `clip.ts`, as tensors.
 */
import { elementwise, op } from '../../tensor/operation.js'
import type { Tensor } from '../../tensor/tensor.js'

const factorOf = op('limit / max(sqrt(squares), limit)')

/** NaN when the norm is not finite, so that no gradient is silently kept. */
const globalFactorOf = op('limit * min(1 / sqrt(squares), 1 / limit) + (squares - squares)')

/**
 * Gradients, scaled down as `setClipFactors` says.
 * @param divisor what the gradients are still to be divided by; the limits are for their norms after that
 */
export function clipped(
  gradients: readonly Tensor[],
  divisor: number,
  clipnorm: number | null,
  globalClipnorm: number | null,
): Tensor[] {
  const limit = clipnorm ?? globalClipnorm ?? 0
  if (!(limit > 0)) return [...gradients]
  const squares = gradients.map((g) => g.div(divisor).square().sum())
  if (clipnorm !== null) return gradients.map((g, i) => g.mul(elementwise(factorOf, [limit, squares[i]])))
  const factor = elementwise(globalFactorOf, [limit, squares.reduce((a, b) => a.add(b))])
  return gradients.map((g) => g.mul(factor))
}
