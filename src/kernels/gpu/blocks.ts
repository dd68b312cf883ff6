/**
 * Blocks of numbers on the device, and the kernels that fill them. A block never changes once it is filled, so several buffers may
 * share one; it is freed when the last one lets go. On a device whose launches are promises, launches stand in a queue: a block
 * is there at once, its numbers come later.
 */

import type { Device, Handle, KernelSource } from './device.js'
import { firstLine, lost } from './device.js'
import { BackendError } from './host.js'

/** More numbers than this are not addressed exactly, because kernels compute indices in float32. */
export const largestSize = 2 ** 24

/** Numbers on the device. */
export class Block {
  handle: Handle | null = null
  /** Why the numbers never came. */
  error: unknown = null
  references = 1

  constructor(
    readonly owner: Blocks,
    readonly size: number,
  ) {
    owner.count++
    owner.bytes += 4 * size
  }

  /** One more user. */
  share(): this {
    this.references++
    return this
  }

  /** One user less; the last one frees the numbers. */
  release(): void {
    if (--this.references > 0) return
    this.owner.count--
    this.owner.bytes -= 4 * this.size
    if (this.handle) this.free()
  }

  /** Gives the numbers back to the device. */
  free(): void {
    this.owner.device.free(this.handle as Handle)
    this.handle = null
  }
}

/** Everything on one device. */
export class Blocks {
  /** How many blocks there are, and their bytes. */
  count = 0
  bytes = 0
  private readonly queue: (() => Promise<void>)[] = []
  private draining: Promise<void> | null = null

  constructor(readonly device: Device) {}

  /** Puts numbers on the device. */
  upload(values: Float32Array): Block {
    checkSize(values.length)
    const block = new Block(this, values.length)
    block.handle = this.device.upload(values.length === 0 ? new Float32Array(1) : values)
    return block
  }

  /** The block that a kernel fills with `size` numbers, one or more. */
  launch(kernel: KernelSource, size: number, inputs: readonly Block[], scalars: readonly number[]): Block {
    checkSize(size)
    const block = new Block(this, size)
    if (this.device.isAsync) this.launchLater(kernel, block, inputs, [...scalars])
    else block.handle = this.attempt(() => this.device.launch(kernel, size, inputs.map(handleOf), scalars))
    return block
  }

  /** The numbers; at once, if the device can. */
  readSync(block: Block): Float32Array {
    if (this.device.isAsync) throw notYet()
    return this.attempt(() => this.device.read(handleOf(block), block.size)) as Float32Array
  }

  /** The numbers, when everything before is done. */
  async read(block: Block): Promise<Float32Array> {
    block.share()
    try {
      while (this.draining && !block.handle && !block.error) await this.draining
      return await this.attemptLater(async () => this.device.read(handleOf(block), block.size))
    } finally {
      block.release()
    }
  }

  private launchLater(kernel: KernelSource, block: Block, inputs: readonly Block[], scalars: readonly number[]): void {
    for (const input of inputs) input.share()
    block.share()
    this.queue.push(async () => {
      try {
        block.handle = await this.attemptLater(async () =>
          this.device.launch(kernel, block.size, inputs.map(handleOf), scalars),
        )
      } catch (error) {
        block.error = error
      }
      block.release()
      for (const input of inputs) input.release()
    })
    this.draining ??= this.drain()
  }

  private async drain(): Promise<void> {
    // Not within the call that queued the launch
    await null
    for (let next = this.queue.shift(); next; next = this.queue.shift()) await next()
    this.draining = null
  }

  private attempt<T>(run: () => T): T {
    try {
      return run()
    } catch (error) {
      throw this.explained(error)
    }
  }

  private async attemptLater<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw this.explained(error)
    }
  }

  private explained(error: unknown): unknown {
    if (error instanceof BackendError) return error
    const reason = firstLine(error)
    if (/\blost\b/.test(reason)) return lost(this.device.detail)
    return new BackendError(
      `gpu: ${this.device.detail} failed: ${reason}. Use smaller tensors, or await setBackend('cpu').`,
    )
  }
}

function handleOf(block: Block): Handle {
  if (block.handle) return block.handle
  throw neverCame(block)
}

function neverCame({ error }: Block): unknown {
  return error ?? new BackendError('gpu: numbers were used after they were freed. Return them from tidy().')
}

function checkSize(size: number): void {
  if (size > largestSize) {
    throw new BackendError(
      `gpu: a tensor of ${size} elements is too large for this back end, which takes up to ${largestSize}. Split it, or await setBackend('cpu').`,
    )
  }
}

function notYet(): BackendError {
  return new BackendError(
    "gpu: WebGPU's numbers cannot be read at once. Use await t.data(), after which this works for t, too; trainOnBatch, evaluate, minimize, apply, explain and exportState have forms that end in Async. WebGL2, setBackend('gpu', { api: 'webgl2' }), can be read at once.",
  )
}
