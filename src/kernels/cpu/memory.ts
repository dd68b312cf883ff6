/**
 * Where numbers live on the CPU. Most buffers hold an ordinary typed array, which the garbage collector frees. A kernel
 * sees WebAssembly memory only, so it copies ordinary arrays into scratch space and its result out of it:
 *
 * ```ts
 * const top = mark()
 * const a = pointer(x)                        // the address of x's numbers, copied to scratch space if need be
 * const out = reserve('float32', n)           // the address of scratch space for the result
 * kernel(a, out, n)
 * return release(top, out, 'float32', n)      // the result as a buffer; scratch space is free again
 * ```
 *
 * Variables and optimizer slots are resident: they own a piece of WebAssembly memory and are never copied. During a training
 * step (`step`) results stay in scratch space until the step is over.
 */
import { BackendError } from '../../errors.js'
import type { DataBuffer, DType, TypedArray } from '../backend.js'
import { growMemory, memory } from './module.js'

/** Bytes per number, and the array type, of each dtype. */
const layouts = {
  float32: { bytes: 4, array: Float32Array },
  float64: { bytes: 8, array: Float64Array },
  int32: { bytes: 4, array: Int32Array },
  bool: { bytes: 1, array: Uint8Array },
} as const

/**
 * Blocks start at multiples of this and are multiples of it long, so that SIMD loads are aligned, no two blocks share a cache
 * line, and a kernel may work on whole vectors up to the end of its block.
 */
const alignment = 64
/** Bytes at the end of the memory that no block uses: a kernel may read a vector past the end of a block. */
const slack = alignment

const align = (bytes: number) => Math.max(alignment, Math.ceil(bytes / alignment) * alignment)

/** The value of `epoch` in buffers whose address stays valid for good. */
const forever = -1

/** A dense block of numbers: an ordinary array, a piece of WebAssembly memory, or (during a step) both. */
export class CpuBuffer implements DataBuffer {
  constructor(
    readonly dtype: DType,
    readonly size: number,
    /** The ordinary array, or null. */
    readonly array: TypedArray | null,
    /** The address in WebAssembly memory; meaningful while `epoch` is `forever` or the current one. */
    public address: number,
    public epoch: number,
  ) {}
}

/** The number of the current training step, and whether one is running. */
let epoch = 1
let stepping = false

/** Scratch space: the part of the memory from `base` to `end`, free from `top` on. */
let base = 0
let top = 0
let end = 0
/** Scratch space that was outgrown while kernels may still point into it. */
const outgrown: { address: number; bytes: number }[] = []

/** Free blocks of resident memory, by address. */
const free: { address: number; bytes: number }[] = []

const collector = new FinalizationRegistry<{ address: number; bytes: number }>(giveBack)

/** A new array of the dtype, zeroed. */
export function newArray(dtype: DType, size: number): TypedArray {
  return new layouts[dtype].array(size)
}

/** A buffer that holds this ordinary array. */
export function ordinary(array: TypedArray, dtype: DType): CpuBuffer {
  return new CpuBuffer(dtype, array.length, array, 0, 0)
}

/** A zeroed buffer in WebAssembly memory; the memory is reused when the buffer is garbage. */
export function resident(dtype: DType, size: number): CpuBuffer {
  const bytes = align(size * layouts[dtype].bytes)
  const address = take(bytes)
  new Uint8Array(memory.buffer, address, bytes).fill(0)
  const buffer = new CpuBuffer(dtype, size, null, address, forever)
  collector.register(buffer, { address, bytes })
  return buffer
}

/** The start of a kernel call: what scratch space to go back to at its end. */
export function mark(): number {
  return top
}

/** Scratch space for `size` numbers. */
export function reserve(dtype: DType, size: number): number {
  const bytes = align(size * layouts[dtype].bytes)
  if (top + bytes > end) growScratch(bytes)
  const address = top
  top += bytes
  return address
}

/** The address of the buffer's numbers, for the time of this kernel call. */
export function pointer(buffer: DataBuffer): number {
  const b = buffer as CpuBuffer
  if (b.epoch === forever || (b.epoch === epoch && stepping)) return b.address
  const address = reserve(b.dtype, b.size)
  heap(b.dtype).set(ordinaryArray(b), address / layouts[b.dtype].bytes)
  if (stepping) {
    b.address = address
    b.epoch = epoch
  }
  return address
}

