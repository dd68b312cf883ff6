/**
 * Where a buffer's numbers are: in an ordinary CPU buffer, on the device, or both. Each buffer of this back end is a buffer of the
 * CPU's, too, so the CPU can take over: for float64 and whole numbers, and when the back end is changed.
 *
 * The rule: float32 is computed on the GPU. float64 is computed on the CPU, since GPUs have none. Whole numbers and bools
 * are computed on the CPU as long as all of them are there (they are exact then), else on the GPU, exactly up to ±2²⁴.
 */

import type { DataBuffer, DType, TypedArray } from '../backend.js'
import { buffersIn } from '../buffers-in.js'
import type { Block, Blocks } from './blocks.js'
import { Growth } from './growth.js'
import { BackendError, CpuBuffer, isResident, newArray, ordinary, overwrite, resident, values } from './host.js'

/** What is known about a buffer beyond its CPU side. */
interface State {
  block: Block | null
  /** Whether the CPU side holds the numbers. */
  onHost: boolean
  /** Variables and optimizer slots, which outlive steps. */
  readonly isLasting: boolean
  readonly buffer: WeakRef<CpuBuffer>
}

const largestWhole = 2 ** 24

/** The buffers of one device. */
export class Buffers {
  private states = new WeakMap<DataBuffer, State>()
  /** The states of buffers that the device holds. */
  private readonly held = new Set<State>()
  private readonly collector = new FinalizationRegistry<State>((state) => this.forget(state))
  private readonly growth = new Growth()
  /** What the innermost scope has made so far. */
  private scope: State[] | null = null

  constructor(readonly blocks: Blocks) {}

  /** A zeroed buffer that lives long. */
  allocate(dtype: DType, size: number): CpuBuffer {
    return resident(dtype, size)
  }

  /** A buffer of an ordinary array. */
  upload(numbers: TypedArray, dtype: DType): CpuBuffer {
    const buffer = ordinary(numbers, dtype)
    this.scope?.push(this.state(buffer))
    return buffer
  }

  /** A buffer for what a kernel computed. */
  fromBlock(block: Block, dtype: DType): CpuBuffer {
    const buffer = new CpuBuffer(dtype, block.size, null, 0, 0)
    this.enter(buffer, block)
    return buffer
  }

  /** The buffer's numbers on the device; they are put there when they are not. */
  block(buffer: DataBuffer): Block {
    const state = this.state(buffer)
    if (state.block) return state.block
    if (!state.onHost) throw freed(buffer)
    const block = this.blocks.upload(toFloat32(values(buffer), buffer.dtype))
    this.hold(buffer, state, block)
    return block
  }

  /** Whether the CPU side holds the numbers. */
  isOnHost(buffer: DataBuffer): boolean {
    return this.states.get(buffer)?.onHost ?? true
  }

  /** Makes sure that the CPU side holds the numbers; asks the device for them if need be. */
  bring(buffer: DataBuffer): CpuBuffer {
    const state = this.states.get(buffer)
    if (state && !state.onHost) {
      if (!state.block) throw freed(buffer)
      this.arrive(buffer, state, this.blocks.readSync(state.block))
    }
    return buffer as CpuBuffer
  }

  /** Like `bring`, for every device. */
  async bringLater(buffer: DataBuffer): Promise<CpuBuffer> {
    await this.growth.pause()
    const state = this.states.get(buffer)
    if (state && !state.onHost) {
      const { block } = state
      if (!block) throw freed(buffer)
      const numbers = await this.blocks.read(block)
      if (state.block === block && !state.onHost) this.arrive(buffer, state, numbers)
      else return ordinary(fromFloat32(numbers, buffer.dtype), buffer.dtype)
    }
    return buffer as CpuBuffer
  }

  /** Replaces the numbers of a lasting buffer by those of a block. */
  replace(target: DataBuffer, block: Block): void {
    const state = this.state(target)
    this.leave(state)
    state.onHost = false
    this.hold(target, state, block)
  }

  /** A buffer of the same numbers. */
  duplicate(source: DataBuffer): CpuBuffer {
    const { block } = this.state(source)
    if (block) return this.fromBlock(block.share(), source.dtype)
    return this.upload(values(source), source.dtype)
  }

