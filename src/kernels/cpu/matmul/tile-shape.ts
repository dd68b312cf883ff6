/**
 * The properties of a tile that its code (`matmul-kernel.ts`) depends on: the dtype of its numbers, its height, the layout of its operands.
 */
import type { Build } from '../wasm/build.js'
import type { f32x4, f64x2, i32x4 } from '../wasm/instructions.js'

/** The instructions for numbers of one dtype. */
export interface Lanes {
  /** The instructions for its vectors. */
  readonly vector: typeof f32x4 | typeof f64x2 | typeof i32x4
  /** Bytes per number. */
  readonly bytes: 4 | 8
  /** The instruction that gives the larger of two vectors. */
  readonly max: Build
}

/** Bytes of one row of a panel: two vectors. */
export const panelBytes = 32

/** The height of a tile and the layout of its operands. */
export interface TileShape {
  /** Rows. */
  readonly height: number
  /** A is stored as [k, rows], not as [rows, k]. */
  readonly transposed: boolean
  /** B is packed, and a transposed A is a copy: from k to k they are `panelBytes` apart, whatever `aStep` and `bStep` are. */
  readonly packed: boolean
}