/** The end of a kernel call: takes the result at `address` out and frees the scratch space from `start` on. */
export function release(start: number, address: number, dtype: DType, size: number): CpuBuffer {
  if (stepping) return new CpuBuffer(dtype, size, null, address, epoch)
  const buffer = ordinary(copyOut(dtype, address, size), dtype)
  releaseScratch(start)
  return buffer
}

/** Frees the scratch space from `start` on, for kernels that leave no result. */
export function releaseScratch(start: number): void {
  if (stepping) return
  discard(start)
  for (const block of outgrown.splice(0)) giveBack(block)
}

/** Frees the scratch space from `start` on even during a step: a kernel's working space, which no buffer points into. */
export function discard(start: number): void {
  top = start >= base && start <= end ? start : base
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
  if (isResident(b)) return heap(b.dtype)[b.address / layouts[b.dtype].bytes + index]
  return ordinaryArray(b)[index]
}

/** Copies the source's numbers into a resident buffer of the same dtype and size. */
export function overwrite(target: DataBuffer, source: DataBuffer): void {
  const t = target as CpuBuffer
  const s = source as CpuBuffer
  const numbers = heap(t.dtype)
  const start = t.address / layouts[t.dtype].bytes
  if (isResident(s)) {
    const from = s.address / layouts[s.dtype].bytes
    numbers.copyWithin(start, from, from + s.size)
  } else numbers.set(ordinaryArray(s), start)
}

/** Runs a training step whose intermediate results stay in scratch space until it is over. */
export function step<T>(run: () => T): T {
  if (stepping) return run()
  const start = mark()
  stepping = true
  epoch++
  try {
    return run()
  } finally {
    stepping = false
    releaseScratch(start)
  }
}

/** Whether the numbers lie in WebAssembly memory now, where a kernel can change them. */
export function isResident(buffer: DataBuffer): boolean {
  const b = buffer as CpuBuffer
  return b.epoch === forever || (stepping && b.epoch === epoch)
}

function ordinaryArray(b: CpuBuffer): TypedArray {
  if (b.array) return b.array
  throw new BackendError(
    `tensor: its ${b.size} numbers belonged to a training step that is over. Copy what you want to keep during the step, with toArray() or dataSync().`,
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

function copyOut(dtype: DType, address: number, size: number): TypedArray {
  const first = address / layouts[dtype].bytes
  return heap(dtype).slice(first, first + size)
}

/** Moves scratch space to a larger block; the old one stays untouched until the kernel call is over. */
function growScratch(bytes: number): void {
  const larger = align(Math.max(bytes, 2 * (end - base), 1 << 20))
  if (end > base) outgrown.push({ address: base, bytes: end - base })
  base = take(larger)
  top = base
  end = base + larger
}

/** A block of memory: the first free one that is large enough, or new memory. */
function take(bytes: number): number {
  const index = free.findIndex((block) => block.bytes >= bytes)
  if (index < 0) {
    const wanted = Math.max(bytes, 1 << 20)
    const address = growMemory(wanted)
    if (address < 0)
      throw new BackendError(`memory: ${bytes} bytes more do not fit into WebAssembly's 4 GiB. Use smaller batches.`)
    giveBack({ address: address - slack, bytes: memory.buffer.byteLength - address })
    return take(bytes)
  }
  const block = free[index]
  if (block.bytes === bytes) free.splice(index, 1)
  else free[index] = { address: block.address + bytes, bytes: block.bytes - bytes }
  return block.address
}

/** Adds a block to the free ones and joins it with its neighbours. */
function giveBack(block: { address: number; bytes: number }): void {
  let index = free.findIndex((other) => other.address > block.address)
  if (index < 0) index = free.length
  free.splice(index, 0, block)
  for (const i of [index, index - 1]) {
    const [left, right] = [free[i], free[i + 1]]
    if (left && right && left.address + left.bytes === right.address) {
      free.splice(i, 2, { address: left.address, bytes: left.bytes + right.bytes })
    }
  }
}
