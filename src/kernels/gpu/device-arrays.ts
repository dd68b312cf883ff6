/**
 * Arrays of numbers on the device, and the kernels that fill them. An array never changes once it is filled, so several buffers may
 * share one; it is freed when the last one lets go. On a device whose launches are promises, launches wait in a queue: the array
 * exists at once, its numbers come later.
 */

import { BackendError } from './cpu-services.js'
import { type Device, firstLine, type Handle, type KernelSource, lost } from './device.js'

/** The size up to which kernels, which compute indices in float32, address every number. */
export const largestSize = 2 ** 24

/** Numbers on the device. */
export class DeviceArray {
  handle: Handle | null = null
  /** The error that kept the kernel from computing the numbers. */
  error: unknown = null
  references = 1

  constructor(
    readonly owner: DeviceArrays,
    readonly size: number,
  ) {
    owner.count++
    owner.bytes += 4 * size
  }

  /** Adds a user. */
  share(): this {
    this.references++
    return this
  }

  /** Removes a user; the last one frees the numbers. */
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

/** All arrays on one device. */
export class DeviceArrays {
  /** The number of arrays, and their bytes. */
  count = 0
  bytes = 0
  private readonly queue: (() => Promise<void>)[] = []
  private draining: Promise<void> | null = null

  constructor(readonly device: Device) {}

  /** Puts numbers on the device. */
  upload(values: Float32Array): DeviceArray {
    checkSize(values.length)
    const array = new DeviceArray(this, values.length)
    array.handle = this.device.upload(values.length === 0 ? new Float32Array(1) : values)
    return array
  }

  /** Runs a kernel that fills an array with `size` numbers, one or more. */
  launch(
    kernel: KernelSource,
    size: number,
    inputs: readonly DeviceArray[],
    scalars: readonly number[] = [],
  ): DeviceArray {
    checkSize(size)
    const array = new DeviceArray(this, size)
    if (this.device.isAsync) this.launchLater(kernel, array, inputs, [...scalars])
    else array.handle = this.attempt(() => this.device.launch(kernel, size, inputs.map(handleOf), scalars))
    return array
  }

  /** Reads the numbers, on a device that can be read synchronously. */
  readSync(array: DeviceArray): Float32Array {
    if (this.device.isAsync) throw notYet()
    return this.attempt(() => this.device.read(handleOf(array), array.size)) as Float32Array
  }

  /** Reads the numbers when everything before is done. */
  async read(array: DeviceArray): Promise<Float32Array> {
    array.share()
    try {
      while (this.draining && !array.handle && !array.error) await this.draining
      return await this.attemptLater(async () => this.device.read(handleOf(array), array.size))
    } finally {
      array.release()
    }
  }

  private launchLater(
    kernel: KernelSource,
    array: DeviceArray,
    inputs: readonly DeviceArray[],
    scalars: readonly number[],
  ): void {
    for (const input of inputs) input.share()
    array.share()
    this.queue.push(async () => {
      try {
        array.handle = await this.attemptLater(async () =>
          this.device.launch(kernel, array.size, inputs.map(handleOf), scalars),
        )
      } catch (error) {
        array.error = error
      }
      array.release()
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

  private attempt<T>(action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw this.explained(error)
    }
  }

  private async attemptLater<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action()
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

function handleOf(array: DeviceArray): Handle {
  if (array.handle) return array.handle
  throw neverCame(array)
}

function neverCame({ error }: DeviceArray): unknown {
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
    "gpu: numbers computed with WebGPU cannot be read synchronously. Call await t.data() first, or use the forms of trainOnBatch, evaluate, minimize, apply, explain and exportState that end in Async. WebGL2 can be read synchronously: setBackend('gpu', { api: 'webgl2' }).",
  )
}
