/**
 * The whole of WebAssembly memory as arrays, and copies of parts of it as ordinary arrays.
 */
import type { DType, TypedArray } from '../../backend.js'
import { numbersOf } from '../wasm/dtypes.js'
import { memory } from '../wasm/module.js'

let f32 = new Float32Array(memory.buffer)
let f64 = new Float64Array(memory.buffer)
let i32 = new Int32Array(memory.buffer)
let u8 = new Uint8Array(memory.buffer)

/** The whole memory as an array of the dtype. */
export function heap(dtype: DType): TypedArray {
  if (u8.buffer !== memory.buffer) {
    f32 = new Float32Array(memory.buffer)
    f64 = new Float64Array(memory.buffer)
    i32 = new Int32Array(memory.buffer)
    u8 = new Uint8Array(memory.buffer)
  }
  return dtype === 'float32' ? f32 : dtype === 'float64' ? f64 : dtype === 'int32' ? i32 : u8
}

/**
 * The engine keeps arrays of up to `tiny` bytes on its own heap; larger ones have memory of their own, which is slow to get.
 * Small ones therefore are parts of a slab.
 */
const tiny = 64
const small = 4096
const slabBytes = 1 << 16
let slab = new ArrayBuffer(0)
let slabTop = 0

/** The `size` numbers at an address as an ordinary array. */
export function copyOut(dtype: DType, address: number, size: number): TypedArray {
  const { bytes, array } = numbersOf[dtype]
  const length = size * bytes
  const first = address / bytes
  if (length <= tiny || length > small) return heap(dtype).slice(first, first + size)
  if (slabTop + length > slab.byteLength) {
    slab = new ArrayBuffer(slabBytes)
    slabTop = 0
  }
  const copy = new array(slab, slabTop, size)
  slabTop += (length + 7) & ~7
  const numbers = heap(dtype)
  for (let i = 0; i < size; i++) copy[i] = numbers[first + i]
  return copy
}
