/**
 * How much tensors hold on the device. What nobody uses any more can only be found while no JavaScript runs, so a function that
 * goes on and on must stop at some point, before the machine has no memory left.
 */
import { BackendError } from './cpu-services.js'

/** What a array costs at least, in bytes: the records that the driver and the browser keep of it. */
const least = 2 ** 14

/** How many bytes may be made without a pause. */
const mostAtOnce = 2 ** 31

/** From how many bytes on a pause is worth its time. */
const much = 2 ** 26

const cost = (size: number): number => Math.max(4 * size, least)

/** Counts bytes, and pauses. */
export class Growth {
  private held = 0
  /** What was held when JavaScript last began to run, if anything was made since. */
  private before: number | null = null

  /**
   * Another array.
   * @throws BackendError when too many were made without a pause
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

  /** A array was let go. */
  remove(size: number): void {
    this.held -= cost(size)
  }

  /** When much was made, lets the garbage collector find what of it is not used. It does not see the GPU's memory, but an array's. */
  async pause(): Promise<void> {
    if (this.before === null || this.held - this.before < much) return
    void new ArrayBuffer(4 * much)
    await new Promise<void>((resolve) => setTimeout(resolve))
  }
}

function tooMuch(): BackendError {
  return new BackendError(
    `gpu: one synchronous function made more than ${mostAtOnce / 2 ** 30} GiB of tensors, and the GPU's memory cannot be given back before it ends. Wrap each step of the loop in tidy(() => …), or await t.data() in it.`,
  )
}
