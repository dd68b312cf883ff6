/**
 * Where numbers live on the CPU. Most buffers hold an ordinary typed array, which the garbage collector frees. A kernel
 * sees WebAssembly memory only, so it copies ordinary arrays into it and its result out of it:
 *
 * ```ts
 * begin()
 * const a = pointer(x)                        // the address of x's numbers, copied to WebAssembly memory if need be
 * const out = reserve('float32', n)           // the address of space for the result
 * kernel(a, out, n)
 * return result(out, 'float32', n)            // the result as a buffer
 * ```
 *
 * A buffer remembers where its numbers are in WebAssembly memory, so that what is used again soon is not copied again.
 * Variables and optimizer slots are resident: they own a piece of the memory and are never copied. In a workspace (`within`:
 * a training step, or `tidy`) results stay in WebAssembly memory, and only those that leave it are copied out.
 */
import { BackendError } from '../../errors.js'
import type { DataBuffer, DType, TypedArray } from '../backend.js'
import { buffersIn } from '../buffers-in.js'
import { Arena, newGeneration } from './arena.js'
import { align, type Block, giveBack, take } from './blocks.js'
import { memory } from './module.js'
import { numbersOf } from './numbers.js'

/** The value of `generation` in buffers whose address stays valid for good. */
const forever = -1

/** A dense block of numbers: an ordinary array, a piece of WebAssembly memory, or (for a while) both. */
export class CpuBuffer implements DataBuffer {
  constructor(
    readonly dtype: DType,
    readonly size: number,
    /** The ordinary array, or null. */
    public array: TypedArray | null,
    /** The address in WebAssembly memory; meaningful while `generation` is `forever` or that of an arena or a workspace. */
    public address: number,
    public generation: number,
  ) {}
}

/** Where results and working space go, and where ordinary arrays are copied to. */
const scratch = new Arena()
const copies = new Arena()

/** The generation of results: the workspace's, or scratch space's own outside of one. */
let generation = scratch.generation
let isWithin = false

const collector = new FinalizationRegistry<Block>(giveBack)

/** A new array of the dtype, zeroed. */
export function newArray(dtype: DType, size: number): TypedArray {
  return new numbersOf[dtype].array(size)
}

/** A buffer that holds this ordinary array, which must not change any more. */
export function ordinary(array: TypedArray, dtype: DType): CpuBuffer {
  return new CpuBuffer(dtype, array.length, array, 0, 0)
}

/** A zeroed buffer in WebAssembly memory; the memory is reused when the buffer is garbage. */
export function resident(dtype: DType, size: number): CpuBuffer {
  const bytes = align(size * numbersOf[dtype].bytes)
  const address = take(bytes)
  new Uint8Array(memory.buffer, address, bytes).fill(0)
  const buffer = new CpuBuffer(dtype, size, null, address, forever)
  collector.register(buffer, { address, bytes })
  return buffer
}

/** The start of a kernel call, which contains no other: addresses of earlier calls are good no more. */
export function begin(): void {
  if (isWithin) return
  copies.begin()
  scratch.begin()
  generation = scratch.generation
}

/** The address of space for `size` numbers. */
export function reserve(dtype: DType, size: number): number {
  return scratch.reserve(size * numbersOf[dtype].bytes)
}

/** Where working space starts: the kernel discards what it reserves from here on. */
export function workingSpace(): number {
  return scratch.top
}

/** Frees the working space from `start` on, which no buffer points into. */
export function discard(start: number): void {
  scratch.rewind(start)
}

/** The address of the buffer's numbers, for the time of this kernel call. */
export function pointer(buffer: DataBuffer): number {
  const b = buffer as CpuBuffer
  if (hasAddress(b)) return b.address
  const { bytes } = numbersOf[b.dtype]
  const address = copies.reserve(b.size * bytes)
  heap(b.dtype).set(ordinaryArray(b), address / bytes)
  b.address = address
  b.generation = copies.generation
  return address
}

/** The address of the buffer's numbers, if they are in WebAssembly memory now; else -1. */
export function addressNow(buffer: DataBuffer): number {
  const b = buffer as CpuBuffer
  return hasAddress(b) ? b.address : -1
}

/** Whether the numbers are in WebAssembly memory now. */
function hasAddress(b: CpuBuffer): boolean {
  const g = b.generation
  return g === forever || g === generation || g === copies.generation || g === scratch.generation
}

