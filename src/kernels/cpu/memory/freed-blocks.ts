/**
 * Blocks of WebAssembly memory: taken from a list of free ones, or from new memory, and given back.
 */
import { BackendError } from '../../../errors.js'
import { growMemory, memory, memoryLimit } from '../wasm/module.js'

/** A piece of the memory, in bytes. */
export interface Block {
  readonly address: number
  readonly bytes: number
}

/**
 * Blocks start at multiples of this and are multiples of it long, so that SIMD loads are aligned, no two blocks share a cache
 * line, and a kernel may work on whole vectors up to the end of its block.
 */
const alignment = 64
/** Bytes at the end of the memory that no block uses: a kernel may read a vector past the end of a block. */
const slack = alignment
/** The memory grows by no less. */
const leastGrowth = 1 << 20

/** The free blocks, by address. */
const free: Block[] = []

/** The action to take when the memory is full, and the advice that the error then gives. */
let relief = { makeRoom: () => {}, advice: () => 'Use smaller batches.' }

/** Sets what to do when the memory is full: `makeRoom` gives blocks back, `advice` names what needs them and the way out. */
export function whenFull(next: typeof relief): void {
  relief = next
}

/** The size of a block for this many bytes. */
export const align = (bytes: number) => Math.max(alignment, Math.ceil(bytes / alignment) * alignment)

/**
 * The address of a block.
 * @param bytes a multiple of the alignment
 * @throws BackendError when there is no room even after others have given back what they can
 */
export function take(bytes: number): number {
  const address = find(bytes)
  if (address >= 0) return address
  relief.makeRoom()
  const second = find(bytes)
  if (second >= 0) return second
  throw new BackendError(
    `memory: ${bytes} bytes more do not fit into WebAssembly's ${memoryLimit} GiB. ${relief.advice()}`,
  )
}

/** The address of a block: the first free one that is large enough, or new memory; −1 when there is none. */
export function find(bytes: number): number {
  const index = free.findIndex((block) => block.bytes >= bytes)
  if (index < 0) return grow(bytes) ? find(bytes) : -1
  const { address, bytes: room } = free[index]
  if (room === bytes) free.splice(index, 1)
  else free[index] = { address: address + bytes, bytes: room - bytes }
  return address
}

/** Makes the free block at the end of the memory one of at least this many bytes. */
function grow(bytes: number): boolean {
  const end = memory.buffer.byteLength - slack
  const last = free.at(-1)
  const there = last && last.address + last.bytes === end ? last.bytes : 0
  if (growMemory(Math.max(bytes - there, leastGrowth)) < 0 && growMemory(bytes - there) < 0) return false
  giveBack({ address: end, bytes: memory.buffer.byteLength - slack - end })
  return true
}

/** Adds a block to the free ones and joins it with its neighbours. */
export function giveBack(block: Block): void {
  const index = placeOf(block.address)
  free.splice(index, 0, block)
  for (const i of [index, index - 1]) {
    const [left, right] = [free[i], free[i + 1]]
    if (left && right && left.address + left.bytes === right.address) {
      free.splice(i, 2, { address: left.address, bytes: left.bytes + right.bytes })
    }
  }
}

/** The number of free blocks before an address. */
function placeOf(address: number): number {
  let [low, high] = [0, free.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (free[middle].address < address) low = middle + 1
    else high = middle
  }
  return low
}
