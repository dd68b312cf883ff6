/**
 * Where numbers live on the CPU. Most buffers hold an ordinary typed array, which the garbage collector frees. A kernel
 * sees WebAssembly memory only, so it copies ordinary arrays into it and its result out of it:
 *
 * ```ts
 * begin()
 * const a = pointer(x)                        // the address of x's numbers, copied to WebAssembly memory if needed
 * const out = reserve('float32', n)           // the address of space for the result
 * kernel(a, out, n)
 * return result(out, 'float32', n)            // the result as a buffer
 * ```
 *
 * A buffer remembers where its numbers are in WebAssembly memory, so that what is used again soon is not copied again.
 * Variables and optimizer slots are resident: they have a home (`homes.ts`), which is in WebAssembly memory as long as kernels use them.
 * In a workspace (`within`: a training step, or `tidy`) results stay in WebAssembly memory, and only those that leave it are copied out.
 * Outside of one, a large result that can be computed again is copied when somebody asks for it: most are used at once, or never.
 */
import { BackendError } from '../../../errors.js'
import type { DataBuffer, DType, Operand, TypedArray } from '../../backend.js'
import { buffersIn } from '../../buffers-in.js'
import { numbersOf } from '../wasm/dtypes.js'
import { Arena, newGeneration } from './arena.js'
import { whenFull } from './freed-blocks.js'
import { copyOut, heap } from './heap.js'
import { call, evict, Home, nextCall, settle } from './homes.js'

/** Computes the numbers of a result again. */
export interface Again {
  /** Does it in the kernel call that is going on, and returns the address. */
  readonly compute: () => number
  /** So many operations do it, one after the other. */
  readonly depth: number
}

/** A dense block of numbers: an ordinary array, a piece of WebAssembly memory, or (for a while) both. */
export class CpuBuffer implements DataBuffer {
  constructor(
    readonly dtype: DType,
    readonly size: number,
    /** The ordinary array, or null. */
    public array: TypedArray | null,
    /** The address in WebAssembly memory; meaningful while `generation` is that of an arena or a workspace. */
    public address: number,
    public generation: number,
    /** The home of the numbers, if the buffer is resident. */
    readonly home: Home | null = null,
    /** Computes the numbers again, while there is no array. */
    public again: Again | null = null,
  ) {}
}

/** The memory for copies of ordinary arrays. */
const copies = new Arena(4)
/** The memory for results and working space, and that of the results before these, which come next when it is full. */
let scratch = new Arena(1)
let older = new Arena(1)

/** The generation of results: the workspace's, or scratch space's own outside of one. */
let generation = scratch.generation
let isWithin = false

whenFull({
  makeRoom: () => evict(0),
  advice: () =>
    isWithin
      ? 'A tidy() or training step keeps all its results until it ends. Use smaller batches, or several tidy() calls, one after the other.'
      : 'One operation needs its operands and its result there at the same time. Compute it in parts.',
})

/** A new array of the dtype, zeroed. */
export function newArray(dtype: DType, size: number): TypedArray {
  return new numbersOf[dtype].array(size)
}

/** A buffer that holds this ordinary array, which must not change any more. */
export function ordinary(array: TypedArray, dtype: DType): CpuBuffer {
  return new CpuBuffer(dtype, array.length, array, 0, 0)
}

/** A zeroed buffer that kernels may change in place; its memory is reused when the buffer is garbage. */
export function resident(dtype: DType, size: number): CpuBuffer {
  return new CpuBuffer(dtype, size, null, 0, 0, new Home(dtype, size))
}

/** The start of a kernel call, which contains no other: addresses of earlier calls are good no more. */
export function begin(): void {
  nextCall()
  if (isWithin) return
  copies.begin()
  if (scratch.isFull) takeTurns()
  scratch.begin()
  generation = scratch.generation
}

function takeTurns(): void {
  ;[scratch, older] = [older, scratch]
  if (older.isExcessive) older.begin()
}

/** The address of space for `size` numbers. */
export function reserve(dtype: DType, size: number): number {
  return scratch.reserve(size * numbersOf[dtype].bytes)
}

/** The start of working space: the kernel discards what it reserves from here on. */
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
  const { home } = b
  if (home !== null) {
    home.used = call
    return home.address !== 0 ? home.address : settle(home, b)
  }
  if (hasAddress(b)) return b.address
  if (b.array === null && b.again !== null) return computeAgain(b, b.again)
  const { bytes } = numbersOf[b.dtype]
  const array = sharedArray(b)
  const address = copies.reserve(b.size * bytes)
  heap(b.dtype).set(array, address / bytes)
  b.address = address
  b.generation = copies.generation
  return address
}

/** The address of the buffer's numbers, or 0 while they are not in WebAssembly memory. */
function addressOf(b: CpuBuffer): number {
  if (b.home !== null) return b.home.address
  return hasAddress(b) ? b.address : 0
}

/** The address of the buffer's numbers, if they are in WebAssembly memory now; else -1. */
export function addressNow(buffer: DataBuffer): number {
  return addressOf(buffer as CpuBuffer) || -1
}

/** True if a buffer that is not resident is in WebAssembly memory now. */
function hasAddress(b: CpuBuffer): boolean {
  const g = b.generation
  return g === generation || g === copies.generation || g === scratch.generation || g === older.generation
}

