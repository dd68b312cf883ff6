/**
 * The gradient of a relu that was computed together with what is before it, as `dense` and convolutions do.
 */
import { elementwise, op } from '../operation.js'
import type { Tensor } from '../tensor.js'

/** Its row in the table; a: the relu's output, b: its gradient. */
export const reluGradient = op('a > 0 ? b : 0')

/** The gradient of what is before the relu, given that behind it. Computed once for all inputs. */
export function beforeRelu(
  g: Tensor,
  c: { output: Tensor; options: { relu: boolean }; memo?: { g: Tensor; value: Tensor } },
): Tensor {
  if (!c.options.relu) return g
  if (c.memo?.g !== g) c.memo = { g, value: elementwise(reluGradient, [c.output, g]) }
  return (c.memo as { value: Tensor }).value
}
