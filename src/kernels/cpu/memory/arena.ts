/**
 * Space that is handed out from one end to the other and then begun anew, all at once. What was written into it is good until
 * then, which its `generation` shows.
 */
import { align, type Block, find, giveBack, take } from './freed-blocks.js'

/** An arena keeps a block of no more than `roomy` bytes for the next pieces of work, and none for pieces as large as a quarter of that. */
const roomy = 1 << 27
const least = 1 << 16
const leastExtension = 1 << 20

/** No two generations of all arenas are the same. */
let generations = 0

/** The number of a new generation. */
export const newGeneration = () => ++generations

/** A block that was not enough: how far it is filled, and where the current piece of work began in it. */
interface Filled extends Block {
  readonly start: number
  readonly top: number
}

/** A part of the memory that is free from `top` on; it goes on in another block when it is full. */
export class Arena {
  /** Changes when the arena is begun anew. */
  generation = newGeneration()
  /** The first free address. */
  top = 0
  private base = 0
  private end = 0
  /** The start of the current piece of work, and the most that one has used recently. */
  private start = 0
  private most = 0
  /** The blocks before this one. */
  private readonly filled: Filled[] = []
  /** True if it has more than it keeps. */
  private isLarge = false

  /** @param pieces it has room for so many of the largest pieces of work */
  constructor(public pieces: number) {}

  /** True if there may be no room for another piece of work. */
  get isFull(): boolean {
    return this.isLarge || this.top + this.most > this.end
  }

  /** True if it has so much that it should not wait for its next turn to give it back. */
  get isExcessive(): boolean {
    return this.isLarge && this.size > roomy
  }

  private get size(): number {
    return this.filled.reduce((sum, { bytes }) => sum + bytes, this.end - this.base)
  }

  /** The address of this many free bytes. */
  reserve(bytes: number): number {
    const needed = align(bytes)
    if (this.top + needed > this.end) this.extend(needed)
    const address = this.top
    this.top += needed
    return address
  }

  /** A new piece of work begins, which no address from an earlier one must outlive: begins anew where room may not be enough. */
  begin(): void {
    this.measure()
    if (this.isFull) this.anew()
    this.start = this.top
  }

  /** Goes back to where `top` was. */
  rewind(top: number): void {
    this.measure()
    while (this.filled.length > 0 && !(top >= this.base && top <= this.end)) this.goBack()
    this.top = top >= this.base && top <= this.end ? top : this.base
  }

  private measure(): void {
    let used = this.top - this.start
    if (this.filled.length > 0) for (const { start, top } of this.filled) used += top - start
    if (used > this.most) this.most = used
  }

  private anew(): void {
    while (this.filled.length > 0) this.goBack()
    this.resize()
    this.top = this.base
    this.generation = newGeneration()
  }

  /** Makes room for some pieces of work; an exceptional one leaves no more than `roomy` bytes behind and is forgotten. */
  private resize(): void {
    const size = this.end - this.base
    const wanted = align(Math.min(Math.max(least, this.pieces * this.most), roomy))
    const isExceptional = this.most > roomy / 4
    if (isExceptional) this.most = 0
    if (size <= roomy && (isExceptional || wanted <= size)) return
    if (size > 0) giveBack({ address: this.base, bytes: size })
    this.enter(isExceptional ? 0 : take(wanted), isExceptional ? 0 : wanted)
  }

  /** Goes on in another block: a quarter of what there is, in multiples of what is needed, or just that. */
  private extend(needed: number): void {
    const { base, end, start, top } = this
    const bytes = Math.max(needed * Math.max(1, Math.floor(this.size / 4 / needed)), leastExtension)
    const address = find(bytes)
    const [at, length] = address < 0 ? [take(needed), needed] : [address, bytes]
    if (end > base) this.filled.push({ address: base, bytes: end - base, start, top })
    this.enter(at, length)
  }

  /** Leaves the block for the one before it. */
  private goBack(): void {
    giveBack({ address: this.base, bytes: this.end - this.base })
    const { address, bytes, start, top } = this.filled.pop() as Filled
    this.enter(address, bytes)
    this.start = start
    this.top = top
  }

  private enter(address: number, bytes: number): void {
    this.base = this.top = this.start = address
    this.end = address + bytes
    this.isLarge = this.filled.length > 0 || bytes > roomy
  }
}
