/**
 * Space that is handed out from one end to the other and then begun anew, all at once. What was written into it is good until
 * then, which its `generation` tells.
 */
import { align, type Block, giveBack, take } from './blocks.js'

/** An arena has room for so many of the largest pieces of work, if that is no more than `roomy` bytes. */
const pieces = 4
const roomy = 1 << 27
const smallest = 1 << 20

/** No two generations of all arenas are the same. */
let generations = 0

/** The number of a new generation. */
export const newGeneration = () => ++generations

/** A part of the memory that is free from `top` on. */
export class Arena {
  /** Changes when the arena is begun anew. */
  generation = newGeneration()
  /** The first free address. */
  top = 0
  private base = 0
  private end = 0
  /** The start of the current piece of work, and the most that one has used so far. */
  private start = 0
  private most = 0
  /** Blocks that the arena has left for a larger one while kernels may still point into them. */
  private readonly outgrown: Block[] = []

  /** The address of this many free bytes. */
  reserve(bytes: number): number {
    const needed = align(bytes)
    if (this.top + needed > this.end) this.move(Math.max(needed, 2 * (this.end - this.base), smallest))
    const address = this.top
    this.top += needed
    return address
  }

  /** A new piece of work begins, which no address from an earlier one must outlive: begins anew where room may not be enough. */
  begin(): void {
    this.measure()
    if (this.top + this.most > this.end || this.outgrown.length > 0) this.anew()
    this.start = this.top
  }

  /** Goes back to where `top` was, if the arena has not moved since. */
  rewind(top: number): void {
    this.measure()
    if (top >= this.base && top <= this.end) this.top = top
  }

  private measure(): void {
    const used = this.top - this.start
    if (used > this.most) this.most = used
  }

  private anew(): void {
    const used = this.outgrown.reduce((sum, block) => sum + block.bytes, this.top - this.base)
    if (this.outgrown.length > 0 && used > this.most) this.most = used
    const wanted = pieces * this.most
    if (wanted > this.end - this.base && wanted <= roomy) this.move(wanted)
    for (const block of this.outgrown.splice(0)) giveBack(block)
    this.top = this.base
    this.generation = newGeneration()
  }

  private move(size: number): void {
    const bytes = align(size)
    const address = take(bytes)
    if (this.end > this.base) this.outgrown.push({ address: this.base, bytes: this.end - this.base })
    this.base = this.top = this.start = address
    this.end = address + bytes
  }
}
