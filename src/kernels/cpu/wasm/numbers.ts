/**
 * How the numbers of each dtype lie in memory, and what the instructions for them are called. Kernels add what they need besides.
 */

/** Bytes per number. */
export const bytes = { float32: 4, float64: 8, int32: 4, bool: 1 } as const

/** `array` holds them; `type` and `vector` begin the names of instructions for one of them and for a vector (`f32.add`, `f32x4.add`). */
export const numbersOf = {
  float32: { array: Float32Array, bytes: 4, type: 'f32', vector: 'f32x4', load: 'f32.load', store: 'f32.store' },
  float64: { array: Float64Array, bytes: 8, type: 'f64', vector: 'f64x2', load: 'f64.load', store: 'f64.store' },
  int32: { array: Int32Array, bytes: 4, type: 'i32', vector: 'i32x4', load: 'i32.load', store: 'i32.store' },
  bool: { array: Uint8Array, bytes: 1, type: 'i32', vector: 'i8x16', load: 'i32.load8_u', store: 'i32.store8' },
} as const
