/**
 * Clipping by norms on a GPU, where reading them waits (WebGL2) or is not possible at once (WebGPU): the factors of `clip.ts`, as tensors.
 */
import { backend } from '../../tensor/backend.js'
import { elementwise, op } from '../../tensor/operation.js'
import { Tensor } from '../../tensor/tensor.js'
import { scaleFor, shrinking } from './clip.js'

/** Σ(g · scale)² */
const scaledSquares = op('squares - squares == 0 ? squares : small')

const clip = op('g * scale * (limit / max(sqrt(squares), limit * scale))')

/** NaN when the norm is not finite, so that no gradient is silently kept. */
const clipGlobally = op('g * scale * (limit * min(1 / sqrt(squares), 1 / (limit * scale)) + (squares - squares))')

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
  const sums = gradients.map((g) => [sumOfSquares(g, 1 / divisor), sumOfSquares(g, shrinking.float32 / divisor)])
  if (clipnorm !== null) return gradients.map((g, i) => scaled(clip, g, limit, sums[i]))
  const total = sums.reduce(([a, b], [c, d]) => [a.add(c), b.add(d)])
  return gradients.map((g) => scaled(clipGlobally, g, limit, total))
}

function scaled(row: ReturnType<typeof op>, g: Tensor, limit: number, [squares, small]: Tensor[]): Tensor {
  return elementwise(row, [g, scaleFor(squares), limit, elementwise(scaledSquares, [squares, small])])
}

function sumOfSquares(g: Tensor, factor: number): Tensor {
  const x = factor === 1 ? g : g.mul(factor)
  const axes = x.shape.map((_, i) => i)
  return new Tensor(backend.reduce('sumSquares', x.buffer, x.shape, axes), [])
}
