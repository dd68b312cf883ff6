/**
 * Compares all threads with half of them, since two processors that the system counts may share a core, and are then no faster than one.
 * The first large pieces of work are done in two halves, the second one on all threads.
 */

/** The number of comparisons, whose median counts, and the least gain from all threads that is worth them. */
const comparisons = 9
const leastGain = 1.05

export class Trial {
  private readonly gains: number[] = []

  /**
   * @param threads all of them
   * @param limit sets how many threads may work
   * @param now the time, in any unit
   */
  constructor(
    private readonly threads: number,
    private readonly limit: (threads: number) => void,
    private readonly now = () => performance.now(),
  ) {}

  /** Does the work up to `middle` with half of the threads, and the rest with all of them. `work` returns when its range is done. */
  run(middle: number, total: number, work: (from: number, to: number) => void): void {
    this.limit(Math.ceil(this.threads / 2))
    const start = this.now()
    work(0, middle)
    const half = this.now() - start
    this.limit(this.threads)
    work(middle, total)
    const rest = this.now() - start - half
    if (middle > 0) this.gains.push((half / middle) * ((total - middle) / rest))
  }

  /** The number of threads that is faster, when there have been enough comparisons. */
  get verdict(): number | undefined {
    if (this.gains.length < comparisons) return undefined
    const median = this.gains.toSorted((a, b) => a - b)[comparisons >> 1]
    return median < leastGain ? Math.ceil(this.threads / 2) : this.threads
  }
}
