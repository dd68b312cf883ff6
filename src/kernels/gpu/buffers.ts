/**
 * Where a buffer's numbers are: on the CPU, on the device, or both. Each buffer of this back end is also a buffer of the CPU back
 * end, so the CPU can take over: for float64 and whole numbers, and when the back end is changed.
 *
 * The rule: float32 is computed on the GPU. float64 is computed on the CPU, since GPUs have none. Whole numbers and bools
 * are computed on the CPU as long as all of them are there (they are exact then), else on the GPU, exactly up to ±2²⁴.
 */

import type { DataBuffer, DType, TypedArray } from '../backend.js'
import { buffersIn } from '../buffers-in.js'
import { BackendError, CpuBuffer, isResident, newArray, ordinary, overwrite, resident, values } from './cpu-services.js'
import type { KernelSource } from './device.js'
import type { DeviceArray, DeviceArrays } from './device-arrays.js'
import { fromFloat32, toFloat32 } from './float32.js'
import { Growth } from './growth.js'

/** The state of a buffer beyond its CPU side. */
interface State {
  array: DeviceArray | null
  /** True if the CPU side holds the numbers. */
  onCpu: boolean
  /** True for variables and optimizer slots, which outlive steps. */
  readonly isLasting: boolean
  readonly buffer: WeakRef<CpuBuffer>
}

/** The buffers of one device. */
export class Buffers {
  private states = new WeakMap<DataBuffer, State>()
  /** The states of buffers that the device holds. */
  private readonly held = new Set<State>()
  private readonly collector = new FinalizationRegistry<State>((state) => this.forget(state))
  private readonly growth = new Growth()
  /** The buffers that the innermost scope has made so far. */
  private scope: State[] | null = null

  constructor(readonly onDevice: DeviceArrays) {}

  /** Makes a buffer of zeros that lives long. */
  allocate(dtype: DType, size: number): CpuBuffer {
    return resident(dtype, size)
  }

  /** Makes a buffer from an array. */
  upload(numbers: TypedArray, dtype: DType): CpuBuffer {
    const buffer = ordinary(numbers, dtype)
    this.scope?.push(this.state(buffer))
    return buffer
  }

  /** Makes a buffer without numbers, which needs no device. */
  empty(dtype: DType): CpuBuffer {
    return this.upload(newArray(dtype, 0), dtype)
  }

  /** Runs a kernel over buffers and returns the buffer of its `size` results. */
  compute(
    kernel: KernelSource,
    size: number,
    inputs: readonly DataBuffer[],
    scalars: readonly number[],
    dtype: DType,
  ): CpuBuffer {
    if (size === 0) return this.empty(dtype)
    const arrays = inputs.map((input) => this.toDevice(input))
    return this.fromDevice(this.onDevice.launch(kernel, size, arrays, scalars), dtype)
  }

  /** Makes a buffer for an array that kernels computed. */
  fromDevice(array: DeviceArray, dtype: DType): CpuBuffer {
    const buffer = new CpuBuffer(dtype, array.size, null, 0, 0)
    this.enter(buffer, array)
    return buffer
  }

  /** Returns the buffer's numbers on the device; uploads them if they are not there. */
  toDevice(buffer: DataBuffer): DeviceArray {
    const state = this.state(buffer)
    if (state.array) return state.array
    if (!state.onCpu) throw freed(buffer)
    const array = this.onDevice.upload(toFloat32(values(buffer), buffer.dtype))
    this.hold(buffer, state, array)
    return array
  }

  /** True if the CPU side holds the numbers. */
  isOnCpu(buffer: DataBuffer): boolean {
    return this.states.get(buffer)?.onCpu ?? true
  }

  /** Makes sure that the CPU side holds the numbers; asks the device for them if it does not. */
  bring(buffer: DataBuffer): CpuBuffer {
    const state = this.states.get(buffer)
    if (state && !state.onCpu) {
      if (!state.array) throw freed(buffer)
      this.arrive(buffer, state, this.onDevice.readSync(state.array))
    }
    return buffer as CpuBuffer
  }

  /** `bring` on every device. */
  async bringLater(buffer: DataBuffer): Promise<CpuBuffer> {
    await this.growth.pause()
    const state = this.states.get(buffer)
    if (state && !state.onCpu) {
      const { array } = state
      if (!array) throw freed(buffer)
      const numbers = await this.onDevice.read(array)
      if (state.array === array && !state.onCpu) this.arrive(buffer, state, numbers)
      else return ordinary(fromFloat32(numbers, buffer.dtype), buffer.dtype)
    }
    return buffer as CpuBuffer
  }

