/**
 * Where the numbers of resident buffers are: variables and optimizer slots, which kernels change in place. They start as an
 * ordinary array, get a block of WebAssembly memory when a kernel first needs them, and stay there, so that no step copies them.
 *
 * The garbage collector does not see how much WebAssembly memory a small object holds, and finalizers do not run before
 * the program returns to the event loop. So when blocks take more than `budget`, those that were not used for the longest time move
 * back into ordinary arrays. Nothing here refers to these: an array whose variable is garbage is garbage, too. A
 * buffer that is used again returns, and raises the budget, because it was evicted too early.
 */
import type { DType, TypedArray } from '../../backend.js'
import { numbersOf } from '../wasm/dtypes.js'
import { align, type Block, giveBack, take } from './freed-blocks.js'
import { copyOut, heap } from './heap.js'

/** Bytes that blocks may take before some are given back. */
let budget = 1 << 28
/** Bytes that they take. */
let taken = 0

/** The number of the kernel call that is going on: what it uses stays where it is. */
export let call = 0

/** A kernel call begins. */
export function nextCall(): void {
  call++
}

/** The place of one buffer's numbers. */
export class Home {
  /** An ordinary array, which nobody changes any more; null while the numbers are in a block, and while all of them are 0. */
  array: TypedArray | null = null
  /** The address of the block of WebAssembly memory; 0 while there is none. */
  address = 0
  /** The last kernel call that used it. */
  used = 0
  /** True if it had a block before. */
  returns = false

  constructor(
    readonly dtype: DType,
    readonly size: number,
  ) {}
}

const homes = new Map<Block, Home>()

const collector = new FinalizationRegistry<Block>((block) => {
  if (homes.delete(block)) free(block)
})

/**
 * Moves the numbers into WebAssembly memory.
 * @param owner what is garbage when nobody needs the numbers any more
 */
export function settle(home: Home, owner: object): number {
  const { dtype, size, array } = home
  const bytes = align(size * numbersOf[dtype].bytes)
  home.used = call
  if (home.returns) budget += bytes
  if (taken + bytes > budget) evict(budget / 2)
  const address = take(bytes)
  if (array) heap(dtype).set(array, address / numbersOf[dtype].bytes)
  else heap('bool').fill(0, address, address + bytes)
  home.array = null
  home.address = address
  taken += bytes
  const block = { address, bytes }
  homes.set(block, home)
  collector.register(owner, block, block)
  return address
}

/** Moves blocks that this kernel call does not use back into ordinary arrays until all take no more than `wanted` bytes. */
export function evict(wanted: number): void {
  const unused = [...homes].filter(([, { used }]) => used !== call)
  for (const [block, home] of unused.sort(([, a], [, b]) => a.used - b.used)) {
    if (taken <= wanted) return
    home.array = copyOut(home.dtype, block.address, home.size)
    home.address = 0
    home.returns = true
    homes.delete(block)
    collector.unregister(block)
    free(block)
  }
}

function free(block: Block): void {
  taken -= block.bytes
  giveBack(block)
}
