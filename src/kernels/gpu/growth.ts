/**
 * How much memory tensors hold on the device. Those that nobody uses any more are only found while no JavaScript runs, so a function
 * that makes more and more without a pause must fail before the machine runs out of memory.
 */
import { BackendError } from './cpu-services.js'

/** The least that an array costs, in bytes: the records that the driver and the browser keep of it. */
const least = 2 ** 14

/** The bytes that may be made without a pause. */
const mostAtOnce = 2 ** 31

/** The bytes from which on a pause is worth its time. */
const much = 2 ** 26

const cost = (size: number): number => Math.max(4 * size, least)

/** Counts bytes, and pauses. */
export class Growth {
  private held = 0
  /** The bytes held when JavaScript last began to run, or null if none were added since. */
  private before: number | null = null

  /**
   * Counts a new array.
   * @throws BackendError if too many were made without a pause
   */
  add(size: number): void {
    if (this.before === null) {
      this.before = this.held
      setTimeout(() => {
        this.before = null
      })
    }
    if (this.held + cost(size) - this.before > mostAtOnce) throw tooMuch()
    this.held += cost(size)
  }

  /** Counts an array that was freed. */
  remove(size: number): void {
    this.held -= cost(size)
  }

  /** If much was made, lets the garbage collector find what is unused. It ignores the GPU's memory, so an ordinary array prompts it. */
  async pause(): Promise<void> {
    if (this.before === null || this.held - this.before < much) return
    void new ArrayBuffer(4 * much)
    await new Promise<void>((resolve) => setTimeout(resolve))
  }
}

function tooMuch(): BackendError {
  return new BackendError(
    `gpu: one synchronous function made more than ${mostAtOnce / 2 ** 30} GiB of tensors, whose memory cannot be freed before it ends. Wrap each step of the loop in tidy(() => …), or await t.data() in it.`,
  )
}
