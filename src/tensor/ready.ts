/**
 * Waiting for a GPU.
 */
import { backend } from './backend.js'
import { IndexedSlices } from './indexed-slices.js'
import { Tensor } from './tensor.js'

/**
 * Waits until the numbers of these tensors can be read at once: with `item`, `dataSync` and `toArray`, and by whatever calls those. What
 * is not a tensor, or on the CPU, is there already.
 */
export async function ready(values: readonly unknown[]): Promise<void> {
  const pending = values.flatMap((x) => (x instanceof Tensor ? numbersOf(x) : [])).filter(isPending)
  if (pending.length > 0) await Promise.all(pending.map((x) => x.data()))
}

const numbersOf = (x: Tensor): Tensor[] => (x instanceof IndexedSlices ? [x.values, x.indices] : [x])

const isPending = ({ buffer }: Tensor) => backend.isPending?.(buffer) === true
