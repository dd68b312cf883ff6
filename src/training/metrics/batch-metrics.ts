/**
 * The numbers of the logs while they are on the back end, and reading them.
 */
import { noGrad } from '../../autograd/transforms/grad.js'
import { backend } from '../../tensor/backend.js'
import { concat } from '../../tensor/operations/shaping.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Logs } from '../logs.js'
import type { NamedMetric } from './metrics.js'

/** One number of the logs, as long as it is on the back end: total / count. */
export interface Sum {
  readonly name: string
  readonly total: Tensor
  readonly count: number
}

/** The loss and the metrics of one batch. */
export function sumsOf(loss: Tensor, metrics: readonly NamedMetric[], yTrue: Tensor, yPred: Tensor): Sum[] {
  const sums: Sum[] = [{ name: 'loss', total: loss, count: 1 }]
  if (metrics.length === 0) return sums
  return noGrad(() => {
    for (const { name, apply } of metrics) {
      const values = apply(yTrue, yPred)
      sums.push({ name, total: values.sum(), count: values.size })
    }
    return sums
  })
}

/** Reads them at once. */
export function read(sums: readonly Sum[]): Logs {
  if (backend.name === 'gpu') return logsOf(sums, numbersOf(together(sums).map((x) => x.dataSync())))
  const logs = {} as Logs
  for (const { name, total, count } of sums) {
    if (name === '__proto__') return logsOf(sums, numbersOf(sums.map((sum) => sum.total.dataSync())))
    logs[name] = total.item() / count
  }
  return logs
}

/** Reads them when a GPU gives them. */
export async function readAsync(sums: readonly Sum[]): Promise<Logs> {
  const joined = together(sums)
  const arrays = await Promise.all(joined.map((x) => x.data()))
  backend.inWorkspace(() => {}, joined)
  return logsOf(sums, numbersOf(arrays))
}

/** As one tensor, so that a GPU is read once; unless one of them is float64, which is on the CPU anyway. */
function together(sums: readonly Sum[]): Tensor[] {
  const totals = sums.map(({ total }) => total.detach().reshape([1]))
  if (totals.some(({ dtype }) => dtype === 'float64')) return totals
  return [concat(totals.map((total) => total.cast('float32')))]
}

const numbersOf = (arrays: readonly ArrayLike<number>[]): number[] => arrays.flatMap((array) => Array.from(array))

function logsOf(sums: readonly Sum[], numbers: readonly number[]): Logs {
  return Object.fromEntries(sums.map(({ name, count }, i) => [name, numbers[i] / count])) as Logs
}