/**
 * The end of a kernel call: its result at `address` as a buffer.
 * @param again what computes it from buffers that do not change; it is then copied out only if it is needed later
 */
export function result(address: number, dtype: DType, size: number, again: Again | null = null): CpuBuffer {
  const array = isWithin || again ? null : copyOut(dtype, address, size)
  return new CpuBuffer(dtype, size, array, address, generation, null, isWithin ? null : again)
}

/** Computes the numbers of a result again, whose place was taken by others, and copies them out. */
function computeAgain(b: CpuBuffer, again: Again): number {
  b.address = again.compute()
  b.generation = generation
  b.array = copyOut(b.dtype, b.address, b.size)
  b.again = null
  regret()
  return b.address
}

/** Results stay longer from now on; if they stay long already, the next ones are copied out at once. */
function regret(): void {
  if (scratch.pieces < mostPieces) scratch.pieces = older.pieces = 2 * scratch.pieces
  else eager = eagerAfterRegret
}

const mostPieces = 8
const eagerAfterRegret = 100
/** So many results to come are copied out at once. */
let eager = 0

/** A result is copied out where it would take more than so many operations, one after the other, to compute it again. */
const deepest = 4

/**
 * Returns how many operations, one after the other, compute a result of so many bytes from operands that have an array; Infinity if it must be
 * copied out. An operand that is part of a recipe cannot be garbage, so it must not be larger, nor made for this one result, for all
 * that is known.
 */
export function depthOfRecipe(bytes: number, operands: readonly (Operand | number)[]): number {
  if (isWithin || eager-- > 0) return Number.POSITIVE_INFINITY
  eager = 0
  const depth =
    1 + Math.max(...operands.map((x) => (typeof x === 'number' ? 0 : depthOf(x.buffer as CpuBuffer, bytes))))
  return depth > deepest ? Number.POSITIVE_INFINITY : depth
}

function depthOf(b: CpuBuffer, most: number): number {
  if (b.size * numbersOf[b.dtype].bytes > most) return Number.POSITIVE_INFINITY
  if (b.array === null) return b.again?.depth ?? Number.POSITIVE_INFINITY
  return b.generation !== 0 ? 0 : Number.POSITIVE_INFINITY
}
/** A copy of the buffer's numbers. */
export function values(buffer: DataBuffer): TypedArray {
  const b = buffer as CpuBuffer
  const array = (b.home ?? b).array
  return array ? array.slice() : sharedArray(b)
}

/** A buffer of the same numbers, which stays as it is when the source is changed. */
export function duplicate(buffer: DataBuffer): CpuBuffer {
  return ordinary(sharedArray(buffer as CpuBuffer), buffer.dtype)
}

/** One of the buffer's numbers. */
export function valueAt(buffer: DataBuffer, index: number): number {
  const b = buffer as CpuBuffer
  const array = (b.home ?? b).array
  if (array) return array[index]
  const address = addressOf(b)
  return address === 0 ? sharedArray(b)[index] : heap(b.dtype)[address / numbersOf[b.dtype].bytes + index]
}

/** Copies the source's numbers into a resident buffer of the same dtype and size. */
export function overwrite(target: DataBuffer, source: DataBuffer): void {
  const t = target as CpuBuffer
  const s = source as CpuBuffer
  const to = addressOf(t)
  if (to === 0) {
    ;(t.home as Home).array = sharedArray(s)
    return
  }
  const { bytes } = numbersOf[t.dtype]
  const numbers = heap(t.dtype)
  const array = (s.home ?? s).array
  const from = array ? 0 : addressOf(s)
  if (from !== 0) numbers.copyWithin(to / bytes, from / bytes, from / bytes + s.size)
  else numbers.set(sharedArray(s), to / bytes)
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

/** True while something runs in a workspace. */
export function isInWorkspace(): boolean {
  return isWithin
}

function keep(b: CpuBuffer): void {
  if (b.array === null && b.generation === generation) b.array = copyOut(b.dtype, b.address, b.size)
}

/** True if a kernel can change the numbers: those of resident buffers, and those that are in WebAssembly memory alone. */
export function isResident(buffer: DataBuffer): boolean {
  const b = buffer as CpuBuffer
  return b.home !== null || (b.array === null && b.again === null && hasAddress(b))
}

/** True if the numbers still exist: what stays in a workspace that is over is lost. */
export function isAlive(buffer: DataBuffer): boolean {
  const { array, again } = buffer as CpuBuffer
  return array !== null || again !== null || isResident(buffer)
}

/** The buffer's numbers as an ordinary array, which nobody may change. */
function sharedArray(b: CpuBuffer): TypedArray {
  const { array } = b.home ?? b
  if (array) return array
  const address = addressOf(b)
  if (b.again !== null) return arrayOf(b, b.again)
  if (address !== 0) return copyOut(b.dtype, address, b.size)
  if (b.home) return newArray(b.dtype, b.size)
  throw new BackendError(
    `tensor: its ${b.size} numbers belonged to a tidy() or training step that is over. Return it from tidy(), or copy the numbers inside with toArray() or dataSync().`,
  )
}

/** The ordinary array of a result that was not copied out. */
function arrayOf(b: CpuBuffer, again: Again): TypedArray {
  if (!hasAddress(b)) computeAgain(b, again)
  b.array ??= copyOut(b.dtype, b.address, b.size)
  b.again = null
  return b.array
}
