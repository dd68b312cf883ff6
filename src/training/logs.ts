/**
 * Logs: the numbers that a training step, an epoch or an evaluation reports. They are tensors until they are read.
 */
import { noGrad } from '../autograd/transforms/grad.js'
import type { Tensors } from '../layers/layer.js'
import { backend } from '../tensor/backend.js'
import { concat } from '../tensor/operations/joining.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Compiled } from './compile.js'

/** Numbers by name: `loss`, `accuracy`, `val_loss`, … */
export type Logs = Record<string, number>

/** The loss and the metrics of a batch before they are read; a plain object, so that a workspace finds its tensors. */
export interface BatchLogs {
  /** The loss, the sum of each metric, and whatever is read with them; on a GPU one tensor, which is read once. */
  readonly totals: readonly Tensor[]
  /** The divisors of the loss and of each sum. */
  readonly counts: readonly number[]
}

/** The loss and the metrics of a batch; `flag` is read with them. */
export function batchLogs(
  { metrics }: Compiled,
  loss: Tensor,
  yTrue: Tensors,
  yPred: Tensors,
  flag?: Tensor | null,
): BatchLogs {
  const totals = [loss]
  const counts = [1]
  if (metrics.length > 0) {
    noGrad(() => {
      for (const { apply } of metrics) {
        const values = apply(yTrue as Tensor, yPred as Tensor)
        totals.push(values.sum())
        counts.push(values.size)
      }
    })
  }
  if (flag) totals.push(flag)
  return { totals: backend.name === 'gpu' ? joined(totals) : totals, counts }
}

/** As one tensor; unless one of them is float64, which is on the CPU anyway. */
function joined(totals: readonly Tensor[]): Tensor[] {
  const flat = totals.map((total) => total.detach().reshape([1]))
  if (flat.some(({ dtype }) => dtype === 'float64')) return flat
  return [concat(flat.map((total) => total.cast('float32')))]
}

/** One of the numbers of `totals`; on a GPU it must have arrived, see `ready`. */
function totalAt({ totals }: BatchLogs, i: number): number {
  return totals.length === 1 ? backend.readAt(totals[0].buffer, i) : totals[i].item()
}

/** Reads the number that was given as `flag`. */
export function readFlag({ logNames }: Compiled, batch: BatchLogs): number {
  return totalAt(batch, logNames.length)
}

/** Reads the loss and the metrics. */
export function readLogs({ logNames }: Compiled, batch: BatchLogs): Logs {
  const logs: Logs = {}
  for (let i = 0; i < logNames.length; i++) setLog(logs, logNames[i], totalAt(batch, i) / batch.counts[i])
  return logs
}

/** Sets an entry, whatever its name. */
function setLog(logs: Logs, name: string, value: number): void {
  if (name !== '__proto__') logs[name] = value
  else Object.defineProperty(logs, name, { value, enumerable: true, writable: true, configurable: true })
}

/** Means of logs over batches of different sizes. */
export class MeanLogs {
  private readonly sums = new Map<string, number>()
  private count = 0

  /** Adds the means of a batch of `size` examples. */
  add(logs: Logs, size: number): void {
    this.count += size
    for (const name in logs) this.sums.set(name, (this.sums.get(name) ?? 0) + logs[name] * size)
  }

  /** The means over all examples so far. */
  get logs(): Logs {
    return Object.fromEntries([...this.sums].map(([name, sum]) => [name, sum / this.count]))
  }
}
