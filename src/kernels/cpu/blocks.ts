/**
 * Blocks of WebAssembly memory: taken from a list of free ones, or from new memory, and given back.
 */
import { BackendError } from '../../errors.js'
import { growMemory, memory, memoryLimit } from './module.js'

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

/** How many bytes a block for this many has. */
export const align = (bytes: number) => Math.max(alignment, Math.ceil(bytes / alignment) * alignment)

/**
 * The address of a block: the first free one that is large enough, or new memory.
 * @param bytes a multiple of the alignment
 * @throws BackendError when the memory cannot grow so far
 */
export function take(bytes: number): number {
  const index = free.findIndex((block) => block.bytes >= bytes)
  if (index < 0) {
    grow(bytes)
    return take(bytes)
  }
  const { address, bytes: room } = free[index]
  if (room === bytes) free.splice(index, 1)
  else free[index] = { address: address + bytes, bytes: room - bytes }
  return address
}

function grow(bytes: number): void {
  const address = growMemory(Math.max(bytes, leastGrowth))
  if (address < 0)
    throw new BackendError(
      `memory: ${bytes} bytes more do not fit into WebAssembly's ${memoryLimit} GiB. Use smaller batches.`,
    )
  giveBack({ address: address - slack, bytes: memory.buffer.byteLength - address })
}

/** Adds a block to the free ones and joins it with its neighbours. */
export function giveBack(block: Block): void {
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
