/**
 * Rows of the table that compute several operations at once. Their gradients, too, come all at once, as fast as they can; where these are
 * recorded themselves, for gradients of gradients, they are those of the operations that the row stands for.
 */
import { backpropagate, recording, setRecording } from '../autograd/engine.js'
import type { DataBuffer, Shape } from '../kernels/backend.js'
import { elementwise, type GradientContext, op, type PrimitiveRow, primitive, type Rules } from './operation.js'
import type { Tensor } from './tensor.js'

/** The functions of a fused row. */
export interface Fused<Inputs extends readonly Tensor[], Options> {
  /** The operations that it stands for. */
  readonly composition: (inputs: Inputs, options: Options) => Tensor
  /** The same, faster; null where this back end has no such kernel. */
  readonly forward?: (inputs: Inputs, options: Options) => { buffer: DataBuffer; shape: Shape } | null
  /** The gradients of all inputs; null where this back end has no such kernel. */
  readonly backward?: (g: Tensor, context: GradientContext<Inputs, Options>) => readonly Tensor[] | null
}

/** A row of the table that stands for several operations. */
// @__NO_SIDE_EFFECTS__
export function fused<Inputs extends readonly Tensor[], Options = void>({
  composition,
  forward,
  backward,
}: Fused<Inputs, Options>): PrimitiveRow<Inputs, Options> {
  const memo = new WeakMap<object, { g: Tensor; gradients: readonly Tensor[] }>()
  const rule = (g: Tensor, context: GradientContext<Inputs, Options>, i: number): Tensor => {
    let last = memo.get(context)
    if (last?.g !== g) {
      const fast = recording ? null : backward?.(g, context)
      last = { g, gradients: fast ?? gradientsThrough(composition, g, context) }
      memo.set(context, last)
    }
    return last.gradients[i]
  }
  return primitive<Inputs, Options>(
    (inputs, options) => forward?.(inputs, options) ?? setRecording(false, () => composition(inputs, options)),
    rule as unknown as Rules<Inputs, Options>,
  )
}

const same = op('x', { x: 'g' })

/** The gradients of a composition, recorded if the walk that asks for them is. */
function gradientsThrough<Inputs extends readonly Tensor[], Options>(
  composition: (inputs: Inputs, options: Options) => Tensor,
  g: Tensor,
  { inputs, options }: GradientContext<Inputs, Options>,
): readonly Tensor[] {
  const createGraph = recording
  const own = setRecording(true, () => inputs.map((x) => elementwise(same, [x])))
  const y = setRecording(true, () => composition(own as readonly Tensor[] as Inputs, options))
  const gradients = backpropagate<Tensor>([y], [g], (a, b) => a.add(b), { createGraph }, new Set(own))
  return own.map((x) => gradients.get(x) as Tensor)
}
