/**
 * The ways to make the inner loop of a matrix product, one of which is right for an engine. All add up the same terms in the same
 * order, so results do not depend on the choice. `node --import=tsx bench/tiles.ts` measures them.
 */
import { hasFma, keepsOrder } from '../wasm/module.js'

/** A row of the table. */
export interface Candidate {
  /** For people, as `getBackend().detail` has it. */
  readonly name: string
  /** True if a product and a sum are one instruction. */
  readonly fused: boolean
  /**
   * The most rows of a tile, each of two vectors of columns. V8 has fifteen vector registers on x64: twelve sums, two vectors of B and
   * a number of A fill them. Without fused multiply-add each product needs a register before it is added; five rows are then no
   * faster than four.
   */
  readonly rows: number
  /** Steps of k in a turn of the loop, so that pointers, the loop and the engine's look whether it should stop take few instructions of it. */
  readonly steps: number
  /**
   * True if each step is behind a condition of its own. V8 up to version 12 (Node 20 and 22) moves all loads of a block of
   * instructions to its start, and what does not fit the registers to the stack; conditions keep the steps apart. Later versions leave the
   * order as it is, and a condition is only one instruction more.
   */
  readonly apart: boolean
}

/** All ways. The first one that fits is used. */
export const candidates: readonly Candidate[] = [
  { name: '6×8', fused: true, rows: 6, steps: 8, apart: false },
  { name: '6×8 apart', fused: true, rows: 6, steps: 8, apart: true },
  { name: '4×8', fused: false, rows: 4, steps: 8, apart: false },
  { name: '4×8 apart', fused: false, rows: 4, steps: 8, apart: true },
]

/** The candidate for this engine, and for numbers with or without fused multiply-add. */
export const candidateFor = (fused: boolean): Candidate =>
  candidates.find((one) => one.fused === fused && one.apart === !keepsOrder) as Candidate

/** For people: the tile of products of float32. */
export const describeTile = (): string => `${candidateFor(hasFma).name} tiles`
