/**
 * Logs: what a training step, an epoch or an evaluation reports.
 */

/** Numbers by name: `loss`, `accuracy`, `val_loss`, … */
export type Logs = Record<string, number>

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
