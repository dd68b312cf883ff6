/**
 * When threads are worth it. Measured on two cores; results do not depend on these numbers.
 */
export const thresholds = {
  /**
   * The least that is split, in two, by the nanoseconds that it takes on one thread; every half of it more is worth one more thread.
   * On an idle machine 20 000 are enough while the workers are awake, and some 60 000 when they have to be woken.
   */
  split: 100_000,

  /** Workers start when there have been so many nanoseconds to split: a short script is over before they would be ready. */
  start: 30_000_000,

  /** The least, for each thread, that is used to find out whether all threads are worth it: waking them must not count. */
  trial: 200_000,

  /**
   * When a worker was held up, because other programs had its core, the caller works alone for so many times as long as it has
   * waited in vain: a busy machine then costs about a tenth.
   */
  caution: 10,

  /**
   * The most times that an idle worker looks for work before it sleeps: some 160 microseconds. That is longer than the pauses
   * between the large products of a training step, so that the worker is awake for the next one: waking it takes 40 microseconds, 20
   * of them the caller's. Measured by the step of a small network (784-256-128-10, batch 64) on two threads: with 4 000 looks it takes 1.07
   * times as long, and with 40 000 as long as with these.
   */
  patience: 20_000,
}