/** The end of a kernel call: its result at `address` as a buffer. */
export function result(address: number, dtype: DType, size: number): CpuBuffer {
  return new CpuBuffer(dtype, size, isWithin ? null : copyOut(dtype, address, size), address, generation)
}

/** A copy of the buffer's numbers. */
export function values(buffer: DataBuffer): TypedArray {
  const b = buffer as CpuBuffer
  if (isResident(b)) return copyOut(b.dtype, b.address, b.size)
  return ordinaryArray(b).slice()
}

/** One of the buffer's numbers. */
export function valueAt(buffer: DataBuffer, index: number): number {
  const b = buffer as CpuBuffer
  if (isResident(b)) return heap(b.dtype)[b.address / numbersOf[b.dtype].bytes + index]
  return ordinaryArray(b)[index]
}

/** Copies the source's numbers into a resident buffer of the same dtype and size. */
export function overwrite(target: DataBuffer, source: DataBuffer): void {
  const t = target as CpuBuffer
  const s = source as CpuBuffer
  const numbers = heap(t.dtype)
  const start = t.address / numbersOf[t.dtype].bytes
  if (isResident(s)) {
    const from = s.address / numbersOf[s.dtype].bytes
    numbers.copyWithin(start, from, from + s.size)
  } else numbers.set(ordinaryArray(s), start)
}

/**
 * Runs something in a workspace: its results stay in WebAssembly memory until it is over, and only the tensors in what it
 * returns are copied out. A workspace within a workspace is part of it.
 */
export function within<T>(run: () => T): T {
  if (isWithin) return run()
  begin()
  const start = scratch.top
  isWithin = true
  generation = newGeneration()
  try {
    const value = run()
    for (const buffer of buffersIn(value)) keep(buffer as CpuBuffer)
    return value
  } finally {
    isWithin = false
    scratch.rewind(start)
    begin()
  }
}

function keep(b: CpuBuffer): void {
  if (b.array === null && b.generation === generation) b.array = copyOut(b.dtype, b.address, b.size)
}

/** Whether the numbers are in WebAssembly memory alone, where a kernel can change them. */
export function isResident(buffer: DataBuffer): boolean {
  const b = buffer as CpuBuffer
  return b.array === null && hasAddress(b)
}

/** Whether the numbers are anywhere: what stays in a workspace that is over is lost. */
export function isAlive(buffer: DataBuffer): boolean {
  return (buffer as CpuBuffer).array !== null || hasAddress(buffer as CpuBuffer)
}

function ordinaryArray(b: CpuBuffer): TypedArray {
  if (b.array) return b.array
  throw new BackendError(
    `tensor: its ${b.size} numbers belonged to a tidy() or training step that is over. Return it from tidy(), or copy the numbers inside with toArray() or dataSync().`,
  )
}

let f32 = new Float32Array(memory.buffer)
let f64 = new Float64Array(memory.buffer)
let i32 = new Int32Array(memory.buffer)
let u8 = new Uint8Array(memory.buffer)

/** The whole memory as an array of the dtype. */
function heap(dtype: DType): TypedArray {
  if (u8.buffer !== memory.buffer) {
    f32 = new Float32Array(memory.buffer)
    f64 = new Float64Array(memory.buffer)
    i32 = new Int32Array(memory.buffer)
    u8 = new Uint8Array(memory.buffer)
  }
  return dtype === 'float32' ? f32 : dtype === 'float64' ? f64 : dtype === 'int32' ? i32 : u8
}

/**
 * The engine keeps arrays of up to `tiny` bytes on its own heap; larger ones have memory of their own, which is slow to get.
 * Small ones therefore are parts of a slab.
 */
const tiny = 64
const small = 4096
const slabBytes = 1 << 16
let slab = new ArrayBuffer(0)
let slabTop = 0

function copyOut(dtype: DType, address: number, size: number): TypedArray {
  const { bytes, array } = numbersOf[dtype]
  const length = size * bytes
  const first = address / bytes
  if (length <= tiny || length > small) return heap(dtype).slice(first, first + size)
  if (slabTop + length > slab.byteLength) {
    slab = new ArrayBuffer(slabBytes)
    slabTop = 0
  }
  const copy = new array(slab, slabTop, size)
  slabTop += (length + 7) & ~7
  const numbers = heap(dtype)
  for (let i = 0; i < size; i++) copy[i] = numbers[first + i]
  return copy
}
