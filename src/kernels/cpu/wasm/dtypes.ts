/**
 * How the numbers of each dtype lie in memory, and the instructions for them. Kernels add what else they need.
 */
import { f32, f32x4, f64, f64x2, i8x16, i32, i32x4 } from './instructions.js'

/** Bytes per number. */
export const bytes = { float32: 4, float64: 8, int32: 4, bool: 1 } as const

/** `array` holds the numbers; `type` is one of them in a local, and `scalar` and `vector` are the instructions for one and for a vector. */
export const numbersOf = {
  float32: { array: Float32Array, bytes: 4, type: 'f32', scalar: f32, vector: f32x4, load: f32.load, store: f32.store },
  float64: { array: Float64Array, bytes: 8, type: 'f64', scalar: f64, vector: f64x2, load: f64.load, store: f64.store },
  int32: { array: Int32Array, bytes: 4, type: 'i32', scalar: i32, vector: i32x4, load: i32.load, store: i32.store },
  bool: { array: Uint8Array, bytes: 1, type: 'i32', scalar: i32, vector: i8x16, load: i32.load8_u, store: i32.store8 },
} as const