  /** Makes one buffer hold another's numbers. */
  write(target: DataBuffer, source: DataBuffer): void {
    const from = this.state(source)
    if (from.block) this.replace(target, from.block.share())
    else this.writeOnHost(target, source)
  }

  /** The CPU side of a buffer, which a kernel is about to change. */
  openOnHost(buffer: DataBuffer): CpuBuffer {
    this.bring(buffer)
    this.leave(this.state(buffer))
    return buffer as CpuBuffer
  }

  /** Frees what the device holds of the buffers in `value`, except variables. */
  free(value: unknown): void {
    for (const state of this.statesIn(value)) this.leave(state)
  }

  /** Runs something and then frees what it made on the device, except what the result holds. */
  within<T>(run: () => T): T {
    const outer = this.scope
    const made: State[] = []
    this.scope = made
    try {
      const result = run()
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

  /** The states of the buffers in what a function returns, but not of variables. */
  private statesIn(value: unknown): Set<State> {
    const states = [...buffersIn(value)].map((buffer) => this.states.get(buffer))
    return new Set(states.filter((state) => state !== undefined && !state.isLasting) as State[])
  }

  /** Brings everything back to the CPU and frees the device. */
  async bringAll(): Promise<void> {
    for (const state of [...this.held]) {
      const buffer = state.buffer.deref()
      // A lost device gives nothing back; variables then keep the numbers that they had on the CPU
      if (buffer) await this.bringLater(buffer).catch(() => {})
      this.leave(state)
    }
    this.states = new WeakMap()
  }

  private state(buffer: DataBuffer): State {
    let state = this.states.get(buffer)
    if (!state) {
      const b = buffer as CpuBuffer
      state = { block: null, onHost: true, isLasting: isResident(b), buffer: new WeakRef(b) }
      this.states.set(buffer, state)
    }
    return state
  }

  private enter(buffer: CpuBuffer, block: Block): void {
    const state = { block: null, onHost: false, isLasting: false, buffer: new WeakRef(buffer) }
    this.states.set(buffer, state)
    this.hold(buffer, state, block)
    this.scope?.push(state)
  }

  private arrive(buffer: DataBuffer, state: State, numbers: Float32Array): void {
    const b = buffer as CpuBuffer
    const array = fromFloat32(numbers, b.dtype)
    if (state.isLasting) overwrite(b, ordinary(array, b.dtype))
    else (b as { array: TypedArray | null }).array = array
    state.onHost = true
  }

  private writeOnHost(target: DataBuffer, source: DataBuffer): void {
    overwrite(target, source)
    const state = this.state(target)
    this.leave(state)
    state.onHost = true
  }

  private hold(buffer: DataBuffer, state: State, block: Block): void {
    try {
      this.growth.add(block.size)
    } catch (error) {
      block.release()
      throw error
    }
    state.block = block
    this.held.add(state)
    this.collector.register(buffer, state, state)
  }

  /** Frees the numbers on the device: only the CPU side stays, if it has them. */
  private leave(state: State): void {
    if (!state.block) return
    this.collector.unregister(state)
    this.forget(state)
  }

  /** The buffer is garbage. */
  private forget(state: State): void {
    if (!state.block) return
    state.block.release()
    this.growth.remove(state.block.size)
    state.block = null
    this.held.delete(state)
  }
}

function toFloat32(numbers: TypedArray, dtype: DType): Float32Array {
  if (dtype === 'float32') return numbers as Float32Array
  if (dtype === 'int32') for (const n of numbers) if (Math.abs(n) > largestWhole) throw notExact(n)
  return Float32Array.from(numbers)
}

function fromFloat32(numbers: Float32Array, dtype: DType): TypedArray {
  if (dtype === 'float32') return numbers
  const result = newArray(dtype, numbers.length)
  result.set(numbers)
  return result
}

function notExact(n: number): BackendError {
  return new BackendError(
    `gpu: the int32 ${n} is larger than ${largestWhole}, the largest that a GPU's float32 holds exactly. Compute with it before it meets float32 tensors, or await setBackend('cpu').`,
  )
}

function freed(buffer: DataBuffer): BackendError {
  return new BackendError(
    `gpu: a tensor of ${buffer.size} ${buffer.dtype} numbers was freed at the end of tidy() or of a training step. Return it from there, or read it before with await t.data().`,
  )
}