  /** Replaces the numbers of a lasting buffer. */
  replace(target: DataBuffer, array: DeviceArray): void {
    const state = this.state(target)
    this.leave(state)
    state.onCpu = false
    this.hold(target, state, array)
  }

  /** Makes a buffer of the same numbers. */
  duplicate(source: DataBuffer): CpuBuffer {
    const { array } = this.state(source)
    if (array) return this.fromDevice(array.share(), source.dtype)
    return this.upload(values(source), source.dtype)
  }

  /** Copies the numbers of one buffer into another. */
  write(target: DataBuffer, source: DataBuffer): void {
    const from = this.state(source)
    if (from.array) this.replace(target, from.array.share())
    else this.writeOnCpu(target, source)
  }

  /** Returns the CPU side of a buffer for a kernel that changes it. */
  openOnCpu(buffer: DataBuffer): CpuBuffer {
    this.bring(buffer)
    this.leave(this.state(buffer))
    return buffer as CpuBuffer
  }

  /** Frees what the device holds of the buffers in `value`, except variables. */
  free(value: unknown): void {
    for (const state of this.statesIn(value)) this.leave(state)
  }

  /** Runs a function, then frees the arrays that it made on the device, except those of the result. */
  within<T>(action: () => T): T {
    const outer = this.scope
    const made: State[] = []
    this.scope = made
    try {
      const result = action()
      const survivors = this.statesIn(result)
      for (const state of made) {
        if (!survivors.has(state)) this.leave(state)
        else outer?.push(state)
      }
      return result
    } catch (error) {
      for (const state of made) this.leave(state)
      throw error
    } finally {
      this.scope = outer
    }
  }

  /** The states of the buffers in a result, except those of variables. */
  private statesIn(value: unknown): Set<State> {
    const states = [...buffersIn(value)].map((buffer) => this.states.get(buffer))
    return new Set(states.filter((state) => state !== undefined && !state.isLasting) as State[])
  }

  /** Brings everything back to the CPU and frees the device. */
  async bringAll(): Promise<void> {
    for (const state of [...this.held]) {
      const buffer = state.buffer.deref()
      // A lost device returns nothing; variables then keep the numbers that they had on the CPU
      if (buffer) await this.bringLater(buffer).catch(() => {})
      this.leave(state)
    }
    this.states = new WeakMap()
  }

  private state(buffer: DataBuffer): State {
    let state = this.states.get(buffer)
    if (!state) {
      const b = buffer as CpuBuffer
      state = { array: null, onCpu: true, isLasting: isResident(b), buffer: new WeakRef(b) }
      this.states.set(buffer, state)
    }
    return state
  }

  private enter(buffer: CpuBuffer, array: DeviceArray): void {
    const state = { array: null, onCpu: false, isLasting: false, buffer: new WeakRef(buffer) }
    this.states.set(buffer, state)
    this.hold(buffer, state, array)
    this.scope?.push(state)
  }

  private arrive(buffer: DataBuffer, state: State, numbers: Float32Array): void {
    const b = buffer as CpuBuffer
    const array = fromFloat32(numbers, b.dtype)
    if (state.isLasting) overwrite(b, ordinary(array, b.dtype))
    else (b as { array: TypedArray | null }).array = array
    state.onCpu = true
  }

  private writeOnCpu(target: DataBuffer, source: DataBuffer): void {
    overwrite(target, source)
    const state = this.state(target)
    this.leave(state)
    state.onCpu = true
  }

  private hold(buffer: DataBuffer, state: State, array: DeviceArray): void {
    try {
      this.growth.add(array.size)
    } catch (error) {
      array.release()
      throw error
    }
    state.array = array
    this.held.add(state)
    this.collector.register(buffer, state, state)
  }

  /** Frees the numbers on the device; those on the CPU stay. */
  private leave(state: State): void {
    if (!state.array) return
    this.collector.unregister(state)
    this.forget(state)
  }

  /** Frees the numbers on the device, as when the buffer is garbage. */
  private forget(state: State): void {
    if (!state.array) return
    state.array.release()
    this.growth.remove(state.array.size)
    state.array = null
    this.held.delete(state)
  }
}

function freed(buffer: DataBuffer): BackendError {
  return new BackendError(
    `gpu: a tensor of ${buffer.size} ${buffer.dtype} numbers was freed at the end of tidy() or of a training step. Return it from there, or call await t.data() before that.`,
  )
}
