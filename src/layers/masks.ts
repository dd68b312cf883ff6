/**
 * Masks: which steps of a sequence count. A mask is [batch, time], with 1 (or true) where a step counts. It travels with the tensor that it
 * belongs to: `Embedding` and `Masking` attach one to their output, and `apply` hands it to the next layer and attaches it to that one's
 * output in turn (`Layer.computeMask`). Operations between layers drop it.
 */
import { sameShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Mask } from './layer-options.js'

const masks = new WeakMap<Tensor, Tensor>()
/** True once any tensor has had a mask: until then, calls of layers look for none. */
let areUsed = false

/** The mask of a tensor, or those of several; null if there is none. */
export function maskOf(x: Tensor | readonly Tensor[]): Mask {
  if (!areUsed) return null
  if (!Array.isArray(x)) return masks.get(x as Tensor) ?? null
  const all = x.map((one) => masks.get(one) ?? null)
  return all.some((mask) => mask !== null) ? all : null
}

/** Attaches a mask to a tensor, or one to each of several. */
export function attachMask(y: Tensor | readonly Tensor[], mask: Mask): void {
  if (mask === null) return
  areUsed = true
  const outputs = Array.isArray(y) ? y : [y]
  const all = Array.isArray(mask) ? mask : [mask]
  for (let i = 0; i < outputs.length; i++) if (all[i]) masks.set(outputs[i], all[i])
}

/** The mask of an output whose axes are those of the input, such as [batch, time, units] of [batch, time, inputs]; else null. */
export function keptMask(x: Tensor, mask: Tensor, y: Tensor): Tensor | null {
  return y.rank === x.rank && sameShape(y.shape.slice(0, mask.rank), mask.shape) ? mask : null
}
